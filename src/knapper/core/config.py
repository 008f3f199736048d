"""The configuration of a vault, `.knapper.toml`, as values.

Nothing is guessed: an unknown key, rule or option, or a value of the wrong type,
raises `ConfigError`, which names the file, the key and what would be right.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from knapper.core.options import OptionReader
from knapper.core.replicas import Replica, SyncSettings, read_replicas, read_sync_settings
from knapper.core.rule import SEVERITIES, Rule, Severity
from knapper.core.tables import TableReader
from knapper.core.watching import WatchSettings, read_watch_settings

__all__ = ["PRESETS", "Config", "Override", "read_config", "rules_folder", "rules_for"]

Matches = Callable[[Sequence[str], str], bool]
"""Tells whether gitignore patterns hold a path."""


class Override(NamedTuple):
    """What differs for the notes that `include` (gitignore patterns) holds."""

    include: tuple[str, ...]
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    options: Mapping[str, Mapping[str, object]] = {}


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
    baseline: str = ""
    config_folder: str = ".obsidian"


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


def read_config(data: Mapping[str, object], source: str, rules: Mapping[str, Rule]) -> Config:
    """Read the configuration from parsed TOML, checked against the rules there are.

    `source` is the file's name for messages. Raises `ConfigError`.
    """
    return _Reader(source, rules).config(data)


def rules_folder(data: Mapping[str, object], source: str) -> str:
    """Return the folder of the vault's own rules, "" if it has none. Raises `ConfigError`."""
    folder = TableReader(source).text(data, "rules", "")
    return folder.replace("\\", "/").strip("/")


def rules_for(config: Config, rules: Iterable[Rule], path: str, matches: Matches) -> list[Rule]:
    """Return the rules that hold for a note, with their severity and options."""
    overrides = [one for one in config.overrides if matches(one.include, path)]
    preset = PRESETS[config.preset]
    added = {*(() if config.select else preset.extend_select), *config.extend_select}
    ignored = set(config.ignore)
    severity, options = dict(config.severity), [preset.options, config.options]
    for override in overrides:
        ignored -= set(override.extend_select)
        added |= set(override.extend_select)
        ignored |= set(override.ignore)
        severity |= override.severity
        options.append(override.options)
    chosen = []
    for rule in rules:
        names = {rule.name, rule.family, "all"}
        wanted = _is_selected(rule, config.select)
        if not (wanted or names & added) or names & ignored:
            continue
        values = dict(rule.options)
        for layer in options:
            values |= layer.get(rule.name, {})
        chosen.append(
            rule._replace(severity=severity.get(rule.name, rule.severity), options=values)
        )
    return chosen


def _is_selected(rule: Rule, select: Sequence[str]) -> bool:
    """Tell whether `select` chooses a rule: by its name, or by its family if it is on."""
    if not select:
        return rule.enabled
    return rule.name in select or "all" in select or (rule.enabled and rule.family in select)


class _Reader(OptionReader):
    """Reads tables, and knows what to say of what does not belong there."""

    def __init__(self, source: str, rules: Mapping[str, Rule]) -> None:
        super().__init__(source)
        self.rules = rules
        self.families = {rule.family for rule in rules.values()}

    def config(self, data: Mapping[str, object]) -> Config:
        known = {name.replace("_", "-") for name in Config._fields} - {"source"}
        self.known_keys(data, known, "")
        preset = self.text(data, "preset", "recommended")
        if preset not in PRESETS:
            self.fail("preset", f"'{preset}' is no preset{self.near(preset, PRESETS)}")
        return Config(
            source=self.source,
            preset=preset,
            exclude=self.texts(data, "exclude"),
            select=self.rule_names(data, "select"),
            extend_select=self.rule_names(data, "extend-select"),
            ignore=self.rule_names(data, "ignore"),
            severity=self.severities(data, ""),
            options=self.rule_options(data, ""),
            overrides=tuple(map(self.override, self.tables(data, "overrides"))),
            replica=read_replicas(self, data),
            sync=read_sync_settings(self, data),
            watch=read_watch_settings(self, data),
            rules=rules_folder(data, self.source),
            baseline=self.text(data, "baseline", ""),
            config_folder=self.text(data, "config-folder", ".obsidian"),
        )

    def override(self, table: Mapping[str, object]) -> Override:
        known = {name.replace("_", "-") for name in Override._fields}
        self.known_keys(table, known, "overrides")
        if not table.get("include"):
            self.fail("overrides", "an override needs include = [patterns]")
        return Override(
            include=self.texts(table, "include"),
            extend_select=self.rule_names(table, "extend-select"),
            ignore=self.rule_names(table, "ignore"),
            severity=self.severities(table, "overrides."),
            options=self.rule_options(table, "overrides."),
        )

    def severities(self, data: Mapping[str, object], where: str) -> dict[str, Severity]:
        table = self.table(data, "severity")
        for name, value in table.items():
            self.known_rule(name, f"{where}severity")
            if value not in SEVERITIES:
                self.fail(f"{where}severity.{name}", f"{value!r} is none of {_list(SEVERITIES)}")
        return cast(dict[str, Severity], dict(table))

    def rule_options(
        self, data: Mapping[str, object], where: str
    ) -> dict[str, Mapping[str, object]]:
        found: dict[str, Mapping[str, object]] = {}
        for name, table in self.table(data, "options").items():
            key = f"{where}options.{name}"
            self.known_rule(name, key)
            if not isinstance(table, dict):
                self.fail(key, "expected a table of options")
            found[name] = self.options(table, self.rules[name].check, key)
        return found

    def rule_names(self, data: Mapping[str, object], key: str) -> tuple[str, ...]:
        names = self.texts(data, key)
        for name in names:
            if name not in self.families and name != "all":
                self.known_rule(name, key)
        return names

    def known_rule(self, name: str, key: str) -> None:
        if name not in self.rules:
            near = self.near(name, [*self.rules, *self.families])
            self.fail(key, f"no rule is called '{name}'{near}")


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
