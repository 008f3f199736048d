"""The configuration that holds, value by value, and where each comes from."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from knapper.app.roots import config_table
from knapper.app.workspace import Workspace, rule_notes
from knapper.core.config import Config
from knapper.core.config_schema import config_schema
from knapper.core.layers import DEFAULT, Explained
from knapper.core.paths import NotePath

__all__ = ["Effective", "Value", "effective", "schema_of"]


class Value(NamedTuple):
    """A value of the configuration; `key` has a dot where it stands in a table."""

    key: str
    value: object
    origin: str


class Effective(NamedTuple):
    """All values but those of rules, and every rule as it stands for a note or the vault.

    `obsidian` are the app's own settings as they are read.
    """

    values: tuple[Value, ...]
    rules: tuple[Explained, ...]
    obsidian: Mapping[str, object]


def effective(workspace: Workspace, config: Path | None, path: NotePath = "") -> Effective:
    """Return the configuration that holds for a note, or for the vault where no override does.

    `config` is the file given in place of `.knapper.toml`. Raises `ConfigError`.
    """
    source, table = config_table(workspace.root, config)
    obsidian = _plain(workspace.settings)
    assert isinstance(obsidian, dict)
    return Effective(
        tuple(_values(workspace.config, source, table)),
        tuple(workspace.explained(path)),
        obsidian,
    )


def schema_of(workspace: Workspace) -> dict[str, object]:
    """Return the JSON Schema of the configuration of this vault, its own rules included."""
    return config_schema((one.rule for one in workspace.explained("")), rule_notes())


def _values(held: Config, source: str, table: Mapping[str, object]) -> Iterator[Value]:
    for key in Config.known_keys():
        value = getattr(held, key.replace("-", "_"))
        given = table.get(key)
        origin = source if given is not None else DEFAULT
        chosen = {"select": held.chosen.select, "ignore": held.chosen.ignore}.get(key)
        if chosen:
            origin = held.chosen.origin
            value = chosen if key == "select" else (*value, *chosen)
        if key in ("sync", "watch"):
            inside = given if isinstance(given, dict) else {}
            for name, one in value._asdict().items():
                dashed = name.replace("_", "-")
                where = source if dashed in inside else DEFAULT
                yield Value(f"{key}.{dashed}", one, where)
        else:
            yield Value(key, _plain(value), origin)


def _plain(value: object) -> object:
    """Return a value as TOML and JSON have it."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name.replace("_", "-"): _plain(item) for name, item in value._asdict().items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
