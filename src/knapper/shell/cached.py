"""How buckets and findings are written in the cache: JSON, and packed numbers."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from knapper.core.bucket import DIGEST, Bucket
from knapper.core.excerpt import Excerpt, Findings
from knapper.core.paths import NotePath
from knapper.core.rule import Diagnostic, Finding, Fix
from knapper.core.shelf import joined
from knapper.core.text import Edit, Span

__all__ = ["bucket_of_columns", "columns_of", "found_in", "text_of"]


def text_of(content: bytes) -> str:
    """Return what was written as text."""
    return content.decode(errors="surrogatepass")


def columns_of(
    bucket: Bucket, found: Mapping[NotePath, Findings]
) -> tuple[bytes, bytes, bytes, bytes]:
    """Return a bucket as its columns: what is `found` in it, names, packed numbers, facts."""
    names = _json((bucket.paths, bucket.sought))
    packed = bucket.digests + bucket.counts + bucket.keys
    here = {path: found[path] for path in bucket.paths if path in found}
    return _found(here), names, packed, joined(bucket.facts).encode(errors="surrogatepass")


def bucket_of_columns(names: bytes, packed: bytes) -> Bucket:
    """Return the bucket of the columns of names and numbers: it has no facts."""
    paths, sought = json.loads(names)
    ends = DIGEST * len(paths), (DIGEST + 4) * len(paths)
    return Bucket(
        paths=paths,
        digests=packed[: ends[0]],
        counts=packed[ends[0] : ends[1]],
        keys=packed[ends[1] :],
        sought={path: tuple(map(tuple, some)) for path, some in sought.items()},
    )


def found_in(columns: Iterable[bytes]) -> dict[NotePath, Findings]:
    """Return what is found in several buckets, with the types that it had."""
    content = b"{" + b",".join(filter(None, columns)) + b"}"
    found: dict[NotePath, Findings] = {}
    for path, (some, places, lines) in json.loads(content).items():
        diagnostics = [
            Diagnostic(path, rule, severity, Finding(Span(*span), message, _fix(fix)))
            for rule, severity, (span, message, fix) in some
        ]
        excerpt = Excerpt(
            {offset: (line, column) for offset, (line, column) in places}, dict(lines)
        )
        found[path] = Findings(diagnostics, excerpt)
    return found


def _found(found: Mapping[NotePath, Findings]) -> bytes:
    """Return findings as arrays in arrays, without the braces around all of them."""
    content = _json(
        {
            path: (
                [one[1:] for one in diagnostics],
                [*excerpt.places.items()],
                [*excerpt.lines.items()],
            )
            for path, (diagnostics, excerpt) in found.items()
        }
    )
    return content[1:-1]


def _fix(fix: list[Any] | None) -> Fix | None:
    if fix is None:
        return None
    title, edits, safe, restructures = fix
    return Fix(title, tuple(Edit(Span(*span), text) for span, text in edits), safe, restructures)


def _json(value: object) -> bytes:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="surrogatepass")
