"""`knapper check`: find what is broken, and mend it if asked to."""

import sys
from collections.abc import Callable
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

import click

from knapper.app.baseline import apply_baseline, read_baseline, save_baseline
from knapper.app.check import Checked, Repaired, check, repair
from knapper.app.save import save
from knapper.app.workspace import Workspace, open_workspace, with_selection
from knapper.cli.outputs import (
    FORMATS,
    Report,
    as_bytes,
    is_for_people,
    rendered,
    summed_up,
)
from knapper.cli.progress import reporting
from knapper.cli.terminal import Paint, is_terminal, number_of, printable
from knapper.core.errors import KnapperError
from knapper.core.fix import Concern
from knapper.core.paths import NotePath
from knapper.core.plan import Write

__all__ = ["command"]


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--fix", is_flag=True, help="Make the safe fixes ('knapper undo' takes them back).")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the unsafe ones too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--select", metavar="RULES", help="Only these rules or families (a,b,...).")
@click.option("--ignore", metavar="RULES", help="Not these rules or families (a,b,...).")
@click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output-file", "-o", type=click.Path(path_type=Path), help="Write it there.")
@click.option("--config", type=click.Path(path_type=Path), help="Instead of .knapper.toml.")
@click.option("--vault", type=click.Path(path_type=Path), help="The vault, if not found upward.")
@click.option("--statistics", "counts", is_flag=True, help="Only how often each rule spoke.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if something was found.")
@click.option("--no-cache", is_flag=True, help="Read every note anew.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Known findings to leave out.")
@click.option("--write-baseline", is_flag=True, help="Make today's findings the baseline.")
@click.option("--stdin-filename", metavar="PATH", help="Check standard input as this note.")
def command(
    paths: tuple[Path, ...],
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    select: str | None,
    ignore: str | None,
    output_format: str,
    output_file: Path | None,
    config: Path | None,
    vault: Path | None,
    counts: bool,
    exit_zero: bool,
    no_cache: bool,  # noqa: ARG001 - there is no cache yet that could be left out
    baseline: Path | None,
    write_baseline: bool,
    stdin_filename: str | None,
) -> int:
    """Check a vault; PATHS limit what is reported, never what is read.

    \b
    Exit status: 0 nothing found (infos do not count), 1 something is left, or a file
    would be changed (--diff), 2 a mistake in the configuration or the call.
    """
    start = _start(paths, vault, stdin_filename)
    workspace = open_workspace(start, config, vault)
    workspace = _narrowed(workspace, select, ignore)
    wanted = _wanted(workspace, paths, stdin_filename)
    for broken in workspace.broken_settings:
        if not wanted(broken.path):  # else it is a finding
            said = "this cannot be read, so its settings do not count"
            click.echo(f"warning: {broken.path}: {said}", err=True)
    instead = _standard_input(workspace, stdin_filename)
    with reporting() as progress:
        checked = check(workspace, wanted, instead=instead, progress=progress)
    checked = checked._replace(diagnostics=[d for d in checked.diagnostics if wanted(d.path)])
    known = baseline or _baseline_of(workspace)
    if write_baseline:
        goal = known or workspace.root / ".knapper-baseline.json"
        return _write_baseline(workspace.root, goal, checked)
    concern: Concern = read_baseline(known) if known else lambda _, found: list(found)
    checked = apply_baseline(checked, concern)
    not_mended: list[object] = []
    if diff or fix:
        act = fix and not diff and not instead
        repaired = repair(workspace, checked, unsafe=unsafe_fixes, act=act, concern=concern)
        if instead and fix and not diff:
            return _print_fixed(instead, repaired)
        if diff:
            _print_diff(checked, repaired)
            return 1 if (repaired.plan or repaired.dropped) and not exit_zero else 0
        _say_repaired(repaired)
        checked = repaired.after
        not_mended = [*repaired.refused, *repaired.dropped]
    _print(workspace, checked, output_format, counts, output_file)
    failed = any(one.severity != "info" for one in checked.diagnostics)
    failed = failed or bool(not_mended)
    return 1 if failed and not exit_zero else 0


def _baseline_of(workspace: Workspace) -> Path | None:
    name = workspace.config.baseline
    return workspace.root / name if name else None


def _write_baseline(root: Path, goal: Path, checked: Checked) -> int:
    number = save_baseline(checked, root, goal)
    click.echo(f"{goal}: {number_of(number, 'known finding')} written; 'baseline' in the "
               "configuration, or --baseline, leaves them out", err=True)  # fmt: skip
    return 0


