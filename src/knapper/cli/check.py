"""`knapper check`: find what is broken, and mend it if asked to."""

import sys
from pathlib import Path

import click

from knapper.app.baseline import apply_baseline, read_baseline, save_baseline
from knapper.app.check import Checked, check, repair
from knapper.app.save import save
from knapper.app.workspace import Workspace, narrowed, open_workspace
from knapper.cli.mending import print_diff, print_fixed, say_not_mended, say_repaired
from knapper.cli.outputs import (
    FORMATS,
    Report,
    as_bytes,
    is_for_people,
    rendered,
    summed_up,
)
from knapper.cli.progress import reporting
from knapper.cli.scope import Asked, broken_elsewhere, scope_of, starting_folder
from knapper.cli.terminal import Paint, number_of
from knapper.core.fix import Concern
from knapper.shell.cores import cores

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
@click.option("--staged", is_flag=True, help="Only what is staged in git, as it is staged.")
@click.option("--changed", "since_head", is_flag=True, help="Only what differs from HEAD.")
@click.option("--since", metavar="REV", help="Only what changed since the branch left REV.")
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
    staged: bool,
    since_head: bool,
    since: str | None,
    stdin_filename: str | None,
) -> int:
    """Check a vault; PATHS limit what is reported, never what is read.

    \b
    Exit status: 0 nothing found (infos do not count), 1 something is left, or a file
    would be changed (--diff), 2 a mistake in the configuration or the call.
    """
    asked = Asked(paths, stdin_filename, staged, since_head, since)
    workspace = open_workspace(starting_folder(asked, vault), config, vault)
    workspace = narrowed(workspace, select, ignore)
    scope = scope_of(workspace, asked)
    for broken in workspace.broken_settings:
        if not scope.wanted(broken.path):  # else it is a finding
            said = "this cannot be read, so its settings do not count"
            click.echo(f"warning: {broken.path}: {said}", err=True)
    with reporting() as progress:
        checked = scope.narrowed(
            check(
                workspace, scope.wanted, instead=scope.instead, progress=progress, processes=cores()
            )
        )
    elsewhere = broken_elsewhere(workspace, checked, scope)
    known = baseline or _baseline_of(workspace)
    if write_baseline:
        goal = known or workspace.root / ".knapper-baseline.json"
        return _write_baseline(workspace.root, goal, elsewhere(checked))
    concern: Concern = read_baseline(known) if known else lambda _, found: list(found)
    checked = apply_baseline(checked, concern)
    is_left = False
    if diff or fix:
        act = fix and not diff and not stdin_filename
        repaired = repair(workspace, checked, unsafe=unsafe_fixes, act=act, concern=concern,
                          mendable=lambda path: not act or path not in scope.instead)  # fmt: skip
        if diff:
            print_diff(checked, repaired)
            return 1 if (repaired.plan or repaired.dropped) and not exit_zero else 0
        if stdin_filename:
            return print_fixed(scope.instead, repaired)
        say_repaired(repaired)
        is_left = say_not_mended(checked, scope.instead) or bool(repaired.refused)
        is_left = is_left or bool(repaired.dropped)
        checked = repaired.after
    checked = apply_baseline(elsewhere(checked), concern)
    _print(workspace, checked, output_format, counts, output_file)
    failed = is_left or any(one.severity != "info" for one in checked.diagnostics)
    return 1 if failed and not exit_zero else 0


def _baseline_of(workspace: Workspace) -> Path | None:
    name = workspace.config.baseline
    return workspace.root / name if name else None


def _write_baseline(root: Path, goal: Path, checked: Checked) -> int:
    number = save_baseline(checked, root, goal)
    click.echo(f"{goal}: {number_of(number, 'known finding')} written; 'baseline' in the "
               "configuration, or --baseline, leaves them out", err=True)  # fmt: skip
    return 0


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
