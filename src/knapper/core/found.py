"""What is found in the notes of a vault, packed: unpacked it takes five times the room.

It is marshalled: that takes half the time of JSON, tuples stay tuples, and nothing but
plain values can come out.
"""

import marshal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import overload
from zlib import compress, decompress

from knapper.core.excerpt import Excerpt, Findings
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic, Finding, Fix
from knapper.core.text import Edit, Span

__all__ = ["EachFound", "Found", "among", "in_one", "packed", "unpacked"]

_PLAIN_FORM = 2
"""The form of `marshal` in which equal values are equal bytes: it looks for no same objects."""


class Found(Mapping[NotePath, Findings]):
    """The findings of notes, for those that have any; they are unpacked when asked for."""

    def __init__(self, by_path: Mapping[NotePath, bytes]) -> None:
        self.packed = by_path
        self._last: tuple[NotePath, Findings] | None = None

    def __getitem__(self, path: NotePath) -> Findings:
        if self._last is None or self._last[0] != path:
            self._last = path, unpacked(path, self.packed[path])
        return self._last[1]

    def __iter__(self) -> Iterator[NotePath]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)

    def __contains__(self, path: object) -> bool:
        return path in self.packed

    def only(self, wanted: Callable[[NotePath], bool]) -> "Found":
        """Return what is found in the notes that are `wanted`."""
        if all(map(wanted, self.packed)):
            return self
        return Found({path: one for path, one in self.packed.items() if wanted(path)})

    def updated(self, others: Iterable[tuple[NotePath, Findings]]) -> "Found":
        """Return the findings where those of some notes are others, or none."""
        changed = {path: packed(one) for path, one in others}
        if not changed:
            return self
        return Found({path: one for path, one in {**self.packed, **changed}.items() if one})


class EachFound(Sequence[Diagnostic]):
    """The findings of these notes, one note after the other; each time they are unpacked."""

    def __init__(self, found: Found, paths: Iterable[NotePath]) -> None:
        self._found, self._paths = found, [path for path in paths if path in found]

    def __iter__(self) -> Iterator[Diagnostic]:
        return (one for path in self._paths for one in self._found[path].diagnostics)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self._paths)

    @overload
    def __getitem__(self, at: int) -> Diagnostic: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Diagnostic]: ...
    def __getitem__(self, at: int | slice) -> Diagnostic | Sequence[Diagnostic]:
        return [*self][at]


def packed(findings: Findings) -> bytes:
    """Return the findings of a note as bytes: b"" if there are none, equal ones for equal ones."""
    if not findings.diagnostics:
        return b""
    diagnostics = [
        (rule, severity, tuple(one.span), one.message, one.fix and _plain(one.fix))
        for _, rule, severity, one in findings.diagnostics
    ]
    places, lines = findings.excerpt
    return marshal.dumps((diagnostics, dict(places), dict(lines)), _PLAIN_FORM)


def unpacked(path: NotePath, content: bytes) -> Findings:
    """Return the findings of a note that were `packed`, of which there were some."""
    some, places, lines = marshal.loads(content)  # noqa: S302 - `packed` made it
    diagnostics = [
        Diagnostic(path, rule, severity, Finding(Span(*span), message, fix and _fix(*fix)))
        for rule, severity, span, message, fix in some
    ]
    return Findings(diagnostics, Excerpt(places, lines))


def in_one(each: list[bytes]) -> bytes:
    """Return what is kept of many notes, one after the other, in half the room."""
    return compress(marshal.dumps(each), 1)


def among(paths: Iterable[NotePath], content: bytes) -> dict[NotePath, bytes]:
    """Return what is kept of notes, which was `in_one`, for those of which something is."""
    each = marshal.loads(decompress(content))  # noqa: S302 - made above
    return {path: one for path, one in zip(paths, each, strict=True) if one}


def _plain(fix: Fix) -> tuple[object, ...]:
    """Return a fix as plain values: marshal knows no tuples that have names."""
    edits = tuple((*edit.span, edit.text) for edit in fix.edits)
    return fix.title, edits, fix.safe, fix.restructures


def _fix(title: str, edits: Iterable[tuple[int, int, str]], safe: bool, restructures: bool) -> Fix:
    made = tuple(Edit(Span(start, end), text) for start, end, text in edits)
    return Fix(title, made, safe, restructures)
