"""The name that was meant is the same, whatever names came and went before."""

from hypothesis import given
from hypothesis import strategies as st

from knapper.core.similar import SimilarNames

NAMES = st.text(st.sampled_from("aAéb\n1\ud800"), min_size=1, max_size=2)


@given(st.lists(NAMES.map("name ".__add__), max_size=9), NAMES.map("Name-".__add__))
def test_similar_names_are_those_that_are_there_now(names: list[str], asked: str) -> None:
    similar = SimilarNames(names[::2])
    for name in {*names[::2]}:
        similar = similar.replaced(name, is_there=False)
    for name in {*names}:
        similar = similar.replaced(name, is_there=True)
    assert similar.nearest(asked) == SimilarNames(names).nearest(asked)
