"""Silencing rules inside a note."""

import pytest

import knapper.checks  # noqa: F401 - fills the registry
from knapper.core.lint import lint_note
from knapper.core.note import Note, facts_of
from knapper.core.rule import CHECKS, Rule
from knapper.core.vault import Vault

RULES = [
    Rule(name, CHECKS[name], "error", True, "", "links")
    for name in ("broken-wikilink", "broken-embed")
]


def spoken(text: str) -> list[str]:
    note = Note("a.md", text)
    found = lint_note(note, Vault(["a.md"], {"a.md": facts_of(note)}), RULES)
    return [f"{note.lines.place(one.finding.span.start)[0]} {one.rule}" for one in found]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param(
            "[[x]]\n%% knapper: off broken-wikilink %%\n[[b]] ![[c]]\n"
            "%% knapper: on broken-wikilink %%\n[[d]]\n",
            ["1 broken-wikilink", "3 broken-embed", "5 broken-wikilink"],
            id="a rule, from here to there",
        ),
        pytest.param("%% knapper: off %%\n[[b]] ![[c]]\n", [], id="all rules to the end"),
        pytest.param(
            "%% knapper: off-next-line %%\n[[b]]\n[[c]]\n", ["3 broken-wikilink"], id="next line"
        ),
        pytest.param(
            "%% knapper: off-next-line broken-embed, other-rule %%\n[[b]] ![[c]]\n",
            ["2 broken-wikilink"],
            id="next line, some rules",
        ),
        pytest.param(
            "---\nknapper-ignore: [broken-wikilink]\n---\n[[b]] ![[c]]\n",
            ["4 broken-embed"],
            id="the whole note, by a property",
        ),
        pytest.param("---\nknapper-ignore: true\n---\n[[b]]\n", [], id="the whole note, all rules"),
        pytest.param("---\nknapper-ignore: broken-wikilink\n---\n[[b]]\n", [], id="one, as text"),
        pytest.param("<!-- knapper: off -->\n\n[[b]]\n", [], id="in an HTML comment"),
        pytest.param(
            "```\n%% knapper: off %%\n```\n[[b]]\n", ["4 broken-wikilink"], id="in code: nothing"
        ),
        pytest.param(
            "```\n<!-- knapper: off -->\n```\n`<!-- knapper: off -->` [[b]]\n",
            ["4 broken-wikilink"],
            id="an HTML comment in code: nothing",
        ),
        pytest.param(
            "%% knapper: off-next-line %%\n\n  \n[[b]]\n[[c]]\n",
            ["5 broken-wikilink"],
            id="blank lines are no next line",
        ),
        pytest.param(
            "[[b]]\n%% knapper: off-next-line %%", ["1 broken-wikilink"], id="no next line"
        ),
        pytest.param("%% knapper: off all %%\n[[b]] ![[c]]\n", [], id="all, by its name"),
        pytest.param("`%% knapper: off %%` [[b]]\n", ["1 broken-wikilink"], id="in a code span"),
        pytest.param("%% knapper is off %% [[b]]\n", ["1 broken-wikilink"], id="mere talk"),
    ],
)
def test_what_is_silenced(text: str, left: list[str]) -> None:
    assert spoken(text) == left
    assert spoken(text.replace("\n", "\r\n")) == left
