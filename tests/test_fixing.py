"""Laws of fixing, over vaults made of good and broken pieces with all rules on."""

from collections import Counter
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from knapper.app.workspace import load_rules
from knapper.core.fix import Mended, fix_vault
from knapper.core.lint import Ruleset, lint_note
from knapper.core.note import Note, facts_of
from knapper.core.rule import Diagnostic
from knapper.core.vault import Vault

RULES = Ruleset.of(load_rules())

TIME = '<a class="yt-timestamp" data-t="00:01:02">[00:01:02]</a>'
LINES = st.sampled_from(
    [
        "# Head", "## Head", "text and more text", "", "- item", "> quote", "```", "    code",
        "🙂 e\u0301 中文", "[x](gone.md)", "| a | [[b | x]] |", "|---|---|",
        "[[b]]", "[[b#Head]]", "[[B | x]]", "[[Beta]]", "[[some note]]", "[[some note#Head|x]]",
        "[[b | ]]", "[[gone]]", "![[b]]", "[x](b.md)",
        "[[a|b|c]]", "[[b [[some_note]] x]]", "[[b", "[[]]", "[[00:01:02]]", "[[https://e.example|u]]",
        TIME, TIME[:-4] + ">, " + TIME, TIME.replace("yt-", "yt_"),
        TIME.replace('00:01:02"', '1:02"'),
        TIME.replace("[00:01:02]", ""), TIME.replace("[00:01:02]", "[[00:01:02]]"),
        TIME.replace("00:01:02\"", "00:01:02]\""), TIME.replace("[00:01:02]", "00:01:02"),
        f"[00:01:02]({TIME})", "[00:01:02]", TIME.replace('"00:01:02"', "'00:01:02'"),
        "``` " + TIME, "$x$ #tag ^id", "%% c %%", "<div>", "[b | x]",
    ]
)  # fmt: skip
PROPERTIES = st.sampled_from(
    [
        "title: A", "title: a: b", "videoId: kbjO2ykaAKQ", "videoId: 12345678901", "tag: x",
        "alias: Q", "aliases: [Q, R]", "up: [[b]]", 'up: "[[gone]]"', "Title: B", "title: A",
        "empty:", "tags: a, b",
        "cssclasses: a b", "# comment", "duration: 60", "list:\n  - [[b]]",
    ]
)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    properties = draw(st.lists(PROPERTIES, max_size=4))
    lines = draw(st.lists(LINES, max_size=10))
    front = ["---", *properties, "---"] if properties else []
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    text = ending.join("\n".join([*front, *lines]).split("\n"))
    return draw(st.sampled_from(["", "\ufeff"])) + text + draw(st.sampled_from(["", ending]))


Texts = Mapping[str, str]
FIXED = {"b.md": "---\naliases: [Beta]\n---\n# Head\n", "some_note.md": "# Head\n"}


def judge(files: Texts) -> tuple[dict[str, Note], Vault, dict[str, list[Diagnostic]]]:
    notes = {path: Note(path, text) for path, text in files.items()}
    vault = Vault(notes, {path: facts_of(note) for path, note in notes.items()})
    return notes, vault, {path: lint_note(note, vault, RULES) for path, note in notes.items()}


def mend(files: Texts, *, unsafe: bool) -> tuple[Texts, Mended]:
    notes, vault, found = judge(files)
    mended = fix_vault(found, notes.__getitem__, vault, lambda _: RULES, unsafe=unsafe)
    return {**files, **mended.texts}, mended


@given(texts(), st.booleans())
def test_fixing_twice_is_fixing_once(text: str, unsafe: bool) -> None:
    once, _ = mend({**FIXED, "a.md": text}, unsafe=unsafe)
    twice, again = mend(once, unsafe=unsafe)
    assert twice == once
    assert not again.made


@given(texts())
def test_nothing_that_can_safely_be_mended_is_left(text: str) -> None:
    files, mended = mend({**FIXED, "a.md": text}, unsafe=False)
    refused = {rule for dropped in mended.dropped for rule in dropped.rules}
    left = [d.rule for found in judge(files)[2].values() for d in found
            if d.finding.fix and d.finding.fix.safe and d.finding.fix.edits]  # fmt: skip
    assert set(left) <= refused


UNCOVERING = frozenset(
    ("blank-before-frontmatter", "duplicate-key", "invalid-frontmatter", "timestamp-after-fence")
)
"""What these mend kept properties, or the rest of the note, from being read at all."""


SERIES = frozenset(("timestamp-order", "timestamp-repeated", "timestamp-shifted-note"))
"""They compare the times of a note; one that can be read again counts from then on."""


@given(texts())
def test_fixing_adds_no_finding(text: str) -> None:
    files = {**FIXED, "a.md": text}
    result, mended = mend(files, unsafe=False)
    if any(d.rule in UNCOVERING or (d.finding.fix and d.finding.fix.restructures)
           for d in mended.made):  # fmt: skip
        return
    before, after = (Counter(d.rule for d in judge(f)[2]["a.md"]) for f in (files, result))
    assert not {rule for rule in after - before if rule not in SERIES}


@given(texts())
def test_line_ends_and_byte_order_mark_stay(text: str) -> None:
    result = mend({**FIXED, "a.md": text}, unsafe=True)[0]["a.md"]
    assert result.startswith("\ufeff") == text.startswith("\ufeff")
    if "\r\n" in text:
        assert result.replace("\r\n", "").count("\n") == text.replace("\r\n", "").count("\n")
    if text and not text.endswith("\n"):
        assert not result.endswith("\n") or not result.strip()


@given(texts(), texts())
@settings(max_examples=30)
def test_equal_facts_mean_equal_findings_elsewhere(one: str, other: str) -> None:
    if facts_of(Note("x.md", one)) != facts_of(Note("x.md", other)):
        return
    reader = "[[x]] [[x#Head]] [[x#^id]] ![[x]] [[Q]]\n"
    found = [judge({**FIXED, "x.md": text, "r.md": reader})[2]["r.md"] for text in (one, other)]
    assert found[0] == found[1]
