"""Who leads to a note, to one of its headings or blocks; who has a tag."""

from collections.abc import Callable, Iterator

from knapper.answers.goal import Goal, Place, goals
from knapper.answers.subject import property_tags, references_of
from knapper.core.canvas import value_span
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.text import Span
from knapper.core.vault import Found, Vault

__all__ = ["backlinks", "linking", "tagged"]

Read = Callable[[NotePath], Note]


def linking(path: NotePath, vault: Vault) -> list[NotePath]:
    """Return the files with a link that leads to the file at `path`, in order."""
    here = Found(path)
    return sorted(
        source
        for source, facts in vault.facts.items()
        if any(vault.resolve(target, source) == here for target in facts.targets)
    )


def backlinks(goal: Goal, vault: Vault, read: Read) -> Iterator[Place]:
    """Yield each link that leads to a goal; to a file also those that name a part of it."""
    for source in linking(goal.path, vault):
        note = read(source)
        for one in references_of(note):
            if any(_is(goal, other) for other in goals(one.target, source, vault)):
                yield Place(source, one.span)
        yield from _cards(goal, note, vault)


def tagged(tag: str, vault: Vault, read: Read) -> Iterator[Place]:
    """Yield each place with a tag (given with `#`, without case) or one nested in it."""
    wanted = tag.lower()
    for path in sorted(vault.facts):
        if not any(_is_tag(one, wanted) for one in vault.facts[path].tags):
            continue
        note = read(path)
        for name, span in property_tags(note):
            if _is_tag(name, wanted):
                yield Place(path, span)
        for found in note.tags:
            if _is_tag(found.name, wanted):
                yield Place(path, Span(found.start, found.end))


def _is(goal: Goal, other: Goal) -> bool:
    return other.path == goal.path and (goal.kind == "file" or other == goal)


def _is_tag(name: str, wanted: str) -> bool:
    lower = name.lower()
    return lower == wanted or lower.startswith(f"{wanted}/")


def _cards(goal: Goal, note: Note, vault: Vault) -> Iterator[Place]:
    """Yield the cards of a canvas that show a goal, or whose text links to it."""
    for node in note.canvas.nodes if note.canvas else ():
        path, subpath = node.text_of("file"), node.text_of("subpath")
        card = Note("card.md", node.text_of("text"))
        targets = [f"/{path}{subpath}"] if path else []
        targets += [one.target for one in references_of(card)]
        if any(_is(goal, one) for target in targets for one in goals(target, note.path, vault)):
            span = value_span(note.text, node.offset, "file" if path else "text")
            yield Place(note.path, Span(*span) if span else Span(node.offset, node.offset))
