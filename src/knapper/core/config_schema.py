"""The JSON Schema of `.knapper.toml`, made from the rules and their signatures.

It is of draft 2020-12. What it cannot say (two replicas of one name) is said when the
configuration is read; what it refuses is refused there too.
"""

import re
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import get_args, get_origin

from knapper.core.config import PRESETS, Config, Override
from knapper.core.options import words_of
from knapper.core.replicas import Mode, Replica, SyncSettings
from knapper.core.rule import SEVERITIES, Rule
from knapper.core.rulebook import RuleNote
from knapper.core.watching import Observer, WatchSettings

__all__ = ["config_schema"]

Schema = dict[str, object]

_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_RULES: Schema = {"type": "array", "items": {"$ref": "#/$defs/rules"}}
_SAID = {
    "preset": "Which rules are on, and with what options, to begin with.",
    "exclude": "Gitignore patterns of notes that are not checked; links to them still resolve.",
    "select": "Only these rules, or what is on by default of these families.",
    "extend-select": "These rules too, though they are off by default.",
    "ignore": "Not these rules or families.",
    "severity": "How bad a finding of a rule is.",
    "options": "The options of rules, a table for each.",
    "overrides": "What differs for some notes; a later override beats an earlier one.",
    "replica": "A folder that the vault is kept in sync with, or pulled from.",
    "sync": "How much of the history of synced notes is kept.",
    "watch": "How patient `knapper watch` is.",
    "rules": "The folder of the vault whose notes are rules of its own.",
    "baseline": "The file of known findings, seen from the vault; none if empty.",
    "config-folder": "Obsidian's configuration folder, where it was renamed.",
    "overrides.include": "Gitignore patterns of the notes for which this holds.",
    "replica.name": "What `knapper sync NAME` calls it.",
    "replica.path": "Where the folder is, seen from the vault.",
    "replica.mode": "pull: from there to here; push: from here to there; "
    "two-way: both; mirror: an exact copy there.",
    "replica.into": "The folder of the vault that takes part, all of it if empty.",
    "replica.exclude": "Gitignore patterns of what takes no part.",
    "replica.fix": "Whether its notes are mended.",
    "sync.history-megabytes": "How much room old versions may take.",
    "sync.history-days": "How many days old versions are kept.",
    "sync.keep-days": "Nothing newer than so many days is ever dropped.",
    "watch.fix": "Whether safe fixes are made.",
    "watch.fix-quiet": "Seconds without an edit before a note is mended.",
    "watch.sync-quiet": "Seconds without an edit before a note is synced.",
    "watch.rescan": "Seconds after which the whole vault is looked at again.",
    "watch.observer": "How changes are heard of.",
}
_OPTION = re.compile(r"^- `([\w-]+)`: (.+?)(?: \(default .*)?\.?$", re.MULTILINE)


def config_schema(rules: Iterable[Rule], notes: Iterable[RuleNote]) -> Schema:
    """Return the schema for a vault with these rules; `notes` are the rules' pages."""
    chosen = sorted(rules, key=lambda rule: rule.name)
    pages = {note.name: note for note in notes}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of knapper, .knapper.toml",
        **_table("", Config.known_keys(), _values(chosen, pages)),
        "$defs": {"rules": {"enum": [*_families(chosen), *(rule.name for rule in chosen)]}},
    }


def _families(rules: Iterable[Rule]) -> list[str]:
    return ["all", *sorted({rule.family for rule in rules})]


