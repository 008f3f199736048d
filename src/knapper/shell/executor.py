"""Carrying out a plan: the one place that changes the files of a vault or a replica.

Each change is done so that a crash at any moment leaves the old or the new content,
and so that what somebody else wrote meanwhile is noticed and kept:

1. The old content goes to the store, and what is intended to the journal.
2. The new content is written aside (`.knapper-….tmp` in the same folder) and flushed.
3. What stands at the path must still be what the plan expects. Then both are
   exchanged in one step, and what came out is looked at again: if it is something
   else, it is put back. Where the file system has no exchange (exFAT), the last look
   is just before the rename.
4. The folders are flushed, what came out is removed, the journal is cleared.

`shell.recovery` ends what a run that died left in the journal.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from knapper.core.copies import copy_name
from knapper.core.paths import NotePath, folder_of
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
    Write,
    digest,
)
from knapper.shell.asides import CHANGED, Asides, Origin, reason_of
from knapper.shell.folder import Folder
from knapper.shell.recovery import keep_stray
from knapper.shell.renaming import NotPossibleError
from knapper.shell.source import Stamp, is_settled, is_utf8, new_aside
from knapper.shell.store import LARGE, Store
from knapper.sync.tree import FOLDER, is_file, key

__all__ = ["Executor", "Place"]

_BATCH = 2048
_BATCH_BYTES = 64 << 20
_FEW = 8
"""So many files are flushed one by one; more of them, the file system as a whole."""

_OF_THE_SYSTEM = (".DS_Store", "Thumbs.db", "desktop.ini")


class Place(NamedTuple):
    """How the store names a folder: `root` is "" for the vault, else the replica's name.

    `prefix` stands before its paths there, `history` before those of versions, which
    are always paths of the vault. `stamp` is for the names of conflict copies, "" for none.
    """

    root: str
    prefix: str = ""
    history: str = ""
    stamp: str = ""


class _Step(NamedTuple):
    change: Change
    aside: NotePath
    after: State | None

    @property
    def before(self) -> State | None:
        change = self.change
        return None if isinstance(change, MakeFolder | RemoveFolder) else change.expect


class Executor:
    """Carries out changes in one folder; `run` gives the number of the run.

    What is copied comes from `origin`, without one from the store. After `carry_out`,
    `stamps` has those of the files it wrote, as far as they can be believed.
    """

    def __init__(
        self,
        folder: Folder,
        store: Store,
        place: Place,
        run: Callable[[], int],
        *,
        origin: Origin | None = None,
        progress: Callable[[int], None] = lambda _: None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._folder = folder
        self._store = store
        self._root, self._prefix, self._history, self._stamp = place
        self._run = run
        self._asides = Asides(folder, store, origin)
        self._progress = progress
        self._clock = clock
        self._refused: list[Refused] = []
        self._done: list[Change] = []
        self._rows = 0, 0
        """The rows of the journal for the batch in hand: after the first, to the second."""
        self.stamps: dict[NotePath, Stamp] = {}

    def carry_out(self, changes: Iterable[Change]) -> Outcome:
        """Carry out the changes in order. What the world has overtaken is refused."""
        self._done, self._refused = [], []
        for batch in _batches(changes):
            self._carry_out(batch)
            self._progress(len(batch))
        return Outcome(tuple(self._done), tuple(self._refused))

    def _carry_out(self, batch: Sequence[Change]) -> None:
        steps = self._intended(batch)
        if not steps:
            return
        failed = len(self._refused)
        written: dict[NotePath, Stamp] = {}
        ready = self._flushed(self._prepared(steps, written))
        finished = []
        for step in ready:
            if self._try(step, self._put):
                finished.append(step)
            elif _has_aside(step.change):
                with suppress(OSError):
                    self._keep_stray(step.aside, step.change.path, step.before, step.after)
        self._flush_folders(finished)
        for step in finished:
            self._clear(step)
        self._note_stamps(finished, written)
        undone = {refused.change for refused in self._refused[failed:]}
        self._done += [step.change for step in finished]
        self._close([s for s in steps if s.change in undone], finished)

    def _try(self, step: _Step, act: Callable[[_Step], None]) -> bool:
        """Do one thing of a step; what goes wrong is a refusal of its change."""
        try:
            act(step)
        except (OSError, LookupError) as error:
            self._refused.append(Refused(step.change, reason_of(error)))
            return False
        return True

    # -- before --------------------------------------------------------------------------

    def _intended(self, batch: Sequence[Change]) -> list[_Step]:
        """Keep what will be overwritten or removed, and note what is intended."""
        steps: list[_Step] = []
        with self._store.transaction() as connection:
            for change in batch:
                step = self._step(change)
                if self._try(step, self._keep_old):
                    steps.append(step)
            if not steps:
                return []
            run = self._run()
            before = _last(connection)
            connection.executemany(
                "insert into journal (run, root, kind, path, goal, before, after, aside) "
                "values (?, ?, ?, ?, ?, ?, ?, ?)",
                [self._journal_row(run, step) for step in steps],
            )
            connection.executemany(
                "insert into replaced values (?, ?, ?, ?, ?) "
                "on conflict do update set after = excluded.after",
                [row for step in steps for row in self._replaced_rows(run, step)],
            )
            self._rows = before, _last(connection)
        return steps

    def _step(self, change: Change) -> _Step:
        above = folder_of(change.path)
        aside = f"{above}/{new_aside()}" if above else new_aside()
        match change:
            case Write():
                after: State | None = digest(change.content)
            case Copy():
                after = change.digest
            case Link():
                after = f"link:{change.target}"
            case MakeFolder():
                after = FOLDER
            case Move():
                after = change.expect
            case Trash() | RemoveFolder():
                after = None
        return _Step(change, aside, after)

    def _journal_row(self, run: int, step: _Step) -> tuple[object, ...]:
        change = step.change
        goal = change.to if isinstance(change, Move) else ""
        kind = type(change).__name__
        paths = self._named(change.path), self._named(goal)
        return run, self._root, kind, *paths, step.before, step.after, self._named(step.aside)

    def _named(self, path: NotePath) -> bytes:
        """Return a path as it stands in the store."""
        return os.fsencode(self._prefix + path)

    def _replaced_rows(
        self, run: int, step: _Step
    ) -> Iterator[tuple[int, str, bytes, State | None, State | None]]:
        change, path, before = step.change, self._named(step.change.path), step.before
        if isinstance(change, RemoveFolder):
            before = FOLDER
        if isinstance(change, Move):
            yield run, self._root, path, before, None
            yield run, self._root, self._named(change.to), None, before
        else:
            yield run, self._root, path, before, step.after

    def _keep_old(self, step: _Step) -> None:
        """Keep the content that stands at the path, if the change takes it away."""
        change, before = step.change, step.before
        if isinstance(change, Move) or not is_file(before) or before is None:
            return
        if self._store.has(before):
            return
        stamp = self._folder.stamp(change.path)
        if stamp is None:
            raise OSError(0, CHANGED)
        with self._store.transaction() as connection:
            if stamp[0] > LARGE:
                pieces = self._folder.pieces(change.path)
                self._store.keep_pieces(connection, pieces, before)
                return
            content = self._folder.read(change.path)
            if digest(content) != before:
                raise OSError(0, CHANGED)
            self._store.keep_in(connection, content, before)

    def _keep_stray(self, aside: NotePath, path: NotePath, *known: State | None) -> None:
        """Keep what came out and nobody has kept, and remove it."""
        keep_stray(self._store, self._folder, aside, self._history + path, known)

    # -- the new content -----------------------------------------------------------------

    def _prepared(self, steps: Sequence[_Step], written: dict[NotePath, Stamp]) -> Sequence[_Step]:
        """Write the new contents aside; return the steps that can go on."""
        ready = []
        found = self._asides.write([(step.change, step.aside) for step in steps])
        for step, one in zip(steps, found, strict=True):
            if isinstance(one, str):
                self._refused.append(Refused(step.change, one))
                continue
            ready.append(step)
            if one is not None:
                written[step.change.path] = one
        return ready

    @property
    def contents(self) -> Mapping[State, bytes]:
        """Texts that were merged, or written over others, by digest."""
        return self._asides.contents

    # -- in place ------------------------------------------------------------------------

    def _put(self, step: _Step) -> None:
        change, folder = step.change, self._folder
        match change:
            case MakeFolder():
                folder.make_folder(change.path)
            case RemoveFolder():
                self._remove_folder(change.path)
            case Move():
                self._move(change, step.aside)
            case Trash():
                self._take_out(step)
            case Write() | Copy() | Link() if change.expect is None:
                folder.rename_new(step.aside, change.path)
            case _:
                self._replace(step)

    def _remove_folder(self, path: NotePath) -> None:
        for name in _OF_THE_SYSTEM:
            self._folder.remove(f"{path}/{name}")
        self._folder.remove_folder(path)

    def _move(self, change: Move, aside: NotePath) -> None:
        if self._folder.state(change.path) != change.expect:
            raise OSError(0, CHANGED)
        if key(change.path) != key(change.to):
            try:
                self._folder.rename_new(change.path, change.to)
            except FileExistsError as error:
                raise OSError(0, f"'{change.to}' is there by now") from error
            return
        # where case does not count the new name is taken, by the file itself
        self._folder.rename_new(change.path, aside)
        try:
            self._folder.rename_new(aside, change.to)
        except OSError:
            self._folder.rename_new(aside, change.path)
            raise

    def _take_out(self, step: _Step) -> None:
        """Take a file away; its content is in the store by now."""
        folder, path = self._folder, step.change.path
        if folder.state(path) != step.before:
            raise OSError(0, CHANGED)
        folder.rename_new(path, step.aside)
        if folder.state(step.aside) != step.before:
            try:
                folder.rename_new(step.aside, path)
            except FileExistsError:  # by now there is something newer still
                self._keep_beside(step.aside, path)
            raise OSError(0, CHANGED)

    def _keep_beside(self, aside: NotePath, path: NotePath) -> None:
        """Keep what somebody wrote, beside what he or another put in its place since."""
        if self._stamp:
            with suppress(OSError):
                name = copy_name(path, self._stamp, lambda it: not self._folder.absent(it))
                self._folder.rename_new(aside, name)
                return
        self._keep_stray(aside, path)

    def _replace(self, step: _Step) -> None:
        folder, path, aside = self._folder, step.change.path, step.aside
        if folder.state(path) != step.before:
            raise OSError(0, CHANGED)
        try:
            folder.exchange(aside, path)
        except NotPossibleError:
            if folder.state(path) != step.before:  # the last look is as late as it can be
                raise OSError(0, CHANGED) from None
            folder.replace(aside, path)
            return
        put, expected = step.after, step.before
        out = folder.state(aside)
        if out == expected:
            return
        for _ in range(100):  # an editor was faster: its version goes back, until it rests
            folder.exchange(aside, path)
            put, expected, out = out, put, folder.state(aside)
            if out == expected:
                break
            keep_stray(self._store, folder, aside, self._history + path, remove=False)
        raise OSError(0, CHANGED)

    # -- after ---------------------------------------------------------------------------

    def _flushed(self, steps: Sequence[_Step]) -> Sequence[_Step]:
        """Make the files aside last; return the steps that can go on."""
        files = [step for step in steps if isinstance(step.change, Write | Copy)]
        if len(files) > _FEW and self._folder.flush_all():
            return steps
        failed = [s for s in files if not self._try(s, lambda one: self._folder.flush(one.aside))]
        for step in failed:
            with suppress(OSError):
                self._folder.remove(step.aside)
        return [step for step in steps if step not in failed]

    def _flush_folders(self, steps: Sequence[_Step]) -> None:
        folders = {folder_of(step.change.path) for step in steps}
        folders |= {folder_of(s.change.to) for s in steps if isinstance(s.change, Move)}
        if len(folders) <= _FEW or not self._folder.flush_all():
            self._folder.flush_folders(folders)

    def _clear(self, step: _Step) -> None:
        """Remove what came out, unless somebody still wrote into it."""
        change, folder = step.change, self._folder
        if not isinstance(change, Trash | Write | Copy | Link) or step.before is None:
            return
        with suppress(OSError):
            if folder.state(step.aside) not in (step.before, None):
                self._keep_stray(step.aside, change.path)
            else:
                folder.remove(step.aside)

    def _note_stamps(self, finished: Sequence[_Step], written: dict[NotePath, Stamp]) -> None:
        looked = self._clock()
        for step in finished:
            path = step.change.path
            now, before = self._folder.stamp(path), written.get(path)
            self.stamps.pop(path, None)
            if now is None or before is None or now[:2] + now[3:] != before[:2] + before[3:]:
                continue
            if is_settled(now, looked):
                self.stamps[path] = now

    def _close(self, undone: Sequence[_Step], finished: Sequence[_Step]) -> None:
        """Clear the journal, and forget of the run what was not done after all."""
        now, rows, run = self._clock(), self._rows, self._run()

        def close(connection: sqlite3.Connection) -> None:
            connection.execute("delete from journal where id > ? and id <= ?", rows)
            connection.executemany(
                "delete from replaced where run = ? and root = ? and path = ? and after is ?",
                [(*row[:3], row[4]) for step in undone for row in self._replaced_rows(run, step)],
            )
            rewritten = [
                step
                for step in finished
                if isinstance(step.change, Write | Copy) and is_file(step.before)
            ]
            connection.executemany(
                "insert or replace into written values (?, ?, ?, ?, ?)",
                [
                    (self._root, self._prefix + step.change.path, step.before, step.after, now)
                    for step in rewritten
                    if is_utf8(step.change.path)  # another name takes no part in a sync
                ],
            )
            for after in {step.after for step in rewritten if step.after in self.contents}:
                if after is not None:  # who saves over it may not have seen it
                    self._store.keep_in(connection, self.contents[after], after)
            connection.executemany(
                "insert or ignore into version values (?, ?, 0, ?)",
                [
                    (os.fsencode(self._history + step.change.path), step.before, now)
                    for step in finished
                    if isinstance(step.change, Write | Copy | Link | Trash) and is_file(step.before)
                ],
            )

        self._store.later(close)


def _last(connection: sqlite3.Connection) -> int:
    (found,) = connection.execute("select coalesce(max(id), 0) from journal").fetchone()
    return int(found)


def _has_aside(change: Change) -> bool:
    return isinstance(change, Write | Copy | Link)


def _kind(change: Change) -> str:
    """Return which changes can be made together: a folder must be empty by then."""
    if isinstance(change, RemoveFolder):
        return "folders"
    return "contents" if _has_aside(change) else "names"


def _batches(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Cut the changes into batches: within one, files are written, or else the rest is done."""
    batch: list[Change] = []
    size = 0
    for change in changes:
        weight = len(change.content) if isinstance(change, Write) else 64 << 10
        other = bool(batch) and _kind(batch[0]) != _kind(change)
        if len(batch) >= _BATCH or size + weight > _BATCH_BYTES or other:
            yield batch
            batch, size = [], 0
        batch.append(change)
        size += weight
    if batch:
        yield batch
