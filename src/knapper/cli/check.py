"""`knapper check`: find what is broken, and mend it if asked to."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from knapper.app.baseline import open_baseline
from knapper.app.check import Checked, check
from knapper.app.workspace import Workspace, narrowed, open_workspace
from knapper.cli.advice import advice
from knapper.cli.help import Command, option
from knapper.cli.outputs import (
    FORMATS,
    Report,
    as_bytes,
    is_for_people,
    rendered,
    summed_up,
)
from knapper.cli.progress import reporting
from knapper.cli.scope import (
    Asked,
    Scope,
    broken_elsewhere,
    judged_by,
    scope_of,
    starting_folder,
    together,
)
from knapper.cli.terminal import Paint
from knapper.shell.cores import cores

__all__ = ["command"]

_WHICH, _MEND, _KNOWN, _PRINT = "Which notes", "Mending", "Known findings", "Output"
_RULES = "Which rules"


@click.command("check", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, readable=False))
@option("--staged", is_flag=True, group=_WHICH, help="Only what is staged in git, as it is staged.")
@option(
    "--changed",
    "since_head",
    is_flag=True,
    group=_WHICH,
    help="Only what differs from the last commit.",
)
@option("--since", metavar="REV", group=_WHICH, help="Only what changed since the branch left REV.")
@option("--stdin-filename", metavar="PATH", group=_WHICH, help="Check standard input as this note.")
@option(
    "--vault",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    group=_WHICH,
    help="The vault, if it is not the nearest one upward.",
)
@option("--no-cache", is_flag=True, group=_WHICH, help="Read every note anew.")
@option("--select", metavar="RULES", group=_RULES, help="Only these rules or families (a,b,...).")
@option("--ignore", metavar="RULES", group=_RULES, help="Not these rules or families (a,b,...).")
@option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    group=_RULES,
    help="Instead of .knapper.toml.",
)
@option(
    "--fix", is_flag=True, group=_MEND, help="Make the safe fixes; 'knapper undo' takes them back."
)
@option(
    "--unsafe-fixes",
    is_flag=True,
    group=_MEND,
    help="With --fix or --diff: also those that need your eye.",
)
@option("--diff", is_flag=True, group=_MEND, help="Show what would be changed, and change nothing.")
@option(
    "--write-baseline",
    "make_baseline",
    is_flag=True,
    group=_KNOWN,
    help="Make today's findings known, to be left out from now on.",
)
@option(
    "--add-suppressions",
    "suppress",
    is_flag=True,
    group=_KNOWN,
    help="Silence today's errors and warnings by comments in the notes where that is "
    "exact, else by the baseline.",
)
@option(
    "--baseline",
    metavar="FILE",
    type=click.Path(path_type=Path),
    group=_KNOWN,
    help="Instead of .knapper-baseline.json.",
)
@option(
    "--output-format",
    metavar="FORMAT",
    type=click.Choice(FORMATS),
    default="text",
    group=_PRINT,
    help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}.",
)
@option(
    "--output-file",
    "-o",
    metavar="FILE",
    type=click.Path(path_type=Path),
    group=_PRINT,
    help="Write it there; the terminal has the summary.",
)
@option(
    "--statistics", "counts", is_flag=True, group=_PRINT, help="Only how often each rule spoke."
)
@option(
    "--watch",
    "watches",
    is_flag=True,
    group=_PRINT,
    help="Check again whenever something changes; 'knapper watch' also mends and syncs.",
)
@option("--exit-zero", is_flag=True, group=_PRINT, help="Exit 0 even if something was found.")
def command(
    paths: tuple[Path, ...],
    staged: bool,
    since_head: bool,
    since: str | None,
    stdin_filename: str | None,
    vault: Path | None,
    no_cache: bool,
    select: str | None,
    ignore: str | None,
    config: Path | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    make_baseline: bool,
    suppress: bool,
    baseline: Path | None,
    output_format: str,
    output_file: Path | None,
    counts: bool,
    watches: bool,
    exit_zero: bool,
) -> int:  # fmt: skip
    """Find what is broken in a vault, and mend what is safe to mend.

    The whole vault is read in any case; PATHS limit what is reported.

    \b
    Exit status: 0 nothing is left (infos do not count); 1 something is, or a
    note would be changed (--diff); 2 a mistake in the call or configuration.

    \b
    Examples:
      knapper check                       the vault around this folder
      knapper check Projects              report on one folder of it
      knapper check --fix                 mend what is safe to mend
      knapper check --diff                see first what that would change
      knapper check --select links        one family of rules
      knapper check --changed             only what differs from the last commit
      knapper check --write-baseline      adopt it in a vault with old debts
    """
    asked = Asked(paths, stdin_filename, staged, since_head, since)
    _must_go_together(
        {"--diff": diff, "--write-baseline": make_baseline, "--add-suppressions": suppress},
        {"--fix": fix, "--stdin-filename": stdin_filename},
        {"--output-format": output_format != "text", "--output-file": output_file,
         "--statistics": counts},
    )  # fmt: skip
    if watches:
        more = (asked != Asked(paths), fix, diff, make_baseline, suppress, output_file)
        return _check_again(asked, config, vault, more)
    mends_input = fix and not diff and bool(stdin_filename)
    if mends_input and not (output_file or is_for_people(output_format)):
        raise click.UsageError(
            f"--output-format {output_format} needs --output-file here, "
            "as standard output is the mended note."
        )
    workspace = open_workspace(starting_folder(asked, vault), config, vault)
    workspace = narrowed(workspace, select, ignore)
    scope = scope_of(workspace, asked)
    _warn_of_broken_settings(workspace, scope)
    with reporting() as progress:
        checked = scope.narrowed(
            check(
                workspace,
                scope.wanted,
                instead=scope.instead,
                absent=scope.absent,
                progress=progress,
                processes=cores(),
                later=None if no_cache else click.get_current_context().call_on_close,
            )
        )
    others = broken_elsewhere(workspace, checked, scope)
    known = open_baseline(workspace, baseline, anew=make_baseline or suppress)
    judged = judged_by(workspace, asked, checked)
    if make_baseline:
        from knapper.cli.adopting import write_baseline

        return write_baseline(workspace.root, known, together(checked, others), judged)
    if suppress:
        from knapper.cli.adopting import add_suppressions

        status = add_suppressions(workspace, known, together(checked, others), show=diff,
                                  may_write=lambda path: path not in scope.instead)  # fmt: skip
        return 0 if exit_zero else status
    paid = known.paid(checked, judged)
    checked = known.applied(checked)
    is_left = False
    if diff or fix:
        from knapper.app.repair import repair
        from knapper.cli.adopting import prune
        from knapper.cli.mending import print_diff, print_fixed, say_not_mended, say_repaired

        act = fix and not diff and not stdin_filename
        why_not = scope.why_not_mended(checked.vault)
        repaired = repair(workspace, checked, unsafe=unsafe_fixes, act=act, concern=known.news,
                          mendable=lambda path: not (act and why_not(path)))  # fmt: skip
        if diff:
            print_diff(checked, repaired)
            return 1 if (repaired.plan or repaired.dropped) and not exit_zero else 0
        if mends_input:
            print_fixed(scope.instead, repaired)
        else:
            say_repaired(repaired)
            prune(workspace.root, known, paid)
            is_left = say_not_mended(checked, why_not)
        is_left = is_left or bool(repaired.refused or repaired.dropped)
        checked = repaired.after
    elif paid:
        from knapper.cli.adopting import say_paid

        say_paid(known, paid)
    checked = together(checked, known.applied(others))
    _print(workspace, checked, output_format, counts, output_file, aside=mends_input)
    if said := advice(workspace, asked, checked, is_named=vault is not None):
        click.echo(said, err=True)
    failed = is_left or any(one.severity != "info" for one in checked.diagnostics)
    return 1 if failed and not exit_zero else 0


def _check_again(
    asked: Asked, config: Path | None, vault: Path | None, more: Iterable[object]
) -> int:
    """Run this command whenever something changed, if no `more` is asked for."""
    if any(more):
        raise click.UsageError(
            "--watch checks what is on disk, and changes nothing; 'knapper watch' mends."
        )
    from knapper.cli.again import check_again

    context = click.get_current_context()
    settings = {**context.params, "watches": False}

    def once() -> object:
        with click.Context(context.command, context.parent, context.info_name) as own:
            return own.invoke(context.command, **settings)  # and then what is due at its end

    return check_again(once, open_workspace(starting_folder(asked, vault), config, vault))


def _must_go_together(
    instead: Mapping[str, object], other: Mapping[str, object], report: Mapping[str, object]
) -> None:
    """Raise `UsageError` for options of which each is another way out.

    What is done `instead` of a report leaves no room for the options of one: the user is
    told which of them is passed over.
    """
    ways = [name for name, is_given in (*instead.items(), *other.items()) if is_given]
    if "--add-suppressions" in ways and not {*ways} <= {"--add-suppressions", "--diff"}:
        raise click.UsageError("--add-suppressions goes with --diff, and with no other way out.")
    if "--write-baseline" in ways and len(ways) > 1:
        raise click.UsageError("--write-baseline goes with no other way out.")
    if way := next((name for name in ways if name in instead), ""):
        for name in (name for name, is_given in report.items() if is_given):
            click.echo(f"warning: {way} prints no report, so {name} is passed over", err=True)


def _warn_of_broken_settings(workspace: Workspace, scope: Scope) -> None:
    for broken in workspace.broken_settings:
        if not scope.wanted(broken.path):  # else it is a finding
            said = "this cannot be read, so its settings do not count"
            click.echo(f"warning: {broken.path}: {said}", err=True)


def _print(
    workspace: Workspace,
    checked: Checked,
    output_format: str,
    counts: bool,
    goal: Path | None,
    *,
    aside: bool,
) -> None:
    """Print what is left, or write it to `goal` and print how much it is.

    With `aside` standard output is somebody else's, and only findings are worth a word.
    """
    notes, counted = checked.notes, len(checked.judged)
    report = Report(checked.diagnostics, notes, counted, workspace.root, workspace.own_rules)
    paint = Paint(sys.stderr if aside else sys.stdout) if goal is None else Paint.plain()
    shown = rendered(report, output_format, paint, counts=counts)
    if goal is not None:
        from knapper.app.save import save

        save(workspace.root, goal, as_bytes("".join(shown)))
        click.echo(summed_up(report, Paint(sys.stderr)), err=True, color=True)
    elif checked.diagnostics or not aside:
        for piece in shown:
            said = piece if is_for_people(output_format) else as_bytes(piece)
            click.echo(said, nl=False, err=aside, color=True)
