"""`knapper config`: the configuration as it holds, and where each value comes from."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from knapper.app.effective import Effective, Value, effective, schema_of
from knapper.app.workspace import Workspace, narrowed, open_workspace
from knapper.cli.help import Command
from knapper.cli.terminal import printable
from knapper.cli.vault import config_option, vault_option, vault_root
from knapper.core.layers import Explained

__all__ = ["command"]

_COLUMN = 40
"""Where the comment of a line begins, if the line is short enough."""


@click.command("config", cls=Command)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--output-format", type=click.Choice(("text", "json")), default="text",
              show_default=True, help="TOML with comments, or JSON.")  # fmt: skip
@click.option("--schema", is_flag=True, help="The JSON Schema of .knapper.toml instead.")
@click.option("--select", metavar="RULES", help="As for 'knapper check'.")
@click.option("--ignore", metavar="RULES", help="As for 'knapper check'.")
@config_option
@vault_option
def command(
    path: Path | None,
    output_format: str,
    schema: bool,
    select: str | None,
    ignore: str | None,
    config: Path | None,
    vault: Path | None,
) -> int:
    """Show the configuration that holds here, and where each value comes from.

    With PATH: what holds for this note, with the overrides of its folder.

    \b
    Examples:
      knapper config                       what holds in this vault
      knapper config Daily/2026-11-25.md   what holds for one note
      knapper config --schema              for an editor that checks TOML
    """
    root = vault_root(vault, path)
    workspace = narrowed(open_workspace(root, config, root), select, ignore)
    note = workspace.note_path(path) if path else ""
    if schema:
        click.echo(json.dumps(schema_of(workspace), indent=1, ensure_ascii=False))
        return 0
    held = effective(workspace, config, note)
    shown = _as_json if output_format == "json" else _as_toml
    click.echo(shown(workspace, held, note))
    return 0


def _as_json(workspace: Workspace, held: Effective, note: str) -> str:
    shown: dict[str, object] = {"vault": str(workspace.root), "source": workspace.config.source}
    if note:
        shown["path"] = note
    origins: dict[str, str] = {}
    for key, value, origin in held.values:
        table, _, name = key.rpartition(".")
        if table:
            inside = shown.setdefault(table, {})
            assert isinstance(inside, dict)
            inside[name] = value
        else:  # `rules` are the rules themselves here
            shown["rules-folder" if key == "rules" else key] = value
        origins["rules-folder" if key == "rules" else key] = origin
    on = [one for one in held.rules if one.is_on]
    shown["rules"] = {o.rule.name: {"severity": o.rule.severity, **o.rule.options} for o in on}
    shown["off"] = [one.rule.name for one in held.rules if not one.is_on]
    for one in held.rules:
        origins[f"rules.{one.rule.name}"] = one.why
        for name, origin in one.origins.items() if one.is_on else ():
            origins[f"rules.{one.rule.name}.{name}"] = origin
    shown["from"] = origins
    shown["obsidian"] = held.obsidian
    return json.dumps(shown, indent=1, ensure_ascii=False)


def _as_toml(workspace: Workspace, held: Effective, note: str) -> str:
    """Return a configuration that could stand in the file, with its origins as comments."""
    lines = [f"# the vault: {printable(str(workspace.root))}",
             f"# its configuration: {printable(workspace.config.source)}"]  # fmt: skip
    if note:
        lines.append(f"# as it holds for: {printable(note)}")
    return "\n".join([*lines, *_tables(held), *_rules(held.rules), *_obsidian(held.obsidian)])


def _tables(held: Effective) -> Iterator[str]:
    """Yield the values but those of rules: first those that stand in no table."""
    yield ""
    for key, value, origin in held.values:
        if "." not in key and key not in ("severity", "options", "overrides", "replica"):
            yield _line(key, value, origin)
    table = ""
    for key, value, origin in held.values:
        if "." in key:
            if key.partition(".")[0] != table:
                table = key.partition(".")[0]
                yield f"\n[{table}]"
            yield _line(key.partition(".")[2], value, origin)
    for key in ("replica", "overrides"):
        for one in _value_of(held.values, key):
            yield f"\n[[{key}]]"
            yield from (_line(name, value, "") for name, value in one.items() if value != {})


def _value_of(values: tuple[Value, ...], key: str) -> list[Mapping[str, object]]:
    found = next(value.value for value in values if value.key == key)
    assert isinstance(found, list)
    return found


def _rules(rules: tuple[Explained, ...]) -> Iterator[str]:
    yield "\n[severity]  # of the rules that are on"
    on = sorted((one for one in rules if one.is_on), key=lambda one: one.rule.name)
    for one in on:
        origins = dict.fromkeys((one.origins["severity"], one.why))
        yield _line(one.rule.name, one.rule.severity, ", on by ".join(origins))
    for one in on:
        if one.rule.options:
            yield f"\n[options.{one.rule.name}]"
        for name, value in one.rule.options.items():
            said = _line(name, value, one.origins[name])
            yield said if value is not None else f"# {name} is not set"
    yield "\n# rules that are off:"
    for one in sorted(rules, key=lambda one: one.rule.name):
        if not one.is_on:
            yield f"#   {one.rule.name:<{_COLUMN - 6}}  {printable(one.why)}"


def _obsidian(settings: Mapping[str, object]) -> Iterator[str]:
    yield "\n# Obsidian's own settings, as they are read:"
    for key, value in settings.items():
        shown = json.dumps(value, ensure_ascii=False)
        yield f"#   {key:<{_COLUMN - 6}}  {printable(shown)}"


def _line(key: str, value: object, origin: str) -> str:
    said = f"{_key(key)} = {_toml(value)}"
    return f"{said:<{_COLUMN - 2}}  # {printable(origin)}" if origin else said


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() and key.isascii() else _toml(key)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
