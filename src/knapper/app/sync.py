"""Keeping a vault in sync with its sources and replicas: one run over all of them."""

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

from knapper.app.account import Synced, save_accounts
from knapper.app.act import Runs
from knapper.app.local import local_names
from knapper.app.pair import Intent, Pair, Report
from knapper.app.resting import (
    Glimpse,
    Rest,
    config_print,
    forget_rests,
    glimpse,
    save_rest,
    still_holds,
)
from knapper.app.roots import CONFIG_NAME, config_table, place_of, settings_folder
from knapper.app.side import UNSETTLED
from knapper.app.sync_pass import run_pass
from knapper.core.errors import ConfigError, KnapperError
from knapper.core.replicas import Replica, read_replicas, read_sync_settings
from knapper.core.tables import TableReader
from knapper.shell.asides import CHANGED
from knapper.shell.birth import birth
from knapper.shell.executor import Executor, Place
from knapper.shell.folder import Folder
from knapper.shell.lock import locked
from knapper.shell.recovery import recover
from knapper.shell.source import Listing, Source
from knapper.shell.store import BrokenStoreError, Store
from knapper.shell.synced import Pairing, pairing, save_pairing
from knapper.sync.tree import is_layout

__all__ = ["replicas_of", "statuses", "sync", "sync_if_changed"]

_ROUNDS = 5
_DAY = 86_400_000_000_000
_PRUNED_EVERY = 20
_ACT = Intent()

Progress = Callable[[int, int], None]


def replicas_of(root: Path, names: Sequence[str] = ()) -> tuple[Replica, ...]:
    """Return the replicas of a vault (those called `names`); raises `ConfigError`."""
    source, table = config_table(root)
    found = read_replicas(TableReader(source), table)
    unknown = [name for name in names if name not in {one.name for one in found}]
    if unknown:
        there = [one.name for one in found]
        near = TableReader(source).near(unknown[0], there)
        if there and not near:
            near = f"; there is {', '.join(map(repr, there))}"
        raise ConfigError(source, "replica", f"no replica is called '{unknown[0]}'{near}")
    if not found:
        raise ConfigError(
            source if table else CONFIG_NAME,
            "replica",
            "there is nothing to sync with; add a [[replica]] with name, path and mode",
        )
    return tuple(one for one in found if not names or one.name in names)


def sync(
    root: Path,
    names: Sequence[str] = (),
    intent: Intent = _ACT,
    *,
    seen: Glimpse | None = None,
    progress: Progress = lambda _done, _all: None,
    clock: Callable[[], int] = time.time_ns,
) -> list[Synced]:
    """Sync a vault with its replicas, as it is intended.

    `seen` is what a glimpse showed a moment ago. Raises `KnapperError` if nothing can be
    done at all.
    """
    act = intent.act
    replicas = replicas_of(root, names)
    with ExitStack() as stack:
        store = Store(root)
        if act:
            stack.enter_context(locked(store.folder))
        stack.enter_context(store)
        empty = None if act else stack.enter_context(_empty_folder())
        work = _Work(root, store, intent, progress, clock, empty)
        if seen and act and still_holds(store, seen):
            work.listings = dict(seen.listings)
        found = [work.synced(one) for one in replicas]
        news = found
        for _ in range(_ROUNDS if act and len(replicas) > 1 else 0):
            if not any(one.changes for one in news):
                break
            news = [work.synced(one) for one in replicas]  # one may have brought what others lack
            found = [
                now._replace(rounds=(*was.rounds, *now.rounds))
                for was, now in zip(found, news, strict=True)
            ]
        if act:
            with store.transaction():
                save_accounts(store, found)
                work.rest(found, whole=not names)
            work.prune()
        return found


def sync_if_changed(
    root: Path, intent: Intent, *, clock: Callable[[], int] = time.time_ns
) -> list[Synced] | None:
    """Sync a vault with all its replicas; None if nothing changed since they were at rest."""
    seen = glimpse(root)
    return None if seen.is_rest else sync(root, (), intent, seen=seen, clock=clock)


