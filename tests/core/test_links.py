"""What is a link, and where it leads: variants of what was observed in Obsidian.

The rules are those of Obsidian Help ("Internal links", "Embed files") and of the cases in
`conformance/cases.json`; the rows here are further ones of the same kinds.
"""

import pytest

from knapper.core.note import Note, facts_of
from knapper.core.vault import Ambiguous, Found, Missing, Resolution, Vault


def links(text: str) -> list[str]:
    """Return the links of a text, as `kind target|display`, embeds with a `!`."""
    return [
        f"{'!' * link.embed}{link.kind} {link.target}|{link.display}"
        for link in Note("s.md", text).links
    ]


GRAMMAR = [
    # wikilinks: up to the first `]]` on the line
    ("[[A|b|c]]", ["wiki A|b|c"]),
    ("[[A|]]", ["wiki A|"]),
    ("[[|A]]", ["wiki |A||A"]),
    ("[[ A | b ]]", ["wiki A|b"]),
    ("[[A#]]", ["wiki A#|A"]),
    ("[[A##H]]", ["wiki A##H|A > H"]),
    ("[[#H#K]]", ["wiki #H#K|H > K"]),
    ("[[A#^b]]", ["wiki A#^b|A > ^b"]),
    ("[[a]b]]", ["wiki a]b|a]b"]),
    ("[[A|b]c]]", ["wiki A|b]c"]),
    ("[[A|[b](c)]]", ["wiki A|[b](c)"]),
    ("[[[A]]]", ["wiki A|A"]),
    ("[[A]]]", ["wiki A|A"]),
    ("[[a [[B]] c]]", ["wiki B|B"]),
    ("[[A]][[B]]", ["wiki A|A", "wiki B|B"]),
    ("[[A]](x)", ["wiki A|A"]),
    ("[[]]", []),
    ("[[A]", []),
    ("[A]]", []),
    ("[[A\nB]]", []),
    ("\\[[A]]", []),
    ("[\\[A]]", []),
    ("[[100%25]]", ["wiki 100%25|100%25"]),
    ("[[https://x.y]]", ["wiki https://x.y|https://x.y"]),
    ("^[see [[A]]]", ["wiki A|A"]),
    # embeds
    ("![[A]]", ["!wiki A|A"]),
    ("!![[A]]", ["!wiki A|A"]),
    ("\\![[A]]", ["wiki A|A"]),
    ("! [[A]]", ["wiki A|A"]),
    ("![[i.png|100x200]]", ["!wiki i.png|100x200"]),
    ("![a|100](i.png)", ["!md i.png|a|100"]),
    ("[![i](n.png)](A.md)", ["md A.md|![i](n.png)", "!md n.png|i"]),
    # the pipe of a table
    ("|[[A\\|x]]|b|\n|-|-|\n|c|[[B\\|y]]|", ["wiki A|x", "wiki B|y"]),
    ("[[A\\|x]]", ["wiki A|x"]),
    # Markdown links: CommonMark 0.31, section 6.3
    ("[x](a%20b.md)", ["md a b.md|x"]),
    ("[x](a b.md)", []),
    ("[x](a\\ b.md)", []),
    ("[x](<a b.md>)", ["md a b.md|x"]),
    ("[x](<a b.md> 'a title')", ["md a b.md|x"]),
    ('[x](A.md "a title")', ["md A.md|x"]),
    ("[x](A.md (a title))", ["md A.md|x"]),
    ('[x](A.md\n"a title")', ["md A.md|x"]),
    ('[x](A.md "a title)', []),
    ("[x]( A.md )", ["md A.md|x"]),
    ("[x](<A.md)", []),
    ("[x](\\<A.md)", ["md <A.md|x"]),
    ("[x](a(b).md)", ["md a(b).md|x"]),
    ("[x](a(b(c(d))).md)", ["md a(b(c(d))).md|x"]),
    ("[x](a\\(b.md)", ["md a(b.md|x"]),
    ("[x](a(b.md)", []),
    ("[x](A.md\\)", []),
    ("[x](100%.md)", ["md 100%.md|x"]),
    ("[x](100%25.md)", ["md 100%.md|x"]),
    ("[x](%zz.md)", ["md %zz.md|x"]),
    ("[x](%ff.md)", ["md %ff.md|x"]),
    ("[x](%C3%A9.md)", ["md é.md|x"]),
    ("[x](A#B%3A%20c)", ["md A#B: c|x"]),
    ("[x](A%23B.md)", ["md A#B.md|x"]),
    ("[a [b] c](A.md)", ["md A.md|a [b] c"]),
    ("[a ]b](A.md)", []),
    ("[x] (A.md)", []),
    ("[x]()", []),
    ("[x](<>)", []),
    ("[](A.md)", ["md A.md|"]),
    ("[x](https://x.y) [x](mailto:a@b) [x](obsidian://open) [x](//x.y/z)", []),
    ("<A.md> https://x.y", []),
    # what hides links, and what does not
    ("`[[A]]` [[B]]", ["wiki B|B"]),
    ("``[[A]]` [[B]]", ["wiki A|A", "wiki B|B"]),
    ("$[[A]]$", []),
    ("\\$[[A]]$", ["wiki A|A"]),
    ("costs $5 and [[A]] is $6", ["wiki A|A"]),
    ('<a href="[[A]]">x</a>', []),
    ("<b>[[A]]</b>", ["wiki A|A"]),
    ("a <!-- [[A]] --> [[B]]", ["wiki B|B"]),
    ("<!-- x --> [[A]]", []),
    ("%%[[A]]%%", ["wiki A|A"]),
    ("%%\n[[A]]\n%%", ["wiki A|A"]),
    ("==[[A]]== **[[B]]** ~~[[C]]~~", ["wiki A|A", "wiki B|B", "wiki C|C"]),
    ("[^1]: [[A]]", ["wiki A|A"]),
    ("> [!note] [[A]]\n> [[B]]", ["wiki A|A", "wiki B|B"]),
    ("- [ ] [[A]]\n\n      [[B]]", ["wiki A|A"]),
    ("    [[A]]", []),
    ("x\n    [[A]]", ["wiki A|A"]),
    ("<div>\n[[A]]\n\n[[B]]", ["wiki B|B"]),
    ("~~~\n[[A]]\n```\n[[B]]", []),
    ("> ```\n> [[A]]\n\n[[B]]", ["wiki B|B"]),
    ("---\nup: [[A]]\n---\n[[B]]", ["wiki B|B"]),
]


