"""Facts that are folded up are the same facts when they are unfolded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.core.note import Facts
from knapper.core.shelf import (
    Shelf,
    bucket_of,
    folded_up,
    having,
    packed_facts,
    plainly_has,
    unfolded,
    unpacked_facts,
)

TEXTS = st.text(st.sampled_from("aé\n\x1c\x1d\x1e\x1f#\ud800"), max_size=3)
FACTS = st.builds(
    Facts,
    headings=st.lists(st.tuples(st.integers(1, 6), TEXTS), max_size=3).map(tuple),
    blocks=st.frozensets(TEXTS, max_size=3),
    aliases=st.lists(TEXTS, max_size=3).map(tuple),
    tags=st.frozensets(TEXTS, max_size=3),
    footnotes=st.frozensets(TEXTS, max_size=3),
    views=st.lists(TEXTS, max_size=3).map(tuple),
    targets=st.frozensets(TEXTS, max_size=3),
)


@given(FACTS)
def test_what_is_folded_up_unfolds_to_itself(facts: Facts) -> None:
    assert unfolded(folded_up(facts)) == facts


@given(st.dictionaries(st.text(min_size=1, max_size=5), FACTS, max_size=12), st.integers(1, 4))
def test_a_shelf_is_the_mapping_that_it_was_made_of(facts: dict[str, Facts], buckets: int) -> None:
    paths = [[path for path in facts if bucket_of(path, buckets) == n] for n in range(buckets)]
    folded = [[folded_up(facts[path]) for path in bucket] for bucket in paths]
    texts = [unpacked_facts(packed_facts(bucket)) for bucket in folded]
    shelf = Shelf(lambda: paths, texts.__getitem__)
    assert dict(shelf) == facts
    assert dict(having(shelf, "aliases")) == {
        path: f.aliases for path, f in facts.items() if f.aliases
    }
    assert "no such note" not in shelf
    with pytest.raises(KeyError):
        shelf["no such note"]


@given(FACTS)
def test_folded_facts_show_what_they_plainly_have(facts: Facts) -> None:
    text = folded_up(facts)
    is_plain = "\x1d" not in text[:1]
    for _, heading in facts.headings:
        assert plainly_has(text, heading) == is_plain or heading.startswith("^")
    for name in facts.blocks:
        assert plainly_has(text, f"^{name}") == is_plain
