"""What may be typed next: notes, headings, blocks, aliases, tags, properties."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Literal, NamedTuple, assert_never

from knapper.answers.context import (
    BlockTyped,
    DisplayTyped,
    HeadingTyped,
    KeyTyped,
    NameTyped,
    TagTyped,
    ValueTyped,
    Writing,
    context_at,
)
from knapper.answers.index import Index, Name, matching, values_in
from knapper.answers.writing import closing, in_quotes, link_edit, name_edit, part_edit
from knapper.core.frontmatter import written
from knapper.core.link_text import linkable
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, folded, is_note, name_of, stem_of
from knapper.core.subpaths import heading_named, section_end
from knapper.core.text import Edit, Span
from knapper.core.vault import Found, Vault, reduced_heading

__all__ = ["MOST", "Completion", "Completions", "completions"]

MOST = 60
"""Suggestions of one list: what nobody reads need not be sent."""

Kind = Literal["note", "file", "alias", "heading", "block", "tag", "property", "value"]

_NOT_IN_LINKS = "#^|[]"
_USUAL_KEYS = ("tags", "aliases", "cssclasses")


class Completion(NamedTuple):
    """A suggestion: what it shows, the edit that accepts it, and what is matched on.

    `path` is the file that it means, if it means one.
    """

    label: str
    kind: Kind
    edit: Edit
    sought: str
    detail: str = ""
    path: NotePath = ""


class Completions(NamedTuple):
    """Suggestions, the best first; `complete` unless there are more of them."""

    items: tuple[Completion, ...] = ()
    complete: bool = True


def completions(note: Note, offset: int, vault: Vault, index: Index) -> Completions:
    """Return what may be typed at an offset of a note.

    `vault` need not know the newest text of the note itself.
    """
    context = context_at(note, offset)
    match context:
        case None:
            return Completions()
        case NameTyped(typed, writing):
            return _names(typed, writing, note, vault, index)
        case HeadingTyped():
            return _headings(context, note, vault)
        case BlockTyped():
            return _blocks(context, note, vault)
        case DisplayTyped():
            return _displays(context, note, vault)
        case TagTyped(typed, span):
            names, every = matching(_tags(index), typed, MOST)
            tags = (Completion(f"#{one}", "tag", Edit(span, f"#{one}"), f"#{one}") for one in names)
            return Completions(tuple(tags), every)
        case KeyTyped(typed, span):
            return _keys(typed, span, note, vault, index)
        case ValueTyped():
            return _values(context, note, index)
        case _:
            assert_never(context)


def _names(typed: str, writing: Writing, note: Note, vault: Vault, index: Index) -> Completions:
    names, every = index.found(typed, MOST)
    by_path = "/" in typed
    return Completions(
        tuple(
            _name(name, writing, note, vault, by_path=by_path)
            for name in names
            if not any(sign in f"{name.path}{name.alias}" for sign in _NOT_IN_LINKS)
        ),
        every,
    )


def _name(name: Name, writing: Writing, note: Note, vault: Vault, *, by_path: bool) -> Completion:
    whole = name.path[:-3] if is_note(name.path) else name.path
    edit = name_edit(name.path, name.alias, writing, note, vault)
    sought = whole if by_path else name.alias or name_of(whole)
    if name.alias:
        return Completion(name.alias, "alias", edit, sought, whole, name.path)
    kind: Kind = "note" if is_note(name.path) else "file"
    return Completion(name_of(whole), kind, edit, sought, name.path, name.path)


def _target(name: str, note: Note, vault: Vault) -> NotePath | None:
    if not name.strip():
        return note.path
    found = vault.resolve(name, note.path)
    return found.path if isinstance(found, Found) else None


def _headings(context: HeadingTyped, note: Note, vault: Vault) -> Completions:
    if context.name is None:
        return _anywhere(
            context.typed, context.writing, note, vault,
            lambda facts: (linkable(text) for _, text in facts.headings), "heading", "",
        )  # fmt: skip
    path = _target(context.name, note, vault)
    if path is None:
        return Completions()
    headings = _headings_of(path, note, vault)
    if context.above and (number := heading_named(headings, context.above)) is not None:
        end = section_end([level for level, _ in headings], number)
        headings = headings[number + 1 : end]
    texts = dict.fromkeys(text for _, text in headings if reduced_heading(text))
    chosen, every = matching(texts, context.typed, MOST)
    levels = {text: level for level, text in reversed(headings)}
    return Completions(
        tuple(
            Completion(
                text, "heading", part_edit(linkable(text), context.writing), text,
                "#" * levels[text],
            )
            for text in chosen
        ),
        every,
    )  # fmt: skip


def _headings_of(path: NotePath, note: Note, vault: Vault) -> list[tuple[int, str]]:
    if path == note.path:
        return [(heading.level, heading.text) for heading in note.headings]
    return list((vault.known(path) or Facts()).headings)


def _blocks(context: BlockTyped, note: Note, vault: Vault) -> Completions:
    if context.name is None:
        return _anywhere(
            context.typed, context.writing, note, vault,
            lambda facts: sorted(facts.blocks), "block", "^",
        )  # fmt: skip
    path = _target(context.name, note, vault)
    if path is None:
        return Completions()
    if path == note.path:
        names = [block.name for block in note.blocks]
    else:
        names = sorted((vault.known(path) or Facts()).blocks)
    chosen, every = matching(names, context.typed, MOST)
    return Completions(
        tuple(
            Completion(f"^{name}", "block", part_edit(name, context.writing), name)
            for name in chosen
        ),
        every,
    )


def _anywhere(
    typed: str,
    writing: Writing,
    note: Note,
    vault: Vault,
    parts: Callable[[Facts], Iterable[str]],
    kind: Kind,
    mark: str,
) -> Completions:
    """Suggest headings or blocks of all notes, each as a whole link."""
    word = folded(typed.strip())
    held = (
        (path, part)
        for path, facts in vault.facts.items()
        for part in parts(facts)
        if word in folded(part) and part
    )
    chosen = list(islice(held, MOST + 1))
    return Completions(
        tuple(
            Completion(
                f"{mark}{part}",
                kind,
                link_edit(path, f"#{mark}{part}", writing, note, vault),
                f"{mark * 2 or '##'}{part}",
                stem_of(path),
            )
            for path, part in chosen[:MOST]
        ),
        len(chosen) <= MOST,
    )


def _displays(context: DisplayTyped, note: Note, vault: Vault) -> Completions:
    path = _target(context.name, note, vault)
    if path is None:
        return Completions()
    names = dict.fromkeys((*(vault.known(path) or Facts()).aliases, stem_of(path)))
    chosen, every = matching(names, context.typed, MOST)
    writing = context.writing
    end = closing(writing)
    return Completions(
        tuple(
            Completion(
                text,
                "alias",
                Edit(writing.span, in_quotes(f"{text}{end}", writing.sign)),
                text,
                stem_of(path),
            )
            for text in chosen
        ),
        every,
    )


def _tags(index: Index) -> list[str]:
    """Return the tags of the vault without `#`, the most frequent first."""
    return [tag.removeprefix("#") for tag, _ in index.tags.most_common()]


def _keys(typed: str, span: Span, note: Note, vault: Vault, index: Index) -> Completions:
    there = {key.lower() for key in _keys_of(note)} - {typed.strip().lower()}
    known = chain(
        (key for key, _ in index.keys.most_common()), vault.settings.property_types, _USUAL_KEYS
    )
    first = {key.lower(): key for key in reversed(list(known))}
    wanted = [key for lower, key in reversed(first.items()) if lower not in there]
    chosen, every = matching(wanted, typed, MOST)
    types: Mapping[str, str] = vault.settings.property_types
    return Completions(
        tuple(
            Completion(key, "property", Edit(span, f"{key}: "), key, types.get(key, ""))
            for key in chosen
        ),
        every,
    )


def _keys_of(note: Note) -> Iterator[str]:
    """Yield the keys of a frontmatter, also of one that cannot be read yet."""
    yield from note.frontmatter.data
    if not note.frontmatter.data:
        for line in note.text.split("\n", 200)[1:200]:
            key, colon, _ = line.partition(":")
            if colon and key == key.strip():
                yield key


def _values(context: ValueTyped, note: Note, index: Index) -> Completions:
    typed, key = context.typed, context.key.lower()
    if key == "tags":
        typed = typed.removeprefix("#")
        known = [written(tag, ambiguous=True) for tag in _tags(index)]
    else:
        known = index.values_of(key)
    there = set(values_in(note.frontmatter.get(key))) - {typed.strip()}
    wanted = (text for text in known if text not in there and _fits(text, context))
    chosen, every = matching(wanted, typed, MOST)
    return Completions(
        tuple(
            Completion(text, "value", Edit(context.span, text), text, context.key)
            for text in chosen
        ),
        every,
    )


def _fits(text: str, context: ValueTyped) -> bool:
    """Tell whether a value may stand where it is typed; between brackets not all may."""
    return not context.in_flow or not any(sign in text for sign in ",[]{}\"'#:")
