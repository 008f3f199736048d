"""Rules about brackets that were meant as a link and are none."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from knapper.core.inline import Link
from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.vault import Found, Missing, Vault

__all__ = [
    "Loose",
    "loose_brackets",
    "nested_link",
    "single_bracket_link",
    "stray_link_end",
    "unclosed_link",
]


class Loose(NamedTuple):
    """Two brackets that belong to no link; `inner` are the links that they hold.

    An opening pair that holds links reaches to its closing one; else the span of
    one that opens reaches to the end of the line or to the next `[[`.
    """

    span: Span
    opens: bool
    inner: tuple[Link, ...] = ()


def loose_brackets(note: Note, vault: Vault) -> tuple[Loose, ...]:
    """Return the pairs of a note that belong to no link, none if no `[[` is loose."""
    return vault.once(note, _loose_brackets) if note.has_loose_brackets else ()


@check(when=loose_brackets)
def nested_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links that stand inside the brackets of another."""
    for loose in loose_brackets(note, vault):
        if loose.inner:
            inner = ", ".join(f"'{link.target}'" for link in loose.inner)
            message = f"a link cannot hold another; only the one to {inner} is read here"
            yield Finding(loose.span, message)


@check(when=loose_brackets)
def unclosed_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report wikilinks that are not closed on their line by two brackets."""
    for loose in loose_brackets(note, vault):
        if not loose.inner and loose.opens:
            found = _unclosed(note, vault, loose.span)
            if found:
                yield found


@check(when="has_odd_brackets", signs=("]]",))
def stray_link_end(note: Note) -> Iterator[Finding]:
    """Report `]]` that closes no link."""
    if note.text.count("]]", note.body) == sum(link.kind == "wiki" for link in note.links):
        return
    for loose in _read_loose(note):
        if not loose.opens:
            yield Finding(loose.span, "']]' closes no link here")


@check(when="has_odd_brackets", signs=("|", "]]"))
def single_bracket_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report `[name | text]` and `[name]]` where a note has the name: brackets are lacking.

    A choice such as `[y|n]` is none, though a note may be called `Y`.
    """
    for match in _SINGLE.finditer(note.text, note.body):
        name, closing = match[1].strip(), match[3]
        if closing == "]" and not match[2]:
            continue
        found = vault.resolve(name, note.path)
        if not isinstance(found, Found) or len(name) < _LEAST:
            continue
        if not found.path.endswith((name, f"{name}.md")) or not _stands_alone(note, match.start()):
            continue
        if closing == "]]" and _is_within_brackets(note.text, match.start()):
            continue
        edits = [Edit(Span(match.start(), match.start()), "[")]
        if closing == "]":
            edits.append(Edit(Span(match.end(), match.end()), "]"))
        fix = Fix(f"link to '{name}'", tuple(edits), safe=False)
        message = f"a link to '{name}' needs two brackets on each side"
        yield Finding(Span(*match.span()), message, fix)


_LEAST = 3
_PARAGRAPH = 1000
_BLANK_LINE = re.compile(r"\n[ \t>]*+\r?\n")
_SINGLE = re.compile(r"\[(?<![\w\[\]\\!]\[)([^\[\]|\n]++)(\|[^\[\]|\n]++)?(\]\]?+)(?![\[\](:])")


def _stands_alone(note: Note, offset: int) -> bool:
    """Tell whether an offset lies in plain text: not in code, a table or a link."""
    if note.link_at(offset) is not None:
        return False
    in_table = any(table.start <= offset < table.end for table in note.tables)
    return not in_table and note.is_markdown and note.region_at(offset) is None


def _is_within_brackets(text: str, offset: int) -> bool:
    """Tell whether a bracket that opened before in the paragraph is still open (`[see [name]]`)."""
    before = _BLANK_LINE.split(text[max(0, offset - _PARAGRAPH) : offset])[-1]
    return before.count("[") > before.count("]")


# -- brackets that no link has ----------------------------------------------------------


_PAIR = re.compile(r"\[\[(?!\[)|\]\]")


def _loose_brackets(note: Note, _: Vault) -> tuple[Loose, ...]:
    return _read_loose(note)


def _read_loose(note: Note) -> tuple[Loose, ...]:
    wiki = [link for link in note.links if link.kind == "wiki"]
    return tuple(chain.from_iterable(_loose_in(note, *line) for line in _lines(note, wiki)))


