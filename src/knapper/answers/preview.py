"""What to show of the place that a link leads to, and of a finding's rule.

What stands in a note was written by anybody: it is shown as text in a fence, so that
no picture is fetched and no link of it can be followed by accident.
"""

import re
from collections.abc import Callable

from knapper.answers.goal import Goal, place_of, section_of
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_note, stem_of
from knapper.core.rule import Diagnostic
from knapper.core.rulebook import RuleNote

__all__ = ["finding_page", "link_preview", "shown"]

_LINES, _COLUMNS = 20, 400
_BLANK = re.compile(r"\n[ \t\r>]*+\n")
_ITEM = re.compile(r"[ \t>]*+(?:[-+*]|\d{1,9}[.)])[ \t]")


def link_preview(goal: Goal, read: Callable[[NotePath], Note]) -> str:
    """Return Markdown that names the goal of a link and shows its first lines."""
    if not is_note(goal.path):
        return _inert(goal.path)
    note = read(goal.path)
    text = shown(goal, note).strip("\r\n")
    title = f"**{_plain(stem_of(goal.path))}** {_inert(goal.path)}"
    return f"{title}\n\n{_fenced(_first_lines(text))}" if text.strip() else title


def shown(goal: Goal, note: Note) -> str:
    """Return what a link to a goal shows of its note: a section, a block, or its body."""
    if goal.kind == "heading" and goal.number < len(note.headings):
        return note.text[slice(*section_of(note, goal.number))]
    if goal.kind in ("block", "footnote"):
        at = place_of(goal, lambda _: note).span.start
        return _block_at(note.text, at, note.body)
    return note.text[note.body :]


def finding_page(diagnostic: Diagnostic, page: RuleNote | None) -> str:
    """Return Markdown that says what was found and why it matters."""
    said = f"**{diagnostic.rule}** ({diagnostic.severity}): {_plain(diagnostic.finding.message)}"
    if page is None:
        return said
    lead, *sections = page.body.split("\n## ")
    options = [f"## {one}" for one in sections if one.startswith("Options")]
    return "\n\n".join([said, page.summary, *(one.strip() for one in (lead, *options))])


def _block_at(text: str, at: int, body: int) -> str:
    """Return the paragraph or list item with an offset; an id alone names what is above."""
    start = text.rfind("\n", body, at) + 1 or body
    if not text[start:at].strip() and text.startswith("^", at):
        above = text[body:start].rstrip()
        at = body + len(above)
        start = text.rfind("\n", body, at) + 1 or body
    end = text.find("\n", at)
    line = text[start : len(text) if end < 0 else end]
    if _ITEM.match(line):
        return line
    before = [found.end() for found in _BLANK.finditer(text, body, at)]
    after = _BLANK.search(text, at)
    return text[before[-1] if before else body : after.start() if after else len(text)]


def _first_lines(text: str) -> str:
    lines = text.splitlines()
    cut = [line if len(line) <= _COLUMNS else f"{line[:_COLUMNS]}…" for line in lines[:_LINES]]
    return "\n".join([*cut, "…"] if len(lines) > _LINES else cut)


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}markdown\n{text}\n{fence}"


def _inert(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"


def _plain(text: str) -> str:
    """Escape what Markdown would take for more than text."""
    return re.sub(r"[\\`*_\[\]<>!|&]", r"\\\g<0>", text)
