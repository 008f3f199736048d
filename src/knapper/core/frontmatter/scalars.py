"""One value on one line: what an unquoted text means, and how to write a text.

SOURCE: the core schema of YAML 1.2.2 (section 10.3.2), which Obsidian reads
(release notes 1.4.1 and 1.4.5: `yes` and dates stay text).
"""

import json
import math
import re
from typing import TypeAlias

__all__ = [
    "Value",
    "double_quoted",
    "is_ambiguous",
    "is_one_line",
    "plain_value",
    "quoted",
    "single_quoted",
]

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"

_CONSTANTS: dict[str, bool | float | None] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
    | {sign + word: math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")}
    | dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf)
    | dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan)
)
_NUMBER_STARTS = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]++")
_BASED = re.compile(r"0(?:o[0-7]++|x[0-9a-fA-F]++)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE][-+]?[0-9]++)?")
# a longer number has no finite double, and Python refuses to print very long ones
_LONGEST_NUMBER = 300
# line ends, and what YAML refuses; JSON has escaped those below U+0020 already
_TO_ESCAPE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_YAML_1_1 = re.compile(r"(?i:y|n|yes|no|on|off)|=|<<|[-+.\d][\d_:.,xXobTtZza-fA-F +-]*+")


def plain_value(text: str) -> bool | int | float | str | None:
    """Return what an unquoted scalar stands for; most stand for themselves."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= _LONGEST_NUMBER else float(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _BASED.fullmatch(text):
        return int(text, 0) if len(text) <= _LONGEST_NUMBER else math.inf
    return text


def quoted(text: str) -> str:
    """Return `text` in quotes: double ones, unless it has some and single ones can hold it."""
    needs_escapes = '"' in text or "\\" in text
    return single_quoted(text) if needs_escapes and is_one_line(text) else double_quoted(text)


def double_quoted(text: str) -> str:
    """Return `text` in double quotes; what YAML cannot hold raw is escaped."""
    return _TO_ESCAPE.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def single_quoted(text: str) -> str:
    """Return `text`, which must be `is_one_line`, in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def is_one_line(text: str) -> bool:
    """Tell whether nothing in `text` is a line end or must be escaped in YAML."""
    return not _TO_ESCAPE.search(text)


def is_ambiguous(text: str) -> bool:
    """Tell whether some reader of YAML takes the unquoted text for something else.

    Obsidian reads YAML 1.2; others that open the same notes read 1.1, where `yes`
    is true, `2024-01-01` a date and `12:30` the number 750.
    """
    return _YAML_1_1.fullmatch(text) is not None or not isinstance(plain_value(text), str)