@pytest.mark.parametrize(("text", "expected"), GRAMMAR, ids=[repr(text) for text, _ in GRAMMAR])
def test_what_is_a_link(text: str, expected: list[str]) -> None:
    assert links(text) == expected


# -- where a link leads ----------------------------------------------------------------------

FILES = (
    "A.md", "x/A.md", "x/y/B.md", "long/B.md", "z/C.md", "w/C.md", "x/y/D.md", "z/D.md",
    "v1.2.md", "v1.2/E.md", "f.d/F.md", "É.md", "a b.md", "100%.md", "ab/N.md", "i.png", "x/i.png",
    "plan.canvas", "t.csv", "t.csv.md", "ΟΔΟΣ.md", "dir/readme.MD", "Où\u00a0?.md", "im\u202fg.png",
)  # fmt: skip

RESOLVED: list[tuple[str, str, str | tuple[str, ...] | None]] = [
    # an exact path before all others, then the source's own folder, then the shortest
    ("A", "x/s.md", "A.md"),
    ("B", "s.md", "x/y/B.md"),
    ("B", "long/s.md", "long/B.md"),
    ("C", "s.md", ("w/C.md", "z/C.md")),
    ("C", "z/s.md", "z/C.md"),
    ("y/B", "s.md", "x/y/B.md"),
    # whether a folder below one's own counts, and half a folder's name, is not known
    ("D", "x/s.md", ("x/y/D.md", "z/D.md")),
    ("D", "q/s.md", "z/D.md"),
    ("D", "s.md", "z/D.md"),
    ("b/N", "s.md", ("ab/N.md",)),
    ("ab/N", "s.md", "ab/N.md"),
    # relative and absolute paths are taken as they are
    ("./A", "x/s.md", "x/A.md"),
    ("../A", "x/s.md", "A.md"),
    ("../x/A", "q/s.md", "x/A.md"),
    ("../../A", "x/s.md", None),
    ("./B", "s.md", None),
    ("/A", "x/s.md", "A.md"),
    ("/x/A", "s.md", "x/A.md"),
    ("/B", "s.md", None),
    ("./x/../A", "s.md", "A.md"),
    # case, Unicode form, blanks, slashes
    ("a", "s.md", "A.md"),
    ("X/a", "s.md", "x/A.md"),
    ("E\u0301", "s.md", "É.md"),
    ("e\u0301", "s.md", "É.md"),
    ("οδος", "s.md", "ΟΔΟΣ.md"),
    ("a\u00a0b", "s.md", "a b.md"),
    ("Où\u00a0?", "s.md", "Où\u00a0?.md"),
    ("Où ?", "s.md", "Où\u00a0?.md"),
    ("im\u202fg.png", "s.md", "im\u202fg.png"),
    ("a  b", "s.md", None),
    ("x\\A", "s.md", "x/A.md"),
    ("x//A", "s.md", "x/A.md"),
    ("A/", "s.md", None),
    # extensions
    ("A.md", "s.md", "A.md"),
    ("A.MD", "s.md", "A.md"),
    ("readme", "s.md", "dir/readme.MD"),
    ("i", "s.md", None),
    ("I.PNG", "s.md", "i.png"),
    ("i.png", "x/s.md", "i.png"),
    ("./i.png", "x/s.md", "x/i.png"),
    ("plan", "s.md", None),
    ("plan.canvas", "s.md", "plan.canvas"),
    ("t.csv", "s.md", "t.csv"),
    ("t.csv.md", "s.md", "t.csv.md"),
    ("v1.2", "s.md", "v1.2.md"),
    ("v1.2.md", "s.md", "v1.2.md"),
    ("v1.2/E", "s.md", "v1.2/E.md"),
    ("f.d/F", "s.md", "f.d/F.md"),
    ("100%", "s.md", "100%.md"),
    # the part after `#` plays no role, and stands alone for the note itself
    ("A#H#K", "s.md", "A.md"),
    ("#H", "x/s.md", "x/s.md"),
    ("#^b", "x/s.md", "x/s.md"),
    ("pa#th/A", "s.md", None),
    ("", "s.md", None),
    (".", "x/s.md", None),
    ("..", "x/s.md", None),
    (".md", "s.md", None),
]


