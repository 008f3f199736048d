"""Links of which it is not known whether Obsidian follows them.

Where no observation of the app says yes or no, a link that leads somewhere by a
likely reading is doubtful, and not broken.
"""

from collections import Counter
from html import unescape
from typing import Literal
from unicodedata import category, normalize

from knapper.core.note import Facts
from knapper.core.paths import NotePath, is_note
from knapper.core.vault import Found, Vault, reduced_heading

__all__ = ["doubtful_file", "doubtful_heading"]


def doubtful_file(
    name: str, kind: Literal["wiki", "md"], source: NotePath, vault: Vault
) -> NotePath | None:
    """Return the file to which a name leads by another reading, None if there is none.

    A `/` in front may not ask for this very path, `foo` may find `foo.md.md`, and a
    Markdown address may have `+` for a blank or the entities of HTML.
    """
    forms = [name.lstrip("/")]
    if kind == "md":
        forms += [name.replace("+", " "), unescape(name)]
    if not is_note(name):
        forms.append(f"{name}.md")
    for form in forms:
        found = vault.resolve(form, source) if form != name and form.strip() else None
        if isinstance(found, Found):
            return found.path
    return None


def doubtful_heading(subpath: str, facts: Facts) -> str | None:
    """Return the heading that a subpath may name, None if there is none.

    Signs beyond ASCII, hyphens and the like may not count, as `_` of an emphasis, nor
    the order of the headings in a chain.
    """
    parts = [part for part in subpath.split("#") if reduced_heading(part)]
    found = [_heading(part, facts) for part in parts]
    return found[-1] if found and None not in found else None


def _heading(part: str, facts: Facts) -> str | None:
    """Return the heading that has all letters and signs of a name, and perhaps more signs."""
    letters, signs = _split(part)
    for _, text in facts.headings:
        there, others = _split(text)
        if there == letters and not signs - others:
            return text
    return None


def _split(text: str) -> tuple[str, Counter[str]]:
    """Return the words of a heading, and the signs among them that Obsidian may keep."""
    reduced = normalize("NFC", reduced_heading(text))
    signs = Counter(sign for sign in reduced if category(sign)[0] == "P")
    words = "".join(" " if sign in signs else sign for sign in reduced)
    return " ".join(words.split()), signs
