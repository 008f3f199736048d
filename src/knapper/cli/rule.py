"""`knapper rule`: what a rule is about."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from knapper.app.rule import OwnRules, is_shipped, own_rules_of, rule_called, rule_told
from knapper.app.workspace import rule_notes
from knapper.cli.help import Command
from knapper.cli.terminal import Paint, printable
from knapper.cli.vault import vault_option, vault_root
from knapper.core.errors import KnapperError
from knapper.core.rulebook import RuleNote

__all__ = ["command"]


@click.command("rule", cls=Command)
@click.argument("name", required=False)
@click.option("--output-format", type=click.Choice(("text", "json")), default="text",
              help="The default is text.")  # fmt: skip
@vault_option
def command(name: str | None, output_format: str, vault: Path | None) -> int:
    """Show the page of a rule, or list all rules (those of a family, if that is NAME).

    Rules that the vault declares are among them, in the family 'own'.

    \b
    Examples:
      knapper rule                   all rules
      knapper rule links             those of a family
      knapper rule broken-wikilink   why it matters, with examples
    """
    own = _own_rules(name, vault)
    every = (*rule_notes(), *own.notes)
    if name is None or name in {note.family for note in every}:
        _list([note for note in every if name in (None, note.family)], own, output_format)
        return 0
    note = rule_called(name, own)
    if output_format == "json":
        click.echo(json.dumps(rule_told(note, own), indent=1, ensure_ascii=False))
        return 0
    paint = Paint()
    state = "on" if note.enabled else "off by default"
    click.echo(f"{paint(note.name, 'bold')} ({note.family}, {note.severity}, {state})", color=True)
    click.echo(f"{note.summary}\n\n{note.body}", nl=False)
    return 0


def _own_rules(name: str | None, vault: Path | None) -> OwnRules:
    """Return the vault's own rules, where they can be meant; a list goes without if need be."""
    if name is not None:
        return OwnRules() if is_shipped(name) else own_rules_of(vault_root(vault))
    try:
        return own_rules_of(vault_root(vault))
    except (KnapperError, OSError) as error:
        said = "so rules of the vault are not listed"
        click.echo(f"warning: {printable(str(error))}; {said}", err=True)
        return OwnRules()


def _list(notes: Sequence[RuleNote], own: OwnRules, output_format: str) -> None:
    if output_format == "json":
        every = [rule_told(note, own) for note in notes]
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
