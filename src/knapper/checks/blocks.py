"""Rules about blocks: what was opened and not closed, callouts, block ids."""

import re
from collections.abc import Iterator

from knapper.checks.timestamps.code import is_behind_fence
from knapper.core.blocks import Region
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span

__all__ = [
    "callout_without_quote",
    "duplicate_block_id",
    "fenced_note",
    "unclosed_comment",
    "unclosed_fence",
    "unclosed_math",
]


@check(when="unclosed")
def unclosed_fence(note: Note) -> Iterator[Finding]:
    """Report code blocks that only the end of the note closes."""
    for start in note.unclosed if note.is_prose else ():
        if any(stamp.start > start and is_behind_fence(note, stamp) for stamp in note.timestamps):
            continue  # `timestamp-after-fence` tells what keeps it open
        if found := _FENCE.match(note.text, start):
            message = f"this code block is not closed; expected '{found[1]}' on a line below it"
            yield Finding(Span(start, found.end()), message)


@check(when="unclosed")
def unclosed_math(note: Note) -> Iterator[Finding]:
    """Report `$$` that opens a block of math and is not closed; prices are left alone."""
    for start in note.unclosed if note.is_prose else ():
        if note.text.startswith("$$", start) and _MATH.match(note.text, start):
            yield Finding(Span(start, start + 2), "this math is not closed; expected '$$' after it")


@check(signs=("%%",))
def unclosed_comment(note: Note) -> Iterator[Finding]:
    """Report `%%` that begins a comment and has no counterpart.

    It begins one at the beginning of a line or after a blank; `100%%` does not.
    """
    if not note.is_prose:
        return
    opened = -1
    for found in _PERCENTS.finditer(note.text, note.body):
        start = found.start()
        if note.region_at(start) is not None or _is_in_link(note, start):
            continue
        if opened >= 0:
            opened = -1
        elif not note.text[start - 1 : start].strip():
            opened = start
    if opened >= 0:
        message = "this comment is not closed; expected '%%' after it"
        yield Finding(Span(opened, opened + 2), message)


@check
def fenced_note(note: Note) -> Iterator[Finding]:
    """Report notes that stand as a whole in a code block of Markdown.

    A line `From: [[…`, as notes about videos have it, may stand before.
    """
    opening = _MARKDOWN_FENCE.match(note.text, note.body)
    if opening is None or not note.is_prose:
        return
    region = note.region_at(opening.start(1))
    if region is None or note.text[region.end :].strip():
        return
    fix = _unfenced(note, opening, region)
    message = "the whole note stands in a code block; expected it as plain Markdown"
    yield Finding(Span(opening.start(1), opening.end(1)), message, fix)


@check(signs=("[!",))
def callout_without_quote(note: Note) -> Iterator[Finding]:
    """Report `[!note]` at the beginning of a line that no `>` makes a callout."""
    if "\n[!" not in note.text and not note.text.startswith("[!", note.body):
        return
    for found in _CALLOUT.finditer(note.text, note.body):
        start = found.start()
        if not note.is_prose or note.region_at(start) is not None or _is_in_link(note, start):
            continue
        message = f"'{found[0]}' makes a callout only after '> '"
        yield Finding(Span(*found.span()), message, _quoting(note, start))


@check(when="blocks")
def duplicate_block_id(note: Note) -> Iterator[Finding]:
    """Report block ids that stand at two blocks (compared without case)."""
    seen: set[str] = set()
    for block in note.blocks:
        name = block.name.lower()
        if name in seen:
            message = f"the block id '^{block.name}' stands above, too; a link can mean only one"
            yield Finding(Span(block.start, block.end), message)
        seen.add(name)


_FENCE = re.compile(r"(`{3,}|~{3,})[^\r\n]*+")
_MATH = re.compile(r"\$\$(?!\$)[ \t]*+(?:\r?\n|\Z|[^\n]*[\\=^_{])")
_PERCENTS = re.compile(r"%%")
_MARKDOWN_FENCE = re.compile(
    r"\s*+(?:^From: \[\[[^\n]*+\n\s*+)?^((?:`{3,}|~{3,})[ \t]*+(?:markdown|md)[ \t]*+)\r?\n",
    re.MULTILINE | re.IGNORECASE,
)
_CALLOUT = re.compile(
    r"^\[!(?:note|abstract|summary|tldr|info|todo|tip|hint|important|success|check|done|question"
    r"|help|faq|warning|caution|attention|failure|fail|missing|danger|error|bug|example|quote"
    r"|cite)\][+-]?(?=\s|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
"""The kinds of callouts and their other names are those of Obsidian Help, "Callouts"."""


def _is_in_link(note: Note, offset: int) -> bool:
    return any(link.start <= offset < link.end for link in note.links)


def _unfenced(note: Note, opening: re.Match[str], region: Region) -> Fix | None:
    """Return the fix that takes away the lines of the fence; None if it is not closed."""
    text = note.text
    last = text.rfind("\n", 0, region.end) + 1
    if region.start in note.unclosed or last <= opening.end():
        return None
    edits = (Edit(Span(opening.start(1), opening.end()), ""), Edit(Span(last, len(text)), ""))
    return Fix("take the fence away", edits, safe=False, restructures=True)


def _quoting(note: Note, start: int) -> Fix | None:
    """Return the fix that puts `> ` before each line of the paragraph.

    None where that would part code, or the like, that has an empty line in it.
    """
    text, edits = note.text, []
    while start < len(text) and (end := text.find("\n", start) + 1 or len(text)) > start:
        if not text[start:end].strip():
            break
        edits.append(Edit(Span(start, start), "> "))
        start = end
    if note.region_at(start) is not None:
        return None
    return Fix("quote the paragraph", tuple(edits), safe=False, restructures=True)