def where(resolution: Resolution) -> str | tuple[str, ...] | None:
    match resolution:
        case Found(path):
            return path
        case Ambiguous(candidates):
            return candidates
        case Missing():
            return None


@pytest.mark.parametrize(
    ("target", "source", "path"), RESOLVED, ids=[f"{t!r} in {s}" for t, s, _ in RESOLVED]
)
def test_where_a_link_leads(target: str, source: str, path: str | tuple[str, ...] | None) -> None:
    vault = Vault((*FILES, source), {})
    assert where(vault.resolve(target, source)) == path
    assert where(vault.resolve(target, source)) == path  # what is remembered is the same


# -- headings and blocks that links name -------------------------------------------------------

PARTS = """\
# Head: one (1) "a" & b/c?
## It's a sub-head_line
### `code` and [[A|link]] and #tag ##
#### 标题：一
## Other
# Head
## Other
"""
SUBPATHS = [
    ("Head: one (1) \"a\" & b/c?", True),
    ("head one 1 a b c", True),
    ("Head one  1  a   b c ", True),
    ("It's a sub-head_line", True),
    ("Its a sub-head_line", False),
    ("code and A link and tag", True),
    ("`code` and [[A|link]] and tag", True),
    ("标题：一", True),
    ("Head one 1 a b c#Other", True),
    ("Head one 1 a b c#标题：一", True),
    ("#Head##Other", True),
    ("Head#code and A link and tag", False),
    ("Other#Head", False),
    ("Nope", False),
    ("Head#Nope", False),
]  # fmt: skip


@pytest.mark.parametrize(("subpath", "found"), SUBPATHS, ids=[s for s, _ in SUBPATHS])
def test_headings_that_links_name(subpath: str, found: bool) -> None:
    vault = Vault(["A.md"], {"A.md": facts_of(Note("A.md", PARTS))})
    there = vault.subpath(f"A#{subpath}", "A.md")
    assert there is not None
    assert (there.type, there.found) == ("heading", found)
