"""Changing a vault by a plan, as one run that can be undone."""

from collections.abc import Iterable
from pathlib import Path

from knapper.core.plan import Change, Outcome
from knapper.shell.executor import Executor, Place
from knapper.shell.folder import Folder
from knapper.shell.lock import locked
from knapper.shell.recovery import recover
from knapper.shell.store import Store

__all__ = ["Runs", "act"]


class Runs:
    """Gives the number of a run, which begins when it is first asked for."""

    def __init__(self, store: Store, command: str, undoes: int | None = None) -> None:
        self._store, self._command, self._undoes = store, command, undoes
        self.number: int | None = None

    def __call__(self) -> int:
        if self.number is None:
            self.number = self._store.begin_run(self._command, self._undoes)
        return self.number


def act(root: Path, changes: Iterable[Change], command: str) -> tuple[Outcome, int | None]:
    """Carry out changes in the vault at `root`; return what became of them, and the run.

    `command` names the run in the list of runs. Raises `KnapperError` if what is
    replaced cannot be kept.
    """
    plan = tuple(changes)
    if not plan:
        return Outcome((), ()), None
    store = Store(root)
    with locked(store.folder), store:
        folder = Folder(root)
        try:
            recover(folder, store, "")
            runs = Runs(store, command)
            outcome = Executor(folder, store, Place(""), runs).carry_out(plan)
        finally:
            folder.close()
    return outcome, runs.number if outcome.done else None
