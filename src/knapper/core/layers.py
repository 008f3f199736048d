"""Which rules hold for a note, layer by layer, and which layer said so.

What a rule's note says comes first, then the preset, the configuration, its overrides
for the folder, the command line; a later layer beats an earlier one. Within a layer
the most exact word counts: a rule's name before its family before `all`; of equal
words `ignore` counts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from knapper.core.config import PRESETS, Chosen, Config, Matches
from knapper.core.rule import Rule, Severity

__all__ = ["DEFAULT", "Explained", "explained", "rules_for"]

DEFAULT = "default"


class Explained(NamedTuple):
    """A rule with the severity and options that it has, and what each of that comes from.

    `why` says what turned it on or off, `origins` has `severity` and each option.
    """

    rule: Rule
    is_on: bool
    why: str
    origins: Mapping[str, str]


class _Layer(NamedTuple):
    origin: str
    selects: Sequence[str] = ()
    adds: Sequence[str] = ()
    ignores: Sequence[str] = ()
    severity: Mapping[str, Severity] = {}
    options: Mapping[str, Mapping[str, object]] = {}


def rules_for(config: Config, rules: Iterable[Rule], path: str, matches: Matches) -> list[Rule]:
    """Return the rules that hold for a note, with their severity and options.

    What a rule is told of those beside it does not depend on the command line: that the
    others are not asked now does not mean that they have nothing to say.
    """
    known = tuple(rules)
    held = [one.rule for one in explained(config, known, path, matches) if one.is_on]
    if not any(rule.check.reads_rules for rule in held):
        return held
    usual = config._replace(chosen=Chosen())
    beside = tuple(
        one.rule._replace(enabled=one.is_on) for one in explained(usual, known, path, matches)
    )
    return [rule._replace(beside=beside) if rule.check.reads_rules else rule for rule in held]


def explained(
    config: Config, rules: Iterable[Rule], path: str, matches: Matches
) -> Iterator[Explained]:
    """Yield every rule as it stands for a note, with the layers that made it so."""
    layers = list(_layers(config, path, matches))
    for rule in rules:
        is_on, why = _is_on(rule, config, layers)
        severity = rule.severity
        options = dict(rule.options)
        origins = dict.fromkeys(("severity", *options), DEFAULT)
        for layer in layers:
            if rule.name in layer.severity:
                severity, origins["severity"] = layer.severity[rule.name], layer.origin
            given = layer.options.get(rule.name, {})
            options |= given
            origins |= dict.fromkeys(given, layer.origin)
        yield Explained(rule._replace(severity=severity, options=options), is_on, why, origins)


def _layers(config: Config, path: str, matches: Matches) -> Iterator[_Layer]:
    preset = PRESETS[config.preset]
    added = () if config.select or config.chosen.select else preset.extend_select
    yield _Layer(f"preset '{config.preset}'", (), added, options=preset.options)
    given = (config.select, config.extend_select, config.ignore, config.severity, config.options)
    yield _Layer(config.source, *given)
    for number, one in enumerate(config.overrides, 1):
        if matches(one.include, path):
            origin = f"{config.source}, overrides {number}"
            yield _Layer(origin, (), one.extend_select, one.ignore, one.severity, one.options)


def _is_on(rule: Rule, config: Config, layers: Iterable[_Layer]) -> tuple[bool, str]:
    """Return whether a rule is on, and the layer that said so."""
    is_on, why, ignored = rule.enabled, DEFAULT, 0
    if config.select:
        is_on, why = _selected(rule, config.select) > 0, config.source
    for layer in layers:
        added = max(_exactness(rule, layer.adds), _selected(rule, layer.selects))
        left_out = _exactness(rule, layer.ignores)
        ignored = max(ignored, left_out)
        if added or left_out:
            is_on, why = added > left_out, layer.origin
    chosen = config.chosen
    if chosen.select:
        exact = _selected(rule, chosen.select)
        is_on, why = exact > 0 and exact >= ignored, chosen.origin
        return is_on and exact > _exactness(rule, chosen.ignore), why
    return (False, chosen.origin) if _exactness(rule, chosen.ignore) else (is_on, why)


def _exactness(rule: Rule, words: Sequence[str]) -> int:
    """Return how exactly the words name a rule: 3 by name, 2 by family, 1 by `all`, 0."""
    names = ("all", rule.family, rule.name)
    return max((at for at, name in enumerate(names, 1) if name in words), default=0)


def _selected(rule: Rule, words: Sequence[str]) -> int:
    """Return the same, where a family stands for those of its rules that are on by default."""
    exact = _exactness(rule, words)
    return (
        exact if exact != 2 or rule.enabled else _exactness(rule, [w for w in words if w == "all"])
    )
