"""What stands at a place, where it leads, who leads there, and what is shown of it."""

import pytest
from vaults import known

from knapper.answers.backlinks import backlinks, tagged
from knapper.answers.goal import Goal, goals, place_of
from knapper.answers.guesses import guesses
from knapper.answers.mending import difference
from knapper.answers.preview import link_preview
from knapper.answers.subject import LinkSubject, subject_at
from knapper.core.note import Note
from knapper.core.text import Span, apply_edits

FILES = {
    "A.md": "---\nup: \"[[B#Two]]\"\ntags:\n  - 'x/y'\n---\n"
    "[[B]] #x ![[B#^id]] [t](B.md#One) ^own\n",
    "B.md": "# One\ntext\n\n- item ^id\n\n# Two\nlast\n## Two\n[^1]\n\n[^1]: foot\n",
    "board.canvas": '{"nodes":[{"id":"1","type":"file","file":"B.md","x":0,"y":0,"width":1,'
    '"height":1},{"id":"2","type":"text","text":"see [[B#One]]","x":0,"y":0,"width":1,'
    '"height":1}]}',
}
VAULT = known(FILES)


@pytest.mark.parametrize(
    ("path", "before", "said"),
    [
        ("A.md", "up: ", "nothing"),
        ("A.md", '"[[B#T', "link to B#Two, its #"),
        ("A.md", "\n[[B", "link to B"),
        ("A.md", "'x/", "TagSubject #x/y"),
        ("A.md", " #x", "TagSubject #x"),
        ("A.md", "^ow", "BlockSubject own"),
        ("B.md", "# O", "HeadingSubject 0"),
    ],
)
def test_what_stands_at_a_place(path: str, before: str, said: str) -> None:
    note = VAULT.notes[path]
    subject = subject_at(note, note.text.index(before) + len(before))
    if isinstance(subject, LinkSubject):
        shown = f"link to {subject.reference.target}{', its #' if subject.in_subpath else ''}"
    else:
        shown = f"{type(subject).__name__} {subject[0]}" if subject else "nothing"
    assert shown == said


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("B", "B.md: "),
        ("B#one", "B.md: One"),
        ("B#Two#Two", "B.md: Two"),
        ("B#^ID", "B.md: ^id"),
        ("B#[^1]", "B.md: [^1]"),
        ("B#Nowhere", "B.md: "),
        ("#^own", "A.md: ^own"),
    ],
)
def test_where_a_link_leads(target: str, shown: str) -> None:
    (goal,) = goals(target, "A.md", VAULT.vault)
    place = place_of(goal, VAULT.read)
    assert f"{place.path}: {VAULT.notes[place.path].text[slice(*place.span)]}" == shown


def test_a_footnote_is_found_where_it_is_defined() -> None:
    vault = known({"A.md": "İ `[^1]: a`\n\n```\n[^1]: b\n```\n\n[^1]: c\n"})
    (goal,) = goals("#[^1]", "A.md", vault.vault)
    place = place_of(goal, vault.read)
    assert vault.notes["A.md"].text[place.span.start :] == "[^1]: c\n"


def test_two_files_of_one_name_are_both_meant() -> None:
    vault = known({"x/N.md": "", "y/N.md": "", "a.md": ""})
    assert [goal.path for goal in goals("N", "a.md", vault.vault)] == ["x/N.md", "y/N.md"]


def test_who_leads_to_a_note_and_its_parts() -> None:
    def shown(goal: Goal) -> list[str]:
        return [
            VAULT.notes[place.path].text[slice(*place.span)]
            for place in backlinks(goal, VAULT.vault, VAULT.read)
        ]

    assert shown(Goal("B.md")) == [
        "[[B]]", "![[B#^id]]", "[t](B.md#One)", "[[B#Two]]", '"B.md"', '"see [[B#One]]"',
    ]  # fmt: skip
    assert shown(Goal("B.md", "heading", 0)) == ["[t](B.md#One)", '"see [[B#One]]"']
    assert shown(Goal("B.md", "heading", 1)) == ["[[B#Two]]"]
    assert shown(Goal("B.md", "block", name="id")) == ["![[B#^id]]"]
    assert len(list(tagged("#X", VAULT.vault, VAULT.read))) == 2


@pytest.mark.parametrize(
    ("goal", "shown"),
    [
        (Goal("B.md", "heading", 0), "# One\ntext\n\n- item ^id"),
        (Goal("B.md", "heading", 1), "# Two\nlast\n## Two\n[^1]\n\n[^1]: foot"),
        (Goal("B.md", "block", name="id"), "- item ^id"),
        (Goal("B.md", "footnote", name="1"), "[^1]: foot"),
    ],
)
def test_what_is_shown_of_a_goal(goal: Goal, shown: str) -> None:
    assert link_preview(goal, VAULT.read) == f"**B** `B.md`\n\n```markdown\n{shown}\n```"


def test_what_is_shown_can_do_nothing() -> None:
    files = {"`b`*.md": "````\n![x](https://example.com/spy.png)\n````\n"}
    vault = known(files)
    shown = link_preview(Goal("`b`*.md"), vault.read)
    assert shown.startswith("**\\`b\\`\\*** `` `b`*.md ``\n\n`````markdown\n")
    assert shown.endswith("\n`````")


def test_a_difference_is_as_small_as_lines_are() -> None:
    before, after = "a\nb\nc\nd", "a\nB\nc\nd\ne"
    edits = difference(before, after)
    assert apply_edits(before, edits) == after
    assert [before[slice(*one.span)] for one in edits] == ["b\n", "d"]


def test_headings_and_blocks_of_an_empty_note_are_none() -> None:
    assert subject_at(Note("e.md", ""), 0) is None


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("[[Recipies|x]]", ["[[Recipes|x]]"]),
        ("![p](pcture.png)", ["![p](picture.png)"]),
        ("[x](Recipies.md#Soup)", ["[x](Recipes.md#Soup)"]),
        ("[x](<Two wrds.md>)", ["[x](<Two words.md>)"]),
        ("[[Recipes#Rise bowl]]", ["[[Recipes#Rice bowl]]"]),
        ("[x](Recipes.md#Rise%20bowl)", ["[x](Recipes.md#Rice%20bowl)"]),
        ("[[N]]", ["[[x/N]]", "[[y/N]]"]),
        ("---\nup: '[[Teas pot]]'\n---\n", ["---\nup: '[[Tea''s pot]]'\n---\n"]),
        ("---\nup: '[x](<Two wrds.md#H>)'\n---\n", ["---\nup: '[x](<Two words.md#H>)'\n---\n"]),
        ("---\nup: '[x](Recpes(1).md)'\n---\n", ["---\nup: '[x](Recipes(1).md)'\n---\n"]),
        ('---\nup: "[[Rec\\u0070es]]"\n---\n', []),
        ("[[Recipes]]", []),
        ("[[Nothing like it]]", []),
    ],
)
def test_what_a_link_may_have_meant(text: str, after: list[str]) -> None:
    files = {
        "Recipes.md": "# Soup\n# Rice bowl\n", "Two words.md": "", "x/N.md": "", "y/N.md": "",
        "Recipes(1).md": "", "picture.png": "", "Tea's pot.md": "", "here.md": text,
    }  # fmt: skip
    found = guesses(Note("here.md", text), known(files).vault, Span(0, len(text)))
    assert [apply_edits(text, [one.edit]) for one in found] == after
