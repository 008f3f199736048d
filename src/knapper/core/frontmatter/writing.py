"""A value as YAML text, in the manner of what it replaces.

Law: what is written here reads back as the same value, in YAML 1.1 and 1.2.
"""

import math
import re

from knapper.core.frontmatter.flat import read_flat
from knapper.core.frontmatter.scalars import (
    Value,
    double_quoted,
    is_ambiguous,
    is_one_line,
    quoted,
    single_quoted,
)
from knapper.core.frontmatter.tree import Style

__all__ = ["written", "written_in_flow", "written_key"]


def written(value: Value, style: Style = "plain", *, ambiguous: bool = False) -> str:
    """Return a value as it may stand after `key: ` or `- `, on one line.

    A text is quoted as `style` says, and where it must be. With `ambiguous` a text
    like `2024-01-01` may stand unquoted: Obsidian reads it as text.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return written_in_flow(value)
    if style == "double" or not is_one_line(value):
        return double_quoted(value)
    if style == "single":
        return single_quoted(value)
    plain = read_flat(f"a: {value}\n") == {"a": value} and (ambiguous or not is_ambiguous(value))
    return value if plain else quoted(value)


def written_in_flow(value: Value, *, as_json: bool = False) -> str:
    """Return a value as it may stand between brackets or braces."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _FLOATS.get(str(value)) or repr(value)
        case str():
            if as_json:
                return double_quoted(value)
            plain = _WORDS.fullmatch(value) and not is_ambiguous(value)
            return value if plain else quoted(value)
        case list():
            items = (written_in_flow(item, as_json=as_json) for item in value)
            return f"[{', '.join(items)}]"
        case dict():
            pairs = (
                f"{double_quoted(key)}: {written_in_flow(item, as_json=as_json)}"
                for key, item in value.items()
            )
            return f"{{{', '.join(pairs)}}}"


def written_key(key: str) -> str:
    """Return a key as it may stand before `:`."""
    return key if read_flat(f"{key}: a\n") == {key: "a"} and "#" not in key else quoted(key)


_WORDS = re.compile(r"\w[\w/.-]*+(?: [\w/.-]++)*")
_FLOATS = {str(math.inf): ".inf", str(-math.inf): "-.inf", str(math.nan): ".nan"}
