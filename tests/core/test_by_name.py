"""Files are found by their names, whatever came and went before."""

from hypothesis import given
from hypothesis import strategies as st

from knapper.core.by_name import ByName
from knapper.core.paths import folded, name_of

NAMES = st.text(st.sampled_from("aAéb\n1\ud800"), min_size=1, max_size=2)
PATHS = st.tuples(st.sampled_from(["", "a/", "a/B/"]), NAMES).map("".join)
FILES = st.frozensets(PATHS, max_size=9)


@given(FILES, FILES, NAMES)
def test_files_are_found_by_their_names(
    before: frozenset[str], now: frozenset[str], asked: str
) -> None:
    files = ByName(sorted(before)).replaced(before ^ now)
    for name in {folded(name_of(path)) for path in before | now} | {folded(asked)}:
        found = [path for path in sorted(now) if folded(name_of(path)) == name]
        assert files[name] == found
    alone = [path for path in now if files[folded(name_of(path))] == [path]]
    assert set(files.alone()) <= set(alone)
    assert set(ByName(sorted(now)).alone()) == set(alone)