def _lines(note: Note, wiki: list[Link]) -> Iterator[tuple[list[re.Match[str] | Link], int]]:
    """Yield, line by line, the links and the loose pairs in order, and where it ends."""
    text, links = note.text, {link.start + link.embed: link for link in wiki}
    tokens: list[re.Match[str] | Link] = []
    position, line_end = note.body, -1
    while (match := _PAIR.search(text, position)) is not None:
        start, position = match.span()
        link = links.get(start)
        if link is None:
            if (region := note.region_at(start)) is not None:
                position = max(position, region.end)
                continue
            if text[start - 1 : start] == "\\":
                continue
        if start > line_end:
            if tokens:
                yield tokens, line_end
            tokens, line_end = [], text.find("\n", start)
            line_end = line_end if line_end >= 0 else len(text)
        tokens.append(match if link is None else link)
        position = position if link is None else link.end
    if tokens:
        yield tokens, line_end


def _loose_in(note: Note, tokens: list[re.Match[str] | Link], line_end: int) -> Iterator[Loose]:
    """Pair up what is loose on one line: an opening, links, and a closing are nested."""
    opening: re.Match[str] | None = None
    inner: list[Link] = []
    for token in tokens:
        if isinstance(token, Link):
            inner.append(token)
        elif token[0] == "]]":
            if opening is None:
                yield Loose(Span(*token.span()), opens=False)
            elif _begins_a_name(note.text, opening.end()):
                yield Loose(Span(opening.start(), token.end()), True, tuple(inner))
            opening = None
        else:
            if opening is not None:
                yield _open(opening, inner, token.start())
            opening, inner = token, []
    if opening is not None:
        yield _open(opening, inner, line_end)


def _open(opening: re.Match[str], inner: list[Link], end: int) -> Loose:
    first = inner[0].start if inner else end
    return Loose(Span(opening.start(), first), opens=True)


def _begins_a_name(text: str, offset: int) -> bool:
    """Tell whether what stands after `[[` can be a name: not a figure of an array."""
    return text[offset : offset + 1].isalpha()


# -- links that are not closed ------------------------------------------------------------


def _unclosed(note: Note, vault: Vault, span: Span) -> Finding | None:
    """Judge what follows a loose `[[`; None unless it was surely meant as a link."""
    text = note.text
    written = text[span.start + 2 : span.end].rstrip()
    if not _begins_a_name(text, span.start + 2) or _is_balanced(written):
        return None
    inner, closed, after = written.partition("]")
    target, pipe, _ = inner.partition("|")
    target = target.strip().removesuffix("\\")
    if closed and after[:1] in ("(", "["):
        return None
    if _is_note(target, note, vault) or (
        pipe and _looks_meant(target, closed) and not _in_table(note, span)
    ):
        if closed:
            at = span.start + 2 + len(inner) + 1
            fix = Fix("close the link", (Edit(Span(at, at), "]"),), safe=False)
            message = f"the link to '{target}' is closed by one bracket; expected ']]'"
            return Finding(Span(span.start, at), message, fix)
        return Finding(
            Span(span.start, span.start + 2 + len(inner)),
            f"the link to '{target}' is not closed; expected ']]'",
        )
    return None if closed else _over_two_lines(note, vault, span)


def _over_two_lines(note: Note, vault: Vault, span: Span) -> Finding | None:
    """Judge a `[[` whose `]]` stands on the next line."""
    begun = note.text[span.start + 2 : span.end].rstrip()
    if note.text[span.end : span.end + 1] != "\n":
        return None
    next_end = note.text.find("\n", span.end + 1)
    line = note.text[span.end + 1 : next_end if next_end >= 0 else len(note.text)]
    rest, closed, _ = line.lstrip("> \t").partition("]]")
    target = f"{begun} {rest}".partition("|")[0].strip()
    if not closed or "[" in rest or not _is_note(target, note, vault):
        return None
    start = span.start + 2 + len(begun)
    following = span.end + 1 + len(line) - len(line.lstrip("> \t"))
    fix = Fix("put the link on one line", (Edit(Span(start, following), " "),), safe=False)
    end = following + len(rest) + 2
    return Finding(
        Span(span.start, end), f"the link to '{target}' goes over two lines; expected one", fix
    )


def _is_note(name: str, note: Note, vault: Vault) -> bool:
    path = name.partition("#")[0].strip()
    return bool(path) and not isinstance(vault.resolve(path, note.path), Missing)


def _looks_meant(target: str, closed: str) -> bool:
    """Tell whether a target that no note has can be nothing but the name of one."""
    if not all(c.isalnum() or c in "_- " for c in target):
        return False
    return "_" in target if not closed else len(target) > 3


def _is_balanced(written: str) -> bool:
    """Tell whether both brackets of `[[` are closed after it, one by one.

    `[[PT-BR] a title](url)` is a Markdown link whose text begins with a bracket.
    """
    depth = 2
    for sign in written:
        depth += (sign == "[") - (sign == "]")
        if depth == 0:
            return True
    return False


def _in_table(note: Note, span: Span) -> bool:
    return any(table.start <= span.start < table.end for table in note.tables)