def _values(rules: list[Rule], pages: Mapping[str, RuleNote]) -> dict[str, Schema]:
    """Return the schemas of the keys at the top."""
    usual = Config()
    shared: dict[str, Schema] = {
        "extend-select": _RULES,
        "ignore": _RULES,
        "severity": _severities(rules),
        "options": _options(rules, pages),
    }
    override = _table(
        "overrides.", _keys(Override), {**shared, "include": {**_TEXTS, "minItems": 1}}
    )
    return {
        **shared,
        "preset": {"enum": list(PRESETS), "default": usual.preset},
        "exclude": _TEXTS,
        "select": _RULES,
        "overrides": {"type": "array", "items": {**override, "required": ["include"]}},
        "replica": {"type": "array", "items": _replica()},
        "sync": _settings("sync.", SyncSettings()._asdict(), {}),
        "watch": _settings(
            "watch.",
            WatchSettings()._asdict(),
            {"observer": {"enum": list(get_args(Observer))}, "rescan": {"minimum": 1}},
        ),
        "rules": {"type": "string"},
        "baseline": {"type": "string", "default": usual.baseline},
        "config-folder": {"type": "string", "default": usual.config_folder},
    }


def _keys(kind: type[Override] | type[Replica]) -> tuple[str, ...]:
    return tuple(name.replace("_", "-") for name in kind._fields)


def _table(where: str, keys: Iterable[str], values: Mapping[str, Schema]) -> Schema:
    """Return the schema of a table that has these keys and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            key: {"description": _SAID.get(f"{where}{key}") or _SAID[key], **values[key]}
            for key in keys
        },
    }


def _settings(where: str, usual: Mapping[str, object], more: Mapping[str, Schema]) -> Schema:
    values: dict[str, Schema] = {}
    for name, value in usual.items():
        key = name.replace("_", "-")
        values[key] = {**_of_type(type(value), value), **more.get(key, {})}
        if type(value) is int:
            values[key] = {"minimum": 0, **values[key]}
    return _table(where, values, values)


def _replica() -> Schema:
    name: Schema = {"type": "string", "minLength": 1}
    inside: Schema = {"type": "string", "pattern": r"^\s*(?!/)(?!(.*/)?\.\.(/|\s*$))"}
    values: dict[str, Schema] = {
        "name": name,
        "path": name,
        "mode": {"enum": list(get_args(Mode)), "default": "two-way"},
        "into": inside,
        "exclude": _TEXTS,
        "fix": {"type": "boolean", "default": True},
    }
    return {**_table("replica.", _keys(Replica), values), "required": ["name", "path"]}


def _severities(rules: Iterable[Rule]) -> Schema:
    named = {
        rule.name: {"description": rule.summary, "enum": list(SEVERITIES), "default": rule.severity}
        for rule in rules
    }
    return {"type": "object", "additionalProperties": False, "properties": named}


def _options(rules: Iterable[Rule], pages: Mapping[str, RuleNote]) -> Schema:
    tables = {rule.name: _options_of(rule, pages.get(rule.name)) for rule in rules}
    return {"type": "object", "additionalProperties": False, "properties": tables}


def _options_of(rule: Rule, page: RuleNote | None) -> Schema:
    """Return the schema of a rule's options, with the words of its page."""
    said = dict(_OPTION.findall(page.body if page else ""))
    named: dict[str, Schema] = {}
    for name, option in rule.check.options.items():
        about: Schema = {"description": said[name]} if name in said else {}
        named[name] = {**about, **_of_type(option.type, option.default)}
    return {
        "type": "object",
        "description": rule.summary,
        "additionalProperties": False,
        "properties": named,
    }


def _of_type(kind: object, default: object) -> Schema:
    """Return the schema of a value as a signature declares it; `None` has none in TOML."""
    kinds = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) is tuple:
        words = words_of(kind)
        found: Schema = {**_TEXTS, "items": {"enum": list(words)}} if words else dict(_TEXTS)
    else:
        named: dict[object, str] = {
            bool: "boolean", int: "integer", float: "number", str: "string",
        }  # fmt: skip
        names = [named[one] for one in (kinds if isinstance(kind, UnionType) else [kind])]
        found = {"type": names[0] if len(names) == 1 else names}
    if default is not None:
        found["default"] = list(default) if isinstance(default, tuple) else default
    return found
