"""Changes that look like damage: a crash, a bad disk or a restored backup made them."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

__all__ = ["Damage", "Known", "damage", "is_stale_save"]

Damage = Literal["", "emptied", "nul", "spoilt", "older"]


class Known(NamedTuple):
    """A content of a note that was in sync before, last `at`, and its modification time then."""

    digest: str
    modified: int
    at: int


def damage(
    now: bytes,
    before: bytes | None,
    state: str,
    base: str,
    modified: int,
    versions: Iterable[Known],
) -> Damage:
    """Say what is odd about a changed note, "" if nothing is.

    `now` is its content (digest `state`), `before` that of the base (digest `base`);
    `modified` is when the file says it was changed. Cut to nothing, filled with NULs (or
    "spoilt" by some, beside something new), or an old version come back with an old time.
    A version is old if it was in sync before the base was: the base itself may be older,
    if a sync was undone.
    """
    if not now.strip(b"\0") and before:
        return "nul" if now else "emptied"
    if b"\0" in now and before is not None and b"\0" not in before:
        return "nul" if _is_remnant(now, before) else "spoilt"
    versions = list(versions)
    newest = max((one.modified for one in versions if one.digest == base), default=0)
    since = max((one.at for one in versions if one.digest == base), default=0)
    is_old = any(one.digest == state and one.at < since for one in versions)
    return "older" if state != base and modified < newest and is_old else ""


def _is_remnant(now: bytes, before: bytes) -> bool:
    """Tell whether all that is left between the NULs stood in `before` at the same place."""
    position = 0
    for piece in now.split(b"\0"):
        if piece and not before.startswith(piece, position):
            return False
        position += len(piece) + 1
    return True


def is_stale_save(old: bytes, ours: bytes, saved: bytes) -> bool:
    """Tell whether `saved` was made from `old`, by somebody who had not seen `ours`.

    So it is if nothing that ours brought is in it, and all that ours took is. Empty lines
    say nothing: anybody may add one.
    """
    was, wrote, now = (Counter(filter(bytes.strip, content.split(b"\n")))
                       for content in (old, ours, saved))  # fmt: skip
    brought, took = wrote - was, was - wrote
    if not brought and not took:
        return False
    return not (brought & (now - was)) and not (took - now)
