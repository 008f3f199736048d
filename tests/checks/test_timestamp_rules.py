"""The timestamp rules together: one rule a defect, and fixes that come to rest.

Each rule's own examples are in its note; here is what holds for all of them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import knapper.checks  # noqa: F401 - fills the registry
from knapper.core.fix import Mended, fix_vault
from knapper.core.lint import lint_note
from knapper.core.note import Note, facts_of
from knapper.core.rule import CHECKS, Diagnostic, Rule
from knapper.core.settings import read_settings
from knapper.core.text import apply_edits
from knapper.core.timestamps import anchor, format_time
from knapper.core.vault import Vault

OFF = ("timestamp-order", "timestamp-glued")
SOUND = anchor("00:09:09")


def timestamp_rules(**options: dict[str, object]) -> list[Rule]:
    found = []
    for name, check in sorted(CHECKS.items()):
        if name.startswith("timestamp-") and name not in OFF:
            defaults = {key: option.default for key, option in check.options.items()}
            given = options.get(name.replace("-", "_"), {})
            found.append(Rule(name, check, "error", True, "", "timestamps", {**defaults, **given}))
    return found


def vault_of(note: Note) -> Vault:
    facts = {note.path: facts_of(note)}
    return Vault(facts, facts, read_settings({}))


def findings(text: str, rules: list[Rule] | None = None) -> list[Diagnostic]:
    note = Note("Note.md", text)
    return lint_note(note, vault_of(note), rules or timestamp_rules())


def mend(text: str, rules: list[Rule] | None = None, *, unsafe: bool = True) -> tuple[str, Mended]:
    note = Note("Note.md", text)
    chosen = rules or timestamp_rules()
    mended = fix_vault(
        {note.path: findings(text, chosen)},
        lambda _: note,
        vault_of(note),
        lambda _: chosen,
        unsafe=unsafe,
    )
    return mended.texts.get(note.path, text), mended


def names(text: str, rules: list[Rule] | None = None) -> list[str]:
    return [diagnostic.rule.removeprefix("timestamp-") for diagnostic in findings(text, rules)]


T = "00:03:31"
CLASS = 'class="yt-timestamp"'

ONE_DEFECT = [
    (f'<a {CLASS} data-t="{T}">[{T}]>, next', "unclosed"),
    (f'<a {CLASS} data-t="{T}">[{T}]</sup>, next', "unclosed"),
    (f'<a {CLASS} data-t="{T}">[{T}]</a), next', "unclosed"),
    (f'<a {CLASS} data-t="{T}">[{T}] next', "unclosed"),
    (f'<a {CLASS} data-t="{T}]</a>, next', "broken-tag"),
    (f'<a {CLASS} data-t="{T}</a>, next', "broken-tag"),
    (f'< a {CLASS} data-t="{T}">[{T}]</a>, next', "broken-tag"),
    (f'\\<a {CLASS} data-t="{T}">[{T}]</a>, next', "broken-tag"),
    (f'<a%20{CLASS}%20data-t="{T}">[{T}]</a>, next', "broken-tag"),
    (f'x {T}">[{T}]</a>, next', "broken-tag"),
    (f'<p {CLASS} data-t="{T}">[{T}]</p>, next', "element"),
    (f'<span data-t="{T}">[{T}]</span>, next', "element"),
    (f'<a {CLASS} data="{T}">[{T}]</a>, next', "attribute"),
    (f'<a {CLASS} data-{T}">[{T}]</a>, next', "attribute"),
    (f'<a class="yt-03-31">[{T}]</a>, next', "attribute"),
    (f'<a class="yt="yt-timestamp" data-t="{T}">[{T}]</a>, next', "class"),
    (f'<a class="yt_timestamp" data-t="{T}">[{T}]</a>, next', "class"),
    (f"<a class='yt-timestamp' data-t='{T}'>[{T}]</a>, next", "quotes"),
    (f'<a {CLASS} data-t="{T}]">[{T}]</a>, next', "value-junk"),
    (f'<a {CLASS} data-t="{T}:"></a>, next', "value-junk"),
    (f'<a {CLASS} data-t="0:03:31">[0:03:31]</a>, next', "value-padding"),
    (f'<a {CLASS} data-t="03:31">[03:31]</a>, next', "value-short"),
    (f'<a {CLASS} data-t="03:31"></a>, next', "value-short"),
    (f'<a {CLASS} data-t="{T}:00">[{T}:00]</a>, next', "value-four-parts"),
    (f'<a {CLASS} data-t="HH:MM:SS">[{T}]</a>, next', "placeholder"),
    (f'<a {CLASS} data-t="211">[{T}]</a>, next', "placeholder"),
    (f'<a {CLASS} data-t="03:31:00">[{T}]</a>, next', "shifted"),
    (f'<a {CLASS} data-t="{T}"></a>, next', "label-empty"),
    (f'<a {CLASS} data-t="{T}">{T}</a>, next', "label-brackets"),
    (f'<a {CLASS} data-t="{T}">[[{T}]]</a>, next', "label-brackets"),
    (f'<a {CLASS} data-t="{T}"> [{T}]</a>, next', "label-space"),
    (f'<a {CLASS} data-t="{T}">[03:31]</a>, next', "label-format"),
    (f'<a {CLASS} data-t="{T}">[00:03:35]</a>, next', "label-mismatch"),
    (f'<a {CLASS} data-t="{T}">[03:31:00]</a>, next', "label-mismatch"),
    (f"[{T}]({anchor(T)}), next", "in-link"),
    (f"[{anchor(T)}], next", "in-link"),
]


@pytest.mark.parametrize(("text", "rule"), ONE_DEFECT)
def test_each_defect_is_told_once_and_mended_to_the_one_form(text: str, rule: str) -> None:
    whole = f"Text {text} {SOUND}\n"
    assert names(whole) == [rule]
    fixed, mended = mend(whole)
    assert not mended.dropped
    assert anchor(T) in fixed and fixed.endswith(f"next {SOUND}\n")
    assert findings(fixed) == []


@pytest.mark.parametrize(
    "text",
    [
        '<a class="yt_timestamp" data-t="03:31">03:31</sup>, next',
        f"<a class='yt-timestamp' data-t='03:31:00'>[{T}]>, next",
        '< a class="yt-timestamp" data-t="0:03:31:00">[0:03:31:00]</a>, next',
        f'<span data-t="{T}]">[[{T}]]</span>, next',
        '[3:31](<a class="yt-state" data-t="03:31">[03:31]</a>, next',
        '<a class="yt_timestamp" data="0:03:31">[0:03:31]>, next',
        f"<p class='yt-timestamp' data-t=' {T} '> {T}</p>, next",
        f"[<a {CLASS} data-t=\"HH:MM:SS\">[03:31]</a>], next",
    ],
)  # fmt: skip
def test_several_defects_of_one_anchor_are_mended_together(text: str) -> None:
    fixed, mended = mend(f"Text {text} {SOUND}\n")
    assert fixed == f"Text {anchor(T)}, next {SOUND}\n"
    assert not mended.dropped


def test_short_times_are_safe_only_where_the_vault_says_so() -> None:
    text = f'Text <a {CLASS} data-t="03:31">[03:31]</a> next\n'
    assert mend(text, unsafe=False)[0] == text
    allowed = timestamp_rules(timestamp_value_short={"safe": True})
    assert mend(text, allowed, unsafe=False)[0] == f"Text {anchor(T)} next\n"


@pytest.mark.parametrize(
    "text",
    [
        f"## At {SOUND}\n\n> [!note] {SOUND}\n\n| a |\n| - |\n| {anchor(T)} |\n\n1. {SOUND}\n",
        f"From {SOUND}-{anchor('00:10:00')}, {SOUND}, {SOUND} and ({SOUND}).",
        "Genesis 3:15, 11:00 AM, a 30:1 ratio, won 6:0, [3:15], [00:01:02], v1:02.",
        "### [00:42] Title\n\n0:00 Intro\n1:02:33 End\n\n```timestamp \n07:51\n ```\n",
        "[00:01:55](obsidian://podnotes?episodeName=a&url=b&time=115) @1:02:33 00:01:55-00:02:05",
        "![[a.mp4#t=5,10]] [5:30](https://youtu.be/kbjO2ykaAKQ?t=330) 🎧 00:01 - 00:05 (00:04)",
        "([Time 0:11:42](https://share.snipd.com/snip/x)) {{youtube-timestamp 00:01:45}}",
        "00:00:01,600 --> 00:00:04,200\n[00:01.000 --> 00:02.000] text",
        f"Later {anchor('02:00:07')} first {anchor('00:00:07')} then {anchor('01:00:07')}",
    ],
)
def test_what_is_never_told(text: str) -> None:
    assert names(text) == []
    assert names(f"---\ntitle: x\n---\n{text}") == []


@pytest.mark.parametrize("max_hours", [None, 5])
def test_a_sound_note_has_no_finding(max_hours: int | None) -> None:
    times = [format_time(seconds) for seconds in range(16, 3_000, 81)]
    text = (
        "---\ntitle: Soup\nvideoId: kbjO2ykaAKQ\n---\n\nFrom: [[kitchen]] <br/> \n\n"
        + "\n".join(f"*   **Step:** the soup boils {anchor(time)}." for time in reversed(times))
    )
    rules = timestamp_rules(timestamp_shifted={"max-hours": max_hours})
    assert names(text, rules) == []


WORDS = st.lists(
    st.sampled_from(
        ["word", " ", "🍲", "é", "\r\n", "\n", "\n\n", "- ", "> ", '"', "'", "`", "[", "]", "(",
         ")", "|", "<", ">", "<br>", "**", "[[Soup]]", "</a>", "<a ", "data-t", "yt", "[01:02:03]",
         "\\", "$", "```\n", "#t=", "%%", "| a |\n| - |\n"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = anchor(format_time(draw(st.integers(0, 90_000))))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        signs = ["", " ", '"', ">", "<", "]", "yt", "=", "\n", "5", ":", "'", "😀", ":00", "\\"]
        text = text[:start] + draw(st.sampled_from(signs)) + text[end:]
    return text


SHAPES = st.sampled_from([f"Text {text} " for text, _ in ONE_DEFECT])
NOTES = st.tuples(
    st.sampled_from(["", "---\nvideoId: kbjO2ykaAKQ\n---\n", "---\r\nduration: 90\r\n---\r\n"]),
    st.lists(st.one_of(WORDS, damaged(), SHAPES), max_size=7).map("".join),
).map("".join)


@given(NOTES)
def test_no_rule_fails_and_every_finding_lies_in_the_note(text: str) -> None:
    for diagnostic in findings(text):
        assert diagnostic.rule != "rule-crashed", diagnostic.finding.message
        span = diagnostic.finding.span
        assert 0 <= span.start <= span.end <= len(text)
        assert "\n" not in diagnostic.finding.message
        for edit in diagnostic.finding.fix.edits if diagnostic.finding.fix else ():
            assert text[slice(*edit.span)] != edit.text, "an edit that changes nothing"
            assert edit.span.start >= Note("Note.md", text).body


@given(NOTES, st.booleans())
def test_fixes_come_to_rest_and_fixing_again_changes_nothing(text: str, unsafe: bool) -> None:
    fixed, mended = mend(text, unsafe=unsafe)
    for dropped in mended.dropped:
        assert "undo" not in dropped.reason and "rest" not in dropped.reason, dropped
    if not mended.dropped:
        assert mend(fixed, unsafe=unsafe)[0] == fixed
        fixable = [d for d in findings(fixed) if d.finding.fix and (unsafe or d.finding.fix.safe)]
        assert fixable == []


@given(st.lists(SHAPES, min_size=1, max_size=2))
def test_a_single_fix_adds_no_finding(shapes: list[str]) -> None:
    text = f"{''.join(shapes)}{SOUND} end\n"
    before = findings(text)
    for diagnostic in before:
        fix = diagnostic.finding.fix
        if fix:
            after = [one.rule for one in findings(apply_edits(text, fix.edits))]
            allowed = [one.rule for one in before if one is not diagnostic]
            new = [name for name in after if name not in allowed]
            assert len(after) <= len(before) and len(new) <= 1, (diagnostic.rule, after)


def test_a_class_that_has_swallowed_another_attribute_is_not_mended_without_asking() -> None:
    text = '<a class=yt-timestamp" href="5" data-t="00:01:02">[00:01:02]</a>\n'
    assert names(text) == ["class"]
    assert mend(text, unsafe=False)[0] == text
