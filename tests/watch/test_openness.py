"""What an edit has left open."""

import pytest

from knapper.core.openness import openness

NOTE = "one\n\ntwo [[Two]]\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(NOTE, NOTE + "and [[Som", "open", id="a link that is being typed"),
        pytest.param(NOTE, NOTE + "and [[Some]] more", "closed", id="a link and more"),
        pytest.param("a [[b]", "a [[b]]", "closed", id="the last bracket was typed just now"),
        pytest.param("a\nb", "a\n[[c\nb", "open", id="typed on a line of its own"),
        pytest.param("a\n\nb", "a\n[[c\nb", "open", id="typed on an empty line"),
        pytest.param(NOTE, "one [[a\n\ntwo [[Two]]\n", "open", id="in an upper line"),
        pytest.param("x [[a\n\ny\n", "x [[a\n\ny z\n", "closed", id="somebody has moved on"),
        pytest.param("x [[]] y", "x [[som]] y", "inside", id="brackets were closed by themselves"),
        pytest.param("x [[a]]", "x [[b [[a]]", "open", id="the brackets behind are another's"),
        pytest.param(NOTE, NOTE + '<a class="yt', "open", id="a tag"),
        pytest.param(NOTE, NOTE + "a < b", "closed", id="less than"),
        pytest.param("", "---\ntitle: x\n", "open", id="frontmatter without its end"),
        pytest.param("", "\ufeff---\r\ntitle: x\r\n", "open", id="the same, CRLF and a BOM"),
        pytest.param("", "---", "open", id="the very beginning of frontmatter"),
        pytest.param("", "---\ntitle: x\n---\n", "closed", id="frontmatter"),
        pytest.param(None, "a [[b\n\nc\n", "open", id="an edit that nobody saw"),
        pytest.param(None, NOTE, "closed", id="nothing is open anywhere"),
        pytest.param("a [[b", "", "closed", id="all was deleted"),
    ],
)
def test_what_an_edit_has_left_open(before: str | None, after: str, expected: str) -> None:
    assert openness(before, after) == expected
