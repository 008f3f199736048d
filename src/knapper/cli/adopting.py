"""Taking today's findings for known, so that only what comes after is reported."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from knapper.app.baseline import Baseline, entries_of
from knapper.app.check import Checked
from knapper.app.silence import silence
from knapper.app.workspace import Workspace
from knapper.cli.mending import print_patch
from knapper.cli.terminal import number_of, printable
from knapper.core.paths import NotePath
from knapper.core.plan import Write
from knapper.core.rule import Diagnostic

__all__ = ["add_suppressions", "prune", "say_paid", "write_baseline"]

Judged = Callable[[NotePath, str], bool]


def write_baseline(root: Path, baseline: Baseline, found: Checked, judged: Judged) -> int:
    """Make all that was found known, and what is paid unknown; return the exit status."""
    paid = baseline.paid(found, judged).total()
    written = baseline.with_all(found, judged)
    written.save(root)
    gone = f", {paid} paid ones taken out" if paid else ""
    number = number_of(written.known.total(), "known finding")
    click.echo(f"{_name(baseline)}: {number} written{gone}; they are left out from now on",
               err=True)  # fmt: skip
    return 0


def add_suppressions(
    workspace: Workspace,
    baseline: Baseline,
    found: Checked,
    *,
    show: bool,
    may_write: Callable[[NotePath], bool],
) -> int:
    """Silence errors and warnings where they stand, the others by the baseline.

    With `show` only print what would be written. Returns the exit status: 1 if something
    could not be silenced, or would be.
    """
    news = baseline.applied(found)

    elsewhere: list[Baseline] = []  # outside of the vault, where no run can write it

    def beside(left: Sequence[Diagnostic]) -> Iterator[Write]:
        if left:
            known = replace(baseline, known=baseline.known + entries_of(left, news.notes))
            if change := known.as_change(workspace.root):
                yield change
            else:
                elsewhere.append(known)

    made = silence(workspace, news, act=not show, may_write=may_write, beside=beside)
    for refused in made.refused:
        click.echo(f"{printable(refused.change.path)}: not silenced: {refused.reason}", err=True)
    if show:
        print_patch(made.plan, news.notes)
    for known in () if show else elsewhere:
        known.save(workspace.root)
    would = "would be " if show else ""
    undo = "" if made.run is None else f" ('knapper undo {made.run}' takes that back)"
    notes = number_of(len(made.plan), "note")
    click.echo(f"{number_of(len(made.done), 'finding')} {would}silenced in {notes}{undo}", err=True)
    if made.left:
        number = number_of(len(made.left), "finding")
        where = f"{would}written to {_name(baseline)}"
        click.echo(f"{number} for which no comment can stand {where}", err=True)
    would_change = show and bool(made.plan or made.left)
    return 1 if made.refused or would_change else 0


def say_paid(baseline: Baseline, paid: Counter[str]) -> None:
    """Say which entries of the baseline excuse nothing any more."""
    if paid:
        verb = "is" if paid.total() == 1 else "are"
        said = f"{number_of(paid.total(), 'known finding')} {verb} paid"
        way = "--fix or --write-baseline takes them out"
        click.echo(f"{_name(baseline)}: {said}; {way}", err=True)


def prune(root: Path, baseline: Baseline, paid: Counter[str]) -> None:
    """Take those entries out."""
    if paid:
        baseline.without(paid).save(root)
        said = f"{number_of(paid.total(), 'known finding')} taken out, since paid"
        click.echo(f"{_name(baseline)}: {said}", err=True)


def _name(baseline: Baseline) -> str:
    return printable(os.path.relpath(baseline.path))
