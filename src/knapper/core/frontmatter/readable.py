"""Letting libyaml, which knows YAML 1.1, read a text as YAML 1.2 has it.

What it would take otherwise is replaced by stand-ins of the same length, so that all
places stay, and put back into the values. The cases were found by comparing it with the
two libraries of JavaScript (`yaml`, `js-yaml`), of which Obsidian has one.
"""

import re

__all__ = ["readable", "restored"]

# never characters of a text
_STAND_INS = {
    "\x85": "\U0001fffe",  # YAML 1.1 breaks lines at these
    "\u2028": "\U0001ffff",
    "\u2029": "\U0002fffe",
    "\t": "\U0002ffff",
    ":": "\U0003fffe",
}
_BACK = str.maketrans({stand_in: character for character, stand_in in _STAND_INS.items()})
_NOT_BREAKS = re.compile("[\x85\u2028\u2029]")
_TAB_LINE = re.compile(r"^ *+\t[ \t]*+$", re.MULTILINE)
_TAB_AFTER_DASH = re.compile(r"^( *+-)\t[ \t]*+(?=[^ \t\n])", re.MULTILINE)
_BLOCK_SCALAR = re.compile(r"[:-][ \t]++[|>][-+0-9]*+[ \t]*+\r?\n(?:[ \t]*+\r?\n)*( ++)(\t++)")
_COLON_IN_FLOW = re.compile(r"(?<=[\[{,])([ \t]*+):(?=[^\s,\[\]{}])")


def readable(source: str) -> tuple[str, bool]:
    """Return a text of the same length for libyaml, and whether it has stand-ins."""
    text = source
    if _NOT_BREAKS.search(text):
        text = _NOT_BREAKS.sub(lambda match: _STAND_INS[match[0]], text)
    if "\t" in text:
        text = _TAB_LINE.sub(lambda match: " " * len(match[0]), text)
        text = _TAB_AFTER_DASH.sub(_with_blanks, text)
        text = _BLOCK_SCALAR.sub(_with_tabs_kept, text)
    if ":" in text:
        text = _COLON_IN_FLOW.sub(rf"\1{_STAND_INS[':']}", text)
    return text, any(stand_in in text for stand_in in _STAND_INS.values())


def restored(text: str) -> str:
    """Return a value with its own characters in place of the stand-ins."""
    return text.translate(_BACK)


def _with_blanks(match: re.Match[str]) -> str:
    return match[1] + " " * (len(match[0]) - len(match[1]))


def _with_tabs_kept(match: re.Match[str]) -> str:
    return match[0][: -len(match[2])] + _STAND_INS["\t"] * len(match[2])
