"""Places as editors count them: the table of the protocol, and the law of the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.core.positions import Encoding, Positions

TEXTS = st.text(alphabet="ab\n\r 😀é\u2028\x0c한\ufeff", max_size=40)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


@pytest.mark.parametrize(
    ("encoding", "character"), [("utf-8", 7), ("utf-16", 5), ("utf-32", 4)]
)  # fmt: skip
def test_units_are_those_of_the_encoding(encoding: Encoding, character: int) -> None:
    text = 'x="😋"'
    assert Positions(text, encoding).place(4) == (0, character)
    assert Positions(text, encoding).offset(0, character) == 4


@given(TEXTS, ENCODINGS)
def test_every_place_leads_back(text: str, encoding: Encoding) -> None:
    positions = Positions(text, encoding)
    for offset in range(len(text) + 1):
        place = positions.place(offset)
        back = positions.offset(*place)
        if text[back:offset].strip("\r\n") or back > offset:  # within a line end: before it
            assert back == offset


@given(TEXTS, st.integers(0, 9), st.integers(0, 30), ENCODINGS)
def test_any_place_is_some_offset(text: str, line: int, character: int, encoding: Encoding) -> None:
    assert 0 <= Positions(text, encoding).offset(line, character) <= len(text)


@pytest.mark.parametrize(
    ("line", "character", "offset"),
    [
        pytest.param(0, 99, 2, id="beyond the end of a line: its end"),
        pytest.param(9, 0, 8, id="beyond the last line: the end"),
        pytest.param(1, 1, 4, id="inside of a character: its beginning"),
        pytest.param(1, 2, 5, id="after it"),
        pytest.param(2, 0, 7, id="after a lone CR"),
    ],
)
def test_what_is_no_place_is_the_nearest(line: int, character: int, offset: int) -> None:
    assert Positions("ab\r\n😀c\rd", "utf-16").offset(line, character) == offset


def test_the_mark_of_a_file_takes_no_room() -> None:
    assert Positions("\ufeffab", skips_mark=True).place(2) == (0, 1)
    assert Positions("\ufeffab", skips_mark=True).offset(0, 1) == 2
    assert Positions("\ufeffab").place(2) == (0, 2)
