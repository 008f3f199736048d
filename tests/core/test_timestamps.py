"""Reading timestamps: every real shape with its exact pieces, and laws for the rest."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.core.text import Span
from knapper.core.timestamps import (
    Timestamp,
    anchor,
    format_time,
    label_fault,
    parse_time,
    read_times,
    read_timestamps,
    value_fault,
)

SOUND = anchor("00:09:09")


def only(text: str) -> Timestamp:
    """Read a text that holds one malformed anchor and, behind it, a sound one."""
    first, second = read_timestamps(f"{text} {SOUND}")
    assert second == Timestamp(len(text) + 1, len(text) + 1 + len(SOUND), "00:09:09", "[00:09:09]")
    return first


def pieces(text: str, stamp: Timestamp) -> list[str | None]:
    spans = (
        stamp.span,
        stamp.open_tag,
        stamp.class_attribute,
        stamp.attribute,
        stamp.value_span,
        stamp.label_span,
        stamp.closing,
    )
    return [None if span is None else text[slice(*span)] for span in spans]


# -- times --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds", "canonical"),
    [
        ("00:01:02", 62, True),
        ("01:02", 62, False),
        ("1:02:03", 3723, False),
        ("02:18:78", 8358, False),
        ("01:00:03:00", 3603, False),
        ("124:06", 7446, False),
        ("2241", 2241, False),
        ("00:01:02.5", 62, False),
        ("00:18:58]", 1138, False),
        (" [00:18:58] ", 1138, False),
        ("01:26:", 86, False),
    ],
)
def test_times_are_read_to_seconds_first(text: str, seconds: int, canonical: bool) -> None:
    time = parse_time(text)
    assert time is not None
    assert (time.seconds, time.canonical) == (seconds, canonical)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "HH:MM:SS",
        "N/A",
        "00:01:02 x",
        "1:2:3:4:5",
        "0:00:00.413Z",
        "00:01, 00:02",
        "１:02",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert parse_time(text) is None


@given(st.integers(min_value=0, max_value=400_000))
def test_a_written_time_is_read_back(seconds: int) -> None:
    time = parse_time(format_time(seconds))
    assert time is not None
    assert time.seconds == seconds
    assert time.canonical == (seconds < 360_000)


def test_times_in_a_text_are_found_and_ids_are_not() -> None:
    found = read_times("from 1:02 to 00:03:04.5, not 1:2:3:4:5 or 12:3456")
    assert [time.text for time in found] == ["1:02", "00:03:04.5"]


# -- anchors ------------------------------------------------------------------------------


def test_a_sound_anchor_has_all_its_pieces() -> None:
    (stamp,) = read_timestamps(f"é {SOUND}")
    assert (stamp.start, stamp.faults, stamp.anatomy, stamp.element) == (2, (), None, "a")
    assert pieces(f"é {SOUND}", stamp) == [
        SOUND,
        '<a class="yt-timestamp" data-t="00:09:09">',
        'class="yt-timestamp"',
        'data-t="00:09:09"',
        "00:09:09",
        "[00:09:09]",
        "</a>",
    ]


TAG = '<a class="yt-timestamp" data-t="00:03:30">'
CLASS = 'class="yt-timestamp"'
DATA = 'data-t="00:03:30"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"x {TAG}[00:03:30]>, ", ("[00:03:30]", ">"), id="closed by >"),
        pytest.param(f"{TAG}[00:03:30]], ", ("[00:03:30]", "]"), id="closed by ]"),
        pytest.param(f"{TAG}[00:03:30]</sup>.", ("[00:03:30]", "</sup>"), id="closed by sup"),
        pytest.param(f"({TAG}[00:03:30]</a) x", ("[00:03:30]", "</a"), id="closed by </a)"),
        pytest.param(f"{TAG}[00:03:30]}}}}].", ("[00:03:30]", "}}]"), id="closed by braces"),
        pytest.param(f"{TAG}[00:03:30]岡田, ", ("[00:03:30]", ""), id="a stray word"),
        pytest.param(f"{TAG}[00:03:30", ("[00:03:30", ""), id="half a label"),
        pytest.param(f"{TAG}and more", ("", ""), id="no label"),
        pytest.param(f"{TAG}[00:03:30]\n\n</a>", ("[00:03:30]", ""), id="a blank line between"),
    ],
)
def test_unclosed_anchors_end_where_their_label_does(text: str, expected: tuple[str, str]) -> None:
    stamp = only(text)
    assert stamp.faults == ("unclosed",)
    label, closing = expected
    assert pieces(text, stamp) == [
        f"{TAG}{label}{closing}", TAG, CLASS, DATA, "00:03:30", label, closing
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        pytest.param(f"{TAG[:-2]}]</a>.", f"{TAG[:-2]}]</a>", id="bracket for quote"),
        pytest.param(f"{TAG[:-2]}</a>)", f"{TAG[:-2]}</a>", id="nothing for quote"),
        pytest.param(f"{TAG[:-2]}]-[00:15:24]</a>", f"{TAG[:-2]}]-[00:15:24]</a>", id="a range"),
        pytest.param(f"{TAG[:-2]}], 1999 was", f"{TAG[:-2]}]", id="prose behind it"),
        pytest.param(f"{TAG[:-2]}: and -", TAG[:-2], id="signs of a sentence behind it"),
        pytest.param(f"{TAG[:-2]}>[00:03:30]</a>", f"{TAG[:-2]}>[00:03:30]</a>", id="open quote"),
        pytest.param('x <a class="yt', '<a class="yt', id="cut off in the class"),
        pytest.param(f"x< a{TAG[2:]}[00:03:30]</a>", f"< a{TAG[2:]}[00:03:30]</a>", id="a blank"),
        pytest.param(
            '<a%20class="yt-timestamp"%20data-t="02:40">[02:40]</a>',
            '<a%20class="yt-timestamp"%20data-t="02:40">[02:40]</a>',
            id="blanks of an address",
        ),
        pytest.param(f"\\{TAG}[00:03:30]</a>", f"\\{TAG}[00:03:30]</a>", id="escaped"),
        pytest.param(
            'the U.01.25.16">[01:25:16]</a>.', '01.25.16">[01:25:16]</a>', id="first half lost"
        ),
        pytest.param(
            f"the {DATA}>[00:03:30]</a>.", f"{DATA}>[00:03:30]</a>", id="only the tag's name lost"
        ),
        pytest.param(f"x {TAG[1:]}[00:03:30]</a>.", f"{TAG[1:]}[00:03:30]</a>", id="no bracket"),
        pytest.param(
            f"{TAG.replace(' c', 'c')}[00:03:30]</a>.",
            f"{TAG.replace(' c', 'c')}[00:03:30]</a>",
            id="no blank before the class",
        ),
    ],
)
def test_broken_tags_end_where_they_can_be_told_to_end(text: str, construct: str) -> None:
    stamp = only(text)
    assert stamp.faults == ("broken-tag",)
    assert text[slice(*stamp.span)] == construct


@pytest.mark.parametrize(
    "written",
    [
        'class="yt="yt-timestamp"', 'class="yt_timestamp"', 'class="yt="', 'class="yt>timestamp"',
        'class="yt:timestamp"', 'class="yt=timestamp"', 'class="yt-0timestamp"',
        'class="yt-yt-timestamp"', 'class="yt-state"', 'class="yt{t-timestamp"',
        'class="yt\n-timestamp"', 'class="yt\r\n-timestamp"', 'class="dt-timestamp"',
        'class_yt-timestamp"', 'class="yt-timestamp', "class='yt_timestamp'",
    ],
)  # fmt: skip
def test_slips_in_the_class(written: str) -> None:
    text = f"<a {written} {DATA}>[00:03:30]</a>"
    stamp = only(text)
    assert stamp.faults == ("class",)
    tag = f"<a {written} {DATA}>"
    assert pieces(text, stamp) == [text, tag, written, DATA, "00:03:30", "[00:03:30]", "</a>"]


@pytest.mark.parametrize(
    "written",
    [
        'data-3:09:57:00"', 'data="00:13:16"', "data-23:11:00", 'data=t="00:13:16"',
        'href="00:00:27"', 'data-timestamp="00:00:27"', 'data-10:52:00="01:20:51"', "data-t",
    ],
)  # fmt: skip
def test_slips_for_data_t(written: str) -> None:
    text = f"<a {CLASS} {written}>[00:03:30]</a>"
    stamp = only(text)
    assert stamp.faults == ("attribute",)
    tag = f"<a {CLASS} {written}>"
    assert pieces(text, stamp) == [text, tag, CLASS, written, None, "[00:03:30]", "</a>"]


@pytest.mark.parametrize(
    "written", ['class="yt-0-26-28"', 'class="yt-48:47"', 'class="yt="01:09:04"', CLASS]
)
def test_class_and_time_in_one(written: str) -> None:
    text = f"<a {written}>[00:03:30]</a>"
    stamp = only(text)
    assert stamp.faults == ("attribute",)
    assert pieces(text, stamp)[2:4] == [written, None]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (f'<p {CLASS} data-t="11:36:00">[11:36:00]</p>', ("element",)),
        ('<span data-t="01:26:12"> [01:26:12]</span>', ("element", "label-space")),
        (f'<time {CLASS} data-t="01:26:12">[01:26:12]</time>', ("element",)),
        (f'<button {CLASS} data-t="01:26:12">[01:26:12]</button>', ("element",)),
        ("<a class='yt-timestamp' data-t='00:00:42'>[00:00:42]</a>", ("quotes",)),
        ("<a class=yt-timestamp data-t=00:00:42>[00:00:42]</a>", ("quotes",)),
        ("<a class=“yt-timestamp” data-t=“00:00:42”>[00:00:42]</a>", ("quotes",)),
        (f"<a {CLASS}\n    {DATA}>[00:03:30]</a>", ()),
        (f"<a {CLASS}\r\n    {DATA}>[00:03:30]</a>", ()),
        (f'<a href="#fn:1" {CLASS} {DATA}>[00:03:30]</a>', ()),
        (f"<a class {CLASS} {DATA} >[00:03:30]</a >", ()),
        (f"{TAG}<b>[00:03:30]</b></a>", ()),
        (f"{TAG}[00:03:30]< /a>", ("unclosed",)),
        (f"{TAG}[00:03:30]</a", ("unclosed",)),
        (f"{TAG}[00:03:30]</ a>", ("unclosed",)),
        (f"{TAG}[00:03:30]<\\a>", ("unclosed",)),
        (f"{TAG}[00:03:30]/a>", ("unclosed",)),
        (f"{TAG}[00:03:30]<a>", ("unclosed",)),
        (f"{TAG}[00:03:30]<a/>", ("unclosed",)),
        ('<a class="yt_timestamp" data-t="03:30">[03:30]>', ("class", "unclosed", "value-short")),
    ],
)
def test_other_shapes(text: str, faults: tuple[str, ...]) -> None:
    stamp = only(text)
    assert stamp.faults == faults
    assert text[slice(*stamp.span)] == text


@pytest.mark.parametrize(
    "text",
    [
        "anything about a timestamp, yt and data-t",
        '<a href="https://example.org/yt">[00:01:02]</a>',
        '<a class="yt-timestamp" href="https://youtu.be/x?t=62">[00:01:02]</a>',
        '<a class="yt-button" data-id="5" href="#x">[00:01:02]</a>',
        '<a class="timecode" data-t="00:01:02">[00:01:02]</a>',
        '<span class="yt-timestamp">[00:01:02]</span> <span data-t="x">y</span>',
        r'\<a class="yt-timestamp" data-t="00:02:40">[00:02:40]\</a>',
        "yt 1 < a and b > c, x <br> y <",
    ],
)
def test_other_links_and_words_are_no_timestamps(text: str) -> None:
    assert read_timestamps(text) == ()


def test_a_closing_tag_without_its_bracket_ends_before_a_word_of_another_script() -> None:
    assert only(f"{TAG}[00:03:30]</a中文").closing == Span(
        len(f"{TAG}[00:03:30]"), -2 + len(f"{TAG}[00:03:30]</a中文")
    )


def test_half_an_anchor_is_seen_though_nothing_else_tells_of_one() -> None:
    assert [stamp.faults for stamp in read_timestamps('to 01.25.16">[01:25:16]</a>')] == [
        ("broken-tag",)
    ]


@pytest.mark.parametrize("end", [" <", " <a", ' <a class="', ' <a class="yt', f" {TAG[:-2]}"])
def test_a_note_that_breaks_off_is_seen_if_it_has_timestamps(end: str) -> None:
    _, last = read_timestamps(SOUND + end)
    assert last.faults == ("broken-tag",)
    assert last.end == len(SOUND + end)


def test_reading_begins_where_it_is_told_to() -> None:
    text = f"{SOUND}\n{SOUND}"
    assert [stamp.start for stamp in read_timestamps(text, len(SOUND))] == [len(SOUND) + 1]


# -- values and labels ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("00:03:30", None), ("124:00:00", None), ("00:03:30.5", None), ("", "placeholder"),
        ("HH:MM:SS", "placeholder"), ("2241", "placeholder"), ("0:00:00.413Z", "placeholder"),
        ("00:18:58]", "value-junk"), ("01:26:", "value-junk"), ("00:18:58 ", "value-junk"),
        ("01:00:03:00", "four-parts"), ("03:70:00", "out-of-range"), ("00:30:60", "out-of-range"),
        ("12:78", "out-of-range"), ("04:27:819", "out-of-range"), ("02:56", "value-short"),
        ("5:4", "value-short"), ("124:06", "value-short"), ("1:03:26", "value-padding"),
        ("05:4:00", "value-padding"), ("024:45:00", "value-padding"),
        ("01:30:30 - 01:38:41", "list-in-value"), ("13:05–14:16", "list-in-value"),
    ],
)  # fmt: skip
def test_faults_of_values(value: str, fault: str | None) -> None:
    assert value_fault(value) == fault


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        ("[00:10:51]", None), ("", "label-empty"), (" ", "label-empty"),
        ("00:10:51", "label-brackets"), ("[[00:10:51]]", "label-brackets"),
        ("[00:10:51]]", "label-brackets"), ("10:51", "label-brackets"),
        (" [00:10:51]", "label-space"), ("[10:51]", "label-format"), ("[0:10:51]", "label-format"),
        ("[00:10:55]", "label-mismatch"), ("[10:51:00]", "label-mismatch"),
        ("[00:01:15]", "label-mismatch"), ("[Podcast]", "label-text"), ("Link 5", "label-text"),
        ("[:51]", "label-text"), ("[/10:51]", "label-text"), ("[10:40\">[00:10:51]", "label-text"),
        ("[00:10:51 - 00:10:59]", None), ("The soup (10:51)", None), ("<b>[00:10:51]</b>", None),
    ],
)  # fmt: skip
def test_faults_of_labels(label: str, fault: str | None) -> None:
    assert label_fault("00:10:51", label) == fault


def test_a_value_that_is_its_label_one_place_too_high_is_shifted() -> None:
    assert label_fault("10:51:00", "[00:10:51]") == "shifted"


# -- laws -----------------------------------------------------------------------------------

WORDS = st.lists(
    st.sampled_from(
        ["word", " ", "🍲", "é", "\r\n", "\n", "\n\n", "- ", "> ", '"', "'", "`", "[", "]", "(",
         ")", "|", "<", ">", "<br>", "**", "[[Soup]]", "</a>", "<a ", "data-t", "yt", "1:02",
         "\\", "$"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """An anchor with some of its characters lost, doubled or replaced."""
    text = anchor(format_time(draw(st.integers(0, 90_000))))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        new = draw(
            st.sampled_from(["", " ", '"', ">", "<", "]", "yt", "=", "\n", "5", ":", "'", "😀"])
        )
        text = text[:start] + new + text[end:]
    return text


@given(st.lists(st.one_of(WORDS, damaged()), max_size=8).map("".join))
def test_reading_never_fails_and_spans_hold(text: str) -> None:
    stamps = read_timestamps(text)
    end = 0
    for stamp in stamps:
        assert end <= stamp.start < stamp.end <= len(text)
        end = stamp.end
        inner = [span for span in (stamp.class_attribute, stamp.attribute) if span]
        ordered = [stamp.open_tag, stamp.label_span, stamp.closing]
        assert stamp.start == stamp.open_tag.start and stamp.closing.end == stamp.end
        assert all(one.end == two.start for one, two in pairwise(ordered))
        assert all(stamp.open_tag.start <= s.start <= s.end <= stamp.open_tag.end for s in inner)
        if stamp.value_span and stamp.attribute:
            assert stamp.attribute.start <= stamp.value_span.start
            assert stamp.value_span.end <= stamp.attribute.end
            assert text[slice(*stamp.value_span)] == stamp.value
        assert text[slice(*stamp.label_span)] == stamp.label


@given(WORDS, damaged(), WORDS)
def test_a_sound_anchor_behind_a_damaged_one_is_still_read(
    before: str, harm: str, after: str
) -> None:
    text = f"{before}{harm}{after} word "
    stamps = read_timestamps(text + SOUND)
    assert stamps[-1].span == Span(len(text), len(text) + len(SOUND))
    assert stamps[-1].faults == ()


@given(WORDS, WORDS)
def test_what_is_read_does_not_hang_on_line_ends(before: str, after: str) -> None:
    text = f"{before} {TAG}[00:03:30]>{after}".replace("\r", "")
    plain = [(stamp.value, stamp.faults) for stamp in read_timestamps(text)]
    crlf = text.replace("\n", "\r\n")
    assert [(stamp.value, stamp.faults) for stamp in read_timestamps(crlf)] == plain
