"""Rules about blocks that are no YAML, or not the YAML that properties are."""

import re
from collections.abc import Iterator

from knapper.checks.frontmatter.block import unclosed_block
from knapper.checks.frontmatter.reading import has_odd_keys
from knapper.core.frontmatter import YamlError, property_lines, quoted, read_frontmatter
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span, apply_edits
from knapper.core.vault import Vault

__all__ = ["duplicate_key", "duplicate_key_case", "invalid_frontmatter", "may_be_unreadable"]


def may_be_unreadable(note: Note, _: Vault) -> bool:
    """Tell whether a note has a block that is not read, or only the beginning of one."""
    if note.frontmatter.exists:
        return note.frontmatter.error is not None
    return note.text.startswith("---", int(note.text.startswith("\ufeff")))


@check(when=may_be_unreadable)
def invalid_frontmatter(note: Note) -> Iterator[Finding]:
    """Report a block that cannot be read, or that has no end."""
    block = note.frontmatter
    if not block.exists:
        yield from _unclosed(note)
        return
    error = block.error
    if error is None or error.kind == "duplicate" or block.has_template:
        return
    if not _KEY.search(block.source):
        yield _no_properties(note)
        return
    end = note.text.find("\n", error.offset)
    line_end = len(note.text[error.offset : end].rstrip("\r")) + error.offset
    how = "is" if error.kind == "root" else "cannot be read:"
    span = Span(error.offset, max(line_end, error.offset))
    fix = _quoting(note.text) if error.kind == "syntax" else None
    yield Finding(span, f"the frontmatter {how} {error.message}", fix)


@check(when=may_be_unreadable)
def duplicate_key(note: Note) -> Iterator[Finding]:
    """Report keys that stand twice, for which the whole block is not read."""
    error = note.frontmatter.error
    if error is None or error.kind != "duplicate" or note.frontmatter.has_template:
        return
    seen: dict[str, object] = {}
    found = False
    root = note.frontmatter.tree.root
    in_lines = root is not None and root.style == "block"
    for entry in note.frontmatter.entries:
        if entry.key not in seen:
            seen[entry.key] = entry.node.value
            continue
        found = True
        lines = property_lines(note.text, entry)
        same = in_lines and repr(seen[entry.key]) == repr(entry.node.value)
        same = same and not _REMARK.search(note.text, *lines)  # it would go, too
        edits = (Edit(lines, ""),) if same else ()
        fix = Fix("take the repeated key out", edits) if same else None
        message = f"the key '{entry.key}' stands twice, so no property is read"
        yield Finding(entry.key_span, message, fix)
    if not found:
        yield Finding(Span(error.offset, error.offset), f"{error.message}, so no property is read")


@check(when=has_odd_keys)
def duplicate_key_case(note: Note) -> Iterator[Finding]:
    """Report keys that differ in case only: Obsidian shows them as one property."""
    block = note.frontmatter
    if len({key.lower() for key in block.data}) == len(block.data):
        return
    seen: dict[str, str] = {}
    for entry in block.entries:
        first = seen.setdefault(entry.key.lower(), entry.key)
        if first != entry.key:
            message = f"'{entry.key}' and '{first}' are one property; expected one of them"
            yield Finding(entry.key_span, message)


_KEY = re.compile(
    r"""^[ \t]*+(?:- |\[(?!\[)|[{"'?]|[^\s#][^\n]*?:(?=[ \t\r\n]|\Z))""", re.MULTILINE
)
_REMARK = re.compile(r"\s#")
_GLUED = re.compile(r"^([\w-]++)(:|：[ \t]*+)(?=[^\s:/])", re.MULTILINE)


def _no_properties(note: Note) -> Finding:
    """Return the finding for a block in which no line could be a property."""
    start, end = note.frontmatter.source_span
    source = note.text[start:end]
    first = start + len(source) - len(source.lstrip())
    glued = list(_GLUED.finditer(source))
    if len(glued) == sum(1 for line in source.splitlines() if line.strip()):
        edits = tuple(Edit(Span(start + one.start(2), start + one.end(2)), ": ") for one in glued)
        written = f"{glued[0][1]}{glued[0][2].strip()}"
        message = f"no property is read: expected '{glued[0][1]}: ' in place of '{written}'"
        fix = Fix("write ': ' after the keys", edits, safe=False)
        return Finding(Span(first, first + len(written)), message, fix)
    line_end = note.text.find("\n", first)
    message = (
        "this text is taken for frontmatter; expected 'key: value' lines, "
        "or a blank line above the '---' at the top"
    )
    return Finding(Span(first, len(note.text[first:line_end].rstrip("\r")) + first), message)


def _unclosed(note: Note) -> Iterator[Finding]:
    run = unclosed_block(note)
    if run is None:
        return
    text, start = note.text, int(note.text.startswith("\ufeff"))
    newline = "\r\n" if text.startswith("---\r\n", start) else "\n"
    if run.last.strip() in ("...", "---"):
        edit = Edit(Span(run.end, run.end + len(run.last)), "---")
    else:
        before = "" if text.endswith("\n", 0, run.end) else newline
        edit = Edit(Span(run.end, run.end), f"{before}---{newline}")
    fix = Fix("close the frontmatter", (edit,), safe=False, restructures=True)
    message = "the frontmatter has no end; expected a line '---' after the properties"
    yield Finding(Span(start, start + 3), message, fix)


_MOST_QUOTED = 8
_VALUE = re.compile(r"[ \t]*+(?:-[ \t]++)*(?:[^\s:#\"'\[{-][^:]*+(?::(?!\s)[^:]*+)*:\s++)?")
_COMMENT = re.compile(r"\s#\s")


def _quoting(text: str) -> Fix | None:
    """Return the fix that quotes the values that are no YAML, if that alone mends it."""
    mended, moved = text, 0
    edits: list[Edit] = []
    for _ in range(_MOST_QUOTED):
        block = read_frontmatter(mended)
        if block.data:
            return Fix("put the value in quotes", tuple(edits), safe=False)
        edit = _requoted(mended, block.error) if block.error else None
        if edit is None or (edits and edit.span.start - moved < edits[-1].span.end):
            return None
        edits.append(Edit(Span(edit.span.start - moved, edit.span.end - moved), edit.text))
        moved += len(edit.text) - (edit.span.end - edit.span.start)
        mended = apply_edits(mended, (edit,))
    return None


def _requoted(text: str, error: YamlError) -> Edit | None:
    """Return the edit that quotes the value on the line of an error."""
    start = text.rfind("\n", 0, error.offset) + 1
    line = text[start : text.index("\n", error.offset)].rstrip()
    found = _VALUE.match(line)
    value = line[found.end() :] if found else ""
    if value[:1] not in ('"', "'"):
        comment = _COMMENT.search(value)
        value = value[: comment.start()].rstrip() if comment else value
    if not value or (value[0] in "[{" and "not closed" in error.message):
        return None
    value_start = start + len(line) - len(line[found.end() :] if found else "")
    inner = value
    if value[0] in "\"'":
        # the quotes are there already, and what they hold breaks them
        closes = len(value) > 1 and value[-1] == value[0]
        inner = value[1:-1] if closes else value[1:]
        if '\\"' in inner:
            return None
        if not closes and value[0] in inner:
            inner = value
    inner = inner.replace("\\|", "|") if value[0] == '"' else inner
    return Edit(Span(value_start, value_start + len(value)), quoted(inner))
