"""What syncs have done, as it concerns the vault that is watched."""

from collections.abc import Iterable

from knapper.app.account import Synced
from knapper.core.paths import NotePath
from knapper.core.plan import Copy, Link, Move, State, Trash, Write, digest

__all__ = ["left_out", "made_by", "merged", "problem_of"]


def made_by(found: Iterable[Synced]) -> dict[NotePath, State | None]:
    """Return what a sync has put into the vault, None for what it took away."""
    ours: dict[NotePath, State | None] = {}
    for one in found:
        prefix = f"{one.replica.into}/" if one.replica.into else ""
        for side, change in one.changes:
            path = prefix + change.path
            match change:
                case Write() if side == "left":
                    ours[path] = digest(change.content)
                case Copy() if side == "left":
                    ours[path] = change.digest
                case Move() if side == "left":
                    ours |= {path: None, prefix + change.to: change.expect}
                case Trash() | Link() if side == "left":
                    ours[path] = None
                case _:
                    pass
    return ours


def merged(found: Iterable[Synced]) -> set[NotePath]:
    """Return the notes that a sync has written on both sides."""
    merged: set[NotePath] = set()
    for one in found:
        prefix = f"{one.replica.into}/" if one.replica.into else ""
        left, right = (
            {c.path for side, c in one.changes if side == name} for name in ("left", "right")
        )
        merged |= {prefix + path for path in left & right}
    return merged


def left_out(found: Iterable[Synced]) -> dict[NotePath, str]:
    """Return what a sync has left out, by the paths in the vault, with the reasons."""
    left_out: dict[NotePath, str] = {}
    for one in found:
        prefix = f"{one.replica.into}/" if one.replica.into else ""
        if one.report:
            left_out |= {prefix + path: why for path, why in one.report.skipped.items()}
            left_out |= {prefix + no.change.path: no.reason for _, no in one.report.refused}
    return left_out


def problem_of(one: Synced) -> str:
    """Say why a replica is not in sync and will not be by itself, "" if it will."""
    name, report = one.replica.name, one.report
    if report is None:
        return f"{name}: {one.problem}"
    if not report.halted:
        return ""
    way_out = f"; if it is meant so: knapper sync --confirm {report.hash}" if report.hash else ""
    return f"{name}: halted: {report.halted}{way_out}"
