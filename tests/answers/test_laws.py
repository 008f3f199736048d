"""Laws of what is answered, on texts and names made to mislead."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaults import known

from knapper.answers.completion import completions
from knapper.answers.goal import Goal, goals, place_of
from knapper.answers.outline import outline
from knapper.answers.preview import link_preview
from knapper.answers.subject import LinkSubject, references_of, subject_at
from knapper.core.note import Note
from knapper.core.text import apply_edits

PIECES = (
    "[[", "]]", "![[", "|", "#", "^", "](", ")", "[", "<", ">", "---\n", "tags: [", "a: ", "- ",
    "\n", "\r\n", "`", "```\n", "Note", "Two words", "x/", "😀", "é", "%20", "\\", "[^1]", " ",
    "[^1]: ", "$", "%%", "# H\n", " ^id\n", "|-|\n", '"', "'", ",", ":", "..", "\ufeff", "\x00",
)  # fmt: skip
NAMES = st.sampled_from(
    'Note,note 2,Two words,x/Note,y/Note,Äpfel,a.b,(c) d,50%,😀,x/y/D,it\'s,a "b"'.split(",")
)
AROUND = [
    ("[[", ""), ("![[", ""), ("[x](", ""), ("[x](<", ""), ("See [[", "]] there"), ("[x](", ")"),
    ("|a|\n|-|\n|[[", "]]|"), ("|a|\n|-|\n|[x](", ")|"), ("---\nup: [[", "\n---\n"),
    ("---\nup: '[[", "]]'\n---\n"), ('---\nup:\n  - "[[', ']]"\n---\n'),
]  # fmt: skip
"""What stands before the cursor, and behind it."""


def text_of(random: Random) -> str:
    return "".join(random.choices(PIECES, k=random.randint(1, 30)))


@pytest.mark.parametrize("seed", range(40))
def test_every_place_of_any_text_has_answers(seed: int) -> None:
    random = Random(seed)
    files = {f"{name}.md": text_of(random) for name in ("Note", "Two words", "x/Note")}
    vault = known({**files, "pic.png": ""})
    for path, note in vault.notes.items():
        for reference in references_of(note):
            assert 0 <= reference.target_span.start <= reference.target_span.end <= len(note.text)
            for goal in goals(reference.target, path, vault.vault):
                if goal.path in vault.notes:
                    place = place_of(goal, vault.read)
                    assert 0 <= place.span.start <= place.span.end
                    link_preview(goal, vault.read)
        assert len(outline(note)) == len(note.headings)
        for offset in range(len(note.text) + 1):
            subject = subject_at(note, offset)
            if subject is not None and not isinstance(subject, LinkSubject):
                assert 0 <= subject.span.start <= subject.span.end <= len(note.text)
            for one in completions(note, offset, vault.vault, vault.names).items:
                start, end = one.edit.span
                assert start <= offset <= end
                assert "\n" not in note.text[start:end]
                apply_edits(note.text, [one.edit])


@given(
    st.sets(NAMES, min_size=1, max_size=6),
    st.sampled_from(["shortest", "relative", "absolute"]),
    st.booleans(),
    st.sampled_from(["Here.md", "x/Here.md", "x/y/Here.md"]),
    st.sampled_from(AROUND),
)
def test_an_accepted_name_leads_to_its_file(
    names: set[str], link_format: str, markdown: bool, here: str, around: tuple[str, str]
) -> None:
    files = {f"{name}.md": "---\naliases: [Other 'name']\n---\n" for name in names}
    text, offset = "".join(around), len(around[0])
    vault = known(
        {**files, here: text}, new_link_format=link_format, use_markdown_links=markdown
    )  # fmt: skip
    found = completions(Note(here, text), offset, vault.vault, vault.names)
    assert {one.path for one in found.items} == {*files, here}
    for one in found.items:
        after = Note(here, apply_edits(text, [one.edit]))
        (link,) = references_of(after)
        assert [goal.path for goal in goals(link.target, here, vault.vault)] == [one.path]


@given(st.text(alphabet="`~a\n\r#[]()!<>\u2028", max_size=60))
def test_what_is_shown_never_leaves_its_fence(text: str) -> None:
    vault = known({"a.md": text})
    _, _, shown = link_preview(Goal("a.md"), vault.read).partition("\n\n")
    if shown:
        fence = re.match("`+", shown)
        assert fence is not None
        inside = shown.split("\n")[1:-1]
        assert shown.endswith(f"\n{fence[0]}")
        assert not [line for line in inside if line.lstrip().startswith(fence[0])]
