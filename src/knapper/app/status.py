"""How a vault stands: its replicas, its conflicts, its last runs."""

from pathlib import Path
from typing import NamedTuple

from knapper.app.account import saved_accounts
from knapper.app.resolve import Conflict, conflicts
from knapper.app.roots import config_table
from knapper.core.replicas import read_replicas
from knapper.core.tables import TableReader
from knapper.shell.daemon import LOG, last_state, read_address, read_state
from knapper.shell.store import Run, Store

__all__ = ["Standing", "standing"]

_RUNS = 5


class Standing(NamedTuple):
    """The replicas with their last accounts (those never synced have no `at`), and more.

    `watcher` says how the watcher stands, None if none is running; its `page` is an
    address that holds a token. `last_watcher` is how the last one stood when it ended,
    `log` the file of its log.
    """

    replicas: list[dict[str, object]]
    conflicts: list[Conflict]
    runs: list[Run]
    watcher: dict[str, object] | None
    last_watcher: dict[str, object]
    log: Path

    @property
    def status(self) -> int:
        """The worst exit status of the last syncs, 1 for what was never in sync or settled."""
        order = {"equal": 0, "never": 1, "unresolved": 1, "halted": 2, "error": 3}
        worst = max((order.get(str(one["status"]), 3) for one in self.replicas), default=0)
        return max(worst, 1 if self.conflicts else 0)

    def told(self) -> dict[str, object]:
        """Return all of it in plain values."""
        return {
            "watcher": self.watcher,
            "last_watcher": self.last_watcher,
            "log": str(self.log),
            "replicas": self.replicas,
            "conflicts": [{"note": one.note, "copy": one.copy} for one in self.conflicts],
            "runs": [
                {"run": one.id, "at": one.at, "command": one.command, "changed": one.changed}
                for one in self.runs
            ],
        }


def standing(root: Path) -> Standing:
    """Return how the vault at `root` stands; nothing is changed."""
    source, table = config_table(root)
    with Store(root) as store:
        saved = saved_accounts(store)
        watcher, last = read_state(store.folder), last_state(store.folder)
        log = store.folder / LOG
        if watcher and (page := read_address(store.folder, watcher.get("pid"))):
            watcher["page"] = page
        runs = store.runs()[:_RUNS]
    replicas = []
    for one in read_replicas(TableReader(source), table):
        known = saved.get(one.name, {"status": "never"})
        replicas.append({"name": one.name, "mode": one.mode, "path": one.path, **known})
    return Standing(replicas, conflicts(root), runs, watcher, last, log)
