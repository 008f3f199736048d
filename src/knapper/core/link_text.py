"""Writing a link anew, as Obsidian would write it with the settings of the vault."""

import re
from urllib.parse import quote

from knapper.core.paths import NotePath, is_note, name_of, stem_of
from knapper.core.vault import Vault

__all__ = ["encoded", "linkable", "written_link"]


def written_link(path: NotePath, source: NotePath, vault: Vault, heading: str = "") -> str:
    """Return a whole link from `source` to a file, or to a heading of it.

    "New link format" and "Use Wikilinks" decide on its form (Obsidian Help,
    "Settings"); in a Markdown link a note keeps its `.md`.
    """
    target = vault.link_to(path, source)
    subpath = f"#{linkable(heading)}" if heading else ""
    if not vault.settings.use_markdown_links:
        return f"[[{target}{subpath}]]"
    shown = stem_of(path) if is_note(path) else name_of(path)
    ending = path[-3:] if is_note(path) else ""
    return f"[{shown}]({encoded(f'{target}{ending}{subpath}')})"


def linkable(heading: str) -> str:
    """Return the text of a heading as a link holds it.

    Obsidian leaves out `: # | ^ \\ %% [[ ]]` (Obsidian Help, "Internal links"); one
    bracket alone could end the link as well.
    """
    return " ".join(_NOT_IN_LINKS.sub(" ", heading).split())


def encoded(target: str, *, pointed: bool = False) -> str:
    """Encode what would end or change the address of a Markdown link, `<…>` if `pointed`.

    Obsidian encodes blanks alone, and leaves `( ) [ ] !` and letters as they are
    (observed in 1.13.7 by markdown-vault-mcp, issue 1383). Parentheses that have no
    partner and the few signs of Markdown that would be read otherwise are encoded, too.
    """
    if pointed:
        return _UNFIT_POINTED.sub(lambda match: quote(match[0]), target)
    text = _UNFIT.sub(lambda match: quote(match[0]), target)
    return text if _is_balanced(text) else text.replace("(", "%28").replace(")", "%29")


_NOT_IN_LINKS = re.compile(r"[:#|^\\\[\]]|%%")
_UNFIT_POINTED = re.compile(r"[%<>\\\n]")
_UNFIT = re.compile(r"[\s%<>\\`|\x00-\x20\x7f]")


def _is_balanced(text: str) -> bool:
    depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return False
    return depth == 0
