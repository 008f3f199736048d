"""What a link is as it is written, and what it says."""

import re
from urllib.parse import unquote

__all__ = ["decoded", "displayed"]

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def displayed(target: str) -> str:
    """Return what a link shows that has no text of its own: `a#b` as `a > b`.

    Recorded from the app by obsidian-tasks.
    """
    if "#" not in target:
        return target
    return " > ".join(part.strip() for part in target.split("#") if part.strip())


def decoded(raw: str) -> str:
    """Undo the escapes of a Markdown address; a malformed one stays as it is."""
    if "\\" in raw:
        raw = _ESCAPE.sub(r"\1", raw)
    if "%" not in raw:
        return raw
    try:
        return unquote(raw, errors="strict")
    except UnicodeDecodeError:
        return raw
