"""One property changed in place.

Law: what an edit does not touch stays as it is, byte for byte, and the block
reads as before but for the one key; where that cannot be, nothing is edited.
"""

from collections.abc import Sequence

from knapper.core.frontmatter.block import Entry, Frontmatter, read_frontmatter
from knapper.core.frontmatter.change import line_end, line_start, list_lines, replaced
from knapper.core.frontmatter.scalars import Value, quoted
from knapper.core.frontmatter.writing import written, written_in_flow, written_key
from knapper.core.text import Edit, Span, apply_edits

__all__ = [
    "NotEditableError",
    "property_lines",
    "remove_property",
    "rename_property",
    "set_property",
]


class NotEditableError(ValueError):
    """The block cannot be read, or the change would touch more than the one key."""


def set_property(text: str, key: str, value: Value) -> tuple[Edit, ...]:
    """Return the edits that give a key a value; a missing key or block is added.

    Comments, order, quotes and line ends stay. A key is found in any case, and
    keeps its own. Raises `NotEditableError`.
    """
    block = read_frontmatter(text)
    newline = "\r\n" if text.find("\r\n") == text.find("\n") - 1 >= 0 else "\n"
    if not block.exists:
        lines = f"---{newline}{_lines(key, value, newline)}---{newline}"
        return _checked(text, (Edit(block.span, lines),), {key: value})
    _must_be_readable(block)
    entry = block.entry(key)
    if entry is None:
        edit = _added(text, block, key, value, newline)
        return _checked(text, (edit,), {**block.data, key: value})
    colon = text.find(":", entry.key_span.end, entry.value_span.start + 1) + 1
    if not colon:
        raise NotEditableError(f"'{entry.key}' is not written as 'key: value'")
    edits = replaced(text, entry, colon, value, newline, in_flow=_is_flow(block))
    return _checked(text, edits, {**block.data, entry.key: value})


def remove_property(text: str, key: str) -> tuple[Edit, ...]:
    """Return the edit that takes a key out with its value; none if it is absent.

    Comments on lines of their own stay. Raises `NotEditableError`.
    """
    block = read_frontmatter(text)
    _must_be_readable(block)
    entry = block.entry(key)
    if entry is None:
        return ()
    span = _with_comma(block.entries, entry) if _is_flow(block) else property_lines(text, entry)
    rest = {name: value for name, value in block.data.items() if name != entry.key}
    return _checked(text, (Edit(span, ""),), rest)


def rename_property(text: str, key: str, name: str) -> tuple[Edit, ...]:
    """Return the edit that renames a key; none if it is absent or has the name.

    Raises `NotEditableError`, also where another key has the new name.
    """
    block = read_frontmatter(text)
    _must_be_readable(block)
    entry = block.entry(key)
    if entry is None or entry.key == name:
        return ()
    if any(other.lower() == name.lower() and other != entry.key for other in block.data):
        raise NotEditableError(f"there is a key '{name}' already")
    edit = Edit(entry.key_span, quoted(name) if _is_flow(block) else written_key(name))
    renamed = {name if old == entry.key else old: value for old, value in block.data.items()}
    return _checked(text, (edit,), renamed)


def property_lines(text: str, entry: Entry) -> Span:
    """Return the lines of a property that stands on lines of its own."""
    end = text.index("\n", line_end(text, entry.value_span.end)) + 1
    return Span(line_start(text, entry.key_span.start), end)


def _must_be_readable(block: Frontmatter) -> None:
    if block.error is not None:
        raise NotEditableError(block.error.message)


def _checked(text: str, edits: Sequence[Edit], expected: dict[str, Value]) -> tuple[Edit, ...]:
    """Return the edits that change something, if the block then reads as expected."""
    edits = tuple(edit for edit in edits if edit.text != text[slice(*edit.span)])
    done = read_frontmatter(apply_edits(text, edits))
    # as text, for NaN is not equal to itself and 1 is to True
    if not done.valid or repr(done.data) != repr(expected):
        raise NotEditableError("this key cannot be changed without changing more than it")
    return edits


def _is_flow(block: Frontmatter) -> bool:
    """Tell whether the whole block stands in braces (JSON)."""
    root = block.tree.root
    return root is not None and root.style == "flow"


def _added(text: str, block: Frontmatter, key: str, value: Value, newline: str) -> Edit:
    """Return the edit that adds a key behind the last one."""
    root, entries = block.tree.root, block.entries
    if root is not None and _is_flow(block):
        end = entries[-1].value_span.end if entries else root.span.end - 1
        comma = ", " if entries else ""
        pair = f"{comma}{quoted(key)}: {written_in_flow(value, as_json=True)}"
        return Edit(Span(end, end), pair)
    start = entries[0].key_span.start if entries else 0
    margin = text[line_start(text, start) : start] if entries else ""
    end = block.source_span.end
    return Edit(Span(end, end), _lines(key, value, newline, margin))


def _lines(key: str, value: Value, newline: str, margin: str = "") -> str:
    """Write a property on lines of its own."""
    start = f"{margin}{written_key(key)}:"
    if isinstance(value, list) and value:
        return start + list_lines(value, f"{margin}  ", newline) + newline
    return f"{start} {written(value)}".rstrip(" ") + newline


def _with_comma(entries: Sequence[Entry], entry: Entry) -> Span:
    """Return where a pair between braces stands, with the comma that goes with it."""
    index = entries.index(entry)
    if index + 1 < len(entries):
        return Span(entry.key_span.start, entries[index + 1].key_span.start)
    start = entries[index - 1].value_span.end if index else entry.key_span.start
    return Span(start, max(entry.value_span.end, entry.key_span.end))
