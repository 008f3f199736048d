"""`knapper watch`: findings, safe fixes and sync while you write."""

import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import click

from knapper.app.account import STATUS, Synced, account
from knapper.app.roots import find_root
from knapper.app.trend import Recorder
from knapper.app.watch import Event, Findings, Mended, Problem, Replicated, Watch
from knapper.cli.terminal import Paint, is_terminal, number_of, printable
from knapper.core.errors import KnapperError
from knapper.core.rule import Diagnostic
from knapper.shell.daemon import Log, kept_address, save_state
from knapper.shell.lock import locked
from knapper.shell.store import state_folder
from knapper.shell.watcher import Hints

__all__ = ["command"]

PORT = 5627
"""Where the page is, if no other port is asked for: KNAP on the keys of a telephone."""


@click.command("watch")
@click.option("--no-fix", is_flag=True, help="Mend nothing.")
@click.option("--no-sync", is_flag=True, help="Sync nothing.")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text",
              help="json: one object a line.")  # fmt: skip
@click.option("--http", "port", type=click.IntRange(0, 65535), is_flag=False, flag_value=PORT,
              metavar="[PORT]",
              help=f"Serve a page, on this machine only (port {PORT}).")  # fmt: skip
@click.option("--vault", type=click.Path(path_type=Path), help="The vault, if not found upward.")
def command(
    no_fix: bool,
    no_sync: bool,
    once: bool,
    output_format: str,
    port: int | None,
    vault: Path | None,
) -> int:
    """Watch a vault: say what is wrong as it happens, mend what is safe, and sync.

    A note is mended when it was left alone for 30 seconds, and synced after 2 ([watch]
    in the configuration). SIGHUP reads the configuration anew; SIGTERM and Ctrl-C end
    after the action in hand.
    """
    root = (vault or find_root(Path().absolute())).absolute()
    if not root.is_dir():
        raise KnapperError(f"{root}: there is no such folder")
    _needs_http(port, once)
    with ExitStack() as stack:
        busy = "a watcher is running on this vault already; 'knapper status' shows it"
        stack.enter_context(locked(state_folder(root), name="watch", patience=0.5, busy=busy))
        say = _Says(root, as_json=output_format == "json")
        stack.callback(say.log.close)
        watch = Watch(root, say, fix=not no_fix, replicate=not no_sync)
        say.watch = watch
        recorder = Recorder(watch)
        say.listeners.append(recorder)
        watch.look(None)
        recorder.record()
        if once:
            watch.act()
            return 1 if any(one.severity != "info" for one in watch.live.all()) else 0
        hints = Hints()
        stack.callback(hints.stop)
        stop, reload = threading.Event(), threading.Event()
        _on_signals(hints, stop, reload)
        observer = hints.start(watch.folders(), watch.settings.observer)
        watch.look(None)  # what changed before somebody listened
        if port is not None:
            stack.enter_context(_page(watch, say, port))
        say.ready(observer)
        _run(watch, hints, stop, reload)
        say.ended()
    return 0


@contextmanager
def _page(watch: Watch, say: "_Says", port: int) -> Iterator[None]:
    """Serve the page while the block runs; it hears what is said."""
    from knapper.page.server import serving

    with serving(watch, port) as (desk, page), kept_address(state_folder(watch.root), page.address):
        say.listeners.append(desk.take)
        say.page(page.address)
        yield


def _needs_http(port: int | None, once: bool) -> None:
    """Say at once what keeps a page from being served."""
    if port is None:
        return
    if once:
        raise click.UsageError("--http serves a page while the watcher runs; --once ends it")
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise KnapperError("--http needs two more libraries: pip install 'knapper[http]'")


def _on_signals(hints: Hints, stop: threading.Event, reload: threading.Event) -> None:
    def on(name: str, event: threading.Event) -> None:
        def handle(_number: int, _frame: FrameType | None) -> None:
            event.set()
            hints.wake()

        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handle)

    on("SIGINT", stop)
    on("SIGTERM", stop)
    on("SIGHUP", reload)


def _run(watch: Watch, hints: Hints, stop: threading.Event, reload: threading.Event) -> None:
    """Wait for hints and follow them, until told to stop."""
    was_gone = False
    while not stop.is_set():
        before, wall = time.monotonic(), time.time()
        paths = hints.wait(min(watch.due(), 60.0))
        slept = (time.time() - wall) - (time.monotonic() - before)
        if stop.is_set():
            return
        if reload.is_set():
            reload.clear()
            watch.reload()
        folders = watch.folders()
        if paths is None or slept > 5:
            watch.look(None)
        elif paths:
            watch.look(paths)
        watch.act()
        if (was_gone and not watch.is_gone) or watch.folders() != folders:
            hints.start(watch.folders(), watch.settings.observer)
            watch.look(None)
        was_gone = watch.is_gone


