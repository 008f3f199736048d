"""Telling what was mended, or what would be."""

import sys
from collections.abc import Callable, Mapping

import click

from knapper.app.check import Checked
from knapper.app.repair import Repaired
from knapper.cli.terminal import Paint, is_terminal, number_of, printable
from knapper.core.note import Note
from knapper.core.patch import patch
from knapper.core.paths import NotePath
from knapper.core.plan import Plan, Write

__all__ = ["print_diff", "print_fixed", "print_patch", "say_not_mended", "say_repaired"]


def print_fixed(instead: Mapping[NotePath, str], repaired: Repaired) -> None:
    """Print the mended text of standard input, byte for byte, and say what could not be."""
    (path,) = instead
    text = next((c.content for c in repaired.plan if isinstance(c, Write)), instead[path].encode())
    sys.stdout.buffer.write(text)
    _say_dropped(repaired)


def print_diff(checked: Checked, repaired: Repaired) -> None:
    """Print what would be mended, as a patch."""
    print_patch(repaired.plan, checked.notes)
    _say_dropped(repaired)
    notes = number_of(len(repaired.plan), "note")
    click.echo(f"would mend {number_of(len(repaired.made), 'finding')} in {notes}", err=True)


def print_patch(plan: Plan, notes: Mapping[NotePath, Note]) -> None:
    """Print what a plan would change, as a patch."""
    paint = Paint()
    show = printable if is_terminal(sys.stdout) else str  # a patch has the bytes of the note
    for change in plan:
        assert isinstance(change, Write)
        before, after = notes[change.path].text, change.content.decode()
        for line in patch(printable(change.path), before, after):
            colour = {"+": "good", "-": "error", "@": "info"}.get(line[0], "")
            shown = show(line)
            click.echo(paint(shown, colour) if colour else shown, color=True)


def say_repaired(repaired: Repaired) -> None:
    """Say what was mended and how to take it back, and what was not and why."""
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


def say_not_mended(checked: Checked, why_not: Callable[[NotePath], str]) -> bool:
    """Name the notes that have fixes and are not to be mended, each with the reason."""
    paths = sorted({one.path for one in checked.diagnostics if one.finding.fix})
    reasons = {path: reason for path in paths if (reason := why_not(path))}
    for path, reason in reasons.items():
        click.echo(f"{printable(path)}: not mended: {reason}", err=True)
    return bool(reasons)
