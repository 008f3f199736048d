"""`knapper watch`: findings, safe fixes and sync while you write."""

import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

from knapper.app.account import STATUS, Synced
from knapper.app.daemon import Daemon
from knapper.app.events import (
    Event,
    Findings,
    Mended,
    Problem,
    Reloaded,
    Replicated,
    event_object,
)
from knapper.cli.help import Command
from knapper.cli.signals import on_signals
from knapper.cli.terminal import Paint, is_terminal, number_of, printable
from knapper.cli.vault import vault_option, vault_root
from knapper.core.errors import KnapperError
from knapper.shell.daemon import kept_address, local_time
from knapper.shell.user_folders import state_folder

__all__ = ["command", "http_option", "needs_http"]

PORT = 5627
"""Where the page is, if no other port is asked for: KNAP on the keys of a telephone."""


def _port(_context: click.Context, _parameter: click.Parameter, value: int | None) -> int | None:
    if value is not None and not 0 <= value <= 65535:
        raise click.BadParameter(f"{value} is no port; expected 0 to 65535.")
    return value


http_option = click.option(
    "--http", "port", type=int, callback=_port, is_flag=False, flag_value=PORT,
    metavar="[PORT]", help=f"Serve a page, on this machine only (port {PORT}).",
)  # fmt: skip


@click.command("watch", cls=Command)
@click.option("--no-fix", is_flag=True, help="Mend nothing.")
@click.option("--no-sync", is_flag=True, help="Sync nothing.")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text",
              help="json: one object a line.")  # fmt: skip
@http_option
@vault_option
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
    after the action in hand. 'knapper service install' keeps it running.

    \b
    Examples:
      knapper watch             until Ctrl-C
      knapper watch --no-sync   findings and fixes only
      knapper watch --http      with a page in your browser
      knapper watch --once      what is due now, and end
    """
    root = vault_root(vault).absolute()
    if once and port is not None:
        raise click.UsageError("--http serves a page while the watcher runs; --once ends it")
    needs_http(port)
    said = _Json() if output_format == "json" else _Text(root)
    daemon = Daemon(root, said, ready=said.ready, fix=not no_fix, replicate=not no_sync)
    said.daemon = daemon
    if once:
        with daemon:
            daemon.watch.act_once()
            found = daemon.watch.watched.found.values()
            return 1 if any(one.severity != "info" for notes in found for one in notes) else 0
    asked = {
        "SIGINT": lambda _: daemon.stop(),
        "SIGTERM": lambda _: daemon.stop(),
        "SIGHUP": lambda _: daemon.reload(),
    }
    with on_signals(asked), daemon:
        with _page(daemon, said, port):
            daemon.run()
        said.ended()
    return 0


@contextmanager
def _page(daemon: Daemon, said: "_Says", port: int | None) -> Iterator[None]:
    """Serve the page while the block runs, if there is a port for it; it hears what is said."""
    if port is None:
        yield
        return
    from knapper.page.server import serving

    with (
        serving(daemon.watch, port) as (desk, page),
        kept_address(state_folder(daemon.root), page.address),
    ):
        daemon.listeners["the page"] = desk.take
        said.page(page.address)
        yield


def needs_http(port: int | None) -> None:
    """Raise `KnapperError` if a page is asked for, and its libraries are not there."""
    if port is not None and (find_spec("starlette") is None or find_spec("uvicorn") is None):
        raise KnapperError("--http needs two more libraries: pip install 'knapper[http]'")


class _Says(ABC):
    """Says what happens."""

    daemon: Daemon

    @abstractmethod
    def __call__(self, event: Event) -> None: ...

    @abstractmethod
    def ready(self, observer: str) -> None:
        """Say that changes are seen from now on."""

    @abstractmethod
    def page(self, address: str) -> None:
        """Say where the page is; its token is for the eyes of who started the watcher."""

    @abstractmethod
    def ended(self) -> None:
        """Say that it is over."""


class _Json(_Says):
    """Says what happens in JSON, one object a line."""

    def __call__(self, event: Event) -> None:
        self._say(event_object(event, self.daemon.watch.place))

    def ready(self, observer: str) -> None:
        self._say({"event": "ready", "observer": observer})

    def page(self, address: str) -> None:
        self._say({"event": "page", "address": address.partition("?")[0]})

    def ended(self) -> None:
        self._say({"event": "ended"})

    def _say(self, shown: dict[str, object]) -> None:
        click.echo(json.dumps({"at": local_time(), **shown}, ensure_ascii=False))


class _Text(_Says):
    """Says what happens to whoever looks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.paint = Paint()

    def ready(self, observer: str) -> None:
        click.echo(printable(f"watching {self.root} ({observer})"), err=True)

    def page(self, address: str) -> None:
        plain = address.partition("?")[0]
        whole = address if is_terminal(sys.stderr) else f"{plain} ('knapper status' shows the rest)"
        click.echo(printable(f"the page is at {whole}"), err=True)

    def ended(self) -> None:
        click.echo("ended", err=True)

    def __call__(self, event: Event) -> None:
        at = self.paint(time.strftime("%H:%M:%S"), "dim")
        match event:
            case Findings():
                self._print_findings(event, at)
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
            case Reloaded():
                click.echo(f"{at} {printable(event.source)} was read anew")

    def _print_findings(self, event: Findings, at: str) -> None:
        for path, found in event.now.items():
            known = {(one.rule, one.finding.message) for one in event.before[path]}
            for one in found:
                if (one.rule, one.finding.message) not in known:
                    line, column = self.daemon.watch.place(one)
                    place = f"{printable(path)}:{line}:{column}"
                    severity = self.paint(one.severity, one.severity)
                    what = printable(one.finding.message)
                    click.echo(f"{at} {place} {severity} {what} ({one.rule})")
            if event.before[path] and not found:
                click.echo(f"{at} {printable(path)} {self.paint('nothing left', 'good')}")


def _said_of(synced: Synced) -> str:
    report = synced.report
    changes = number_of(len(synced.changes), "change")
    why = synced.problem or (report.halted if report else "")
    reason = f": {printable(why)}" if why else ""
    return f"{printable(synced.replica.name)}: {changes} done, {STATUS[synced.status]}{reason}"
