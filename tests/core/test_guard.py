"""The second reader that guards fixes."""

import mistune
from hypothesis import given
from hypothesis import strategies as st

from knapper.core import guard

LINES = (
    "words", "<a b>", "<div>", "- item", "1. item", "> quoted", ">", "# heading", "===", "---",
    "```", "| a | b |", "| - | - |", "[^1]: note", "[a]: b", "    code", "  indented", "",
)  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=12).map("\n".join))
def test_the_parser_reads_what_mistune_reads(text: str) -> None:
    """It joins the lines of a paragraph in its own way, which must change nothing."""
    plugins = ["table", "strikethrough", "footnotes", "task_lists"]
    assert guard._parser()(text) == mistune.create_markdown(renderer="ast", plugins=plugins)(text)
