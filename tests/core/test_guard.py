"""The second reader that guards fixes."""

import mistune
from hypothesis import given
from hypothesis import strategies as st

from knapper.core import guard
from knapper.core.rule import Fix
from knapper.core.text import Edit, Span

LINES = (
    "words", "<a b>", "<div>", "- item", "1. item", "> quoted", ">", "# heading", "===", "---",
    "```", "| a | b |", "| - | - |", "[^1]: note", "[a]: b", "    code", "  indented", "",
)  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=12).map("\n".join))
def test_the_parser_reads_what_mistune_reads(text: str) -> None:
    """It joins the lines of a paragraph in its own way, which must change nothing."""
    plugins = ["table", "strikethrough", "footnotes", "task_lists"]
    assert guard._parser()(text) == mistune.create_markdown(renderer="ast", plugins=plugins)(text)


def test_a_link_behind_an_open_tag_is_one_before_and_after_it_is_closed() -> None:
    """CommonMark reads it in both; mistune alone would not before the `</a>` is there."""
    text = 'See <a href="x">it>, [y](z.md) and <https://e.example>.\n'
    at = text.index(">, ")
    assert guard.harm_of(text, [Fix("close it", (Edit(Span(at, at + 1), "</a>"),))]) == ""


def test_edits_of_one_long_word_are_looked_at_together() -> None:
    """A word without blanks, once for each of its edits, was quadratic in time and memory."""
    text = "x,y;" * 1000
    edits = [Edit(Span(at, at + 1), ".") for at in range(1, len(text), 2)]
    assert len(guard._windows(text, edits)) < 4 * len(text)
