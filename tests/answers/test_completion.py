"""What is suggested where, and what accepting it makes of the note."""

import pytest
from vaults import known

from knapper.answers.completion import MOST, completions
from knapper.answers.context import context_at
from knapper.core.note import Note
from knapper.core.text import apply_edits

FILES = {
    "Recipes.md": "---\naliases: [Rezepte, What to eat]\ntags: [food/soup]\n---\n"
    "# Soup\nhot ^boil\n## Rice bowl\n### Soup\n# Cake: the *best*\n",
    "Box/Note.md": "---\nstatus: done\ncount: 3\n---\n#food\n",
    "Bag/Note.md": "",
    "pic 1.png": "",
    "no#link.md": "",
    "Tea's.md": "",
}


def accepted(text: str, label: str, path: str = "Here.md", **settings: object) -> str | None:
    """Return the text after the suggestion of this label, None if there is none (`‸`: cursor)."""
    offset = text.index("‸")
    note = Note(path, text.replace("‸", ""))
    vault = known({**FILES, path: note.text}, **settings)
    found = completions(note, offset, vault.vault, vault.names)
    return next(
        (apply_edits(note.text, [one.edit]) for one in found.items if one.label == label), None
    )


@pytest.mark.parametrize(
    ("before", "label", "after"),
    [
        ("a [[‸", "Recipes", "a [[Recipes]]"),
        ("a [[rec‸", "Recipes", "a [[Recipes]]"),
        ("a [[rec‸]] b", "Recipes", "a [[Recipes]] b"),
        ("![[pic‸", "pic 1.png", "![[pic 1.png]]"),
        ("[[eat‸", "What to eat", "[[Recipes|What to eat]]"),
        ("|a|\n|-|\n|[[rez‸", "Rezepte", "|a|\n|-|\n|[[Recipes\\|Rezepte]]"),
        ("[[Box/n‸", "Note", "[[Box/Note]]"),
        ("[[no#‸", "no#link", None),
        ("[[Recipes#‸", "Rice bowl", "[[Recipes#Rice bowl]]"),
        ("[[Recipes#ca‸", "Cake: the *best*", "[[Recipes#Cake the *best*]]"),
        ("[[Recipes#Rice bowl#‸", "Soup", "[[Recipes#Rice bowl#Soup]]"),
        ("[[Recipes#Rice bowl#‸", "Cake: the *best*", None),
        ("# Own\n[[#o‸", "Own", "# Own\n[[#Own]]"),
        ("[[##rice‸", "Rice bowl", "[[Recipes#Rice bowl]]"),
        ("[[Recipes#^‸", "^boil", "[[Recipes#^boil]]"),
        ("[[^^bo‸", "^boil", "[[Recipes#^boil]]"),
        ("x ^own\n\n[[#^‸", "^own", "x ^own\n\n[[#^own]]"),
        ("[[Recipes|‸]]", "What to eat", "[[Recipes|What to eat]]"),
        ("[x](rec‸", "Recipes", "[x](Recipes.md)"),
        ("![x](pic‸)", "pic 1.png", "![x](pic%201.png)"),
        ("[x](<pic‸", "pic 1.png", "[x](<pic 1.png>)"),
        ("[x](Recipes.md#‸", "Rice bowl", "[x](Recipes.md#Rice%20bowl)"),
        ("a #fo‸ b", "#food", "a #food b"),
        ("#so‸", "#food/soup", "#food/soup"),
        ("a#fo‸", "#food", None),
        ("---\nst‸\n---\n", "status", "---\nstatus: \n---\n"),
        ("---\nstatus: x\nst‸\n---\n", "status", None),
        ("---\ntags:\n  - so‸\n---\n", "food/soup", "---\ntags:\n  - food/soup\n---\n"),
        ("---\ntags: [food, so‸]\n---\n", "food/soup", "---\ntags: [food, food/soup]\n---\n"),
        ("---\ntags: [food, fo‸]\n---\n", "food", None),
        ("---\nstatus: ‸\n---\n", "done", "---\nstatus: done\n---\n"),
        ("---\ncount: ‸\n---\n", "3", "---\ncount: 3\n---\n"),
        ("---\nup: [[rec‸\n---\n", "Recipes", '---\nup: "[[Recipes]]"\n---\n'),
        ('---\nup: "[[rec‸]]"\n---\n', "Recipes", '---\nup: "[[Recipes]]"\n---\n'),
        ("---\nup: '[[tea‸]]'\n---\n", "Tea's", "---\nup: '[[Tea''s]]'\n---\n"),
        ("---\nup: [[tea‸\n---\n", "Tea's", '---\nup: "[[Tea\'s]]"\n---\n'),
        ("---\ntitle: x\nst‸", "status", "---\ntitle: x\nstatus: "),
        ("`[[rec‸`", "Recipes", None),
        ("```\n[[rec‸\n```\n", "Recipes", None),
        ("[[Recipes]] rec‸", "Recipes", None),
        ("[x](https://a.b/rec‸", "Recipes", None),
    ],
)
def test_accepting(before: str, label: str, after: str | None) -> None:
    assert accepted(before, label) == after


@pytest.mark.parametrize(
    ("settings", "before", "label", "after"),
    [
        ({"new_link_format": "absolute"}, "[[box/n‸", "Note", "[[Box/Note]]"),
        ({"new_link_format": "relative"}, "[[rec‸", "Recipes", "[[../Recipes]]"),
        ({"use_markdown_links": True}, "a [[rec‸]] b", "Recipes", "a [Recipes](Recipes.md) b"),
        ({"use_markdown_links": True}, "![[pic‸", "pic 1.png", "![](pic%201.png)"),
        ({"use_markdown_links": True}, "[[rez‸", "Rezepte", "[Rezepte](Recipes.md)"),
    ],
)
def test_links_are_written_as_the_vault_wants_them(
    settings: dict[str, object], before: str, label: str, after: str
) -> None:
    assert accepted(before, label, "Sub/Here.md", **settings) == after


def test_of_many_the_best_are_sent_and_it_is_said_that_there_are_more() -> None:
    vault = known({f"Note {number}.md": "" for number in range(500)} | {"my note.md": ""})
    found = completions(Note("a.md", "[[note"), 6, vault.vault, vault.names)
    assert (len(found.items), found.complete) == (MOST, False)
    found = completions(Note("a.md", "[[note 49"), 9, vault.vault, vault.names)
    assert (len(found.items), found.complete) == (15, True)


@pytest.mark.parametrize("text", ["[[" * 3000, "](" * 3000, "a: " * 3000, "- " * 3000, "---\n["])
def test_no_text_is_too_strange(text: str) -> None:
    for offset in (0, 1, len(text) // 2, len(text)):
        context_at(Note("a.md", text), offset)
