"""The configuration of a vault, `.knapper.toml`, as values.

Nothing is guessed: an unknown key, rule or option, or a value of the wrong type,
raises `ConfigError`, which names the file, the key and what would be right.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from knapper.core.options import OptionReader
from knapper.core.replicas import Replica, SyncSettings, read_replicas, read_sync_settings
from knapper.core.rule import SEVERITIES, Rule, Severity
from knapper.core.tables import TableReader
from knapper.core.watching import WatchSettings, read_watch_settings

__all__ = [
    "BASELINE",
    "PRESETS",
    "Chosen",
    "Config",
    "Matches",
    "Override",
    "read_config",
    "rules_folder",
]

Matches = Callable[[Sequence[str], str], bool]
"""Tells whether gitignore patterns hold a path."""


BASELINE = ".knapper-baseline.json"
"""The file of known findings; it counts where it is there."""


class Override(NamedTuple):
    """What differs for the notes that `include` (gitignore patterns) holds."""

    include: tuple[str, ...]
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    options: Mapping[str, Mapping[str, object]] = {}


class Chosen(NamedTuple):
    """The rules that the command line asks for, over what the configuration says."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    origin: str = "the command line"


class Config(NamedTuple):
    """The configuration; the defaults are those of a vault without `.knapper.toml`."""

    source: str = "the defaults"
    preset: str = "recommended"
    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    options: Mapping[str, Mapping[str, object]] = {}
    overrides: tuple[Override, ...] = ()
    replica: tuple[Replica, ...] = ()
    sync: SyncSettings = SyncSettings()
    watch: WatchSettings = WatchSettings()
    rules: str = ""
    baseline: str = BASELINE
    config_folder: str = ".obsidian"
    chosen: Chosen = Chosen()

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the keys that a configuration may have."""
        return tuple(name.replace("_", "-") for name in cls._fields[1:-1])


class _Preset(NamedTuple):
    extend_select: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, object]] = {}


PRESETS: Mapping[str, _Preset] = {
    "recommended": _Preset(),
    "strict": _Preset(extend_select=("all",)),
    "video-notes": _Preset(
        options={
            "timestamp-shifted": {"max-hours": 5},
            "timestamp-value-short": {"safe": True},
        }
    ),
}


def read_config(
    data: Mapping[str, object],
    source: str,
    rules: Mapping[str, Rule],
    families: Collection[str] | None = None,
) -> Config:
    """Read the configuration from parsed TOML, checked against the rules there are.

    `source` is the file's name for messages; `families` are those of the rules, if they
    are known already. Raises `ConfigError`.
    """
    if families is None:
        families = {rule.family for rule in rules.values()}
    return _Reader(source, rules, families).config(data)


def rules_folder(data: Mapping[str, object], source: str) -> str:
    """Return the folder of the vault's own rules, "" if it has none. Raises `ConfigError`."""
    folder = TableReader(source).text(data, "rules", "")
    return folder.replace("\\", "/").strip("/")


class _Reader(OptionReader):
    """Reads tables, and knows what to say of what does not belong there."""

    def __init__(self, source: str, rules: Mapping[str, Rule], families: Collection[str]) -> None:
        super().__init__(source)
        self.rules, self.families = rules, families

    def config(self, data: Mapping[str, object]) -> Config:
        self.known_keys(data, Config.known_keys())
        preset = self.text(data, "preset", "recommended")
        if preset not in PRESETS:
            self.fail("preset", f"'{preset}' is no preset{self.near(preset, PRESETS)}")
        return Config(
            source=self.source,
            preset=preset,
            exclude=self.patterns(data, "exclude"),
            select=self.rule_names(data, "select"),
            extend_select=self.rule_names(data, "extend-select"),
            ignore=self.rule_names(data, "ignore"),
            severity=self.severities(data),
            options=self.rule_options(data),
            overrides=tuple(map(self.override, self.tables(data, "overrides"))),
            replica=read_replicas(self, data),
            sync=read_sync_settings(self, data),
            watch=read_watch_settings(self, data),
            rules=rules_folder(data, self.source),
            baseline=self.text(data, "baseline", BASELINE),
            config_folder=self.text(data, "config-folder", ".obsidian"),
        )

    def override(self, table: Mapping[str, object]) -> Override:
        inside = self.within("overrides")
        inside.known_keys(table, {name.replace("_", "-") for name in Override._fields})
        if not inside.texts(table, "include"):
            self.fail("overrides", "an override needs include = [patterns]")
        return Override(
            include=inside.patterns(table, "include"),
            extend_select=inside.rule_names(table, "extend-select"),
            ignore=inside.rule_names(table, "ignore"),
            severity=inside.severities(table),
            options=inside.rule_options(table),
        )

    def severities(self, data: Mapping[str, object]) -> dict[str, Severity]:
        table, inside = self.table(data, "severity"), self.within("severity")
        for name, value in table.items():
            self.known_rule(name, "severity")
            if value not in SEVERITIES:
                inside.fail(name, f"{value!r} is none of {_list(SEVERITIES)}")
        return cast(dict[str, Severity], dict(table))

    def rule_options(self, data: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
        found: dict[str, Mapping[str, object]] = {}
        for name, table in self.table(data, "options").items():
            key = f"options.{name}"
            self.known_rule(name, key)
            if not isinstance(table, dict):
                self.fail(key, "expected a table of options")
            found[name] = self.within(key).options(table, self.rules[name].check)
        return found

    def rule_names(self, data: Mapping[str, object], key: str) -> tuple[str, ...]:
        names = self.texts(data, key)
        for name in names:
            if name not in self.families and name != "all":
                self.known_rule(name, key, self.families)
        return names

    def known_rule(self, name: str, key: str, families: Collection[str] = ()) -> None:
        """Refuse what is no rule; `families` are those that could stand there as well."""
        if name not in self.rules:
            if name in self.families:
                self.fail(key, f"'{name}' is a family; expected the name of a rule")
            near = self.near(name, [*self.rules, *families])
            self.fail(key, f"no rule is called '{name}'{near}")


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
