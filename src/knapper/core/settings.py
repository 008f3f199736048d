"""What `.obsidian/` says of a vault, as far as reading and linting need it.

Keys and defaults: Obsidian Help ("Settings", "Templates", "Daily notes") and the
files of public vaults. A file that cannot be read counts as absent, and a value of
the wrong kind as not given: the app does the same, and nothing here is written.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from knapper.core.paths import NotePath

__all__ = [
    "DEFAULT_SETTINGS",
    "SETTING_FILES",
    "Settings",
    "SettingsError",
    "read_settings",
    "settings_error",
]

SETTING_FILES = (
    "app.json",
    "types.json",
    "templates.json",
    "daily-notes.json",
    "plugins/templater-obsidian/data.json",
)
"""The files of the configuration folder that `read_settings` wants."""


class SettingsError(NamedTuple):
    """Why a file of settings cannot be read, and where (offset in code points)."""

    offset: int
    message: str


class Settings(NamedTuple):
    """The settings of a vault; the defaults are Obsidian's."""

    new_link_format: str = "shortest"
    use_markdown_links: bool = False
    ignore_filters: tuple[str, ...] = ()
    template_folders: tuple[str, ...] = ()
    daily_folder: str = ""
    daily_format: str = "YYYY-MM-DD"
    property_types: Mapping[str, str] = {}

    def excludes(self, path: NotePath) -> bool:
        """Tell whether "Excluded files" holds the path: a prefix of it or `/regex/`."""
        return any(test(path) for test in _filters(self.ignore_filters))

    def is_template(self, path: NotePath) -> bool:
        """Tell whether the note lies in a folder of templates."""
        return any(path.startswith(f"{folder}/") for folder in self.template_folders)


DEFAULT_SETTINGS = Settings()


def settings_error(text: str) -> SettingsError | None:
    """Return why a file of settings cannot be read; an empty one has none to give."""
    start = int(text.startswith("\ufeff"))
    if not text[start:].strip():
        return None
    try:
        value = json.loads(text[start:])
    except json.JSONDecodeError as error:
        return SettingsError(start + error.pos, f"this is not JSON: {error.msg.lower()}")
    except (ValueError, RecursionError):
        return SettingsError(start, "this is no JSON that can be read")
    if isinstance(value, dict):
        return None
    return SettingsError(start, "this is JSON, and no object with keys")


def read_settings(files: Mapping[str, str]) -> Settings:
    """Read the settings from the texts of `SETTING_FILES`, those that exist."""
    values = {name: _object(files.get(name, "")) for name in SETTING_FILES}
    app, daily = values["app.json"], values["daily-notes.json"]
    filters = app.get("userIgnoreFilters")
    templater = values["plugins/templater-obsidian/data.json"]
    folders = (
        _text(values["templates.json"].get("folder")),
        _text(templater.get("templates_folder")) or _text(templater.get("template_folder")),
    )
    types = values["types.json"].get("types")
    return Settings(
        new_link_format=_text(app.get("newLinkFormat")) or "shortest",
        use_markdown_links=app.get("useMarkdownLinks") is True,
        ignore_filters=tuple(map(_text, filters)) if isinstance(filters, list) else (),
        template_folders=tuple(folder.strip("/") for folder in folders if folder.strip("/")),
        daily_folder=_text(daily.get("folder")).strip("/"),
        daily_format=_text(daily.get("format")) or "YYYY-MM-DD",
        property_types={key: _text(value) for key, value in types.items()}
        if isinstance(types, dict)
        else {},
    )


def _object(text: str) -> Mapping[str, object]:
    return _read(text) or {}


def _read(text: str) -> Mapping[str, object] | None:
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _filters(filters: tuple[str, ...]) -> list[Callable[[str], object]]:
    """Turn the filters into tests; a regular expression that is none excludes nothing."""
    tests: list[Callable[[str], object]] = []
    for pattern in filters:
        if len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/"):
            with suppress(re.error):
                tests.append(re.compile(pattern[1:-1]).search)
        elif pattern:
            tests.append(partial(_begins_with, pattern))
    return tests


def _begins_with(prefix: str, path: NotePath) -> bool:
    return path.startswith(prefix)
