"""What was taken for granted while notes were read, looked up when all of them are.

Most of it is that other notes have parts. That is sorted by the buckets of those notes,
so that each bucket is unpacked once.
"""

import marshal
import struct
from collections.abc import Callable, Iterator, Sequence

from knapper.core.first_look import Granted, has_part, is_right
from knapper.core.paths import NotePath
from knapper.core.shelf import bucket_of
from knapper.core.vault import Vault

__all__ = ["Claims"]

_CLAIM = struct.Struct("<IIII")


class Claims:
    """What the notes of all buckets (in order, by their `paths`) take for granted."""

    def __init__(self, paths: Sequence[Sequence[NotePath]]) -> None:
        self._paths = paths
        self._parts = [bytearray() for _ in paths]
        self._others: list[tuple[NotePath, bytes]] = []

    def add(self, number: int, granted: bytes) -> None:
        """Take in what the notes of a bucket took for granted, by their places there."""
        for at, (parts, *others) in marshal.loads(granted).items():  # noqa: S302 - `look` made it
            for path, subpath in parts:
                bucket = bucket_of(path, len(self._paths))
                place = self._paths[bucket].index(path)
                part = subpath.encode(errors="surrogatepass")
                self._parts[bucket] += _CLAIM.pack(place, number, at, len(part)) + part
            if any(others):
                self._others.append((self._paths[number][at], marshal.dumps(others)))

    def mistaken(self, vault: Vault, texts: Callable[[int], Sequence[str]]) -> Iterator[NotePath]:
        """Yield the notes for which too much was taken for granted, some of them repeatedly.

        `texts` gives the folded facts of a bucket.
        """
        for bucket, claims in enumerate(self._parts):
            here = texts(bucket) if claims else ()
            for place, subpath, number, at in _parts(claims):
                if not has_part(self._paths[bucket][place], here[place], subpath):
                    yield self._paths[number][at]
        for path, others in self._others:
            if not is_right(Granted((), *marshal.loads(others)), vault):  # noqa: S302 - as above
                yield path


def _parts(claims: bytearray) -> Iterator[tuple[int, str, int, int]]:
    """Yield the place of a note, its part, and the bucket and place of who claims it."""
    start = 0
    while start < len(claims):
        place, number, at, size = _CLAIM.unpack_from(claims, start)
        start += _CLAIM.size + size
        yield place, claims[start - size : start].decode(errors="surrogatepass"), number, at