class _Says:
    """Says what happens, to whoever looks and to the log."""

    def __init__(self, root: Path, *, as_json: bool) -> None:
        self.root, self.as_json = root, as_json
        self.paint = Paint()
        self.log = Log(state_folder(root))
        self.since = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        self.error = ""
        self.listeners: list[Callable[[Event], None]] = []
        self.watch: Watch | None = None

    def __call__(self, event: Event) -> None:
        shown = {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **self._object(event)}
        if isinstance(event, Problem):
            self.error = event.message
        line = json.dumps(shown, ensure_ascii=False)
        self.log(line)
        if self.as_json:
            click.echo(line)
        else:
            self._print(event)
        self._save()
        for listener in self.listeners:
            listener(event)

    def page(self, address: str) -> None:
        """Say where the page is; its token is for the eyes of who started the watcher."""
        plain = address.partition("?")[0]
        shown = {"event": "page", "address": plain}
        whole = address if is_terminal(sys.stderr) else f"{plain} ('knapper status' shows the rest)"
        self._note(shown, f"the page is at {whole}")

    def ready(self, observer: str) -> None:
        """Say that changes are seen from now on."""
        self._note({"event": "ready", "observer": observer}, f"watching {self.root} ({observer})")
        self._save()

    def ended(self) -> None:
        """Say that it is over."""
        self._note({"event": "ended"}, "ended")

    def _note(self, shown: dict[str, str], text: str) -> None:
        line = json.dumps({"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), **shown})
        self.log(line)
        click.echo(line if self.as_json else printable(text), err=not self.as_json)

    def _save(self) -> None:
        found = self.watch.live.all() if self.watch else []
        counts = Counter(one.rule for one in found)
        save_state(
            state_folder(self.root),
            {
                "since": self.since,
                "last_lint": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
                "findings": dict(counts.most_common()),
                "last_error": self.error,
            },
        )

    def _object(self, event: Event) -> dict[str, object]:
        match event:
            case Findings():
                notes = {
                    path: [self._finding(one) for one in found] for path, found in event.now.items()
                }
                return {"event": "findings", "notes": notes}
            case Mended():
                return {"event": "mended", "paths": event.paths, "run": event.run}
            case Replicated():
                return {"event": "synced", "replicas": [account(one) for one in event.found]}
            case Problem():
                return {"event": "problem", "message": event.message}

    def _finding(self, one: Diagnostic) -> dict[str, object]:
        line, column = self._place(one)
        return {"line": line, "column": column, "rule": one.rule, "severity": one.severity,
                "message": one.finding.message}  # fmt: skip

    def _place(self, one: Diagnostic) -> tuple[int, int]:
        assert self.watch is not None
        note = self.watch.live.notes[one.path]
        return note.lines.place(one.finding.span.start)

    def _print(self, event: Event) -> None:
        at = self.paint(time.strftime("%H:%M:%S"), "dim")
        match event:
            case Findings():
                for path, found in event.now.items():
                    known = {(one.rule, one.finding.message) for one in event.before[path]}
                    for one in found:
                        if (one.rule, one.finding.message) not in known:
                            line, column = self._place(one)
                            place = f"{printable(path)}:{line}:{column}"
                            what = printable(one.finding.message)
                            severity = self.paint(one.severity, one.severity)
                            click.echo(f"{at} {place} {severity} {what} ({one.rule})")
                    if event.before[path] and not found:
                        click.echo(f"{at} {printable(path)} {self.paint('nothing left', 'good')}")
            case Mended():
                names = ", ".join(map(printable, event.paths[:5]))
                more = ", ..." if len(event.paths) > 5 else ""
                undo = f"'knapper undo {event.run}' takes it back"
                number = number_of(len(event.paths), "note")
                click.echo(f"{at} mended {number}: {names}{more} ({undo})")
            case Replicated():
                for synced in event.found:
                    click.echo(f"{at} {_said_of(synced)}")
            case Problem():
                click.echo(f"{at} {self.paint('problem', 'error')} {printable(event.message)}",
                           err=True)  # fmt: skip


def _said_of(synced: Synced) -> str:
    report = synced.report
    changes = number_of(len(report.changes) if report else 0, "change")
    why = synced.problem or (report.halted if report else "")
    reason = f": {printable(why)}" if why else ""
    return f"{printable(synced.replica.name)}: {changes} done, {STATUS[synced.status]}{reason}"
