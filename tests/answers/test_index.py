"""The index after any series of changes is the one that is made at once."""

from hypothesis import given
from hypothesis import strategies as st

from knapper.answers.index import Index, Words

PATHS = st.sampled_from(["a.md", "b.md", "x/a.md", "pic.png"])
TEXTS = st.sampled_from(["one", "One", "two three", "ß"])
WORDS = st.builds(
    Words,
    st.lists(TEXTS, max_size=2).map(tuple),
    st.frozensets(st.sampled_from(["#a", "#b"])),
    st.lists(st.tuples(st.sampled_from(["k", "K", "l"]), TEXTS.map(lambda one: (one,)))).map(tuple),
)
CHANGES = st.lists(st.tuples(PATHS, st.one_of(st.none(), WORDS)), max_size=12)


@given(CHANGES)
def test_by_updates_as_at_once(changes: list[tuple[str, Words | None]]) -> None:
    step = Index()
    last: dict[str, Words] = {}
    for path, words in changes:
        if words is None:
            last.pop(path, None)
            step.update({}, [path])
        else:
            last[path] = words
            step.update({path: words}, [])
    whole = Index()
    whole.update(last, [])
    assert step.names == whole.names
    assert (step.tags, step.keys) == (whole.tags, whole.keys)
    assert {k: v for k, v in step.values.items() if v} == {
        k: v for k, v in whole.values.items() if v
    }


def test_the_best_names_come_first() -> None:
    index = Index()
    paths = ["Zebra cake.md", "cake.md", "pancake.md", "Cakes/list.md", "other.md"]
    index.update({path: Words() for path in paths}, [])
    assert [name.path for name in index.found("cake", 9)[0]] == [
        "cake.md",
        "Zebra cake.md",
        "pancake.md",
    ]
    assert [name.path for name in index.found("cakes/", 9)[0]] == ["Cakes/list.md"]
    assert [name.path for name in index.found("cake zeb", 9)[0]] == ["Zebra cake.md"]
