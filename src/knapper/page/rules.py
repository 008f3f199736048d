"""The page of a rule: its note in `rules/`, rendered, with links to the other rules."""

from collections.abc import Callable, Iterator

from knapper.core.guard import to_html
from knapper.core.note import Note
from knapper.core.rulebook import RuleNote
from knapper.core.text import Edit, Span, apply_edits
from knapper.page.markup import Html, joined, mark, tag, with_code

__all__ = ["rule_article"]

_CAPTIONS = {
    "findings": "What knapper says",
    "toml options": "With these options",
    "fixed": "After the fix",
    "bad": "Reported",
    "good": "Not reported",
}


def rule_article(note: RuleNote, page: Callable[[str], str | None]) -> Html:
    """Return a rule's page; `page` gives the address of another rule's, if there is one."""
    state = "on by default" if note.enabled else "off by default"
    return joined((
        tag("p", with_code(note.summary), class_="lead"),
        tag("p", mark(note.severity), f"{note.severity} · {note.family} · {state}",
            class_="quiet"),
        tag("div", Html(to_html(_told(note.body, page))), class_="prose"),
    ))  # fmt: skip


def _told(body: str, page: Callable[[str], str | None]) -> str:
    """Return the body with its wikilinks as links to pages, and a caption on each fence."""
    note = Note("rule.md", body)
    return apply_edits(body, (*_linked(note, page), *_captions(note)))


def _linked(note: Note, page: Callable[[str], str | None]) -> Iterator[Edit]:
    for link in note.links:
        if link.kind == "wiki" and not link.embed:
            address = page(link.target)
            text = f"[{link.display}]({address})" if address else f"`{link.target}`"
            yield Edit(Span(link.start, link.end), text)


def _captions(note: Note) -> Iterator[Edit]:
    for region in note.structure.regions:
        opening = note.text[region.start : region.end].partition("\n")[0]
        info = opening.strip().lstrip("`").strip()
        if opening.startswith("```") and (said := _caption(info)):
            yield Edit(Span(region.start, region.start), f"*{said}*\n\n")


def _caption(info: str) -> str:
    if info in _CAPTIONS:
        return _CAPTIONS[info]
    _, _, rest = info.partition(" ")
    kind, _, name = rest.partition(" ")
    if kind in _CAPTIONS:
        name = name.removeprefix("escaped").strip()
        return f"{_CAPTIONS[kind]}, in `{name}`" if name else _CAPTIONS[kind]
    return f"Beside it, `{rest}`" if "." in rest else ""
