"""Frontmatter: where it stands, what it says, and one key edited in place."""

import json
import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knapper.core.frontmatter import (
    NotEditableError,
    Value,
    events,
    frontmatter_links,
    frontmatter_span,
    plain_value,
    read_frontmatter,
    read_tree,
    remove_property,
    rename_property,
    set_property,
    written,
)
from knapper.core.frontmatter.flat import read_flat
from knapper.core.properties import aliases_of, mismatch, tags_of
from knapper.core.text import Span, apply_edits

SHARED = Path(__file__).parents[3] / "shared"
RECORDED = sorted((SHARED / "obsidian-recorded").glob("*.json"))
CASES = SHARED / "conformance" / "cases.json"
needs_recordings = pytest.mark.skipif(not RECORDED, reason="the recordings are not here")


# -- where a block stands --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "block"),
    [
        pytest.param("---\na: 1\n---\nx\n", "---\na: 1\n---\n", id="a block"),
        pytest.param("---\n---\nx", "---\n---\n", id="an empty block"),
        pytest.param("---\na: 1\n---", "---\na: 1\n---", id="closed by the end of the note"),
        pytest.param("\ufeff---\na: 1\n---\n", "---\na: 1\n---\n", id="after a BOM"),
        pytest.param("---\r\na: 1\r\n---\r\nx", "---\r\na: 1\r\n---\r\n", id="CRLF"),
        pytest.param("---\na: 1\n---  \t\nx", "---\na: 1\n---  \t\n", id="blanks after closing"),
        pytest.param("---\na: 1\n--- x\n", "---\na: 1\n---", id="text after closing is body"),
        pytest.param("---\na: 1\n----\n", "---\na: 1\n---", id="four dashes close too"),
        pytest.param("---\na\n...\nb\n---\n", "---\na\n...\nb\n---\n", id="dots do not close"),
        pytest.param("---\na: |\n ---\nb: 2\n---\n", "---\na: |\n ---\nb: 2\n---\n",
                     id="indented dashes do not close"),
    ],
)  # fmt: skip
def test_a_block_is_found(text: str, block: str) -> None:
    span = frontmatter_span(text)
    assert span is not None
    assert text[slice(*span)] == block


@pytest.mark.parametrize(
    "text",
    [
        "", "---", "---\n", "text\n", "\n---\na: 1\n---\n", " ---\na: 1\n---\n",
        "--- \na: 1\n---\n", "----\na: 1\n---\n", "---\na: 1\n", "---\na: 1\n ---\n",
        "+++\na = 1\n+++\n", "---a\n---\n", "\ufeff\ufeff---\na: 1\n---\n",
        "# Title\n\n---\n\na: 1\n\n---\n", "Title\n---\na: 1\n---\n", "***\na: 1\n***\n",
    ],
)  # fmt: skip
def test_no_block_is_found(text: str) -> None:
    assert frontmatter_span(text) is None
    block = read_frontmatter(text)
    assert (block.exists, block.valid, block.data, block.entries) == (False, True, {}, ())
    assert block.span == Span(int(text.startswith("\ufeff")), int(text.startswith("\ufeff")))


