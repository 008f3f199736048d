"""Taking back what a run changed, in the vault and in its replicas."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from knapper.app.act import Runs, all_or_nothing
from knapper.app.roots import config_table, place_of
from knapper.core.copies import original_of
from knapper.core.paths import NotePath, name_of
from knapper.core.plan import (
    Change,
    Copy,
    Link,
    MakeFolder,
    Move,
    Outcome,
    Refused,
    RemoveFolder,
    State,
    Trash,
)
from knapper.core.replicas import read_replicas
from knapper.core.tables import TableReader
from knapper.shell.executor import Executor, Place
from knapper.shell.folder import Folder
from knapper.shell.lock import locked
from knapper.shell.recovery import recover
from knapper.shell.store import Replaced, Store
from knapper.shell.synced import load
from knapper.sync.plans import ordered
from knapper.sync.tree import FOLDER, is_file, link_to

__all__ = ["Undone", "undo"]

_BASE = "base:"


class Undone(NamedTuple):
    """The run that was taken back, the command that had made it, and what became of it."""

    run: int
    command: str
    outcome: Outcome


def undo(root: Path, run: int | None) -> Undone:
    """Take back a run (the latest that was not taken back); raises `LookupError`.

    What was changed since is refused, not overwritten.
    """
    store = Store(root)
    with locked(store.folder), store:
        chosen, command = _chosen(store, run)
        rows = store.replaced(chosen)
        prefixes = _prefixes(root, rows)
        runs = Runs(store, f"undo {chosen}", chosen)
        done: list[Change] = []
        refused: list[Refused] = []
        back: set[tuple[str, NotePath]] = set()
        stuck: set[tuple[str, NotePath]] = set()
        for name in sorted({row.root for row in rows if not row.root.startswith(_BASE)}):
            changes = _changes([row for row in rows if row.root == name], command)
            place = _place(root, name)
            if place is None or not place.is_dir():
                reason = f"the replica '{name}' is not there"
                refused += [Refused(change, reason) for change in changes]
                stuck |= {(name, path) for change in changes for path in _paths(change)}
                continue
            folder = Folder(place)
            try:
                recover(folder, store, name)
                executor = Executor(folder, store, Place(name), runs)
                first = [one for one in changes if command == "rename" and _moves(one)]
                rest = [one for one in changes if one not in first]
                rewritten = {one.path for one in rest}
                needed = [_with_edits(one, folder, rewritten) for one in first]
                outcome = all_or_nothing(executor, store, runs, needed, rest)
            finally:
                folder.close()
            done += outcome.done
            back |= {(name, path) for change in outcome.done for path in _paths(change)}
            refused += outcome.refused
            stuck |= {(name, path) for one in outcome.refused for path in _paths(one.change)}
        _restore_bases(store, rows, prefixes, back, stuck, runs)
        return Undone(chosen, command, Outcome(tuple(done), tuple(refused)))


def _chosen(store: Store, run: int | None) -> tuple[int, str]:
    runs = store.runs()
    undone = {one.undoes for one in runs}
    commands = {one.id: one.command for one in runs}
    possible = [one.id for one in runs if one.undoes is None and one.id not in undone]
    chosen = run if run is not None else next(iter(possible), None)
    if chosen is None or chosen not in commands:
        raise LookupError(
            "nothing to undo"
            if run is None
            else f"there is no run {run}; 'knapper undo --list' shows them"
        )
    return chosen, commands[chosen]


def _place(root: Path, name: str) -> Path | None:
    if not name:
        return root
    source, table = config_table(root)
    for one in read_replicas(TableReader(source), table):
        if one.name == name:
            return place_of(root, one)
    return None


def _changes(rows: Iterable[Replaced], command: str) -> list[Change]:
    """Return the changes that lead back from `after` to `before`, in an order that works."""
    rows = list(rows)
    changes: list[Change] = []
    moved: set[NotePath] = set()
    for move, before in _moved(rows, command):
        changes.append(move)
        if move.expect != before:
            changes.append(Copy(move.to, "", before, move.expect))
        moved |= {move.path, move.to}
    for row in rows:
        if row.path not in moved:
            changes += _back(row)
    making = {change.path for change in changes if isinstance(change, MakeFolder)}
    return sorted(changes, key=lambda change: ordered(change, making))


def _moved(rows: Iterable[Replaced], command: str) -> Iterator[tuple[Move, State]]:
    """Yield the moves that lead back, and the state that each file had before."""
    gone: list[tuple[NotePath, State]] = []
    came: list[tuple[NotePath, State]] = []
    for row in rows:
        if row.after is None and row.before is not None and is_file(row.before):
            gone.append((row.path, row.before))
        elif row.before is None and row.after is not None and is_file(row.after):
            came.append((row.path, row.after))
    if command == "rename" and len(gone) == len(came):
        # below the folder that was renamed paths sort as before, whatever the texts are now
        for (path, before), (now, after) in zip(gone, came, strict=True):
            yield Move(now, path, after), before
        return
    by_state: dict[State, list[NotePath]] = {}
    for path, after in came:
        by_state.setdefault(after, []).append(path)
    for path, before in gone:
        if same := by_state.get(before):
            # of several with one text, that of the same name: another may have been edited since
            now = next((one for one in same if name_of(one) == name_of(path)), same[0])
            same.remove(now)
            yield Move(now, path, before), before


def _moves(change: Change) -> bool:
    """Tell whether the rest of a renaming rests on a change: references that lead to a file."""
    return isinstance(change, MakeFolder | Move)


def _with_edits(change: Change, folder: Folder, rewritten: Collection[NotePath]) -> Change:
    """Return the move of a note that was edited since with its edits; any other change as it is.

    A note that is to get its old text back stays: both cannot be.
    """
    if not isinstance(change, Move) or change.to in rewritten:
        return change
    try:
        now = folder.state(change.path)
    except OSError:
        return change
    return Move(change.path, change.to, now) if now and is_file(now) else change


def _back(row: Replaced) -> Iterator[Change]:
    path, before, after = row.path, row.before, row.after
    if before == after:
        return
    expect = after
    if after == FOLDER:
        yield RemoveFolder(path)
        expect = None
    elif after is not None and (before is None or before == FOLDER):
        yield Trash(path, after)
    if before == FOLDER:
        yield MakeFolder(path)
    elif before is not None and (target := link_to(before)) is not None:
        yield Link(path, target, expect)
    elif before is not None:
        yield Copy(path, "", before, expect)


def _paths(change: Change) -> Iterable[NotePath]:
    return (change.path, change.to) if isinstance(change, Move) else (change.path,)


def _prefixes(root: Path, rows: Iterable[Replaced]) -> dict[str, str]:
    """Return what stands before the paths of replicas in the vault; raises `ConfigError`."""
    if not any(row.root.startswith(_BASE) for row in rows):
        return {}
    source, table = config_table(root)
    found = read_replicas(TableReader(source), table)
    return {one.name: f"{one.into}/" for one in found if one.into}


def _restore_bases(
    store: Store,
    rows: Iterable[Replaced],
    prefixes: Mapping[str, str],
    back: Collection[tuple[str, NotePath]],
    stuck: Collection[tuple[str, NotePath]],
    runs: Runs,
) -> None:
    """Let the next sync see what it saw before the run, of the paths that are `back`.

    Those have the folder that they are in: "" for the vault, else the replica's name; so
    have those that are `stuck`. What was left as it is stays in sync: nobody could tell
    later who deleted it. Only of what the base has no more, and nobody has put there
    since, it may know again: it was renamed, or it is gone on both sides.
    """
    known = [row for row in rows if row.root.startswith(_BASE)]
    if not known or runs.number is None:
        return
    pairs = {name: load(store, name) for name in {row.root.removeprefix(_BASE) for row in known}}
    # a conflict copy is all that is seen of a note that kept its own version
    notes = {(name, note) for name, path in back if (note := original_of(path)) is not None}

    def is_back(row: Replaced) -> bool:
        name = row.root.removeprefix(_BASE)
        pair, prefix = pairs[name], prefixes.get(name, "")
        place = pair.places.get(row.path, row.path)
        seen = {(name, row.path), ("", prefix + row.path), (name, place), ("", prefix + place)}
        if row.after is None and row.path not in pair.base:
            return seen.isdisjoint(stuck)
        return not seen.isdisjoint({*back, *notes})

    bases = [row for row in known if is_back(row)]
    with store.transaction() as connection:
        for row in bases:
            name = row.root.removeprefix(_BASE)
            connection.execute(
                "insert into synced (replica, path, base) values (?, ?, ?) "
                "on conflict do update set base = excluded.base",
                (name, row.path, row.before),
            )
            connection.execute(
                "insert or replace into replaced values (?, ?, ?, ?, ?)",
                (runs.number, row.root, os.fsencode(row.path), row.after, row.before),
            )
