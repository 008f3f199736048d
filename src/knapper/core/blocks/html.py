"""Where HTML blocks begin and end (CommonMark 0.31, section 4.6)."""

import re

__all__ = ["ATTRIBUTES", "html_end", "html_ends"]

_VERBATIM_TAG = re.compile(r"<(?:script|pre|style|textarea)(?=[ \t>]|\Z)", re.IGNORECASE)
_VERBATIM_END = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
_BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup"
    r"|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset"
    r"|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol"
    r"|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr"
    r"|track|ul)(?=[ \t]|/?>|\Z)",
    re.IGNORECASE,
)
ATTRIBUTES = (
    r"(?:\s++[A-Za-z_:][A-Za-z0-9_.:-]*+"
    r"(?:\s*+=\s*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?)*"
)
_ANY_TAG = re.compile(
    rf"(?:<[A-Za-z][A-Za-z0-9-]*+{ATTRIBUTES}\s*+/?>|</[A-Za-z][A-Za-z0-9-]*+\s*+>)[ \t]*+\Z"
)


def html_end(line: str, in_paragraph: bool) -> str | None:
    """Return what ends the HTML block that `line` opens ("" is a blank line), or None.

    CommonMark 0.31, section 4.6, start conditions 1-7.
    """
    if line.startswith("<!--"):
        return "-->"
    if line.startswith("<?"):
        return "?>"
    if line.startswith("<![CDATA["):
        return "]]>"
    if line.startswith("<!"):
        return ">" if line[2:3].isascii() and line[2:3].isalpha() else None
    if _VERBATIM_TAG.match(line):
        return "</"
    if _BLOCK_TAG.match(line):
        return ""
    return "" if not in_paragraph and _ANY_TAG.match(line) else None


def html_ends(line: str, end: str) -> bool:
    """Tell whether `line` ends the HTML block that `end` ends."""
    return bool(_VERBATIM_END.search(line)) if end == "</" else end in line
