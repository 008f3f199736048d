"""What a rule is: a note in `rules/` and a function, paired by name.

The function is a *check*: it takes a note (and the vault, where it must look
further) and yields findings. Its signature says the rest: a `vault` parameter
means that it is run again when other notes change, `settings` are those of the
vault, which does not, and its keyword-only parameters are its options, with type
and default.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple, overload

from knapper.core.note import Note
from knapper.core.text import Edit, Span
from knapper.core.vault import Vault

__all__ = [
    "CHECKS",
    "SEVERITIES",
    "Check",
    "Diagnostic",
    "Finding",
    "Fix",
    "Option",
    "Rule",
    "Severity",
    "When",
    "check",
]

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Fix(NamedTuple):
    """A way to mend a finding: all of its edits are made, or none.

    `safe` means that what the note says to a reader cannot change by it.
    `restructures` means that it is there to change how the blocks of the note are
    read (a fence that swallows the rest of it); other fixes must leave them.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True
    restructures: bool = False


class Finding(NamedTuple):
    """What a check saw: where, what is wrong and what would be right."""

    span: Span
    message: str
    fix: Fix | None = None


When = str | Callable[[Note, Vault], object]
"""An attribute of `Note` (`links`, `timestamps`, …), or a judgement that rules share.

Such a judgement asks `Vault.once`, so that it is made once a note.
"""


class Option(NamedTuple):
    """One option of a check, as its signature declares it."""

    type: object
    default: object


class Check(NamedTuple):
    """A check function with what its signature says, and when it may have to speak.

    Where what `when` names is empty, or none of the `signs` stands in the text, the check
    has nothing to say and is not called: most are silent on most notes. One that speaks
    of `files` judges attachments too, of which it is given the path and no text. One that
    reads `rules` is given all rules there are, those that are off here not `enabled`.
    """

    name: str
    function: Callable[..., Iterable[Finding]]
    reads_vault: bool
    options: Mapping[str, Option]
    when: When = ""
    signs: tuple[str, ...] = ()
    files: bool = False
    reads_rules: bool = False
    reads_settings: bool = False


class Rule(NamedTuple):
    """A rule as it will be run: the check, and what its note and the config say.

    `beside` has all rules, where the check reads them.
    """

    name: str
    check: Check
    severity: Severity
    enabled: bool
    summary: str
    family: str
    options: Mapping[str, object] = {}
    beside: tuple["Rule", ...] = ()


class Diagnostic(NamedTuple):
    """A finding with its note, rule and severity: what every output prints."""

    path: str
    rule: str
    severity: Severity
    finding: Finding


CHECKS: dict[str, Check] = {}

CheckFunction = Callable[..., Iterable[Finding]]


@overload
def check(function: CheckFunction, /) -> CheckFunction: ...
@overload
def check(
    *, when: When = "", signs: tuple[str, ...] = (), files: bool = False
) -> Callable[[CheckFunction], CheckFunction]: ...


def check(
    function: CheckFunction | None = None,
    /,
    *,
    when: When = "",
    signs: tuple[str, ...] = (),
    files: bool = False,
) -> object:
    """Register a function as the check of the rule of its name (`_` for `-`)."""

    def register(function: CheckFunction) -> CheckFunction:
        name = function.__name__.replace("_", "-")
        if name in CHECKS:
            raise ValueError(f"two checks are called {name}")
        parameters = inspect.signature(function, eval_str=True).parameters
        options = {
            key.replace("_", "-"): Option(parameter.annotation, parameter.default)
            for key, parameter in parameters.items()
            if parameter.kind is parameter.KEYWORD_ONLY
        }
        vault, rules, settings = (one in parameters for one in ("vault", "rules", "settings"))
        CHECKS[name] = Check(name, function, vault, options, when, signs, files, rules, settings)
        return function

    return register if function is None else register(function)
