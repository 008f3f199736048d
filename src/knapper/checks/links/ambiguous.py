"""Rules about links that could mean several files."""

from collections.abc import Iterator

from knapper.checks.links.judgement import suspects
from knapper.checks.links.wording import described, span_of
from knapper.core.note import Note
from knapper.core.rule import Finding, check
from knapper.core.vault import Vault


@check(when=suspects)
def ambiguous_wikilink(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links, properties included, for which several files answer alike."""
    for suspect in suspects(note, vault):
        if suspect.defect == "ambiguous":
            yield Finding(span_of(suspect.link), described(suspect, note.path, vault))
