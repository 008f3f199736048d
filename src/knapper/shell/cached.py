"""How buckets and findings are written in the cache: plain values, and packed numbers.

The values are marshalled: it takes half the time of JSON, tuples stay tuples, and nothing
but plain values can come out. The fingerprint tells versions of Python apart.
"""

import marshal
from collections.abc import Iterable, Mapping

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
    here = [(path, *_plain(found[path])) for path in bucket.paths if path in found]
    names = marshal.dumps((list(bucket.paths), dict(bucket.sought)))
    packed = bucket.digests + bucket.counts + bucket.keys
    facts = joined(bucket.facts).encode(errors="surrogatepass")
    return marshal.dumps(here), names, packed, facts


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


def found_in(columns: Iterable[bytes]) -> dict[NotePath, Findings]:
    """Return what is found in several buckets, with the types that it had."""
    found: dict[NotePath, Findings] = {}
    for column in columns:
        for path, some, places, lines in marshal.loads(column):  # noqa: S302 - as above
            diagnostics = [
                Diagnostic(path, rule, severity, Finding(Span(*span), message, fix and _fix(*fix)))
                for rule, severity, span, message, fix in some
            ]
            found[path] = Findings(diagnostics, Excerpt(places, lines))
    return found


def _plain(findings: Findings) -> tuple[object, ...]:
    """Return findings as plain values: marshal knows no tuples that have names."""
    diagnostics = [
        (rule, severity, tuple(one.span), one.message, one.fix and _plain_fix(one.fix))
        for _, rule, severity, one in findings.diagnostics
    ]
    return diagnostics, dict(findings.excerpt.places), dict(findings.excerpt.lines)


def _plain_fix(fix: Fix) -> tuple[object, ...]:
    edits = tuple((*edit.span, edit.text) for edit in fix.edits)
    return fix.title, edits, fix.safe, fix.restructures


def _fix(title: str, edits: Iterable[tuple[int, int, str]], safe: bool, restructures: bool) -> Fix:
    made = tuple(Edit(Span(start, end), text) for start, end, text in edits)
    return Fix(title, made, safe, restructures)
