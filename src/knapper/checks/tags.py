"""Rules about tags in the text of notes."""

import re
from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.vault import Vault

__all__ = ["numeric_tag", "tag_case"]


@check(signs=("#",))
def numeric_tag(note: Note) -> Iterator[Finding]:
    """Report `#2024`: a tag needs one character that is no digit."""
    if not note.is_markdown:
        return
    for found in _NUMBER.finditer(note.text, note.body):
        start = found.start()
        in_link = any(link.start <= start < link.end for link in note.links)
        if note.region_at(start) is None and not in_link:
            message = f"'{found[0]}' is no tag; expected one character that is no digit"
            yield Finding(Span(*found.span()), message)


@check(when="tags")
def tag_case(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report tags that most notes write with other capitals; Obsidian takes them for one."""
    for tag in note.tags:
        usual = vault.usual_tag(tag.name)
        if usual != tag.name:
            span = Span(tag.start, tag.end)
            fix = Fix(f"write it as '{usual}'", (Edit(span, usual),), safe=False)
            yield Finding(span, f"'{tag.name}' is written '{usual}' in most notes", fix)


_NUMBER = re.compile(r"#(?<!\S#)\d++(?:/\d+)*(?![\w/-])")
