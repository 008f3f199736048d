"""`knapper config`: the configuration as it holds."""

import json
from pathlib import Path

import click

from knapper.app.workspace import open_workspace
from knapper.core.config import Config

__all__ = ["command"]


@click.command("config")
@click.option("--vault", type=click.Path(path_type=Path), help="The vault, if not found upward.")
@click.option("--config", type=click.Path(path_type=Path), help="Instead of .knapper.toml.")
def command(vault: Path | None, config: Path | None) -> int:
    """Show the configuration that holds here, and the rules that are on, as JSON."""
    workspace = open_workspace((vault or Path()).absolute(), config, vault)
    held = workspace.config
    shown: dict[str, object] = {"vault": str(workspace.root), "source": held.source}
    for name in Config._fields[1:]:
        shown[name.replace("_", "-")] = _plain(getattr(held, name))
    shown["obsidian"] = _plain(workspace.settings)
    shown["rules"] = {
        rule.name: {"severity": rule.severity, **dict(rule.options)}
        for rule in workspace.rules_at("")
    }
    click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
    return 0


def _plain(value: object) -> object:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name.replace("_", "-"): _plain(item) for name, item in value._asdict().items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
