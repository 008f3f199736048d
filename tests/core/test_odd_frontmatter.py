"""Frontmatter in odd shapes: what is a block, and what YAML 1.2 makes of it.

The values are those of `yaml`, the library of JavaScript, for the same text; `None` is
what it refuses. So does Obsidian, whose blocks these are.
"""

import pytest

from knapper.core.frontmatter import read_frontmatter
from knapper.core.note import Note

VALUES: list[tuple[str, dict[str, object] | None]] = [
    ("a: 1\nb: yes\nc: 2024-01-01\nd: 12:30\ne: ~\nf: 0x1F",
     {"a": 1, "b": "yes", "c": "2024-01-01", "d": "12:30", "e": None, "f": 31}),
    ("a: b: c", None),
    ("a: x:", None),
    ("a: http://x.y/#z", {"a": "http://x.y/#z"}),
    ("a: x #y", {"a": "x"}),
    ("a: #x", {"a": None}),
    ("a:b", None),
    ("a : b", {"a": "b"}),
    ('"a": b', {"a": "b"}),
    ("a b/c: d", {"a b/c": "d"}),
    ("日本 語: 😀", {"日本 語": "😀"}),
    ("a: it's 5\" tall, (x) <y> $z & 50%", {"a": "it's 5\" tall, (x) <y> $z & 50%"}),
    ("a: 'it''s'", {"a": "it's"}),
    ("a: 'it's'", None),
    ('a: "say "hi""', None),
    ('a: "\\d"', None),
    ("a: %x", None),
    ("a: @x", None),
    ("a: `x`", None),
    ("a: *x*", None),
    ("a: **x**", None),
    ("a: [b](c)", None),
    ("a: ![[x.png]]", None),
    ('a: "[[b]]", "[[c]]"', None),
    ("a: - x", None),
    ("a: > x", None),
    ("a: -x", {"a": "-x"}),
    ("- a\n- b", None),
    ("just text", None),
    ('{"a": 1, "b": [true, null]}', {"a": 1, "b": [True, None]}),
    ("a: &x 1\nb: *x", {"a": 1, "b": 1}),
    ("a: *x", None),
    ("a: |\n  x\n  y\nb: 1", {"a": "x\ny\n", "b": 1}),
    ("a: >-\n  x\n  y", {"a": "x y"}),
    ("a: x\n  y", {"a": "x y"}),
    ("a: 1\na: 2", None),
    ("a: 1\nA: 2", {"a": 1, "A": 2}),
    ("<<: {a: b}", {"<<": {"a": "b"}}),
    # tabs
    ("a:\tb", {"a": "b"}),
    ("a: b\tc", {"a": "b\tc"}),
    ("\ta: b", None),
    ("a:\n\tb: c", None),
    ("a:\n-\tb\n- c", {"a": ["b", "c"]}),
    ("a: |\n  \tb\n  c", {"a": "\tb\nc\n"}),
    ("a: 1\n\t\nb: 2", {"a": 1, "b": 2}),
    # lists in brackets, and colons in them
    ("a: [b, 'c', \"d\", ]", {"a": ["b", "c", "d"]}),
    ("a: [http://x.y, :x, b:c]", {"a": ["http://x.y", ":x", "b:c"]}),
    ("a: {:b, c: d}", {"a": {":b": None, "c": "d"}}),
    ("a: [\n  b,\n  c\n]", {"a": ["b", "c"]}),
    ("a: [b,\nc]", None),
    ("a: 'x\ny'", None),
    ('a: "x\nb: y"', None),
    ('a: "x\n  y"', {"a": "x y"}),
    ("a:\n- b\nc:\n  - d", {"a": ["b"], "c": ["d"]}),
    ("a:\n  - b\n - c", None),
    ("a: [b, c", None),
    ("a: b]", {"a": "b]"}),
    ("a: x\u2028y\u0085z", {"a": "x\u2028y\u0085z"}),
]  # fmt: skip
BLOCKS = [
    ("---\na: 1\n---\nb", {"a": 1}),
    ("---\na: 1\n---", {"a": 1}),
    ("---\r\na: 1\r\n---\r\nb", {"a": 1}),
    ("\ufeff---\na: 1\n---\n", {"a": 1}),
    ("\ufeff\ufeff---\na: 1\n---\n", {}),
    ("---\na: 1\n---text", {"a": 1}),
    ("---\na: 1\n----\n", {"a": 1}),
    ("---\na: 1\n---  \n", {"a": 1}),
    ("---\na: 1\n...\n---\n", {"a": 1}),
    ("---\na: 1\n...\n", {}),
    ("---\na: 1\n ---\n", {}),
    ("---\na: 1", {}),
    ("--- \na: 1\n---\n", {}),
    ("----\na: 1\n---\n", {}),
    (" ---\na: 1\n---\n", {}),
    ("\n---\na: 1\n---\n", {}),
    ("---yaml\na: 1\n---\n", {}),
    ("+++\na = 1\n+++\n", {}),
    ("---\n---\n", {}),
    ("---\n\n---\n", {}),
    ("---\n# only a comment\n---\n", {}),
    ("---\nnull\n---\n", {}),
    ("---", {}),
]
LINKS = [
    ('up: "[[A]]"', ["up A|A wiki"]),
    ("up: '[[A#H|it''s]]'", ["up A#H|it's wiki"]),
    ('up: "[[A\\u0020b]]"', ["up A b|A b wiki"]),
    ('up: ["[[A]]", b, "[[C|c]]"]', ["up.0 A|A wiki", "up.2 C|c wiki"]),
    ('up:\n  - "[[A]]" # why\n  - {b: "[[C]]"}', ["up.0 A|A wiki", "up.1.b C|C wiki"]),
    ('up: "[x](A%20b.md#H)"', ["up A b.md#H|x md"]),
    ('up: "[x](<A b.md>)"', ["up A b.md|x md"]),
    ('up: "[x](a(b).md)"', ["up a(b).md|x md"]),
    ('up: "[x](https://y)"', []),
    ("up: [[A]]", []),
    ('up: "see [[A]]"', []),
    ('up: "[[A]] "', []),
    ('up: "[[A]], [[B]]"', []),
    ('up: "![[A.png]]"', []),
    ("up: A.md", []),
    ("up: |\n  [[A]]", []),
]


@pytest.mark.parametrize(("yaml", "data"), VALUES, ids=[repr(yaml) for yaml, _ in VALUES])
def test_values(yaml: str, data: dict[str, object] | None) -> None:
    for end in ("\n", "\r\n"):
        block = read_frontmatter(f"---\n{yaml}\n---\n".replace("\n", end))
        assert block.valid is (data is not None)
        assert block.data == (data or {})


@pytest.mark.parametrize(("text", "data"), BLOCKS, ids=[repr(text) for text, _ in BLOCKS])
def test_blocks(text: str, data: dict[str, object]) -> None:
    assert read_frontmatter(text).data == data


@pytest.mark.parametrize(("yaml", "links"), LINKS, ids=[yaml for yaml, _ in LINKS])
def test_links_in_properties(yaml: str, links: list[str]) -> None:
    note = Note("s.md", f"---\n{yaml}\n---\n")
    assert [
        f"{one.key} {one.link}|{one.display} {one.kind}" for one in note.frontmatter_links
    ] == links
