"""The definition of a link, `[x]: address "title"` (CommonMark 0.31, section 4.7)."""

__all__ = ["DEFINITION"]

DEFINITION = (
    r"(?P<label>\[)(?!\^)[^\[\]\n]++\]:[ \t]*+(?:(?P<pointed><)(?=[^<>\n]*+>))?"
    r"(?P<target>(?(pointed)[^<>\n]++|[^<\s]\S*+))(?(pointed)>)"
    r"(?:[ \t]++(?:\"(?:[^\"\\\n]++|\\.)*\"|'(?:[^'\\\n]++|\\.)*'|\((?:[^()\\\n]++|\\.)*\)))?"
    r"[ \t]*+\r?(?![^\n])"
)
"""A pattern of one on one line; `pointed` tells of an address in `<…>`. A footnote is none."""
