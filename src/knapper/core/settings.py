"""What `.obsidian/` says of a vault, as far as reading and linting need it.

Keys and defaults: Obsidian Help ("Settings", "Templates", "Daily notes") and the
files of public vaults. A file that cannot be read counts as absent, and a value of
the wrong kind as not given: the app does the same, and nothing here is written.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from knapper.core.filters import excluded, unusable
from knapper.core.paths import NotePath, folded, folder_of, join

__all__ = [
    "DEFAULT_SETTINGS",
    "SETTING_FILES",
    "Period",
    "Settings",
    "SettingsError",
    "read_settings",
    "settings_errors",
]

_PLUGINS = "core-plugins.json"
_DAILY = "daily-notes.json"
_UNIQUE = "zk-prefixer.json"
_TEMPLATER = "plugins/templater-obsidian/data.json"
_PERIODIC = "plugins/periodic-notes/data.json"
SETTING_FILES = (
    "app.json",
    "types.json",
    _PLUGINS,
    "templates.json",
    _DAILY,
    _UNIQUE,
    _TEMPLATER,
    _PERIODIC,
)
"""The files of the configuration folder that `read_settings` wants."""

_DAYS = "YYYY-MM-DD"
_PERIODS = {
    "daily": _DAYS,
    "weekly": "gggg-[W]ww",
    "monthly": "YYYY-MM",
    "quarterly": "YYYY-[Q]Q",
    "yearly": "YYYY",
}
"""The default formats of the plugin Periodic Notes (its README)."""


class SettingsError(NamedTuple):
    """What cannot be read in a file of settings, and where (offset in code points)."""

    offset: int
    message: str


class Period(NamedTuple):
    """Where the notes of days (weeks, …) lie, and their format as moment.js has it."""

    folder: str = ""
    form: str = _DAYS


class Settings(NamedTuple):
    """The settings of a vault; the defaults are Obsidian's.

    `template_files` are notes that are used as templates outside of the
    `template_folders`; they may lack their extension.
    """

    new_link_format: str = "shortest"
    use_markdown_links: bool = False
    always_update_links: bool = False
    strict_line_breaks: bool = False
    attachment_folder_path: str = "/"
    ignore_filters: tuple[str, ...] = ()
    template_folders: tuple[str, ...] = ()
    template_files: tuple[str, ...] = ()
    periods: tuple[Period, ...] = (Period(),)
    property_types: Mapping[str, str] = {}
    core_plugins: tuple[str, ...] | None = None

    def excludes(self, path: NotePath) -> bool:
        """Tell whether "Excluded files" holds the path: a prefix of it or `/regex/`."""
        return bool(self.ignore_filters) and excluded(path, self.ignore_filters)

    def is_template(self, path: NotePath) -> bool:
        """Tell whether the note lies in a folder of templates, or is used as one."""
        if not (self.template_folders or self.template_files):
            return False
        here = folded(path)
        if here.startswith(tuple(f"{folded(folder)}/" for folder in self.template_folders)):
            return True
        return here.removesuffix(".md") in {
            folded(one).removesuffix(".md") for one in self.template_files
        }

    def attachment_folder(self, note: NotePath) -> str:
        """Return the folder to which a file goes that is pasted into a note, "" for the root.

        `/` is the root of the vault, `.` or `./` the note's own folder, `./x` one in it,
        and `x` a folder of the vault (Obsidian Help, "Settings").
        """
        path = self.attachment_folder_path
        beside = path.startswith("./") or path == "."
        return join(folder_of(note) if beside else "", path) or ""

    def naming(self, path: NotePath) -> Iterator[str]:
        """Yield what a file or folder is in these settings, which a renaming does not change."""
        named = {
            "a folder of templates": self.template_folders,
            "a template": (*self.template_files, *(f"{one}.md" for one in self.template_files)),
            "the folder of notes of days": tuple(one.folder for one in self.periods),
            "the folder of attachments": (self.attachment_folder_path.strip("/"),),
            "excluded files": self.ignore_filters,
        }
        for what, paths in named.items():
            if any(f"{one}/".startswith(f"{path}/") for one in paths):
                yield what


DEFAULT_SETTINGS = Settings()


def settings_errors(name: str, text: str) -> Iterator[SettingsError]:
    """Yield what cannot be read in one of the `SETTING_FILES`; an empty one has nothing."""
    start = int(text.startswith("\ufeff"))
    if not text[start:].strip():
        return
    try:
        value = json.loads(text[start:])
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg.lower()}; the settings in it do not count"
        yield SettingsError(start + error.pos, message)
        return
    except (ValueError, RecursionError):
        yield SettingsError(start, "this is no JSON that can be read; it does not count")
        return
    if not isinstance(value, list if name == _PLUGINS and isinstance(value, list) else dict):
        message = "this is JSON, and no object with keys; the settings in it do not count"
        yield SettingsError(start, message)
    elif name == "app.json":
        for one, reason in unusable(read_settings({name: text}).ignore_filters):
            offset = max(start, text.find(json.dumps(one)))
            yield SettingsError(offset, f"the filter '{one}' excludes nothing: {reason}")


def read_settings(files: Mapping[str, str]) -> Settings:
    """Read the settings from the texts of `SETTING_FILES`, those that exist."""
    values = {name: _object(files.get(name, "")) for name in SETTING_FILES}
    app = values["app.json"]
    link_format, filters = _text(app.get("newLinkFormat")), app.get("userIgnoreFilters")
    types = values["types.json"].get("types")
    return Settings(
        new_link_format=link_format if link_format in _LINK_FORMATS else "shortest",
        use_markdown_links=app.get("useMarkdownLinks") is True,
        always_update_links=app.get("alwaysUpdateLinks") is True,
        strict_line_breaks=app.get("strictLineBreaks") is True,
        attachment_folder_path=_text(app.get("attachmentFolderPath")) or "/",
        ignore_filters=tuple(map(_text, filters)) if isinstance(filters, list) else (),
        template_folders=tuple(dict.fromkeys(_template_folders(values))),
        template_files=tuple(dict.fromkeys(_template_files(values))),
        periods=tuple(dict.fromkeys(_periods(values))),
        property_types={key: _text(value) for key, value in types.items()}
        if isinstance(types, dict)
        else {},
        core_plugins=_plugins(_read(files.get(_PLUGINS, ""))),
    )


_LINK_FORMATS = ("shortest", "relative", "absolute")
_Values = Mapping[str, Mapping[str, object]]


def _template_folders(values: _Values) -> Iterator[str]:
    templater = values[_TEMPLATER]
    for folder in (
        _path(values["templates.json"].get("folder")),
        _path(templater.get("templates_folder")) or _path(templater.get("template_folder")),
    ):
        if folder:
            yield folder


def _template_files(values: _Values) -> Iterator[str]:
    """Yield the notes from which those of a day, a week or a new idea are made."""
    kinds = (values[_DAILY], values[_UNIQUE], *map(_mapping, values[_PERIODIC].values()))
    for kind in kinds:
        if path := _path(kind.get("template")):
            yield path


def _periods(values: _Values) -> Iterator[Period]:
    daily = values[_DAILY]
    yield Period(_path(daily.get("folder")), _text(daily.get("format")) or _DAYS)
    for name, form in _PERIODS.items():
        kind = _mapping(values[_PERIODIC].get(name))
        if kind.get("enabled") is True:
            yield Period(_path(kind.get("folder")), _text(kind.get("format")) or form)


def _plugins(value: object) -> tuple[str, ...] | None:
    """Return the core plugins that are on; a list in older vaults, else one flag each."""
    if isinstance(value, list):
        return tuple(one for one in value if isinstance(one, str))
    if isinstance(value, dict) and value:
        return tuple(name for name, is_on in value.items() if is_on is True)
    return None


def _object(text: str) -> Mapping[str, object]:
    return _mapping(_read(text))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _read(text: str) -> object:
    try:
        return json.loads(text.removeprefix("\ufeff")) if text else {}
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _path(value: object) -> str:
    return _text(value).strip().strip("/")