def span_by_lines(text: str) -> int | None:
    """The same rules once more, line by line."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    if not lines or lines[0] not in ("---\n", "---\r\n"):
        return None
    end = int(text.startswith("\ufeff")) + len(lines[0])
    for line in lines[1:]:
        if line.startswith("---"):
            rest = line[3:].strip(" \t\r\n")
            return end + (3 if rest else len(line))
        end += len(line)
    return None


@given(st.lists(st.sampled_from(["---", "--- ", " ---", "\n", "\r\n", "a: 1", "...", "\ufeff"])))
def test_a_block_is_found_as_line_by_line(pieces: list[str]) -> None:
    text = "".join(pieces)
    span = frontmatter_span(text)
    assert (span.end if span else None) == span_by_lines(text)


# -- what it says ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("yes", "yes"), ("No", "No"), ("on", "on"), ("OFF", "OFF"), ("y", "y"),
        ("2024-01-01", "2024-01-01"), ("2024-01-01T10:00:00", "2024-01-01T10:00:00"),
        ("2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43.10 -5"),
        ("12:30", "12:30"), ("01:02:03", "01:02:03"), ("1_000", "1_000"), ("0b11", "0b11"),
        ("1.2.3", "1.2.3"), ("+1 234", "+1 234"), ("-", "-"), (".", "."), ("1e", "1e"),
        ("NO", "NO"), ("None", "None"), ("nil", "nil"), ("tRue", "tRue"), ("=", "="), ("<<", "<<"),
        ("010", 10), ("0o17", 15), ("0x1F", 31), ("-12", -12), ("+5", 5),
        (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), ("-.inf", -math.inf),
        ("true", True), ("True", True), ("FALSE", False),
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
    ],
)  # fmt: skip
def test_a_plain_scalar_reads_as_in_yaml_1_2(plain: str, value: Value) -> None:
    assert plain_value(plain) == value
    assert type(plain_value(plain)) is type(value)
    if plain != "-":
        tree = read_tree(f"a: {plain}\n")
        assert tree.root is not None
        assert tree.root.value == {"a": value}


def test_a_number_of_many_digits_is_a_number() -> None:
    data = read_frontmatter(f"---\na: {'9' * 100}\nb: {'9' * 5000}\nc: 1e999\n---\n").data
    assert data == {"a": int("9" * 100), "b": math.inf, "c": math.inf}
    assert math.isnan(float(str(read_frontmatter("---\na: .nan\n---\n").data["a"])))


@pytest.mark.parametrize(
    ("source", "data"),
    [
        pytest.param("a: [1, {b: c}]\n", {"a": [1, {"b": "c"}]}, id="flow"),
        pytest.param('{"a":1,\n\t"b":["x"]}\n', {"a": 1, "b": ["x"]}, id="JSON"),
        pytest.param("# only\n", {}, id="only a comment"),
        pytest.param("\n\n", {}, id="only empty lines"),
        pytest.param("1: a\nnull: b\ntrue: c\n", {"1": "a", "null": "b", "true": "c"},
                     id="keys are text"),
        pytest.param("? {a: b}\n: c\n", {"{a: b}": "c"}, id="a mapping as key"),
        pytest.param("a: {{date}}\n", {"a": {"{date}": None}}, id="a template's placeholder"),
        pytest.param("a: &x [1]\nb: *x\n", {"a": [1], "b": [1]}, id="an alias"),
        pytest.param("a: {<<: {b: 1}}\n", {"a": {"<<": {"b": 1}}}, id="no merge keys in YAML 1.2"),
        pytest.param("a: !!str 1\nb: !x y\nc: !!int '2'\n", {"a": "1", "b": "y", "c": 2},
                     id="tags"),
        pytest.param("a: !!python/name:os.system x\nb: !!python/object/apply:os.system [x]\n",
                     {"a": "x", "b": ["x"]}, id="tags make no objects"),
        pytest.param("a: !!binary aGk=\nb: !!timestamp 2024-01-01\n",
                     {"a": "aGk=", "b": "2024-01-01"}, id="unknown tags leave text"),
        pytest.param("a: 1\n\t\nb: 2\n", {"a": 1, "b": 2}, id="a line with a tab is empty"),
        pytest.param("a:\tb\n", {"a": "b"}, id="a tab before a value"),
        pytest.param("a: x\u2028y\u0085z\n", {"a": "x\u2028y\u0085z"}, id="not line ends in 1.2"),
        pytest.param("a: x\ufeffy\n", {"a": "x\ufeffy"}, id="a BOM inside"),
        pytest.param("a: 😀\n日本: \U0001f468\u200d\U0001f469\n",
                     {"a": "😀", "日本": "\U0001f468\u200d\U0001f469"}, id="emoji"),
        pytest.param("a: |\n  x\n  y\nb: >-\n  x\n  y\n", {"a": "x\ny\n", "b": "x y"}, id="blocks"),
        pytest.param("a: 1\n...\n", {"a": 1}, id="dots at the end"),
        pytest.param("~: 1\n", {"~": 1}, id="null as key"),
    ],
)  # fmt: skip
def test_a_block_reads(source: str, data: dict[str, Value]) -> None:
    for text in (f"---\n{source}---\nx", f"---\n{source}---\n".replace("\n", "\r\n")):
        block = read_frontmatter(text)
        assert block.error is None
        assert block.data == data
        tree = read_tree(source)
        assert tree.error is None
        assert (tree.root.value or {} if tree.root else {}) == data


@pytest.mark.parametrize(
    ("source", "line", "column", "message"),
    [
        ("a: b: c", 2, 5, "a second ': ' in one value; a value with ': ' needs quotes"),
        ("a: 1\ntitle: x: y", 3, 9, "a second ': ' in one value; a value with ': ' needs quotes"),
        ("a: [1, 2", 2, 4, "this list is not closed; expected ',' or ']'"),
        ("a: {b: 2", 2, 4, "these braces are not closed; expected ',' or '}'"),
        ("a: 'x", 2, 4, "this quote is not closed"),
        ("a: 'it's'", 2, 8, "more text after the value; put the whole value in quotes"),
        ("a:: [[A]], [[B]]", 2, 10, "more text after the value; put the whole value in quotes"),
        ("a: @x", 2, 4, "a value cannot begin with '@' without quotes"),
        ("a: `x`", 2, 4, "a value cannot begin with '`' without quotes"),
        ("a: **x**", 2, 4, "a value cannot begin with '*' without quotes"),
        ("a: &", 2, 4, "a value cannot begin with '&' without quotes"),
        ("a: > x", 2, 4, "a value cannot begin with '>' without quotes"),
        ("a: !<x", 2, 4, "a value cannot begin with '!' without quotes"),
        ("a:\n\t- b", 3, 1, "a tab cannot indent YAML; use blanks"),
        ('a: "[[a\\|b]]"', 2, 8,
         "this backslash means nothing in double quotes; use single quotes"),
        ("a: \x00", 2, 4, "U+0000 cannot stand in YAML"),
        ("😀: \x1b", 2, 4, "U+001B cannot stand in YAML"),
        ("a: \ud800", 2, 4, "U+D800 cannot stand in YAML"),
        ("a: *b", 2, 4, "no value before this is called '&b'"),
        ("a: &b [*b]", 2, 8, "no value before this is called '&b'"),
        ("a: - b", 2, 4, "a list begins on a line of its own; "
         "a value that begins with '- ' needs quotes"),
        ("a: 1\na: 2", 3, 1, "the key 'a' stands twice"),
        ("b: {a: 1, a: 2}", 2, 11, "the key 'a' stands twice"),
        ("- a\n- b", 2, 1, "a list; expected 'key: value' lines"),
        ("just text", 2, 1, "one value; expected 'key: value' lines"),
        ("a: 1\n...\nb: 2", 4, 1, "the YAML ended above this line"),
        ("a: " + "[" * 100_000, 2, 68, "values are nested deeper than 64 levels"),
        ("- " * 100_000, 2, 131, "values are nested deeper than 64 levels"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_error_with_a_place(
    source: str, line: int, column: int, message: str
) -> None:
    for text in (f"---\n{source}\n---\n", f"\ufeff---\n{source}\n---\n".replace("\n", "\r\n")):
        block = read_frontmatter(text)
        assert block.error is not None
        assert not block.valid
        assert block.data == {}
        start = text.rfind("\n", 0, block.error.offset) + 1
        before = text[:start].count("\n"), block.error.offset - start
        assert (before[0] + 1, before[1] + 1, block.error.message) == (line, column, message)


def test_aliases_cannot_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    block = read_frontmatter("---\n" + "\n".join(lines) + "\n---\n")
    assert block.error is not None
    assert block.error.message == "the aliases stand for over 10000 values"


@pytest.mark.parametrize(
    "source",
    ["a: " + "b" * 1_000_000, "a: " + ": " * 100_000, "a: [" + "a, " * 100_000, " " * 1_000_000,
     "a" * 1_000_000, "a b " * 100_000, 'a: "' + "[[" * 100_000, "- a\n" * 50_000,
     "a: " + "[" * 100_000 + "]" * 100_000, "a: '" + "[x](" * 100_000 + "'"],
)  # fmt: skip
def test_a_block_of_any_length_is_read_in_linear_time(source: str) -> None:
    """These are so long that a reader which is not linear would not come to an end."""
    block = read_frontmatter(f"---\n{source}\n---\n")
    assert (block.data, block.error, frontmatter_links(block)) is not None


LINES = st.sampled_from(
    ["a: b", "b: 'x'", 'c: "y"', "c d: [a, b]", "e:", "e: # c", "- x", "  - y", "  - 1", "f: 1 # x",
     "  # c", "", "g: a#b", "h: a:b", "h: a: b", "é: ü", "  x", "a: |", "t: 2024-01-01", "n: ~",
     "l: []", "l: [ ]", "l: [1,2]", "x: - y", "x: -y", "z: a - b  ", "q: http://x/y?z=1#f", "a:b",
     'k: ""', "k: ''", "true: true", "m: [[x]]", "\t", "u: a\tb", "v: [a b, c-d]", "- - a", "w : 1"]
)  # fmt: skip


@given(st.lists(LINES, max_size=6))
def test_the_quick_reading_is_the_slow_one(lines: list[str]) -> None:
    source = "".join(f"{line}\n" for line in lines)
    flat = read_flat(source)
    if flat is not None:
        tree = read_tree(source)
        assert tree.error is None
        assert repr(tree.root.value if tree.root else {}) == repr(flat)
        block = read_frontmatter(f"---\n{source}---\n")
        assert tuple(entry.key for entry in block.entries) == tuple(flat)


@given(st.text(alphabet="ab1-: #'\"[],\n{}&*!|>%@`\t\\~.\r\u2028😀", max_size=60))
def test_no_block_crashes(source: str) -> None:
    block = read_frontmatter(f"---\n{source}\n---\n")
    links, entries = frontmatter_links(block), block.entries
    assert (block.error is None) or block.data == {}
    assert block.span.start <= (block.error.offset if block.error else 0) <= block.span.end
    assert all(block.span.start <= entry.key_span.start <= entry.key_span.end for entry in entries)
    assert len(links) >= 0


@pytest.mark.parametrize("source", ["a: 1\nb: [x, 'y']\n", "a: b: c\n", "a: [1\n", "a: *x\n"])
def test_without_libyaml_it_reads_the_same(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = read_tree(source)
    monkeypatch.setattr(events, "_LOADER", yaml.SafeLoader)
    slow = read_tree(source)
    assert (slow.root, bool(slow.error)) == (quick.root, bool(quick.error))


def test_entries_say_where_keys_and_values_stand() -> None:
    text = (
        "\ufeff---\r\n\"a b\": 'x' # c\r\nb:\r\n  - 😀\r\n  - y\r\n# c\r\nc:\r\nd: |\r\n  t\r\n\r\n"
        "e: &k v\r\n---\r\n"
    )
    found = [
        (entry.key, text[slice(*entry.key_span)], text[slice(*entry.value_span)])
        for entry in read_frontmatter(text).entries
    ]
    assert found == [
        ("a b", '"a b"', "'x'"),
        ("b", "b", "- 😀\r\n  - y"),
        ("c", "c", ""),
        ("d", "d", "|\r\n  t"),
        ("e", "e", "&k v"),
    ]


def test_names_are_compared_without_case() -> None:
    block = read_frontmatter("---\nTags: a\ntags: b\nÉtat: x\n---\n")
    assert (block.get("Tags"), block.get("tags"), block.get("TAGS")) == ("a", "b", "a")
    assert (block.has("état"), block.has("etat"), block.get("none")) == (True, False, None)
    entry = block.entry("tags")
    assert entry is not None
    assert entry.key == "tags"


# -- links, tags, aliases ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ('up: "[[X]]"\n', [("up", "X", "X", "[[X]]")]),
        ("up: '[[X#H|a b]]' # c\n", [("up", "X#H", "a b", "[[X#H|a b]]")]),
        ('r:\n  - "[[X]]"\n  - t\n  - "[[X]]"\n',
         [("r.0", "X", "X", "[[X]]"), ("r.2", "X", "X", "[[X]]")]),
        ('r: ["[[X]]", "[[Y]]"]\n', [("r.0", "X", "X", "[[X]]"), ("r.1", "Y", "Y", "[[Y]]")]),
        ('a:\n  b: "[[X]]"\n', [("a.b", "X", "X", "[[X]]")]),
        ('up: "[a b](X%20y.md#h)"\n', [("up", "X y.md#h", "a b", "[a b](X%20y.md#h)")]),
        ("up: [[X]]\n", []), ('up: "see [[X]]"\n', []), ('up: "[[X]] [[Y]]"\n', []),
        ('up: "![[X.png]]"\n', []), ('up: "[x](https://y.z)"\n', []), ('up: "[[]]"\n', []),
        ('up: "[[X\\u0041]]"\n', [("up", "XA", "XA", '"[[X\\u0041]]"')]),
        ("up: >-\n  [[X]]\n", [("up", "X", "X", "[[X]]")]),
        ("up: >-\n  [[X\n  Y]]\n", [("up", "X Y", "X Y", ">-\n  [[X\n  Y]]")]),
        ("up: 'it''s'\nb: '[[it''s]]'\n", [("b", "it's", "it's", "'[[it''s]]'")]),
        ('up: "[[X]]"\nbad: b: c\n', []),
    ],
)  # fmt: skip
def test_links_in_properties(source: str, links: list[tuple[str, str, str, str]]) -> None:
    for text in (f"---\n{source}---\n", f"---\n{source}---\n".replace("\n", "\r\n")):
        found = [
            (link.key, link.link, link.display, text[slice(*link.span)].replace("\r", ""))
            for link in frontmatter_links(read_frontmatter(text))
        ]
        assert found == links


@pytest.mark.parametrize(
    ("source", "tags", "aliases"),
    [
        ("tags: [a, '#b', 1, 1a, '']\n", ("#a", "#b", "#1a"), ()),
        ("tags: a b\naliases: a, b\n", (), ("a, b",)),
        ("TAGS: x\nAliases: [x, 1, null, true]\n", ("#x",), ("x", "1")),
        ("tags: {a: b}\naliases: {a: b}\n", (), ()),
        ("tag: a\nalias: b\n", (), ()),
    ],
)
def test_tags_and_aliases(source: str, tags: tuple[str, ...], aliases: tuple[str, ...]) -> None:
    block = read_frontmatter(f"---\n{source}---\n")
    assert (tags_of(block), aliases_of(block)) == (tags, aliases)


@pytest.mark.parametrize(
    ("value", "type_name", "fits"),
    [
        (None, "number", True), ("", "date", True), ("x", "relation", True), ({}, "relation", True),
        (1, "number", True), (1.5, "number", True), (True, "number", False), ("1", "number", False),
        (True, "checkbox", True), ("yes", "checkbox", False), (1, "checkbox", False),
        ("x", "text", True), (5, "text", True), (["x"], "text", False), ({}, "text", False),
        (["x"], "multitext", True), ("x", "multitext", True), ({}, "multitext", False),
        ("2024-02-29", "date", True), ("2023-02-29", "date", False), (20240101, "date", False),
        ("2024-01-01T10:00", "date", True), ("soon", "date", False), ("[[2024]]", "date", True),
        ("2020-08-21T10:30:00", "datetime", True), ("2020-08-21T10:30", "datetime", True),
        ("2020-08-21", "datetime", True), ("2020-08-21T25:30", "datetime", False),
        ("2020-08-21T10:30:00.123Z", "datetime", True), (["2020-08-21"], "datetime", False),
    ],
)  # fmt: skip
def test_a_value_fits_a_type(value: Value, type_name: str, fits: bool) -> None:
    assert (mismatch(value, type_name) is None) == fits


@pytest.mark.skipif(not CASES.exists(), reason="the conformance cases are not here")
def test_conformance_cases_of_frontmatter() -> None:
    for case in json.loads(CASES.read_text(encoding="utf-8")):
        block, expect = read_frontmatter(case["text"]), case["expect"]
        if "frontmatter" in expect:
            assert bool(block.data) == expect["frontmatter"]["exists"], case["id"]
            assert block.data == expect["frontmatter"].get("data", block.data), case["id"]
        if "tags_frontmatter" in expect:
            assert list(tags_of(block)) == expect["tags_frontmatter"], case["id"]
        if "aliases" in expect:
            assert list(aliases_of(block)) == expect["aliases"], case["id"]
        if "frontmatter_links" in expect:
            found = [(link.key, link.link) for link in frontmatter_links(block)]
            wanted = [(link["key"], link["link"]) for link in expect["frontmatter_links"]]
            assert found == wanted, case["id"]


@needs_recordings
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_block_reads_as_the_app_recorded_it(path: Path) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    text, cache = recorded["fileContents"], recorded["cachedMetadata"]
    block = read_frontmatter(text)
    assert block.data == (cache.get("frontmatter") or {})
    if "frontmatterPosition" in cache:
        assert block.span.end - 1 == cache["frontmatterPosition"]["end"]["offset"]
    found = [(one.key, one.link, text[slice(*one.span)]) for one in frontmatter_links(block)]
    wanted = [
        (one["key"], one["link"], one["original"]) for one in cache.get("frontmatterLinks") or []
    ]
    assert found == wanted
    assert list(tags_of(block)) == (recorded.get("parseFrontMatterTags") or [])


# -- one key edited in place ---------------------------------------------------------------

NOTE = """---
# before
title: Soup # kept
tags:
  - a # first
  - 'b'
