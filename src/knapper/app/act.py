"""Changing a vault by a plan, as one run that can be undone."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from knapper.core.plan import Change, MakeFolder, Move, Outcome, RemoveFolder
from knapper.shell.executor import Executor, Place
from knapper.shell.folder import Folder
from knapper.shell.lock import locked
from knapper.shell.recovery import recover
from knapper.shell.store import Store

__all__ = ["Runs", "act", "all_or_nothing"]


class Runs:
    """Gives the number of a run, which begins when it is first asked for."""

    def __init__(self, store: Store, command: str, undoes: int | None = None) -> None:
        self._store, self._command, self._undoes = store, command, undoes
        self.number: int | None = None

    def __call__(self) -> int:
        if self.number is None:
            self.number = self._store.begin_run(self._command, self._undoes)
        return self.number


def act(
    root: Path, changes: Iterable[Change], command: str, needed: Iterable[Change] = ()
) -> tuple[Outcome, int | None]:
    """Carry out changes in the vault at `root`; return what became of them, and the run.

    What is `needed` (folders and moves) comes first; if some of it cannot be done, it is
    taken back, and nothing else is done. `command` names the run in the list of runs.
    Raises `KnapperError` if what is replaced cannot be kept.
    """
    plan, first = tuple(changes), tuple(needed)
    if not plan and not first:
        return Outcome((), ()), None
    store = Store(root)
    with locked(store.folder), store:
        folder = Folder(root)
        try:
            recover(folder, store, "")
            runs = Runs(store, command)
            executor = Executor(folder, store, Place(""), runs)
            outcome = all_or_nothing(executor, store, runs, first, plan)
        finally:
            folder.close()
    return outcome, runs.number if outcome.done else None


def all_or_nothing(
    executor: Executor, store: Store, runs: Runs, needed: Iterable[Change], plan: Iterable[Change]
) -> Outcome:
    """Carry out what is needed, and the rest only if all of that was done; else take it back."""
    first = executor.carry_out(needed)
    if not first.refused:
        then = executor.carry_out(plan)
        return Outcome((*first.done, *then.done), then.refused)
    back = executor.carry_out(_backwards(first.done))
    if first.done:
        _forget_what_is_as_it_was(store, runs())
    return Outcome(tuple(_backwards(one.change for one in back.refused)), first.refused)


def _backwards(changes: Iterable[Change]) -> Iterator[Change]:
    """Yield what takes back moves and new folders, the last one first."""
    for change in reversed(tuple(changes)):
        match change:
            case Move():
                yield Move(change.to, change.path, change.expect)
            case MakeFolder():
                yield RemoveFolder(change.path)
            case RemoveFolder():
                yield MakeFolder(change.path)
            case _:
                raise ValueError(change)


def _forget_what_is_as_it_was(store: Store, run: int) -> None:
    """Let a run that was taken back at once be none that can be undone."""
    with store.transaction() as connection:
        connection.execute("delete from replaced where run = ? and before is after", (run,))
