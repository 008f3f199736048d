"""Rules about how a link is written."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from knapper.checks.links.judgement import Suspect, in_body, suspects
from knapper.checks.links.web import letters_of
from knapper.checks.links.wording import described, span_of
from knapper.core.inline import Link
from knapper.core.link_text import encoded, linkable
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.signs import signs
from knapper.core.subpaths import heading_named
from knapper.core.text import Edit, Span
from knapper.core.vault import Found, Vault

_NOTHING = signs("]()", "[[]]")


def may_name_nothing(note: Note, vault: Vault) -> bool:
    """Tell whether a note has what looks like an empty link, or a doubtful one."""
    return note.has(_NOTHING) or bool(suspects(note, vault))


def has_odd_display(note: Note, _: Vault) -> bool:
    """Tell whether the display text of a link is empty or has a pipe."""
    displays = [link.display for link in note.links]
    return "" in displays or "|" in "\n".join(displays)


@check(when=may_name_nothing)
def empty_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links that name nothing: `[[]]`, `[[ ]]`, `[text]()`."""
    for suspect in in_body(note, vault, "empty"):
        yield Finding(span_of(suspect.link), described(suspect, note.path, vault))
    if vault.settings.is_template(note.path):
        return
    for match in _EMPTY.finditer(note.text, note.body) if note.has(_NOTHING) else ():
        if note.is_markdown and note.region_at(match.start()) is None:
            what = "embed" if match[0][0] == "!" else "link"
            yield Finding(Span(*match.span()), f"this {what} names no note or address")


@check(when=has_odd_display)
def empty_alias(note: Note) -> Iterator[Finding]:
    """Report wikilinks with a pipe and no text after it."""
    for link in note.links:
        if link.display_start >= 0 and not link.display and link.kind == "wiki":
            edit = Edit(Span(link.target_end, link.end - 2), "")
            fix = None if _makes_a_column(note, link) else Fix("remove the pipe", (edit,))
            yield Finding(span_of(link), f"no text follows the pipe of '{link.target}'", fix)


@check(when=has_odd_display)
def multiple_pipes(note: Note) -> Iterator[Finding]:
    """Report wikilinks whose display text holds another pipe."""
    for link in note.links:
        if "|" not in link.display or link.kind != "wiki" or link.display_start < 0:
            continue
        if not link.embed and "|" in _PARENTHESES.sub("", link.display):
            shown = link.display.replace("\\|", "|")
            message = f"a link has one pipe; all of '{shown}' is shown as its text"
            yield Finding(span_of(link), message)


@check(when="tables")
def unescaped_pipe_in_table(note: Note) -> Iterator[Finding]:
    """Report wikilinks that a bare pipe cuts in two cells of a table."""
    starts = [link.start for link in note.links]
    for table in note.tables:
        first, last = bisect_left(starts, table.start), bisect_left(starts, table.end)
        for link in note.links[first:last]:
            edits = tuple(_escapes(note.text, link)) if link.kind == "wiki" else ()
            if edits:
                message = f"the pipe of '{link.target}' ends the cell; expected '\\|' in a table"
                fix = Fix("escape the pipe", edits, safe=True, restructures=True)
                yield Finding(span_of(link), message, None if _makes_a_column(note, link) else fix)


@check(when="links")
def link_spacing(note: Note) -> Iterator[Finding]:
    """Report blanks round the pipe and at the ends of wikilinks."""
    for link in note.links:
        if link.kind != "wiki" or not link.target or link.target.startswith("|"):
            continue
        if link.display_start >= 0 and not link.display:
            continue  # `empty-alias` has it
        opening, bar = link.start + 2 + link.embed, link.display_start - 1
        gaps = [Span(opening, link.target_start)]
        if bar < 0:
            gaps.append(Span(link.target_end, link.end - 2))
        else:
            shown = note.text[bar + 1 : link.end - 2]
            gaps += (
                Span(link.target_end, bar - (note.text[bar - 1] == "\\")),
                Span(bar + 1, bar + 1 + len(shown) - len(shown.lstrip())),
                Span(link.end - 2 - len(shown) + len(shown.rstrip()), link.end - 2),
            )
        edits = tuple(Edit(gap, "") for gap in gaps if gap.end > gap.start)
        if edits:
            message = f"blanks stand around the parts of the link to '{link.target}'"
            yield Finding(span_of(link), message, Fix("remove the blanks", edits))


@check(when=suspects)
def doubtful_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links, properties included, of which it is not known that Obsidian follows them."""
    for suspect in suspects(note, vault):
        if suspect.defect == "doubtful":
            yield Finding(span_of(suspect.link), described(suspect, note.path, vault))


@check(when=suspects)
def web_only_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links, properties included, that only a web site made from the notes follows."""
    for suspect in suspects(note, vault):
        if suspect.defect in ("anchor", "route"):
            fix = _heading_fix(suspect, note, vault)
            yield Finding(span_of(suspect.link), described(suspect, note.path, vault), fix)


@check(when="links")
def self_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links from a note to itself that name no part of it."""
    here = Found(note.path)
    for link in note.links:
        if "#" not in link.target and vault.resolve(link.target, note.path) == here:
            yield Finding(span_of(link), f"'{link.target}' is this note itself")


_EMPTY = re.compile(r"\[\[\]\]|(?<![\w\])\\!])!?\[(?:[^\[\]\n\\]|\\.)*\]\(\)")
_DASHES = re.compile(r"[ \t>]*+[|:-][-|: \t]*+\r?(?:\n|\Z)")
_PARENTHESES = re.compile(r"\([^()]*+\)")


def _heading_fix(suspect: Suspect, note: Note, vault: Vault) -> Fix | None:
    """Return the fix that names the heading as Obsidian does.

    A Markdown link may serve a web site as well, which would no longer follow it.
    """
    link, heading = suspect.link, suspect.heading
    name = linkable(heading)
    facts = vault.facts_of(suspect.paths[0]) if heading else None
    found = heading_named(facts.headings, name) if facts else None
    if facts is None or found is None or link.start < note.body:
        return None
    if facts.headings[found][1] != heading:
        return None
    span = Span(link.target_start, link.target_end)
    path, _, _ = note.text[slice(*span)].partition("#")
    if link.kind == "md":
        name = encoded(name, pointed=note.text.startswith("<", span.start - 1))
    edit = Edit(span, f"{path}#{name}")
    is_same = letters_of(name) == letters_of(link.target.partition("#")[2])  # to a reader
    return Fix("name the heading as Obsidian does", (edit,), safe=link.kind == "wiki" and is_same)


def _makes_a_column(note: Note, link: Link) -> bool:
    """Tell whether a link has a bare pipe in the first row of a table, Obsidian's or GFM's.

    That row has as many cells as the row of dashes below it (GFM 0.29, 4.10): without
    the pipe there would be no table any more.
    """
    below = note.text.find("\n", link.end) + 1
    return (
        any(_escapes(note.text, link))
        and _DASHES.match(note.text, below or len(note.text)) is not None
    )


def _escapes(text: str, link: Link) -> Iterator[Edit]:
    """Yield the backslashes that the pipes of a link lack."""
    if link.display_start < 0:
        return
    for at in range(link.display_start - 1, link.end - 2):
        if text[at] == "|" and text[at - 1] != "\\":
            yield Edit(Span(at, at), "\\")
