"""Rules about the three properties that are lists: tags, aliases and cssclasses."""

import re
from collections.abc import Iterator

from knapper.checks.frontmatter.reading import readable_entries, setting
from knapper.core.frontmatter import Entry, Node
from knapper.core.note import Note
from knapper.core.properties import is_tag
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.vault import Vault

__all__ = [
    "aliases_not_a_list",
    "cssclasses_not_a_list",
    "has_odd_lists",
    "invalid_tag",
    "tags_not_a_list",
]


def has_odd_lists(note: Note, _: Vault) -> bool:
    """Tell whether one of the three properties is not the list that it should be."""
    block = note.frontmatter
    tags = block.get("tags")
    return (
        (tags is not None and not (isinstance(tags, list) and all(map(_is_fine, tags))))
        or isinstance(block.get("aliases"), str)
        or isinstance(block.get("cssclasses"), str)
    )


@check(when=has_odd_lists)
def tags_not_a_list(note: Note) -> Iterator[Finding]:
    """Report `tags` that are several in one text, which makes no tag at all.

    Source: the app's answer as recorded by obsidian-tasks; release notes 1.9.3.
    """
    value = note.frontmatter.get("tags")
    if not isinstance(value, str | dict) or (isinstance(value, str) and is_tag(value.strip())):
        return
    for entry in _entries(note, "tags"):
        if isinstance(value, dict):
            yield Finding(entry.value_span, "the tags are a group of properties; expected a list")
            continue
        tags = [tag.removeprefix("#") for tag in _split(value) if tag != "#"]
        if len(tags) > 1:
            title = "write the tags as a list"
            can = _all_tags(tags) and not _OTHER_COMMAS.search(value)
            fix = setting(note, title, "tags", list(tags), safe=True) if can else None
            message = "several tags in one text make no tag; expected a list"
            yield Finding(entry.value_span, message, fix)


@check(when=has_odd_lists)
def aliases_not_a_list(note: Note) -> Iterator[Finding]:
    """Report `aliases` that are one text; Obsidian reads it as one name."""
    value = note.frontmatter.get("aliases")
    if isinstance(value, str) and value.strip():
        for entry in _entries(note, "aliases"):
            fix = setting(note, "write it as a list", "aliases", [value], safe=True)
            yield Finding(entry.value_span, "the aliases are one text; expected a list", fix)


@check(when=has_odd_lists)
def cssclasses_not_a_list(note: Note) -> Iterator[Finding]:
    """Report `cssclasses` that are several in one text, which is taken for one class."""
    value = note.frontmatter.get("cssclasses")
    if isinstance(value, str) and "," in value:
        for entry in _entries(note, "cssclasses"):
            classes = [name for name in _COMMAS.split(value.strip()) if name]
            title = "write the classes as a list"
            fix = setting(note, title, "cssclasses", list(classes), safe=True) if classes else None
            message = "several classes in one text are one class; expected a list"
            yield Finding(entry.value_span, message, fix)


@check(when=has_odd_lists)
def invalid_tag(note: Note) -> Iterator[Finding]:
    """Report texts among the `tags` that make no tag."""
    value = note.frontmatter.get("tags")
    if value is None or (isinstance(value, list) and all(map(_is_fine, value))):
        return
    for entry in _entries(note, "tags"):
        one = () if isinstance(value, list | dict) else (entry.node,)
        for node in entry.node.items or one:
            yield from _invalid(note, node, in_list=bool(entry.node.items))


_COMMAS = re.compile(r"\s*,\s*")
_OTHER_COMMAS = re.compile("[;\u060c\u061b\u3001\uff0c\uff1b]")
"""Semicolons, and the commas of other scripts: perhaps they part the tags, and are none of them."""
_BLANKS = re.compile(r"\s+")


def _entries(note: Note, name: str) -> Iterator[Entry]:
    """Yield the entry of a key that `Frontmatter.get` reads, unless it is a template's."""
    if readable_entries(note) and (entry := note.frontmatter.entry(name)) is not None:
        yield entry


def _split(value: str) -> list[str]:
    """Take a text with several tags apart: at commas, or at blanks if there are none."""
    text = value.strip().strip(",")
    return [tag for tag in (_COMMAS if "," in text else _BLANKS).split(text) if tag]


def _all_tags(tags: list[str]) -> bool:
    return all(map(is_tag, tags))


def _is_fine(value: object) -> bool:
    return isinstance(value, str) and (is_tag(value.strip()) or not value.strip())


def _invalid(note: Note, node: Node, *, in_list: bool) -> Iterator[Finding]:
    """Yield what keeps one value from being a tag."""
    raw = note.text[slice(*node.span)]
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return
    name = (value if isinstance(value, str) else raw).strip().removeprefix("#")
    if name.isdecimal():
        message = f"'{name}' is no tag; expected one character that is no digit"
        yield Finding(node.span, message)
    elif in_list and isinstance(value, str) and not is_tag(value.strip()) and name:
        sign = "comma" if "," in name else "blank"
        message = f"'{name}' is no tag; a tag has no {sign} in it"
        yield Finding(node.span, message, _mended(node, name))


def _mended(node: Node, name: str) -> Fix | None:
    """Return the fix that writes the blanks of a tag as dashes; commas are left alone."""
    if "," in name or node.style not in ("plain", "single", "double"):
        return None
    tag = "-".join(name.split())
    quote = "" if node.style == "plain" else '"'
    edit = Edit(Span(*node.span), f"{quote}{tag}{quote}")
    return Fix("write the blanks as dashes", (edit,), safe=False) if is_tag(tag) else None
