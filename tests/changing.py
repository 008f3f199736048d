"""Little vaults that change: names that collide, links of all kinds, and edits of them."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st

from knapper.app.workspace import load_rules
from knapper.core.lint import Ruleset
from knapper.core.paths import NotePath, is_attachment

__all__ = [
    "EDITS",
    "VAULTS",
    "Drop",
    "Edit",
    "Put",
    "Rename",
    "edited",
    "every_rule",
    "usual_rules",
]

NOTES = (
    "A.md", "a.md", "F/A.md", "F/G/A.md", "B C.md", "F/B C.md", "Recipes.md", "F/Recipies.md",
    "my_title.md", "e\u0301.md", "F/\u00e9.md", "A (conflict 2026-11-23 host).md", "A.md.md",
    "Templates/T.md", "2026-01-01.md", "con.md", "f/x.md",
)  # fmt: skip
OTHERS = ("pic.png", "F/pic.png", "Pic.jpg", "F/pic", "G/song.mp3")
BASES, CANVASES = ("V.base", "F/V.base"), ("Board.canvas", "F/Board.canvas")

TARGETS = (
    "A", "a", "F/A", "G/A", "./A", "../A", "/A", "A.md", "B C", "B_C", "Recipes", "Recipies",
    "Recipe", "Nick", "nick", "My Title", "\u00e9", "e\u0301", "pic.png", "pic", "F/pic.png",
    "V.base", "F", "x", "2026-01-01", "2026-01-02", "Board.canvas", "con", "Gone", "F\\A",
    "https://example.com", "00:10",
)  # fmt: skip
PARTS = ("", "#H", "#h!", "#I", "#H#I", "#I#H", "#Hh", "#^b", "#^c", "#[^1]", "#All", "#!", "#")
BLOCKS = (
    "# H", "## I", "# H!", "# Hh", "## H ^b", "Text. ^b", "Text. ^c", "[^1]: a footnote", "#tag",
    "#Tag",
    "#tag/Sub", "#tag/sub",
    "# !", "[Recipes | shown]", "[[A", "]]", "`[[A]]`", "%% knapper: off broken-wikilink %%",
    "{{title}}", "```\n[[A]]\n```", "| [[A|b]] |\n| --- |", "[](A.md)", "- item", "",
)  # fmt: skip
PROPERTIES = (
    "aliases: [Nick]", "aliases: [Nick, nick]", "aliases: Nick", "related: '[[A#H]]'",
    "title: My Title", "tags: [a, template]", "cssclasses: x",
    "knapper-ignore: [broken-heading-link]", "videoId: dQw4w9WgXcQ",
)  # fmt: skip


class Put(NamedTuple):
    """A file is written, new or anew."""

    path: NotePath
    text: str


class Drop(NamedTuple):
    """A file is deleted."""

    path: NotePath


class Rename(NamedTuple):
    """A file gets the name of another one, which is lost."""

    path: NotePath
    to: NotePath


Edit = Put | Drop | Rename

_TARGET = st.tuples(st.sampled_from(TARGETS), st.sampled_from(PARTS)).map("".join)
_LINK = st.one_of(
    _TARGET.map("[[{}]]".format),
    _TARGET.map("[[{}|shown]]".format),
    _TARGET.map("![[{}]]".format),
    _TARGET.map("[shown](<{}>)".format),
    st.sampled_from(PARTS[1:]).map("[[{}]]".format),
)
_BODY = st.lists(st.one_of(_LINK, st.sampled_from(BLOCKS)), max_size=6).map("\n\n".join)
_FRONT = st.lists(
    st.sampled_from(PROPERTIES), max_size=2, unique_by=lambda line: line.split(":")[0]
)


def _note(front: list[str], body: str) -> str:
    return "\n".join(["---", *front, "---", body]) if front else body


_NOTE_TEXT = st.builds(_note, _FRONT, _BODY)
_BASE_TEXT = st.lists(st.sampled_from(["All", "all", "Other"]), max_size=2).map(
    lambda names: "views:\n" + "".join(f"  - type: table\n    name: {name}\n" for name in names)
)
_CARD = st.tuples(st.sampled_from([*NOTES, *OTHERS]), st.sampled_from(PARTS), _LINK)


def _canvas(cards: list[tuple[str, str, str]]) -> str:
    nodes: list[Mapping[str, object]] = []
    for number, (path, part, link) in enumerate(cards):
        place = {"x": 0, "y": 0, "width": 9, "height": 9}
        nodes += (
            {"id": f"f{number}", "type": "file", "file": path, "subpath": part, **place},
            {"id": f"t{number}", "type": "text", "text": link, **place},
        )
    return json.dumps({"nodes": nodes, "edges": []})


_CANVAS_TEXT = st.lists(_CARD, max_size=2).map(_canvas)

_FILE = st.one_of(
    st.tuples(st.sampled_from(NOTES), _NOTE_TEXT),
    st.tuples(st.sampled_from(NOTES), _NOTE_TEXT),
    st.tuples(st.sampled_from(OTHERS), st.just("")),
    st.tuples(st.sampled_from(BASES), _BASE_TEXT),
    st.tuples(st.sampled_from(CANVASES), _CANVAS_TEXT),
)
VAULTS = st.lists(_FILE, max_size=8).map(dict)

_ANY = st.sampled_from((*NOTES, *OTHERS, *BASES, *CANVASES))
_EDIT = st.one_of(
    _FILE.map(Put._make),
    _FILE.map(Put._make),
    st.builds(Drop, _ANY),
    st.builds(Rename, st.sampled_from(NOTES), st.sampled_from(NOTES)),
)
EDITS = st.lists(_EDIT, min_size=1, max_size=3)


def edited(vault: Mapping[NotePath, str], edits: Iterable[Edit]) -> dict[NotePath, str]:
    """Return the files of a vault after edits; what cannot be done is not done."""
    files = dict(vault)
    for edit in edits:
        match edit:
            case Put(path, text):
                files[path] = text
            case Drop(path):
                files.pop(path, None)
            case Rename(path, to):
                if path in files:
                    files[to] = files.pop(path)
    return files


@cache
def _rules(*, of_names: bool, off: bool) -> Ruleset:
    rules = (rule for rule in load_rules() if rule.enabled or off)
    return Ruleset.of(rule for rule in rules if rule.check.files or not of_names)


def every_rule(path: NotePath) -> Ruleset:
    """Return all rules, those that are off by default too, that judge such a file."""
    return _rules(of_names=is_attachment(path), off=True)


def usual_rules(path: NotePath) -> Ruleset:
    """Return the rules that are on by default, of those that judge such a file.

    Others hide mistakes: one that asks for more makes whatever is asked beside it right.
    """
    return _rules(of_names=is_attachment(path), off=False)
