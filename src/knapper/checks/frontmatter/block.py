"""Rules about the block: that it is there, that it is read, that it is the only one."""

import re
from collections.abc import Iterator

from knapper.checks.frontmatter.reading import (
    Run,
    is_channel_note,
    is_video_note,
    opening_line,
    property_run,
)
from knapper.core.frontmatter import read_frontmatter
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.vault import Vault

__all__ = [
    "blank_before_frontmatter",
    "lacks_frontmatter",
    "missing_frontmatter",
    "second_frontmatter_block",
    "unclosed_block",
]


def lacks_frontmatter(note: Note, _: Vault) -> bool:
    """Tell whether a note has no block at its top."""
    return not note.frontmatter.exists


@check(when=lacks_frontmatter)
def missing_frontmatter(note: Note, *, everywhere: bool = False) -> Iterator[Finding]:
    """Report a note about a video, or with `everywhere` any note, without frontmatter."""
    if not note.is_markdown:
        return
    if not (everywhere or (is_video_note(note) and not is_channel_note(note))):
        return
    if _almost_opening(note) is None and unclosed_block(note) is None:
        yield Finding(
            opening_line(note),
            "the frontmatter is missing; expected '---' on the first line, then properties",
        )


@check(when=lacks_frontmatter)
def blank_before_frontmatter(note: Note) -> Iterator[Finding]:
    """Report a block that is not read because of blanks where it begins."""
    opening = _almost_opening(note)
    if opening is None:
        return
    line = note.text[slice(*opening)]
    before, _, after = line.partition("---")
    if "\n" in before:
        message = "an empty line stands before the frontmatter, so it is not read"
    elif before:
        message = "blanks stand before the first '---', so the frontmatter is not read"
    else:
        message = "blanks stand behind the first '---', so the frontmatter is not read"
    edits = (Edit(opening, "---" + after.strip(" \t")),)
    is_sure = not _USUAL_KEYS.isdisjoint(map(str.lower, _keys_below(note.text, opening.end)))
    fix = Fix("take the blanks away", edits, safe=is_sure, restructures=True)
    yield Finding(Span(opening.start, opening.end - len(after.lstrip(" \t"))), message, fix)


@check(when="frontmatter")
def second_frontmatter_block(note: Note) -> Iterator[Finding]:
    """Report a block that follows the first one, or a line `From:`, and is shown as text.

    Dashes alone make a heading of the line `From:` above them.
    """
    text, first = note.text, note.frontmatter
    opening = _SECOND_OPENING.match(text, note.body)
    if opening is None:
        return
    run = property_run(text, opening.end())
    closed = run.last.startswith("---")
    names = {key.lower() for key in run.keys}
    known = names & (_USUAL_KEYS | {key.lower() for key in first.data})
    if not known or not (closed or opening["source"]):
        if opening["source"]:
            yield from _underlined(note, opening.start("source"), opening.start("dashes"))
        return
    span = Span(opening.start("dashes"), run.end)
    message = "a second frontmatter block; only the one at the top is read"
    yield Finding(Span(span.start, span.start + 3), message, _removal(note, span, closed))


def unclosed_block(note: Note) -> Run | None:
    """Return the properties of a block that was surely meant as one and has no end."""
    start = int(note.text.startswith("\ufeff"))
    opening = _OPENING.match(note.text, start)
    if opening is None or note.frontmatter.exists:
        return None
    run = property_run(note.text, opening.end())
    usual = {key.lower() for key in run.keys} & _USUAL_KEYS
    almost_closed = run.last.strip() in ("...", "---")
    ends = almost_closed or not run.last.strip() or run.last.startswith("# ")
    if not ends or not (almost_closed or usual or len(run.keys) > 1):
        return None
    meant = read_frontmatter(f"---\n{note.text[opening.end() : run.end].rstrip()}\n---\n")
    return run if meant.data else None


_USUAL_KEYS = frozenset(
    (
        *("title", "tags", "tag", "aliases", "alias", "cssclasses", "cssclass", "videoid"),
        *("date", "created", "modified", "updated", "author", "description", "category"),
    )
)
_KEY = re.compile(r"[a-z][a-zA-Z0-9_-]*+")
_OPENING = re.compile(r"---\r?\n")
_ALMOST_OPENING = re.compile(r"(?:[ \t]*+\r?\n)*[ \t]*+---[ \t]*+\r?\n")
_SECOND_OPENING = re.compile(
    r"(?:[ \t]*+\r?\n)*(?P<source>From: \[\[[^\n]*+\n(?:[ \t]*+\r?\n)*)?"
    r"(?P<dashes>---[ \t]*+\r?\n)"
)


def _almost_opening(note: Note) -> Span | None:
    """Return where blanks and a `---` stand at the top, if they keep a block from being read."""
    text = note.text
    start = int(text.startswith("\ufeff"))
    if note.frontmatter.exists or text[start : start + 1] not in ("\n", "\r", " ", "\t", "-"):
        return None
    opening = _ALMOST_OPENING.match(text, start)
    if opening is None or not note.is_markdown:
        return None
    keys = _keys_below(text, opening.end())
    if _USUAL_KEYS.isdisjoint(map(str.lower, keys)) and not (
        len(keys) > 1 and all(map(_KEY.fullmatch, keys))
    ):
        return None  # a rule, and below it text with colons
    return Span(start, opening.end())


def _keys_below(text: str, start: int) -> list[str]:
    """Return the keys of the block whose lines would begin here."""
    return [*read_frontmatter(f"---\n{text[start:]}").data]


def _underlined(note: Note, line: int, dashes: int) -> Iterator[Finding]:
    """Report dashes that were to part the line above from the text (CommonMark 0.31, 4.3)."""
    if not any(heading.start == line for heading in note.headings):
        return
    line_end = "\r\n" if note.text.startswith("\r\n", dashes - 2) else "\n"
    edit = Edit(Span(dashes, dashes), line_end)
    message = "these dashes make a heading of the line above; expected an empty line between"
    fix = Fix("put an empty line there", (edit,), safe=False, restructures=True)
    yield Finding(Span(dashes, dashes + 3), message, fix)


def _removal(note: Note, span: Span, closed: bool) -> Fix | None:
    """Return the fix that takes the second block out, if it says nothing new."""
    text, first = note.text, note.frontmatter
    end = span.end
    if closed:
        line_end = text.find("\n", end)
        end = len(text) if line_end < 0 else line_end + 1
    second = read_frontmatter(f"---\n{text[text.index(chr(10), span.start) + 1 : span.end]}\n---\n")
    if not second.data or any(first.get(key) != value for key, value in second.data.items()):
        return None
    edits = (Edit(Span(span.start, end), ""),)
    return Fix("take the second block out", edits, safe=False, restructures=True)
