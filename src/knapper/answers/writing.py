"""Writing a link as its vault wants it, in the place of what was typed of one."""

import re

from knapper.answers.context import Writing
from knapper.core.link_text import encoded
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_note, name_of, stem_of
from knapper.core.text import Edit, Span
from knapper.core.vault import Vault

__all__ = ["closing", "in_quotes", "link_edit", "name_edit", "part_edit"]

_CLOSERS = {"wiki": "]]", "md": ")", "pointed": ">)"}


def name_edit(path: NotePath, alias: str, writing: Writing, note: Note, vault: Vault) -> Edit:
    """Return the edit that makes a link to a file of what was typed of its name.

    An alias is shown: `[[Note|alias]]`. In a vault with Markdown links `[[` becomes one,
    but not in a property.
    """
    if writing.kind != "wiki":
        pointed = writing.kind == "pointed"
        target = encoded(_markdown_target(path, note, vault), pointed=pointed)
        return Edit(writing.span, f"{target}{closing(writing)}")
    return link_edit(path, "", writing, note, vault, alias)


def link_edit(
    path: NotePath, part: str, writing: Writing, note: Note, vault: Vault, alias: str = ""
) -> Edit:
    """Return the edit that makes a whole link to a file (`part`: and `#…`) of what was typed."""
    if writing.kind != "wiki":
        target = encoded(f"{_markdown_target(path, note, vault)}{part}")
        return Edit(writing.span, f"{target}{closing(writing)}")
    if vault.settings.use_markdown_links and not writing.sign:
        label = (
            "" if writing.embed else re.sub(r"[\[\]\\]", r"\\\g<0>", alias or _label(path, part))
        )
        target = encoded(f"{_markdown_target(path, note, vault)}{part}")
        span = Span(writing.opening, writing.span.end + 2 * writing.closed)
        return Edit(span, f"[{label}]({target})")
    own = path == note.path and part
    pipe = "\\|" if writing.in_table else "|"
    shown = f"{pipe}{alias}" if alias else ""
    text = f"{'' if own else vault.link_to(path, note.path)}{part}{shown}{closing(writing)}"
    if writing.quote:
        end = writing.span.end + 2 * writing.closed
        whole = f"[[{text}" if text.endswith("]]") else f"[[{text}]]"
        return Edit(Span(writing.opening, end), f'"{in_quotes(whole, writing.sign)}"')
    return Edit(writing.span, in_quotes(text, writing.sign))


def part_edit(text: str, writing: Writing) -> Edit:
    """Return the edit that makes what was typed after the last `#` a heading or block id."""
    if writing.kind != "wiki":
        text = encoded(text, pointed=writing.kind == "pointed")
    return Edit(writing.span, in_quotes(f"{text}{closing(writing)}", writing.sign))


def in_quotes(text: str, sign: str) -> str:
    """Return a text as it stands within quotes of YAML; any other sign leaves it."""
    if sign == "'":
        return text.replace("'", "''")
    return re.sub(r'["\\]', r"\\\g<0>", text) if sign == '"' else text


def closing(writing: Writing) -> str:
    """Return what ends the link, "" where that stands there already."""
    return "" if writing.closed else _CLOSERS[writing.kind]


def _markdown_target(path: NotePath, note: Note, vault: Vault) -> str:
    """Return the path of a Markdown link; a note's has its `.md`, as Obsidian writes it."""
    text = vault.link_to(path, note.path)
    return f"{text}.md" if is_note(path) else text


def _label(path: NotePath, part: str) -> str:
    name = stem_of(path) if is_note(path) else name_of(path)
    return f"{name} > {part.lstrip('#^')}" if part else name
