"""What of a plan must not be done as it is: mass changes, damage, stale saves.

The rules are those of `sync.safety` and `sync.damage`; here their evidence is fetched.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from knapper.app.pair import Pair
from knapper.app.side import Side
from knapper.core.paths import NotePath
from knapper.core.plan import Change, Copy, RemoveFolder, State, Trash, Write
from knapper.shell.store import Store
from knapper.shell.synced import NOTICED, recent_write
from knapper.sync.damage import Damage, Known, damage, is_stale_save
from knapper.sync.plans import Merge
from knapper.sync.reconcile import Decision
from knapper.sync.safety import mass_change, unrecognisable
from knapper.sync.tree import is_file, is_mergeable

__all__ = ["Evidence", "Judged", "judged"]

_LARGEST = 8 << 20
_SAID: Mapping[Damage, str] = {
    "emptied": "it was emptied (a crashed save?)",
    "nul": "it was filled with NUL bytes (a crash?)",
    "spoilt": "it has NUL bytes in it, beside something new (a crash?)",
    "older": "it went back to an older version with an older date (a restored backup?)",
}


class Evidence(NamedTuple):
    """What a judgement may look at."""

    pair: Pair
    store: Store
    left: Side
    right: Side
    skipped: Mapping[NotePath, str]


class Judged(NamedTuple):
    """What is to be done otherwise.

    `decisions` and `merges` take the place of those planned; `held` is left out, with
    the reason, `restored` undoes damage; `halted` says why nothing may be deleted or
    overwritten at all.
    """

    decisions: Mapping[NotePath, Decision]
    merges: Mapping[NotePath, Merge]
    held: Mapping[NotePath, str]
    restored: Mapping[NotePath, str]
    halted: str


def judged(
    evidence: Evidence,
    decisions: Sequence[Decision],
    changes: Sequence[tuple[str, Change, NotePath]],
) -> Judged:
    """Judge a plan: the decisions, and the changes (with their side) that follow."""
    others: dict[NotePath, Decision] = {}
    merges: dict[NotePath, Merge] = {}
    held: dict[NotePath, str] = {}
    restored: dict[NotePath, str] = {}
    for one in decisions:
        if one.path in evidence.skipped or not _is_text(one):
            continue
        stale: dict[str, _Stale] = {}
        for side in (evidence.left, evidence.right):
            state = one.left if side is evidence.left else one.right
            other = one.right if side is evidence.left else one.left
            if state in (one.base, other) or not is_file(state) or state is None:
                continue
            content = _read(side, _place(evidence, one, side))
            if content is None:
                continue
            if kind := _damage(evidence, one, side, state, content):
                _answer(evidence, one, side, kind, others, held, restored)
            elif save := _stale(evidence, one, side, content):
                stale[side.name] = save
        if stale and (made := _joined(evidence, one, stale)):
            others[one.path] = one._replace(verdict="merge", why="saved from an older state")
            merges[one.path] = made
    if not evidence.pair.same_filter:
        for _, change, path in changes:
            if isinstance(change, Trash | RemoveFolder):
                held[path] = "it would be deleted, in the run after 'exclude' was changed"
    return Judged(others, merges, held, restored, _mass_change(evidence, decisions, changes))


def _is_text(one: Decision) -> bool:
    return is_mergeable(one.path) and is_file(one.base)


def _place(evidence: Evidence, one: Decision, side: Side) -> NotePath:
    """Return where a side has what is decided of."""
    return one.left_path if side is evidence.left else one.right_path


def _read(side: Side, path: NotePath) -> bytes | None:
    stamp = side.listing.files.get(path)
    if stamp is None or stamp[0] > _LARGEST:
        return None
    try:
        return side.folder.read(path)
    except OSError:
        return None


def _damage(evidence: Evidence, one: Decision, side: Side, state: State, content: bytes) -> Damage:
    store, base = evidence.store, one.base or ""
    versions = [
        Known(version.digest, version.modified, version.at)
        for path in {one.path, one.was or one.path}
        for version in store.versions(evidence.pair.prefix + path)
    ]
    before = store.content(base)
    return damage(
        content, before, state, base, side.modified(_place(evidence, one, side)), versions
    )


def _answer(
    evidence: Evidence,
    one: Decision,
    side: Side,
    kind: Damage,
    others: dict[NotePath, Decision],
    held: dict[NotePath, str],
    restored: dict[NotePath, str],
) -> None:
    """Put a damaged note back, or hold it where its own user may have meant it.

    What somebody emptied in the vault itself may be meant so; it is not sent on. What
    has something new in it stays, for whoever wrote that.
    """
    mode, is_left = evidence.pair.mode, side is evidence.left
    verdict = one.verdict
    if verdict not in ("merge", "left" if is_left else "right"):
        return  # nobody is given this version
    said = f"{_SAID[kind]} in {side.name}"
    may_write = mode == "two-way" or (mode == "pull") == is_left
    is_restored = kind == "nul" or (kind != "spoilt" and not is_left)
    if mode == "two-way" and may_write and is_restored:
        others[one.path] = one._replace(verdict="right" if is_left else "left", why=said)
        restored[one.path] = said
    else:
        held[one.path] = said


class _Stale(NamedTuple):
    """What an editor saved that had not seen `ours`, which we had written: with ours in it."""

    content: bytes
    how: str
    ours: State


def _stale(evidence: Evidence, one: Decision, side: Side, content: bytes) -> _Stale | None:
    """Join what an editor saved from an older state with what we had written there."""
    pair, is_left = evidence.pair, side is evidence.left
    label, prefix = ("", pair.prefix) if is_left else (pair.name, "")
    place = _place(evidence, one, side)
    written = recent_write(evidence.store, label, prefix + place)
    if written is None:
        return None
    if written.at and abs(side.modified(place) - written.at) >= NOTICED:
        return None
    old, ours = (evidence.store.content(state) for state in (written.before, written.after))
    if old is None or ours is None or not is_stale_save(old, ours, content):
        return None
    from knapper.sync.merge import Merged, merge  # a third of the start of a sync

    joined = merge(one.path, old, content, ours)
    return _Stale(joined.content, joined.how, written.after) if isinstance(joined, Merged) else None


def _joined(evidence: Evidence, one: Decision, stale: Mapping[str, _Stale]) -> Merge | None:
    """Merge the sides, each as it would be if its editor had seen what we had written.

    The base is that of the pair: if only one side could be written then, it is older
    than what was written there.
    """
    from knapper.sync.merge import Merged, merge

    contents = []
    for side, state in ((evidence.left, one.left), (evidence.right, one.right)):
        save = stale.get(side.name)
        if save is None and all(state in (one.base, other.ours) for other in stale.values()):
            (alone,) = stale.values()
            return Merge(alone.content, alone.how)
        content = save.content if save else _read(side, _place(evidence, one, side))
        if content is None:
            return None
        contents.append(content)
    ours = [save.ours for save in stale.values()]
    base = evidence.store.content(ours[0] if evidence.pair.mode == "pull" else one.base)
    joined = merge(one.path, base, *contents) if base is not None else None
    return Merge(joined.content, joined.how) if isinstance(joined, Merged) else None


def _mass_change(
    evidence: Evidence,
    decisions: Sequence[Decision],
    changes: Sequence[tuple[str, Change, NotePath]],
) -> str:
    decided = {one.path: one for one in decisions}
    for name, side, other in (
        ("left", evidence.left, evidence.right),
        ("right", evidence.right, evidence.left),
    ):
        own = [change for where, change, _ in changes if where == name]

        def recognisable(change: Change, other: Side = other) -> bool:
            place = _place(evidence, decided[change.path], other)  # it may have to move yet
            return not unrecognisable(*_old_and_new(evidence, change, other, place))

        if said := mass_change(own, side.tree, side.name, recognisable):
            return said
    return ""


def _old_and_new(
    evidence: Evidence, change: Change, other: Side, place: NotePath
) -> tuple[bytes, bytes]:
    """Return the content that would go, and that which would come; unknown ones differ.

    `place` is where the other side has the file now.
    """
    if isinstance(change, Write):
        return evidence.store.content(change.expect) or b"", change.content
    if not isinstance(change, Copy):
        return b"", b""
    old = evidence.store.content(change.expect)
    if old is None:
        return b"?", b""
    try:
        return old, other.folder.read(place)
    except OSError:
        return old, b""
