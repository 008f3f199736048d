"""Finding a vault and its configuration; nothing else of knapper is needed for it."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from knapper.core.errors import ConfigError
from knapper.core.replicas import Replica
from knapper.core.tables import TableReader

__all__ = [
    "CONFIG_NAME",
    "config_folder",
    "config_table",
    "find_repository",
    "find_root",
    "is_vault",
    "place_of",
    "settings_folder",
]

CONFIG_NAME = ".knapper.toml"


def find_root(start: Path) -> Path:
    """Return the vault that holds `start`: the nearest folder upward that says so.

    That is one with `.knapper.toml`, `.obsidian/` or, where the configuration folder
    was renamed, a hidden folder with an `app.json`. Where there is none, `start`
    itself (or its folder) is the vault.
    """
    start = Path(os.path.abspath(start))  # noqa: PTH100 - links stay
    # with `..` a folder would be its own grandparent
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if is_vault(candidate):
            return candidate
    return folder


def is_vault(folder: Path) -> bool:
    """Tell whether a folder says that it is the root of a vault."""
    with suppress(OSError):  # what may not be looked into is not the vault
        if os.path.lexists(folder / CONFIG_NAME) or (folder / ".obsidian").is_dir():
            return True
        return next(folder.glob(".obsidian*/app.json"), None) is not None
    return False


def find_repository(folder: Path) -> Path | None:
    """Return the root of the git repository that holds a folder, None if there is none."""
    folder = folder.resolve()
    for candidate in (folder, *folder.parents):
        with suppress(OSError):
            if (candidate / ".git").exists():  # a file in a work tree of its own
                return candidate
    return None


def config_folder(root: Path, named: str) -> str:
    """Return the name of Obsidian's configuration folder; the one that is there counts."""
    if (root / named).is_dir():
        return named
    renamed = next(iter(sorted(root.glob(".obsidian*/app.json"))), None)
    return renamed.parent.name if renamed else named


def settings_folder(root: Path) -> str:
    """Return the name of the vault's configuration folder; raises `ConfigError`."""
    source, table = config_table(root)
    return config_folder(root, TableReader(source).text(table, "config-folder", ".obsidian"))


def config_table(root: Path, given: Path | None = None) -> tuple[str, Mapping[str, object]]:
    """Return the name of the configuration's file and its table, empty if there is none.

    It is `given`, or the vault's `.knapper.toml`, or `[tool.knapper]` in its
    `pyproject.toml`. Raises `ConfigError` for what cannot be read, a link to nowhere too.
    """
    import tomllib

    path = given or root / CONFIG_NAME
    key = ""
    if given is None and not os.path.lexists(path):
        path, key = root / "pyproject.toml", "knapper"
        if not path.is_file():
            return "the defaults", {}
    source = os.path.relpath(path) if path.is_absolute() else str(path)
    if given is None and path.exists() and not path.is_file():
        raise ConfigError(source, "", "this is not a file")  # a pipe would keep us waiting
    try:
        data: object = tomllib.loads(path.read_text(encoding="utf-8").removeprefix("\ufeff"))
    except OSError as error:
        raise ConfigError(source, "", (error.strerror or str(error)).lower()) from error
    except UnicodeDecodeError as error:
        raise ConfigError(source, "", "this file is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(source, "", f"this is not TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(source, "", "this is nested too deeply") from error
    if key:
        tool = data.get("tool") if isinstance(data, dict) else None
        data = tool.get(key) if isinstance(tool, dict) else None
    return source, data if isinstance(data, dict) else {}


def place_of(root: Path, replica: Replica) -> Path:
    """Return where a replica is; its path is relative to the vault."""
    return root / Path(replica.path).expanduser()
