"""Headings, block ids and tags of a note: variants of what was observed in Obsidian.

Sources: the cases in `conformance/cases.json` with their notes; CommonMark 0.31 where
Obsidian is not known to differ.
"""

import pytest

from knapper.core.note import Note, facts_of

HEADINGS = [
    ("#", [(1, "")]),
    ("# #", [(1, "")]),
    ("#\ta", [(1, "a")]),
    ("#a", []),
    ("#\u00a0a", []),
    ("####### a", []),
    ("   # a", [(1, "a")]),
    ("    # a", []),
    ("# a #b", [(1, "a #b")]),
    ("# a   ###  ", [(1, "a")]),
    ("# a\\#", [(1, "a\\#")]),
    ("# a\r\n## b\r\n", [(1, "a"), (2, "b")]),
    ("a\n# b", [(1, "b")]),
    ("# [[A]] `c` ^d", [(1, "[[A]] `c` ^d")]),
    # not inside of containers, code, HTML and math
    ("- # a", []),
    ("> # a", []),
    ("> [!note]\n> # a", []),
    ("[^1]: # a", []),
    ("```\n# a\n```", []),
    ("$$\n# a\n$$", []),
    ("<!--\n# a\n-->", []),
    ("<div>\n# a\n\n# b\n</div>", [(1, "b")]),
    ("---\n# a\n---\n# b", [(1, "b")]),
    # underlined: a line alone, the underline at the margin and with nothing after it
    ("a\n=", [(1, "a")]),
    ("a\n--", [(2, "a")]),
    ("a\nb\n---", []),
    ("a\n --- ", []),
    ("a\n--- ", []),
    ("a\n- - -", []),
    ("- a\n===", []),
    ("> a\n===", []),
    ("    a\n---", []),
    ("a  \n===", [(1, "a")]),
    ("![[A]]\n---", [(2, "![[A]]")]),
    ("| a |\n| - |\n| b |\n---", []),
    # a definition of a link is no text: the line below it stands alone
    ("[x]: a.md\nb\n---", [(2, "b")]),
    ("[x]: <a b> 'c'\r\n[y]: (d) (e)\r\nb\r\n===", [(1, "b")]),
    ('[x]: a.md "c \\" d"\nb\n---', [(2, "b")]),
    ("[x]: a.md\n[b]\n---", [(2, "[b]")]),
    ("[x]: a.md\n---", [(2, "[x]: a.md")]),
    ("[x]: a.md\nb\nc\n---", []),
    ("[x]: a b\nc\n---", []),
    ("[x]: a 'b\nc\n---", []),
    ("[^x]: a.md\nb\n---", []),
    ("a\n[x]: a.md\nb\n---", []),
    (" [x]: a.md\nb\n---", []),
    ("- [x]: a.md\nb\n---", []),
    # a line without their marks stays in a list item, and ends a quote if it is underlined
    ("# a\n-\nb\n---", [(1, "a")]),
    ("- # a\nb\n---", []),
    ("- a\nb\n---", []),
    ("- a\n\nb\n---", [(2, "b")]),
    ("> a\nb\n---", [(2, "b")]),
    ("> - a\nb\nc\n===", [(1, "c")]),
    ("> # a\nb\n---", [(2, "b")]),
    ("- > a\nb\n---", []),
    # a comment of several lines ends with all that is open in it
    ("%%\n```\n%%\n# a", [(1, "a")]),
    ("  %% x\n- ```\n\n> %%\n# a", [(1, "a")]),
    ("```\n%%\n```\n# a\n%%\n# b", [(1, "a"), (1, "b")]),
    ("%% a %%\n```\n%%\n# b", []),
    ("%% 5%\n```\n%%\n# b", []),
    ("    %%\n```\n%%\n# b", []),
    ("%%\na\n%% b\n---", []),
]
IDS = [
    ("x ^a", ["a"]),
    ("x ^A-1\t", ["A-1"]),
    ("x^a", []),
    ("x ^a y", []),
    ("x ^a_b", []),
    ("x ^ä", []),
    ("x \\^a", []),
    ("x ^a.", []),
    ("x ^a ^b", ["b"]),
    ("x ^a\r\n\r\ny", ["a"]),
    ("x ^a\ny", []),
    ("x\n^a", ["a"]),
    ("x\n^a\ny", []),
    ("x ^a\n- y", ["a"]),
    ("- x ^a\n- y ^b", ["a", "b"]),
    ("- x\n  ^a\n- y", ["a"]),
    ("- [ ] x ^a\n  - y ^b", ["a", "b"]),
    ("1. a\n2. b\n\n^list\n\nx", ["list"]),
    ("| a |\n|--|\n| b |\n\n^t\n", ["t"]),
    ("| a |\n|--|\n| b |\n^t\n", ["t"]),
    ("| a |\n|--|\n| b ^t |\n", []),
    ("> x\n\n^q", ["q"]),
    ("> x\n^q", ["q"]),
    ("> [!note] t\n> x ^q", ["q"]),
    ("> [!note] t ^q\n> x", ["q"]),
    ("> x\n> [!note] t ^q\n> x", []),
    ("```\nx ^a\n```\n^c", ["c"]),
    ("$$\nx\n$$\n^m", ["m"]),
    ("![[A]] ^e", ["e"]),
    ("`c` ^a", ["a"]),
    ("`c ^a`", []),
    ("x [^1] ^a", ["a"]),
    ("x ^a [^1]", []),
    ("# H ^h", ["h"]),
    ("    x ^a", []),
    ("<div>\nx ^a\n</div>", []),
    ("%% x ^a %%", []),
    ("x ^a\n%%\ny ^b\n%%\nz ^c", ["a", "b", "c"]),
    ("x ^a\r\n%%\r\ny\r\n%%\r\n", ["a"]),
    ("- x ^a\n  %%\n  y\n  %%\n- z ^c", ["a", "c"]),
    ("> x ^a\n%%\ny\n%%", ["a"]),
    ("    x\n%%\ny\n%%\nz ^a", ["a"]),
]
TAGS = [
    ("#a #b/c #d_e-f", ["#a", "#b/c", "#d_e-f"]),
    ("x#a (#b) /#c \"#d \u200b#e", []),
    ("\u00a0#a\u3000#b\ufeff#c\t#d", ["#a", "#b", "#c", "#d"]),
    ("#1 #1984 #1a #y1984 #1/2", ["#1a", "#y1984"]),
    ("#a/ #b, #c. #d! #e's", ["#a", "#b", "#c", "#d", "#e"]),
    ("#a\u2014b #c\u2026 #d\u2019e #f\u200dg", ["#a", "#c", "#d", "#f"]),
    ("#中文 #日本語/タグ #тег #وسم #한글 #é #🚀x", [
        "#中文", "#日本語/タグ", "#тег", "#وسم", "#한글", "#é", "#🚀x"
    ]),
    ("\\#a \\##b \\>#c", ["#b", "#c"]),
    ("[[A#b]] [[#c]] [x](#d) https://x.y/#e <https://x#f>", []),
    ("`#a` $#b$ <!-- #c --> <i class='#d'>", []),
    ("%% #a %%", ["#a"]),
    ("# H #a", ["#a"]),
    ("> #a\n- #b\n1. #c\n- [ ] #d\n> [!note] #e", ["#a", "#b", "#c", "#d", "#e"]),
    ("| #a | b |\n|-|-|\n| c | #d |", ["#a", "#d"]),
    ("```\n#a\n```\n#b", ["#b"]),
    ("    #a\n\nx\n    #b", ["#b"]),
    ("---\nx: '#a'\n---\n#b", ["#b"]),
    ("#a[[A]] [[A]]#b", ["#a", "#b"]),
    # code, HTML and math of a quote or list item go on in lines without their marks
    ("> ```\n#a", []),
    ("> ```\n> x\n> ```\n #a", ["#a"]),
    ("> ```\n\n#a", ["#a"]),
    ("> ```\n# H #a", ["#a"]),
    ("> ```\n- #a", ["#a"]),
    ("- ```\nx #a", []),
    ("- ```\n> #a", []),
    ("- ```\n- #a", ["#a"]),
    ("- ```\n  x\n```\n#a", []),
    ("1. <div>\n#a", []),
    ("> $$\nx #a\n$$ #b", ["#b"]),
    ("> - ~~~\nx #a", []),
    ("> a\n    #b", []),
    ("> a\n    > #b", ["#b"]),
    ("- a\n    #b", ["#b"]),
]  # fmt: skip
FOOTNOTES = [
    ("x[^1]\n\n[^1]: a", {"1"}),
    ("[^Long-name]: a\n> [^q]: b", {"long-name", "q"}),
    ("x [^1]: a", set()),
    ("```\n[^1]: a\n```", set()),
    ("[^1] a", set()),
    ("- [^1]: a\n1. [^2]: b\n- [/] [^3]: c", {"1", "2", "3"}),
    ("> [!note]- [^1]: a", {"1"}),
    ("[^1]: [^2]: a", {"1", "2"}),
    ("[^a b]: c", set()),
]
TABLES = [
    ("| a | b |\n| - | - |\n| c | d |\n\n| e |", "| a | b |\n| - | - |\n| c | d |\n"),
    ("a | b\n-- | --\n  c | d\nx", "a | b\n-- | --\n  c | d\n"),
    # the title of a callout stands alone
    ("> [!a] b\n> | c |\n> | - |\n> | d |", "| c |\n> | - |\n> | d |"),
    ("- > [!a]- b\n  > | c |\n  > | - |", "| c |\n  > | - |"),
    ("> [!a]b\n> | c |\n> | - |", ""),
    # the number of cells does not matter where there are pipes
    ("| a | b | c |\n|-|-|\n| d |", "| a | b | c |\n|-|-|\n| d |"),
    ("a | b\n---", ""),
    ("a | b\n-- | --\nc | d\n[[e]] | f\ng", "a | b\n-- | --\nc | d\n[[e]] | f\n"),
    ("- x\n\n  | a |\n  | - |\n  | b |", "| a |\n  | - |\n  | b |"),
    (" | a |\n | - |", "| a |\n | - |"),
    # all rows begin with a pipe at the margin, or none does
    ("| a | b |\n-- | --", ""),
    ("| a | b |\n | - | - |", ""),
    ("a | b\n| - | - |", ""),
    ("| a |\n| - |\nb | c", "| a |\n| - |\n"),
    ("| a |\n| - |\n | b |", "| a |\n| - |\n"),
    ("| a |\n| - |\n| b", "| a |\n| - |\n"),
    ("a | b\n-- | --\n| c | d |", "a | b\n-- | --\n"),
    # a table begins with its paragraph, and is none below another line
    ("x\n| a |\n| - |", ""),
    ("> x\n| a |\n| - |", ""),
]


@pytest.mark.parametrize(("text", "expected"), HEADINGS, ids=[repr(t) for t, _ in HEADINGS])
def test_headings(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(one.level, one.text) for one in Note("s.md", text).headings] == expected


@pytest.mark.parametrize(("text", "expected"), IDS, ids=[repr(t) for t, _ in IDS])
def test_block_ids(text: str, expected: list[str]) -> None:
    assert [one.name for one in Note("s.md", text).blocks] == expected


@pytest.mark.parametrize(("text", "expected"), TAGS, ids=[repr(t) for t, _ in TAGS])
def test_tags(text: str, expected: list[str]) -> None:
    assert [one.name for one in Note("s.md", text).tags] == expected


@pytest.mark.parametrize(("text", "expected"), FOOTNOTES, ids=[repr(t) for t, _ in FOOTNOTES])
def test_footnotes(text: str, expected: set[str]) -> None:
    assert facts_of(Note("s.md", text)).footnotes == expected


@pytest.mark.parametrize(("text", "expected"), TABLES, ids=[repr(t) for t, _ in TABLES])
def test_tables(text: str, expected: str) -> None:
    found = [text[table.start : table.end] for table in Note("s.md", text).tables]
    assert found == ([expected] if expected else [])