class _Work:
    """A run over replicas.

    If it only says what it would do, `empty` stands for the folders that it would make.
    """

    def __init__(
        self,
        root: Path,
        store: Store,
        intent: Intent,
        progress: Progress,
        clock: Callable[[], int],
        empty: Path | None,
    ) -> None:
        self.root, self.store, self.act, self.intent = root, store, intent.act, intent
        self.progress, self.clock, self.empty = progress, clock, empty
        self.run = Runs(store, "sync")
        self.listings: dict[str, tuple[Listing, Listing]] = {}

    def synced(self, replica: Replica) -> Synced:
        """Sync one replica, and again if somebody changed something meanwhile."""
        try:
            return self._synced(replica)
        except BrokenStoreError:
            self.store.set_aside()  # what is known is lost: both sides are joined anew
            return self.synced(replica)
        except OSError as error:
            where = error.filename or replica.path
            problem = f"{where}: {(error.strerror or str(error)).lower()}"
            return Synced(replica, None, problem)
        except (TypeError, ValueError, LookupError):
            if not self.store.is_damaged():
                raise
            self.store.set_aside()  # it gave us what was never put into it
            return self.synced(replica)

    def _synced(self, replica: Replica) -> Synced:
        known = pairing(self.store, replica.name)
        rounds: list[Report] = []
        place = _place(self.root, replica)
        if not place.is_dir():
            if known is not None:
                return Synced(replica, _halted(f"'{replica.path}' is not there"))
            place = _begun(place, replica, self.empty)
        with _opened(self.root, place, replica, known, self.empty) as opened:
            pair = opened
            if self.act:
                recover(Folder(self.root), self.store, "")
                if isinstance(pair.right, Folder):
                    recover(pair.right, self.store, replica.name, pair.prefix)
            for _ in range(_ROUNDS):
                report = run_pass(
                    pair, self.store, self.run, self.intent, clock=self.clock,
                    progress=self.progress, listings=self.listings.pop(replica.name, None),
                )  # fmt: skip
                rounds.append(report)
                if not report.halted:
                    pair = pair._replace(same_left=True, same_right=True)
                mended = self._mend_links(replica, report)
                if not mended and not any(one.reason == CHANGED for _, one in report.refused):
                    break
            held = any("'exclude'" in reason for reason in report.held.values())
            is_whole = known is not None or UNSETTLED.isdisjoint(report.skipped.values())
            if self.act and is_whole and not report.halted:
                self._remember(pair, known, held)
        return Synced(replica, report, "", rounds, self.run.number)

    def _mend_links(self, replica: Replica, report: Report) -> bool:
        """Let links that died when the other side renamed a file follow it.

        What is only given to a replica is not changed by it.
        """
        is_given = replica.mode in ("push", "mirror")
        if is_given or not (self.act and replica.fix and report.moved):
            return False
        from knapper.app.rename import mended_links
        from knapper.app.workspace import open_workspace

        prefix = f"{replica.into}/" if replica.into else ""
        moved = {prefix + old: prefix + new for old, new in report.moved.items()}
        plan = mended_links(open_workspace(self.root, root=self.root), moved)
        if not plan.changes:
            return False
        folder = Folder(self.root)
        try:
            outcome = Executor(folder, self.store, Place(""), self.run).carry_out(plan.changes)
        finally:
            folder.close()
        return bool(outcome.done)

    def _remember(self, pair: Pair, known: Pairing | None, held: bool) -> None:
        spelt = known.filter if held and known else _filter(pair)
        now = Pairing(_identity(pair.left), _identity(pair.right), spelt)
        if now != known:
            save_pairing(self.store, pair.name, now)

    def rest(self, found: Sequence[Synced], *, whole: bool) -> None:
        """Remember that all replicas are at rest, if they are."""
        reports = [one.report for one in found]
        prints = [one.prints for one in reports if one and one.prints and one.is_equal]
        config = config_print(self.root)
        if not whole or len(prints) != len(found) or not config:
            forget_rests(self.store)
            return
        for one, (left, right, settings, *both) in zip(found, prints, strict=True):
            exclude = json.dumps(one.replica.exclude)
            name, count = one.replica.name, len(found)
            save_rest(self.store, Rest(name, config, count, left, right, settings, exclude, *both))

    def prune(self) -> None:
        """Forget old history, now and then."""
        if self.run.number is None or self.run.number % _PRUNED_EVERY:
            return
        source, table = config_table(self.root)
        limits = read_sync_settings(TableReader(source), table)
        now = time.time_ns()
        self.store.prune(
            limits.history_megabytes << 20,
            now - limits.history_days * _DAY,
            now - limits.keep_days * _DAY,
        )


