"""What is kept of the notes of a bucket, when they were read and judged.

A vault is kept in buckets of some sixty notes (`shelf.bucket_of` tells which one is a
note's). What a bucket holds of its notes is packed: of ten thousand, as little is made
and looked at as can be.
"""

import marshal
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from knapper.core.asked import Key, Questions
from knapper.core.paths import NotePath
from knapper.core.shelf import packed_facts

__all__ = ["DIGEST", "UNREAD", "Bucket", "Kept", "bucket_with"]

DIGEST = 16
"""Bytes of the digest of a note's content."""

UNREAD = bytes(DIGEST)
"""The digest of what could not be read as it should be; it equals no other, not even this."""

_PLAIN_FORM = 2
"""The form of `marshal` in which equal values are equal bytes."""


class Kept(NamedTuple):
    """What is kept of one note: its facts folded up, its digest, and what it asked."""

    path: NotePath
    facts: str
    digest: bytes
    questions: Questions


class Bucket(NamedTuple):
    """What is kept of several notes, in the order of their paths.

    `facts` are packed (`shelf.unpacked_facts` undoes it). `keys` and `counts` are unsigned
    numbers of 32 bits: what all of them asked, and how much of that each did. `sought`
    has the names that notes sought, by their places, as `marshal` packs it: few did.
    """

    paths: Sequence[NotePath] = ()
    facts: bytes = b""
    digests: bytes = b""
    keys: bytes = b""
    counts: bytes = b""
    sought: bytes = b""

    @staticmethod
    def key(key: Key) -> bytes:
        """Return a key as it stands in `keys`."""
        return array("I", [key]).tobytes()

    def kept(self, facts: Sequence[str]) -> Iterator[Kept]:
        """Yield what is kept, note by note; `facts` are theirs."""
        for at, (path, questions) in enumerate(self.asked()):
            yield Kept(path, facts[at], self.digest(at), questions)

    def digest(self, at: int) -> bytes:
        """Return the digest of the note at this place."""
        return self.digests[at * DIGEST : (at + 1) * DIGEST]

    @property
    def has_unread(self) -> bool:
        """Whether a note could not be read as it should be."""
        return any(self.digest(at) == UNREAD for at in range(len(self.paths)))

    def asked(self) -> Iterator[tuple[NotePath, Questions]]:
        """Yield what each note asked."""
        start, sought = 0, marshal.loads(self.sought) if self.sought else {}  # noqa: S302 - of ours
        for at, (path, count) in enumerate(zip(self.paths, array("I", self.counts), strict=True)):
            end = start + 4 * count
            yield path, Questions(self.keys[start:end], sought.get(at, ()))
            start = end

    def with_questions(self, questions: Mapping[NotePath, Questions]) -> "Bucket":
        """Return the bucket where some notes asked something else."""
        if questions.keys().isdisjoint(self.paths):
            return self
        asked = [(path, questions.get(path, before)) for path, before in self.asked()]
        return self._replace(
            keys=b"".join(one.keys for _, one in asked),
            counts=_counts(one for _, one in asked),
            sought=_sought(one for _, one in asked),
        )


def bucket_with(kept: Iterable[Kept]) -> Bucket:
    """Return the bucket with just these notes, in the order of their paths."""
    notes = sorted(kept, key=attrgetter("path"))
    return Bucket(
        [note.path for note in notes],
        packed_facts(note.facts for note in notes),
        b"".join(note.digest for note in notes),
        b"".join(note.questions.keys for note in notes),
        _counts(note.questions for note in notes),
        _sought(note.questions for note in notes),
    )


def _counts(questions: Iterable[Questions]) -> bytes:
    return array("I", [len(one.keys) // 4 for one in questions]).tobytes()


def _sought(questions: Iterable[Questions]) -> bytes:
    found = {at: one.sought for at, one in enumerate(questions) if one.sought}
    return marshal.dumps(found, _PLAIN_FORM) if found else b""
