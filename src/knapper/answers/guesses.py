"""What a link that leads nowhere, or to several files, may have meant: for you to choose."""

from collections.abc import Iterator
from typing import NamedTuple

from knapper.answers.subject import Reference, references_of
from knapper.answers.writing import in_quotes
from knapper.core.link_text import encoded, linkable
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension, is_note, name_of
from knapper.core.similar import SimilarNames
from knapper.core.text import Edit, Span
from knapper.core.vault import Ambiguous, Found, Missing, Vault, split_link

__all__ = ["Guess", "guesses"]


class Guess(NamedTuple):
    """A way to write the link, and where it would lead then."""

    title: str
    edit: Edit


def guesses(note: Note, vault: Vault, span: Span) -> Iterator[Guess]:
    """Yield what the links of a note that touch a span may have meant."""
    for one in references_of(note):
        is_plain = one.target_span != one.span  # and not the value of a property, with escapes
        if is_plain and one.span.start <= span.end and span.start <= one.span.end:
            yield from _guesses(one, note, vault)


def _guesses(one: Reference, note: Note, vault: Vault) -> Iterator[Guess]:
    path, subpath = split_link(one.target)
    match vault.resolve(one.target, note.path):
        case Missing():
            for near in _near(path, vault):
                yield _to_file(near, vault.link_to(near, note.path), one, note)
        case Ambiguous(candidates):
            for candidate in candidates:
                yield _to_file(candidate, vault.shortest_path(candidate, note.path), one, note)
        case Found(found) if subpath and is_note(found):
            part = vault.subpath_in(found, subpath)
            if part is not None and part.type == "heading" and not part.found:
                texts = [text for _, text in vault.facts[found].headings]
                near_text = SimilarNames(texts).nearest(subpath.rpartition("#")[2].strip())
                if near_text is not None:
                    yield _to_heading(near_text, one, note)


def _near(path: str, vault: Vault) -> list[NotePath]:
    """Return the files whose name is the one that was probably meant."""
    name = name_of(path.strip().rstrip("/"))
    if is_note(name):
        name = name[:-3]
    near = vault.nearest("note", name)
    if near is not None:
        return vault.named(f"{near}.md")
    near = vault.nearest("file", name) if extension(name) else None
    return vault.named(near) if near is not None else []


def _to_file(path: NotePath, text: str, one: Reference, note: Note) -> Guess:
    start, end = one.target_span
    mark = note.text.find("#", start, end)
    if one.kind == "md":
        ending = ".md" if is_note(path) else ""
        text = encoded(f"{text}{ending}", pointed=_is_pointed(one, note))
    span = Span(start, mark if mark >= 0 else end)
    return Guess(f"Change to '{path}'", Edit(span, _fitted(text, one, note)))


def _to_heading(heading: str, one: Reference, note: Note) -> Guess:
    start, end = one.target_span
    mark = note.text.rfind("#", start, end)
    text = linkable(heading)
    if one.kind == "md":
        text = encoded(text, pointed=_is_pointed(one, note))
    return Guess(f"Change to '#{heading}'", Edit(Span(mark + 1, end), _fitted(text, one, note)))


def _fitted(text: str, one: Reference, note: Note) -> str:
    """Return a text as it stands in the quotes of a property, if the link does."""
    start = one.span.start
    return in_quotes(text, note.text[start - 1 : start]) if start < note.body else text


def _is_pointed(one: Reference, note: Note) -> bool:
    return note.text.startswith("<", one.target_span.start - 1)
