"""What is kept of the notes of a bucket, when they were read and judged.

A vault is kept in buckets of some sixty notes (`shelf.bucket_of` tells which one is a
note's). What a bucket holds of its notes is packed: of ten thousand, as little is made
and looked at as can be.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple, overload

from knapper.core.asked import Key, Questions
from knapper.core.names import Kind
from knapper.core.paths import NotePath

__all__ = ["DIGEST", "UNREAD", "Bucket", "Kept", "Narrow", "bucket_with"]

DIGEST = 16
"""Bytes of the digest of a note's content."""

UNREAD = bytes(DIGEST)
"""The digest of what could not be read as it should be; it equals no other, not even this."""

Sought = tuple[tuple[Kind, str], ...]


class Narrow(Sequence[str]):
    """Texts held as UTF-8: one wide letter in a text doubles the room of all its others."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = [text.encode(errors="surrogatepass") for text in texts]

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        return self._texts[at].decode(errors="surrogatepass")

    def __len__(self) -> int:
        return len(self._texts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]  # as of a list


class Kept(NamedTuple):
    """What is kept of one note: its facts folded up, its digest, and what it asked."""

    path: NotePath
    facts: str
    digest: bytes
    questions: Questions


class Bucket(NamedTuple):
    """What is kept of several notes, in the order of their paths.

    `keys` and `counts` are unsigned numbers of 32 bits: what all of them asked, and how
    much of that each did. `sought` has only notes that sought a name.
    """

    paths: Sequence[NotePath] = ()
    facts: Sequence[str] = ()
    digests: bytes = b""
    keys: bytes = b""
    counts: bytes = b""
    sought: Mapping[NotePath, Sought] = {}

    @staticmethod
    def key(key: Key) -> bytes:
        """Return a key as it stands in `keys`."""
        return array("I", [key]).tobytes()

    def kept(self) -> Iterator[Kept]:
        """Yield what is kept, note by note."""
        asked = self.asked()
        for at, path in enumerate(self.paths):
            yield Kept(path, self.facts[at], self.digest(at), next(asked)[1])

    def digest(self, at: int) -> bytes:
        """Return the digest of the note at this place."""
        return self.digests[at * DIGEST : (at + 1) * DIGEST]

    def asked(self) -> Iterator[tuple[NotePath, Questions]]:
        """Yield what each note asked."""
        at = 0
        for path, count in zip(self.paths, array("I", self.counts), strict=True):
            end = at + 4 * count
            yield path, Questions(self.keys[at:end], self.sought.get(path, ()))
            at = end

    def with_questions(self, questions: Mapping[NotePath, Questions]) -> "Bucket":
        """Return the bucket where some notes asked something else."""
        if questions.keys().isdisjoint(self.paths):
            return self
        return bucket_with(
            one._replace(questions=questions.get(one.path, one.questions)) for one in self.kept()
        )


def bucket_with(kept: Iterable[Kept]) -> Bucket:
    """Return the bucket with just these notes, in the order of their paths."""
    notes = sorted(kept, key=attrgetter("path"))
    return Bucket(
        [note.path for note in notes],
        Narrow(note.facts for note in notes),
        b"".join(note.digest for note in notes),
        b"".join(note.questions.keys for note in notes),
        array("I", [len(note.questions.keys) // 4 for note in notes]).tobytes(),
        {note.path: note.questions.sought for note in notes if note.questions.sought},
    )
