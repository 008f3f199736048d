"""How buckets and findings are written in the cache: plain values, and packed numbers.

The values are marshalled: it takes half the time of JSON, tuples stay tuples, and nothing
but plain values can come out. The fingerprint tells versions of Python apart.
"""

import marshal
from collections.abc import Iterable

from knapper.core.bucket import DIGEST, Bucket
from knapper.core.found import Found
from knapper.core.paths import NotePath

__all__ = ["bucket_of_columns", "columns_of", "found_in"]


def columns_of(bucket: Bucket, found: Found) -> tuple[bytes, bytes, bytes, bytes]:
    """Return a bucket as its columns: what is `found` in it, names, packed numbers, facts."""
    here = {path: found.packed[path] for path in bucket.paths if path in found}
    names = marshal.dumps((list(bucket.paths), bucket.sought))
    packed = bucket.digests + bucket.counts + bucket.keys
    return marshal.dumps(here), names, packed, bucket.facts


def bucket_of_columns(names: bytes, packed: bytes) -> Bucket:
    """Return the bucket of the columns of names and numbers: it has no facts."""
    paths, sought = marshal.loads(names)  # noqa: S302 - plain values, with a checksum
    ends = DIGEST * len(paths), (DIGEST + 4) * len(paths)
    return Bucket(
        paths=paths,
        digests=packed[: ends[0]],
        counts=packed[ends[0] : ends[1]],
        keys=packed[ends[1] :],
        sought=sought,
    )


def found_in(columns: Iterable[bytes]) -> Found:
    """Return what is found in several buckets."""
    found: dict[NotePath, bytes] = {}
    for column in columns:
        found |= marshal.loads(column)  # noqa: S302 - as above
    return Found(found)
