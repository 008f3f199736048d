"""How a text is written down: byte-order mark, line ends, last line end.

A merge compares lines without these; each of the three is joined on its own, so
that a side which only changed its line ends neither loses nor hides an edit.
"""

from typing import Literal, NamedTuple, TypeVar

__all__ = ["NotTextError", "TextForm", "Written", "common_form", "read", "write"]

LineEnd = Literal["", "\n", "\r\n", "mixed"]


class TextForm(NamedTuple):
    """`line_end` is "" where there is none; `closed`: the last line has one (None: no line)."""

    mark: bool
    line_end: LineEnd
    closed: bool | None


class Written(NamedTuple):
    """A text as it was read, with its form; `source` has no byte-order mark."""

    form: TextForm
    source: str

    def lines(self, line_end: LineEnd) -> list[str]:
        """Return the lines without LF; a CR stays only where the ends are mixed."""
        source = self.source if line_end == "mixed" else self.source.replace("\r\n", "\n")
        lines = source.split("\n")
        if not lines[-1]:
            lines.pop()
        return lines


class NotTextError(ValueError):
    """The bytes are no UTF-8, or hold a NUL as texts do not."""


def read(content: bytes) -> Written:
    """Read UTF-8 with or without byte-order mark. Raises `NotTextError`."""
    if b"\0" in content:
        raise NotTextError
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise NotTextError from error
    source = text.removeprefix("\ufeff")
    closed = source.endswith("\n") if source else None
    form = TextForm(source != text, _line_end(source), closed)
    return Written(form, source)


def write(lines: list[str], form: TextForm) -> bytes:
    """Write lines in a form; the inverse of `read` and `Written.lines`."""
    line_end = "\n" if form.line_end in ("", "mixed") else form.line_end
    text = line_end.join(lines)
    if lines and form.closed is not False:
        text += line_end
    return ("\ufeff" + text if form.mark else text).encode()


def common_form(base: TextForm | None, left: TextForm, right: TextForm) -> TextForm:
    """Return the form of the merged text: what only one side changed is its choice."""
    if base is None:
        return TextForm(
            left.mark and right.mark,
            _uniform(left.line_end, right.line_end),
            bool(left.closed or right.closed),
        )
    return TextForm(
        _chosen(base.mark, left.mark, right.mark) or False,
        _common_line_end(base.line_end, left.line_end, right.line_end),
        _common_closed(base.closed, left.closed, right.closed),
    )


_T = TypeVar("_T")


def _line_end(source: str) -> LineEnd:
    both, all_ends = source.count("\r\n"), source.count("\n")
    if not all_ends:
        return ""
    if not both:
        return "\n"
    return "\r\n" if both == all_ends else "mixed"


def _chosen(base: _T, left: _T, right: _T) -> _T | None:
    """Return the three-way choice, None where both changed to something else."""
    if left in (right, base):
        return right
    return left if right == base else None


def _common_line_end(base: LineEnd, left: LineEnd, right: LineEnd) -> LineEnd:
    if not base:
        return _uniform(left, right)
    chosen = _chosen(base, left or base, right or base)
    return _uniform(left or base, right or base) if chosen is None else chosen


def _uniform(left: LineEnd, right: LineEnd) -> LineEnd:
    """Return the line end of two texts of which neither came first."""
    if left in ("", right):
        return right
    if not right:
        return left
    kinds = {left, right} - {"mixed"}
    return kinds.pop() if len(kinds) == 1 else "\n"


def _common_closed(base: bool | None, left: bool | None, right: bool | None) -> bool:
    if left is None or right is None:
        return bool(left or right)
    if base is None:
        return left or right
    chosen = _chosen(base, left, right)
    return bool(chosen)
