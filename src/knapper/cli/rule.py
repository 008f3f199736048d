"""`knapper rule`: what a rule is about."""

import json
from difflib import get_close_matches

import click

from knapper.app.workspace import load_rules, rule_notes
from knapper.cli.terminal import Paint
from knapper.core.errors import KnapperError

__all__ = ["command"]


@click.command("rule")
@click.argument("name", required=False)
@click.option("--output-format", type=click.Choice(("text", "json")), default="text")
def command(name: str | None, output_format: str) -> int:
    """Show the page of a rule, or list all rules."""
    notes = {note.name: note for note in rule_notes()}
    if name is None:
        _list(output_format)
        return 0
    name = next((note.name for note in notes.values() if name in note.was), name)
    if name not in notes:
        near = get_close_matches(name, notes, 1)
        hint = f"; did you mean '{near[0]}'?" if near else "; 'knapper rule' lists them"
        raise KnapperError(f"no rule is called '{name}'{hint}")
    note = notes[name]
    if output_format == "json":
        click.echo(json.dumps(_object(name), indent=1, ensure_ascii=False))
        return 0
    paint = Paint()
    state = "on" if note.enabled else "off by default"
    click.echo(f"{paint(name, 'bold')} ({note.family}, {note.severity}, {state})", color=True)
    click.echo(f"{note.summary}\n\n{note.body}", nl=False)
    return 0


def _object(name: str) -> dict[str, object]:
    rule = next(rule for rule in load_rules() if rule.name == name)
    note = next(note for note in rule_notes() if note.name == name)
    return {
        "name": name,
        "family": note.family,
        "severity": note.severity,
        "enabled": note.enabled,
        "summary": note.summary,
        "options": dict(rule.options),
        "since": note.since,
        "body": note.body,
    }


def _list(output_format: str) -> None:
    if output_format == "json":
        names = [note.name for note in rule_notes()]
        click.echo(json.dumps([_object(name) for name in names], indent=1, ensure_ascii=False))
        return
    paint = Paint()
    family = ""
    for note in sorted(rule_notes(), key=lambda note: (note.family, note.name)):
        if note.family != family:
            family = note.family
            click.echo(paint(family, "bold"), color=True)
        state = "" if note.enabled else " (off by default)"
        click.echo(f"  {note.name:<32} {note.severity:<8} {note.summary}{state}")