def _start(paths: tuple[Path, ...], vault: Path | None, stdin_filename: str | None) -> Path:
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise KnapperError(f"{path}: there is no such file or folder")
    if vault is not None and not vault.is_dir():
        raise KnapperError(f"{vault}: there is no such folder")
    first = paths[0] if paths else Path(stdin_filename).parent if stdin_filename else Path()
    return (vault or first).absolute()


def _narrowed(workspace: Workspace, select: str | None, ignore: str | None) -> Workspace:
    """Return the workspace with --select and --ignore laid over its configuration."""
    if select is None and ignore is None:
        return workspace
    own = workspace.own_rules
    config = with_selection(workspace.config, _names(select), _names(ignore), own)
    return replace(workspace, config=config)


def _names(words: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (words or "").split(",") if word.strip())


def _wanted(
    workspace: Workspace, paths: tuple[Path, ...], stdin_filename: str | None
) -> Callable[[NotePath], bool]:
    """Return the test for paths that are reported on."""
    if stdin_filename:
        only = workspace.note_path(Path(stdin_filename))
        return lambda path: path == only
    prefixes = [workspace.note_path(path) for path in paths]
    if not prefixes or "." in prefixes:
        return lambda _: True
    return lambda path: any(path == one or path.startswith(f"{one}/") for one in prefixes)


def _standard_input(workspace: Workspace, stdin_filename: str | None) -> dict[NotePath, str]:
    if not stdin_filename:
        return {}
    try:
        text = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise KnapperError(f"standard input is not UTF-8 (byte {error.start})") from error
    return {workspace.note_path(Path(stdin_filename)): text}


def _print(
    workspace: Workspace, checked: Checked, output_format: str, counts: bool, goal: Path | None
) -> None:
    """Print what is left, or write it to `goal` and print how much it is."""
    notes, counted = checked.notes, len(checked.judged)
    report = Report(checked.diagnostics, notes, counted, workspace.root, workspace.own_rules)
    paint = Paint() if goal is None else Paint.plain()
    shown = rendered(report, output_format, paint, counts=counts)
    if goal is not None:
        save(workspace.root, goal, as_bytes(shown))
        click.echo(summed_up(report, Paint(sys.stderr)), err=True, color=True)
    elif is_for_people(output_format):
        click.echo(shown, nl=False, color=True)
    else:
        click.echo(as_bytes(shown), nl=False)


def _print_fixed(instead: dict[NotePath, str], repaired: Repaired) -> int:
    """Print the mended text of standard input, byte for byte."""
    (path,) = instead
    text = next((c.content for c in repaired.plan if isinstance(c, Write)), instead[path].encode())
    sys.stdout.buffer.write(text)
    return 0


def _print_diff(checked: Checked, repaired: Repaired) -> None:
    """Print what would change, as a patch."""
    paint = Paint()
    show = printable if is_terminal(sys.stdout) else str  # a patch has the bytes of the note
    for change in repaired.plan:
        assert isinstance(change, Write)
        before, after = checked.notes[change.path].text, change.content.decode()
        name = printable(change.path)
        for line in unified_diff(_lines(before), _lines(after), name, name):
            colour = {"+": "good", "-": "error", "@": "info"}.get(line[0], "")
            shown = show(line.removesuffix("\n"))
            click.echo(paint(shown, colour) if colour else shown, color=True)
            if not line.endswith("\n"):
                click.echo("\\ No newline at end of file")
    _say_dropped(repaired)
    notes = number_of(len(repaired.plan), "note")
    click.echo(f"would mend {number_of(len(repaired.made), 'finding')} in {notes}", err=True)


def _lines(text: str) -> list[str]:
    """Split after LF and nowhere else, as a patch has it."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    return lines if lines[-1] else lines[:-1]


def _say_repaired(repaired: Repaired) -> None:
    for refused in repaired.refused:
        click.echo(f"{printable(refused.change.path)}: not mended: {refused.reason}", err=True)
    _say_dropped(repaired)
    if repaired.made:
        notes = number_of(len({diagnostic.path for diagnostic in repaired.made}), "note")
        findings = number_of(len(repaired.made), "finding")
        undo = f"'knapper undo {repaired.run}' takes it back"
        click.echo(f"mended {findings} in {notes} ({undo})", err=True)


def _say_dropped(repaired: Repaired) -> None:
    for dropped in repaired.dropped:
        rules = ", ".join(dropped.rules)
        click.echo(f"{printable(dropped.path)}: {rules}: {dropped.reason}", err=True)
