"""Rules about links that lead nowhere."""

from collections.abc import Iterator

from knapper.checks.links.judgement import Defect, Suspect, in_body, suspects
from knapper.checks.links.wording import described, span_of
from knapper.core.note import Note
from knapper.core.paths import folded
from knapper.core.rule import Finding, check
from knapper.core.vault import Vault


@check(when=suspects)
def broken_wikilink(note: Note, vault: Vault, *, ignore: tuple[str, ...] = ()) -> Iterator[Finding]:
    """Report wikilinks to notes and files that do not exist."""
    for suspect in in_body(note, vault, "missing"):
        link = suspect.link
        if link.kind == "wiki" and not link.embed and not _is_ignored(suspect, ignore):
            yield _finding(suspect, note, vault)


@check(when=suspects)
def broken_markdown_link(
    note: Note, vault: Vault, *, ignore: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Report Markdown links to notes and files that do not exist."""
    for suspect in in_body(note, vault, "missing"):
        link = suspect.link
        if link.kind == "md" and not link.embed and not _is_ignored(suspect, ignore):
            yield _finding(suspect, note, vault)


@check(when=suspects)
def broken_embed(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report embeds, in either syntax, of notes and files that do not exist."""
    for suspect in in_body(note, vault, "missing"):
        if suspect.link.embed:
            yield _finding(suspect, note, vault)


@check(when=suspects)
def broken_heading_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links to headings that their note does not have, its own note's too."""
    for suspect in in_body(note, vault, "heading", "view"):
        yield _finding(suspect, note, vault)


@check(when=suspects)
def broken_block_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links to blocks and footnotes that their note does not have."""
    for suspect in in_body(note, vault, "block", "footnote"):
        yield _finding(suspect, note, vault)


_BROKEN: frozenset[Defect] = frozenset(
    ("missing", "alias", "title", "time", "url", "prompt", "heading", "view", "block", "footnote")
)


@check(when=suspects)
def broken_frontmatter_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links in properties that lead nowhere, or to no such heading or block."""
    for suspect in suspects(note, vault):
        if suspect.link.start < note.body and suspect.defect in _BROKEN:
            yield _finding(suspect, note, vault)


@check(when=suspects)
def missing_daily_note(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links to daily notes that are not written yet."""
    for suspect in suspects(note, vault):
        if suspect.defect == "missing-daily":
            yield _finding(suspect, note, vault)


def _finding(suspect: Suspect, note: Note, vault: Vault) -> Finding:
    return Finding(span_of(suspect.link), described(suspect, note.path, vault))


def _is_ignored(suspect: Suspect, ignore: tuple[str, ...]) -> bool:
    """Tell whether the name (without `#…` and `.md`) is one that may stay unwritten."""
    if not ignore:
        return False
    name = suspect.link.target.partition("#")[0].strip()
    return folded(name.removesuffix(".md")) in {folded(one.removesuffix(".md")) for one in ignore}
