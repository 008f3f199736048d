"""A watcher at work: it listens, follows what it hears, and leaves word of how it stands."""

import gc
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from traceback import format_exception
from types import TracebackType
from typing import Self

from knapper.app.events import Event, Findings, Problem, event_object
from knapper.app.sync import sync_if_changed
from knapper.app.trend import Recorder
from knapper.app.watch import Watch
from knapper.core.schedule import SECOND, overslept
from knapper.shell.daemon import Log, local_time, save_state
from knapper.shell.errand import errand
from knapper.shell.lock import locked
from knapper.shell.user_folders import state_folder
from knapper.shell.watcher import Hints

__all__ = ["Daemon"]

_PULSE = 30.0
"""In so many seconds, at most, it looks whether the folders are still there."""
_BUSY = "a watcher is running on this vault already; 'knapper status' shows it"
_LATER = (
    "knapper.core.frontmatter.events",
    "knapper.core.frontmatter.handler",
    "mistune",
    "rapidfuzz.distance",
    "rapidfuzz.process",
)
"""What is imported where a note first needs it; a watcher lasts, and meets such a note."""
_LOGGED = 50
"""Findings of so many notes are logged one by one; of more, only how many they are."""


class Daemon:
    """The one watcher of a vault. Use it in a `with` statement, and then `run` it.

    `tell` and further `listeners` (by name) are told of what happens, `ready` which observer
    is used once it listens. All of it is in the log as well, and how it stands in the state
    folder. A listener that raises is told nothing more; if `tell` does, that is the end.
    """

    def __init__(
        self,
        root: Path,
        tell: Callable[[Event], None],
        *,
        ready: Callable[[str], None] = lambda _: None,
        fix: bool = True,
        replicate: bool = True,
    ) -> None:
        self.root, self._ready = root, ready
        self._tell = tell
        self.listeners: dict[str, Callable[[Event], None]] = {}
        self.hints = Hints()
        self._fix, self._replicate = fix, replicate
        self._folder = state_folder(root)
        self._stack = ExitStack()
        self._stopped = self._reload = self._polls = False
        self._missed = 0
        self._state: dict[str, object] = {"since": local_time(), "last_error": ""}

    def __enter__(self) -> Self:
        """Become the watcher of the vault, and look at all of it once.

        Raises `KnapperError` if there is one already, or where that cannot be done.
        """
        with ExitStack() as stack:
            stack.enter_context(locked(self._folder, name="watch", patience=0.5, busy=_BUSY))
            self._log = Log(self._folder)
            stack.callback(self._log.close)
            stack.callback(self.hints.stop)
            try:
                self.watch = Watch(self.root, self._told, fix=self._fix, replicate=self._replicate)
                recorder = Recorder(self.watch)
                self.listeners["the record of the vault's health"] = recorder
                self.watch.look(None)
                recorder.record()
            except Exception as error:
                self._ended(error)
                raise
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        with self._stack:
            self._ended(error)

    def _ended(self, error: BaseException | None) -> None:
        """Leave word of the end, and of what brought it about."""
        self._state["ended"] = local_time()
        entry: dict[str, object] = {"event": "ended"}
        if error is not None:
            reason = f"{type(error).__name__}: {error}"
            self._state |= {"failed": True, "last_error": reason, "last_error_at": local_time()}
            entry |= {"event": "failed", "message": reason, "trace": format_exception(error)}
        self._log(entry)
        save_state(self._folder, self._state)

    # -- at work -------------------------------------------------------------------------

    def run(self) -> None:
        """Watch until `stop` is called."""
        # what a sync holds of both folders is much, and is given back only by a process that ends
        self.watch.sync = lambda root, intent: errand(sync_if_changed, root, intent)
        for name in _LATER:
            import_module(name)
        gc.enable()  # what only lasts for a run need not be collected; this lasts
        gc.collect()
        gc.freeze()
        gc.collect()  # all is looked through when a quarter more is there than this finds: nothing
        self._listen()
        slept = False
        while not self._stopped:
            self._save()
            asked = min(self.watch.due(), _PULSE)
            steady, wall = time.monotonic(), time.time()
            hints = self.hints.wait(asked)
            slept = slept or overslept(asked, time.monotonic() - steady, time.time() - wall)
            if self._stopped:
                return
            steady, wall = time.monotonic(), time.time()
            self._turn(None if slept else hints)
            slept = overslept(_PULSE, time.monotonic() - steady, time.time() - wall)

    def stop(self) -> None:
        """End after the action in hand; another thread may ask for it."""
        self._stopped = True
        self.hints.wake()

    def reload(self) -> None:
        """Read the configuration anew, soon; another thread may ask for it."""
        self._reload = True
        self.hints.wake()

    def _turn(self, hints: Iterable[str] | None) -> None:
        watch = self.watch
        before = watch.folders(), watch.settings.observer
        if self._reload:
            self._reload = False
            watch.reload()
        if hints is None or hints:
            watch.look(hints)
        watch.act()
        is_same = before == (watch.folders(), watch.settings.observer)
        if self._has_missed() or self.hints.is_deaf or not is_same:
            self._listen()

    def _has_missed(self) -> bool:
        """Tell whether a look has found what no event told of; twice, and it will poll."""
        before, self._missed = self._missed, self.watch.missed
        self._polls = self._polls or self._missed > 1
        return self._missed > before

    def _listen(self) -> None:
        """Begin to listen (anew), and look at what changed before."""
        wanted = self.watch.settings.observer
        observer = self.hints.start(
            self.watch.folders(), "polling" if self._polls and wanted == "auto" else wanted
        )
        self.watch.look(None)
        if observer and observer != self._state.get("observer"):
            self._state["observer"] = observer
            self._log({"event": "ready", "observer": observer})
            self._save()
            self._ready(observer)

    # -- what it says --------------------------------------------------------------------

    def _told(self, event: Event) -> None:
        if isinstance(event, Problem):
            self._state |= {"last_error": event.message, "last_error_at": local_time()}
        if isinstance(event, Findings) and len(event.now) > _LOGGED:
            number = sum(map(len, event.now.values()))
            self._log({"event": "findings", "notes": len(event.now), "number": number})
        else:
            self._log(event_object(event, self.watch.place))
        self._tell(event)
        for name, listener in tuple(self.listeners.items()):
            try:
                listener(event)
            except Exception as error:
                self._cut_off(name, error)

    def _cut_off(self, name: str, error: Exception) -> None:
        """Tell a listener nothing more: what it shows or keeps would not be right."""
        self.listeners.pop(name, None)
        reason = f"{type(error).__name__}: {error}"
        message = f"{name} is out of date from here on ({reason}); start the watcher again"
        self._log({"event": "failed", "message": message, "trace": format_exception(error)})
        self.watch.problems[name] = message
        self._told(Problem(message))

    def _save(self) -> None:
        watched = self.watch.watched
        self._state |= {
            "last_lint": local_time(self.watch.looked_at / SECOND),
            "notes": len(watched.live.notes),
            "findings": dict((+watched.rule_counts).most_common()),
            "problems": list(self.watch.problems.values()),
        }
        save_state(self._folder, self._state)
