"""Measure checks of a vault, and start-up, side by side with the peers that are installed.

    python bench/run.py [--sizes 1000 10000] [--huge] [--rounds 5] [--peers FOLDER]

Vaults are generated (`make_vault.py`), every tool runs once to warm up, and then they take
turns, so that what else the machine does meets all alike. Of each run the wall and CPU
seconds and the peak of memory are taken (`wait4`; of several processes, the largest).
What each tool finds is held against the links that were planted. The tables and the plot
go into the README beside this, where the markers are; with `--dry-run` they are printed.

A tool that would need longer than `--patience` seconds for one run is left out.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from linters import PEERS, Peer, program
from report import Measured, Run, plot, put_between_markers, tables

_HERE = Path(__file__).parent


class Contender(NamedTuple):
    """A command that takes its turn; `before` puts things in order for it, untimed.

    Where it does not look at the `whole` vault it is not asked what it found.
    """

    name: str
    command: list[str]
    before: Callable[[], None]
    output: Path
    peer: Peer | None = None
    whole: bool = True


def timed(command: list[str], cwd: Path, home: Path, output: Path) -> Run:
    """Run a command to its end; what it says goes into a file."""
    environment = {**os.environ, "KNAPPER_STATE_DIR": str(home), "XDG_CACHE_HOME": str(home)}
    with output.open("wb") as said, errors_of(output).open("wb") as errors:
        started = time.perf_counter()
        child = subprocess.Popen(command, cwd=cwd, env=environment, stdout=said, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        taken = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode > 1 and Path(command[0]).name == "knapper":  # one that fails is fast
        sys.exit(f"{command}: exit {child.returncode}\n{errors_of(output).read_text()[-500:]}")
    peak = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    return Run(taken, usage.ru_utime + usage.ru_stime, peak)


def errors_of(output: Path) -> Path:
    """Return the file for standard error beside that for standard output."""
    return output.with_suffix(".err")


def staged(vault: Path) -> None:
    """Make the vault a git repository in which three notes are staged."""

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
        subprocess.run(["git", *who, *arguments], cwd=vault, check=True, stdout=subprocess.DEVNULL)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "all", "--no-gpg-sign")
    for note in sorted(vault.rglob("*.md"))[:3]:
        with note.open("a") as file:
            file.write("\nA word more.\n")
    git("add", "-A")


def of_knapper(vault: Path, place: Path) -> list[Contender]:
    """Return our own checks: cold, again, with one note changed, and of what is staged."""
    knapper = str(Path(sys.executable).with_name("knapper"))
    check = [knapper, "check", "--output-format", "json"]
    home = place / "home"
    changed = max(vault.rglob("*.md"))
    as_it_was = changed.read_bytes()

    def forget() -> None:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        changed.write_bytes(as_it_was)

    def edit() -> None:
        changed.write_bytes(as_it_was + f"\nEdited at {time.time_ns()}.\n".encode())

    return [
        Contender("knapper, cold", check, forget, place / "cold.out"),
        Contender("knapper, again", check, lambda: None, place / "again.out"),
        Contender("knapper, one note changed", check, edit, place / "changed.out"),
        Contender(
            "knapper, 3 staged notes",
            [*check, "--staged"],
            lambda: None,
            place / "staged.out",
            whole=False,
        ),
    ]


def of_peers(vault: Path, place: Path, folder: Path, absent: set[str]) -> list[Contender]:
    """Return the peers that are here; those that are not go into `absent`."""
    found = []
    for number, peer in enumerate(PEERS):
        where = program(peer.program, folder)
        if where is None:
            absent.add(peer.program)
            continue
        places = {"VAULT": str(vault), "CACHE": str(place / "cache")}
        command = [where, *(places.get(one, one) for one in peer.arguments)]
        found.append(Contender(peer.name, command, lambda: None, place / f"{number}.out", peer))
    return found


def said(output: Path, peer: Peer | None) -> str:
    """Return what a tool printed of its findings."""
    return (errors_of(output) if peer and peer.complains else output).read_text()


def measure(
    vault: Path, place: Path, options: argparse.Namespace, absent: set[str], slow: dict[str, float]
) -> Measured:
    """Let all take turns over one vault; `slow` has seconds a note, as far as they are known."""
    notes = sum(1 for _ in vault.rglob("*.md"))
    contenders, left_out = of_knapper(vault, place), {}
    for one in of_peers(vault, place, options.peers, absent):
        if slow.get(one.name, 0) * notes > options.patience:
            left_out[one.name] = f"would take some {slow[one.name] * notes:.0f} s"
        else:
            contenders.append(one)
    runs: dict[str, list[Run]] = defaultdict(list)
    for turn in range(options.rounds + 1):
        for one in contenders:
            if turn > 1 and runs[one.name][-1].wall > options.patience:
                continue
            one.before()
            run = timed(one.command, vault, place / "home", one.output)
            print(f"  {one.name:28} {run.wall:8.3f} s {run.peak:6.0f} MB", file=sys.stderr)
            if turn:  # the first run warms up
                runs[one.name].append(run)
            slow[one.name] = run.wall / notes
    outputs = {one.name: (one.output, one.peer) for one in contenders if one.whole}
    return Measured(dict(runs), outputs, left_out)


def start_up(place: Path, rounds: int) -> dict[str, list[Run]]:
    """Measure how long it takes to say which version this is, beside Python itself."""
    commands = {
        "knapper --version": [str(Path(sys.executable).with_name("knapper")), "--version"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(4 * rounds + 1):
        for name, command in commands.items():
            run = timed(command, place, place / "home", place / "version.out")
            if turn:
                runs[name].append(run)
    return runs


def main() -> None:
    """Measure, hold against what was planted, and write it down."""
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    reader.add_argument("--huge", action="store_true", help="100,000 notes as well")
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--patience", type=float, default=100, help="seconds for one run")
    reader.add_argument("--peers", type=Path, default=Path("~/.cache/knapper-peers").expanduser())
    reader.add_argument("--dry-run", action="store_true", help="print it, change no file")
    options = reader.parse_args()
    sizes = [*options.sizes, *([100_000] if options.huge else [])]
    absent: set[str] = set()
    slow: dict[str, float] = {}
    measured: dict[int, Measured] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for size in sizes:
            place = Path(temporary, f"of{size}")
            place.mkdir()
            vault = place / "vault"
            generate = [sys.executable, str(_HERE / "make_vault.py"), str(size), str(vault)]
            subprocess.run(generate, check=True, stdout=subprocess.DEVNULL)
            staged(vault)
            print(f"{size:,} notes", file=sys.stderr)
            measured[size] = measure(vault, place, options, absent, slow)
            shutil.rmtree(vault)
        version = start_up(Path(temporary), options.rounds)
        # only now: what this process needs for it would count as a child's peak of memory
        from recall import judged

        recalls = {
            size: {
                name: judged(Path(temporary, f"of{size}", "vault"), said(output, peer), peer)
                for name, (output, peer) in found.outputs.items()
            }
            for size, found in measured.items()
        }
    cores = len(os.sched_getaffinity(0))
    conditions = (
        f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, "
        f"{options.rounds} rounds, load at the end {os.getloadavg()[0]:.1f}"
    )
    text = tables(measured, recalls, version, sorted(absent), conditions)
    if options.dry_run:
        print(text)
        return
    (_HERE / "check.svg").write_text(plot(measured))
    put_between_markers(_HERE / "README.md", text)


if __name__ == "__main__":
    main()
