"""`knapper rule`: what a rule is about."""

import json
from collections.abc import Sequence

import click

from knapper.app.rule import rule_called, rule_told
from knapper.app.workspace import rule_notes
from knapper.cli.help import Command
from knapper.cli.terminal import Paint
from knapper.core.rulebook import RuleNote

__all__ = ["command"]


@click.command("rule", cls=Command)
@click.argument("name", required=False)
@click.option("--output-format", type=click.Choice(("text", "json")), default="text",
              help="The default is text.")  # fmt: skip
def command(name: str | None, output_format: str) -> int:
    """Show the page of a rule, or list all rules (those of a family, if that is NAME).

    \b
    Examples:
      knapper rule                   all rules
      knapper rule links             those of a family
      knapper rule broken-wikilink   why it matters, with examples
    """
    families = {note.family for note in rule_notes()}
    if name is None or name in families:
        _list([note for note in rule_notes() if name in (None, note.family)], output_format)
        return 0
    note = rule_called(name)
    if output_format == "json":
        click.echo(json.dumps(rule_told(note), indent=1, ensure_ascii=False))
        return 0
    paint = Paint()
    state = "on" if note.enabled else "off by default"
    click.echo(f"{paint(note.name, 'bold')} ({note.family}, {note.severity}, {state})", color=True)
    click.echo(f"{note.summary}\n\n{note.body}", nl=False)
    return 0


def _list(notes: Sequence[RuleNote], output_format: str) -> None:
    if output_format == "json":
        every = [rule_told(note) for note in notes]
        click.echo(json.dumps(every, indent=1, ensure_ascii=False))
        return
    paint = Paint()
    family = ""
    for note in sorted(notes, key=lambda note: (note.family, note.name)):
        if note.family != family:
            family = note.family
            click.echo(paint(family, "bold"), color=True)
        state = "" if note.enabled else " (off by default)"
        click.echo(f"  {note.name:<32} {note.severity:<8} {note.summary}{state}")
