"""Names and paths of a vault: relative, with `/`, compared as Obsidian does."""

import re
from unicodedata import normalize

__all__ = [
    "READ",
    "NotePath",
    "extension",
    "folded",
    "folder_of",
    "is_attachment",
    "is_note",
    "join",
    "name_of",
    "relative",
    "stem_of",
    "tidy",
]

NotePath = str
"""A path relative to the vault's root, parts joined by `/`."""

READ = ("md", "canvas", "base")
"""Extensions of the files whose text is read; any other file is an attachment."""

_BLANKS = re.compile("[\u00a0\u202f]")
_SLASHES = re.compile(r"[\\/]++")


def folded(path: str) -> str:
    """Return what two paths have in common when Obsidian takes them for one.

    Compared without case and after NFC (Obsidian release notes 0.0.3; observed on
    1.13.7 by markdown-vault-mcp); the two forms of small sigma are one, and so are blanks,
    which `tidy` makes alike in links.
    """
    if path.isascii():
        return path.lower()
    return normalize("NFC", _BLANKS.sub(" ", path)).lower().replace("ς", "σ")


def tidy(link: str) -> str:
    """Return the path of a link with its blanks and slashes as Obsidian reads them."""
    if not link.isascii():
        link = _BLANKS.sub(" ", link)
    if "\\" in link or "//" in link:
        link = _SLASHES.sub("/", link)
    return link.strip()


def folder_of(path: NotePath) -> str:
    """Return the folder of a path, "" for the root."""
    return path.rpartition("/")[0]


def name_of(path: NotePath) -> str:
    """Return the last part of a path, with its extension."""
    return path.rpartition("/")[2]


def stem_of(path: NotePath) -> str:
    """Return the last part of a path without its extension."""
    name = name_of(path)
    return name.rpartition(".")[0] or name


def extension(path: NotePath) -> str:
    """Return the extension in lower case without its dot, "" if there is none."""
    return name_of(path).rpartition(".")[2].lower() if "." in name_of(path) else ""


def is_note(path: NotePath) -> bool:
    """Tell whether the path is a Markdown note."""
    return path[-3:].lower() == ".md"


def is_attachment(path: NotePath) -> bool:
    """Tell whether of this file only the name is known: it is no note, canvas or base."""
    return not path.endswith(".md") and extension(path) not in READ  # nearly all are notes


def join(folder: str, relative: str) -> NotePath | None:
    """Join a relative path to a folder; None where it leads out of the vault."""
    parts = folder.split("/") if folder else []
    for part in relative.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def relative(folder: str, path: str) -> str:
    """Return the way from a folder to a path, with `..` where it leads upward."""
    here, there = folder.split("/") if folder else [], path.split("/")
    same = 0
    while same < min(len(here), len(there) - 1) and here[same] == there[same]:
        same += 1
    return "/".join([".."] * (len(here) - same) + there[same:])
