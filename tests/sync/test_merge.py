"""Two versions of a note and where they came from: joined, or honestly not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from merge import random_pairs

from knapper.sync.merge import Conflicts, Merged, merge

HEAD = "---\ntitle: n\ntags:\n  - alpha\nstatus: draft\nupdated: 2026-01-01T10:00:00\n---\n"
NOTE = HEAD + "# n\n\n" + "".join(f"line {number:02d} of the text\n" for number in range(30))


def line(number: int, text: str) -> str:
    return NOTE.replace(f"line {number:02d} of the text", text)


JOINED = [
    pytest.param(line(3, "AAA"), line(25, "BBB"), id="different lines"),
    pytest.param(line(10, "AAA"), line(11, "BBB"), id="adjacent lines"),
    pytest.param(NOTE + "- 09:00 AAA\n", NOTE + "- 09:30 BBB\n", id="both append"),
    pytest.param(
        NOTE.replace("draft", "AAA"), NOTE.replace("10:00:00\n", "10:00:00\nx: BBB\n"),
        id="different keys",
    ),
    pytest.param(
        NOTE.replace("  - alpha\n", "  - alpha\n  - AAA\n"),
        NOTE.replace("  - alpha\n", "  - alpha\n  - BBB\n"), id="both add a tag",
    ),
    pytest.param(
        line(3, "AAA").replace("T10", "T12"), line(25, "BBB").replace("T10", "T13"),
        id="both stamp the date and edit apart",
    ),
]  # fmt: skip
APART = [
    pytest.param(line(10, "AAA left"), line(10, "BBB right"), id="the same line"),
    pytest.param(NOTE.replace("draft", "AAA"), NOTE.replace("draft", "BBB"), id="the same key"),
    pytest.param(
        NOTE.replace("line 10 of the text\n", ""), line(10, "BBB"), id="deleted and edited"
    ),
]


@pytest.mark.parametrize(("left", "right"), JOINED)
def test_changes_that_fit_together_are_joined(left: str, right: str) -> None:
    result = merge("N.md", NOTE.encode(), left.encode(), right.encode())
    assert isinstance(result, Merged)
    for word in ("AAA", "BBB"):
        assert result.content.decode().count(word) == 1
    assert merge("N.md", NOTE.encode(), right.encode(), left.encode()) == result


@pytest.mark.parametrize(("left", "right"), APART)
def test_changes_that_do_not_fit_stay_apart(left: str, right: str) -> None:
    assert isinstance(merge("N.md", NOTE.encode(), left.encode(), right.encode()), Conflicts)


@pytest.mark.parametrize(
    ("tags", "here", "there", "left"),
    [
        ("  - a\n  - b\n", "  - b\n", "  - a\n", " []\n"),
        ("  - a\n  - b\n  - c\n", "  - b\n  - c\n", "  - a\n  - c\n", "\n  - c\n"),
    ],
    ids=["nothing is left", "one is left"],
)
def test_tags_that_each_side_took_away_are_gone(
    tags: str, here: str, there: str, left: str
) -> None:
    base, ours, theirs = (f"---\ntags:\n{one}---\ntext\n".encode() for one in (tags, here, there))
    result = merge("N.md", base, ours, theirs)
    assert isinstance(result, Merged), result
    assert result.content.decode() == f"---\ntags:{left}---\ntext\n"


ROWS = [["name", "count", "done"], ["apples", "2 kg", "no"], ["pears", "", "no"], ["", "", ""]]


def table(*changed: tuple[int, int, str]) -> bytes:
    """Return the rows with other cells, all columns set as wide as they need be."""
    rows = [list(row) for row in ROWS]
    for row, column, cell in changed:
        rows[row][column] = cell
    widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    shown = [map(str.ljust, row, widths) for row in rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in shown).encode()


def cells(note: bytes) -> list[list[str]]:
    return [[cell.strip(" -") for cell in row.split("|")] for row in note.decode().split("\n")]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        pytest.param((1, 0, "red apples"), (2, 1, "four"), id="two rows, one of them wider"),
        pytest.param((1, 0, "red apples"), (2, 1, "four baskets"), id="two rows, all wider"),
        pytest.param((1, 0, "red apples"), (2, 0, "Williams pears"), id="one column, all wider"),
        pytest.param((1, 1, "3 kg"), (1, 2, "yes, all"), id="cells side by side"),
        pytest.param((2, 1, "4 baskets"), (2, 2, "yes"), id="a cell that was empty"),
    ],
)
def test_cells_of_a_table_are_joined_however_the_table_is_padded(
    here: tuple[int, int, str], there: tuple[int, int, str]
) -> None:
    result = merge("N.md", table(), table(here), table(there))
    assert isinstance(result, Merged), result
    assert cells(result.content) == cells(table(here, there))
    assert merge("N.md", table(), table(there), table(here)) == result


@pytest.mark.parametrize(
    ("here", "there"),
    [
        pytest.param([(1, 0, "plums")], [(1, 0, "cherries")], id="one cell"),
        pytest.param([(1, 0, "plums"), (1, 1, "9")], [(1, 2, "yes")], id="another row by now"),
        pytest.param([(3, 0, "plums")], [(3, 1, "9")], id="two rows begun in an empty one"),
    ],
)
def test_cells_that_do_not_fit_stay_apart(
    here: list[tuple[int, int, str]], there: list[tuple[int, int, str]]
) -> None:
    result = merge("N.md", table(), table(*here), table(*there))
    assert isinstance(result, Conflicts)


def test_dashes_in_a_cell_with_words_are_no_padding() -> None:
    left, right = b"| a.org/x----y | a | no |\n", b"| a.org/x---y   | a | yes |\n"
    result = merge("N.md", b"| a.org/x---y | a | no |\n", left, right)
    assert isinstance(result, Merged), result
    assert result.content == b"| a.org/x----y | a | yes |\n"


TASKS = "# Open\n\n- [ ] milk\n- [ ] bread\n\n# Done\n\n- [x] eggs\n"


@pytest.mark.parametrize(
    ("here", "there"), [("# Done\n\n", "- [x] eggs\n"), ("- [ ] bread\n", "- [x] eggs\n")]
)
def test_a_task_that_both_ticked_and_moved_does_not_become_two(here: str, there: str) -> None:
    rest = TASKS.replace("- [ ] milk\n", "")
    left, right = (rest.replace(place, f"{place}- [x] milk\n") for place in (here, there))
    result = merge("N.md", TASKS.encode(), left.encode(), right.encode())
    assert isinstance(result, Conflicts) or result.content.count(b"milk") == 1


TEXTS = st.lists(st.sampled_from(["a b c", "- d", "e", "", "# f", "g h"]), max_size=6).map(
    "\n".join
)


@given(TEXTS, TEXTS, TEXTS)
def test_the_laws_of_merging(base: str, left: str, right: str) -> None:
    b, x, y = base.encode(), left.encode(), right.encode()
    assert merge("N.md", b, x, y) == merge("N.md", b, y, x)
    for one, other, wanted in ((b, y, y), (x, b, x), (x, x, x)):
        joined = merge("N.md", b, one, other)
        assert isinstance(joined, Merged)
        assert joined.content == wanted


@pytest.mark.parametrize(("apart", "most"), [(False, 20), (True, 3)], ids=["one area", "far apart"])
def test_of_two_thousand_random_pairs_nothing_is_lost(apart: bool, most: int) -> None:
    """`bench/merge.py` measures a hundred thousand; `most` is the per cent of conflicts."""
    pairs = 2000
    counts, _ = random_pairs(pairs, apart=apart, deletes=True)
    assert counts.keys() <= {"merged", "conflict"}
    assert counts["conflict"] * 100 <= most * pairs