def _halted(reason: str) -> Report:
    return Report([], [], {}, {}, {}, {}, reason, "", {})


def _place(root: Path, replica: Replica) -> Path:
    """Return where the replica is; raises `KnapperError` for one that overlaps the vault."""
    place = place_of(root, replica)
    real, own = os.path.realpath(place), os.path.realpath(root / replica.into)
    for inner, outer in ((real, own), (own, real)):
        if os.path.commonpath((inner, outer)) == outer:
            raise KnapperError(
                f"{replica.name}: {place} and {own} lie one in the other; they cannot be in sync"
            )
    return place


@contextmanager
def _empty_folder() -> Iterator[Path]:
    from tempfile import TemporaryDirectory  # of no use to a sync that acts

    with TemporaryDirectory() as folder:
        yield Path(folder)


def _begun(place: Path, replica: Replica, empty: Path | None) -> Path:
    """Make the folder of a new replica, unless an empty one is to stand for it."""
    if replica.mode == "pull" or not place.parent.is_dir():
        raise FileNotFoundError(2, "there is no such folder", os.fspath(place))
    if empty is None:
        place.mkdir()
    return empty or place


@contextmanager
def _opened(
    root: Path, place: Path, replica: Replica, known: Pairing | None, empty: Path | None
) -> Iterator[Pair]:
    vault = root / replica.into if replica.into else root
    if replica.into and not vault.is_dir():
        if known is not None:
            raise FileNotFoundError(2, "this folder of the vault is not there", os.fspath(vault))
        if empty is None:
            Folder(root).make_folder(replica.into)
        vault = empty or vault
    settings = "" if replica.into else settings_folder(root)
    left = Folder(vault)
    right = Source(place) if replica.mode == "pull" else Folder(place)
    host = "".join(c for c in _host().partition(".")[0] if c.isalnum() or c in "-_")
    pair = Pair(
        replica.name, left, right, replica.mode, replica.into,
        local_names(replica.exclude, settings),
        lambda path: is_layout(path, settings),
        f"{time.strftime('%Y-%m-%d')} {host or 'host'}",
        settings=settings,
        filter="\n".join((settings, *replica.exclude)),
    )  # fmt: skip
    try:
        if known is not None:
            pair = pair._replace(
                same_filter=known.filter == _filter(pair),
                same_left=_is_same(left, known.left),
                same_right=_is_same(right, known.right),
            )
        yield pair._replace(is_new=known is None)
    finally:
        left.close()
        right.close()


def _host() -> str:
    """Return the name of this machine (the module `platform` takes a while to import)."""
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


def _filter(pair: Pair) -> str:
    return sha256(pair.filter.encode()).hexdigest()[:16]


def _identity(folder: Source) -> str:
    return ":".join(map(str, (*folder.identity(), birth(folder.root))))


def _is_same(folder: Source, known: str) -> bool:
    """Tell whether a folder is the one that is known; of old it was not known when it was made."""
    return f"{_identity(folder)}:".startswith(f"{known}:")


def statuses(found: Sequence[Synced]) -> int:
    """Return the exit status of a run: the worst of its replicas."""
    return max((one.status for one in found), default=0)