flow: [p, q]
text: |
  one

  two

empty:
quoted: "x"
# after
---
body
"""


@pytest.mark.parametrize(
    ("key", "value", "before", "after"),
    [
        ("title", "Stew", "Soup # kept", "Stew # kept"),
        ("Title", "Stew", "Soup # kept", "Stew # kept"),
        ("title", "a: b", "Soup #", '"a: b" #'),
        ("title", ["x"], "title: Soup # kept\n", "title: # kept\n  - x\n"),
        ("tags", ["a", "c"], "'b'", "'c'"),
        ("tags", ["a", "b", "c"], "'b'\n", "'b'\n  - c\n"),
        ("tags", ["a"], "\n  - 'b'", ""),
        ("tags", "a", "tags:\n  - a # first\n  - 'b'\n", "tags: a\n"),
        ("flow", ["p", "r: s"], "[p, q]", '[p, "r: s"]'),
        ("text", "x", "|\n  one\n\n  two\n", "x\n"),
        ("empty", "x", "empty:", "empty: x"),
        ("empty", ["x"], "empty:\n", "empty:\n  - x\n"),
        ("quoted", "z", '"x"', '"z"'),
        ("new", "v", "# after\n", "# after\nnew: v\n"),
        ("new", ["v"], "# after\n", "# after\nnew:\n  - v\n"),
        ("new", 1.5, "# after\n", "# after\nnew: 1.5\n"),
        ("new", None, "# after\n", "# after\nnew:\n"),
    ],
)
def test_setting_a_property_changes_no_more(
    key: str, value: Value, before: str, after: str
) -> None:
    for newline in ("\n", "\r\n"):
        text = NOTE.replace("\n", newline)
        wanted = NOTE.replace(before, after, 1).replace("\n", newline)
        assert apply_edits(text, set_property(text, key, value)) == wanted


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "---\nk: v\n---\n"),
        ("x\r\ny", "---\r\nk: v\r\n---\r\nx\r\ny"),
        ("\ufeffx\n", "\ufeff---\nk: v\n---\nx\n"),
        ("---\n---\n", "---\nk: v\n---\n"),
        ("---\n{}\n---\n", '---\n{"k": "v"}\n---\n'),
        ('---\n{"a": 1}\n---\n', '---\n{"a": 1, "k": "v"}\n---\n'),
        ("---\n  a: 1\n---\n", "---\n  a: 1\n  k: v\n---\n"),
        ("---\nK: # c\n---\n", "---\nK: v # c\n---\n"),
        ("---\nk:\n  long\n  text\n---\n", "---\nk: v\n---\n"),
    ],
)
def test_setting_a_property_of_other_notes(text: str, after: str) -> None:
    assert apply_edits(text, set_property(text, "k", "v")) == after


@pytest.mark.parametrize(
    ("key", "taken"),
    [("title", "title: Soup # kept\n"), ("tags", "tags:\n  - a # first\n  - 'b'\n"),
     ("text", "text: |\n  one\n\n  two\n"), ("QUOTED", 'quoted: "x"\n'), ("none", "")],
)  # fmt: skip
def test_removing_a_property_takes_its_lines(key: str, taken: str) -> None:
    for newline in ("\n", "\r\n"):
        text = NOTE.replace("\n", newline)
        wanted = NOTE.replace(taken, "", 1).replace("\n", newline)
        assert apply_edits(text, remove_property(text, key)) == wanted


def test_renaming_a_property() -> None:
    assert apply_edits(NOTE, rename_property(NOTE, "tags", "x: y")) == NOTE.replace(
        "tags:", '"x: y":'
    )
    assert rename_property(NOTE, "none", "x") == ()
    with pytest.raises(NotEditableError, match="there is a key 'Title' already"):
        rename_property(NOTE, "tags", "Title")


@pytest.mark.parametrize(
    "text", ["---\na: b: c\n---\n", "---\n- a\n---\n", "---\na: 1\na: 2\n---\n"]
)
def test_a_block_that_cannot_be_read_is_not_edited(text: str) -> None:
    with pytest.raises(NotEditableError):
        set_property(text, "a", "x")
    with pytest.raises(NotEditableError):
        remove_property(text, "a")
    with pytest.raises(NotEditableError):
        rename_property(text, "a", "b")


def test_an_anchor_that_others_need_is_not_edited() -> None:
    with pytest.raises(NotEditableError):
        set_property("---\na: &x 1\nb: *x\n---\n", "a", 2)


HARD_TEXTS = [
    "a: b", "- x", "#", "yes", "2024-01-01", "12:30", "[x]", '"', "'", "a\nb", "😀", " x ", "",
    "a #b", "a\\b", "\t", "null", "1e3", "0x1F", "{x}", "&a", "*a", "!a", "|", ">", "%", "@", "`",
    "?", "-", "---", "a:", "\u2028", "\x85", "\x00", "\x7f", "\ufeff", "[[x|y]]", "'\"\\", "<<",
    "=",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(HARD_TEXTS),
    st.text(max_size=20),
    st.text(alphabet=":-#'\"[]{} ab\n,\\&*!|>%@`~"),
)
SCALARS = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, width=32)
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=4))
KEYS = st.one_of(st.sampled_from(["title", "tags", "flow", "text", "empty", "quoted"]), TEXTS)


@pytest.mark.parametrize("text", HARD_TEXTS, ids=repr)
def test_a_text_that_is_written_reads_back_in_any_yaml(text: str) -> None:
    for style in ("plain", "single", "double", "literal", "folded"):
        line = f"a: {written(text, style)}\n"
        assert read_frontmatter(f"---\n{line}---\n").data == {"a": text}
        assert yaml.safe_load(line) == {"a": text}


@given(KEYS, VALUES, st.sampled_from(["\n", "\r\n"]))
def test_law_setting_changes_one_value(key: str, value: Value, newline: str) -> None:
    text = NOTE.replace("\n", newline)
    before = read_frontmatter(text)
    if key != key.encode("utf-8", "ignore").decode():
        return  # a lone surrogate cannot be in a file
    edits = set_property(text, key, value)
    done = apply_edits(text, edits)
    entry = before.entry(key)
    expected = {**before.data, entry.key if entry else key: value}
    assert repr(read_frontmatter(done).data) == repr(expected)
    assert all(before.span.start < edit.span.start for edit in edits)
    assert all(edit.span.end < before.span.end for edit in edits)
    assert done.count("# before") == 1
    assert done.count("# after") == 1
    assert done.replace("\r\n", "").count("\r") == 0
    assert newline == "\n" or done.count("\n") == done.count("\r\n")
    assert not set_property(done, key, value), "setting it again changes nothing"


@given(VALUES)
def test_law_removing_what_was_set_gives_the_note_back(value: Value) -> None:
    done = apply_edits(NOTE, set_property(NOTE, "new", value))
    assert apply_edits(done, remove_property(done, "new")) == NOTE


@given(TEXTS)
def test_law_renaming_there_and_back_gives_the_note_back(name: str) -> None:
    try:
        done = apply_edits(NOTE, rename_property(NOTE, "flow", name))
    except NotEditableError:
        return
    assert apply_edits(done, rename_property(done, name, "flow")) == NOTE
