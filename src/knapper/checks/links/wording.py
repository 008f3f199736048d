"""What is said of a suspect, and how its link is written anew."""

from typing import assert_never

from knapper.checks.links.judgement import Suspect
from knapper.core.inline import Link
from knapper.core.link_text import encoded, linkable
from knapper.core.note import Note
from knapper.core.paths import NotePath, extension, folder_of, is_note, name_of, stem_of
from knapper.core.similar import SimilarNames
from knapper.core.text import Edit, Span
from knapper.core.vault import Found, Vault, reduced_heading

__all__ = ["called", "described", "either", "rewritten", "span_of"]

_FILE_TYPES = frozenset(
    (
        "base canvas avif bmp gif jpeg jpg png svg webp heic ico tif tiff pdf flac m4a mp3 ogg "
        "opus wav webm 3gp mkv mov mp4 ogv m4v avi txt csv tsv json xml yaml yml toml ini log "
        "html htm css js ts py rs go java c h cpp sh ps1 bat sql ipynb r tex bib docx doc xlsx "
        "xls pptx ppt odt ods odp rtf epub mobi zip 7z tar gz rar psd ai drawio excalidraw mmd"
    ).split()
)
"""Extensions that make a missing target a file; any other dot is part of a note's name."""


def span_of(link: Link) -> Span:
    """Return where a link stands."""
    return Span(link.start, link.end)


def called(path: NotePath) -> str:
    """Return what a link calls a file: a note loses its folder and extension."""
    return stem_of(path) if is_note(path) else name_of(path)


def either(names: list[str], most: int = 3) -> str:
    """Return names as a choice: `'a', 'b' or 'c'`, no more than `most` of them."""
    quoted = [f"'{name}'" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(quoted)} or {len(names) - most} more"
    return " or ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else quoted[0]


def described(suspect: Suspect, source: NotePath, vault: Vault) -> str:  # noqa: C901, PLR0911, PLR0912 - a line a defect
    """Say what is wrong with a link, and what would be right."""
    link, paths = suspect.link, suspect.paths
    name, _, subpath = link.target.partition("#")
    name = name.strip()
    match suspect.defect:
        case "missing":
            return f"{_nothing_is_called(name)}{_did_you_mean(name, source, vault)}"
        case "missing-daily":
            return f"the daily note '{name}' does not exist yet"
        case "alias" if len(paths) > 1:
            choice = _choice(paths, source, vault)
            return f"'{name}' is an alias of several notes; expected {choice}"
        case "alias":
            return f"'{name}' is an alias of '{called(paths[0])}'; a link needs the note's own name"
        case "title" if len(paths) > 1:
            return (
                f"'{name}' is the title of several notes; expected {_choice(paths, source, vault)}"
            )
        case "title":
            return f"'{name}' is the title of '{called(paths[0])}'; a link needs the file's name"
        case "time":
            return f"'{name}' is a time and not the name of a note"
        case "url":
            return f"'{link.target}' is a web address and not the name of a note"
        case "prompt":
            return f"'{name}' still holds the words 'Link name:' of a prompt"
        case "empty":
            return f"this {'embed' if link.embed else 'link'} names no note"
        case "ambiguous" if len(paths) == 1:
            choice = _choice(paths, source, vault)
            return f"'{name}' begins within the name of a folder; expected {choice}"
        case "ambiguous":
            return f"'{name}' can mean several files; expected {_choice(paths, source, vault)}"
        case "collision":
            return (
                f"'{name}' means files whose names differ only in case: "
                f"{' and '.join(_quoted(paths))}"
            )
        case "doubtful" if suspect.heading:
            shown = subpath.strip("# ")
            return f"Obsidian may not find the heading '{suspect.heading}' by '{shown}'"
        case "doubtful":
            right = vault.link_to(paths[0], source)
            return f"Obsidian may not find '{paths[0]}' by '{name}'; expected '{right}'"
        case "case":
            return f"the file is called '{called(paths[0])}', in other letter case than '{name}'"
        case "heading":
            return _no_heading(link, paths[0], source, vault)
        case "anchor" if suspect.heading:
            return (
                f"Obsidian does not know '{subpath.strip()}', the anchor of a web page; "
                f"expected '{linkable(suspect.heading)}'"
            )
        case "anchor":
            return (
                f"Obsidian does not know '{subpath.strip()}', an anchor in HTML; "
                "expected a heading or a block"
            )
        case "route":
            hint = _did_you_mean(name, source, vault)
            return f"Obsidian does not know '{name}', an address within a web site{hint}"
        case "view":
            return f"'{name_of(paths[0])}' has no view '{subpath.strip()}'"
        case "block" | "footnote":
            part = subpath.rpartition("#")[2].strip()
            part += "]" if part.startswith("[") and not part.endswith("]") else ""
            return f"{_note_called(paths[0], source)} has no {suspect.defect} '{part}'"
        case _:
            assert_never(suspect.defect)


def rewritten(note: Note, link: Link, name: str, shown: str | None = None) -> Edit | None:
    """Return the edit that lets a link lead to `name`, its part after `#` kept.

    The reader sees what he saw: a wikilink without a display text gets its old one
    (or `shown`). None where the name cannot stand in such a link.
    """
    written = note.text[link.target_start : link.target_end]
    path, mark, subpath = written.partition("#")
    if link.kind == "md":
        if "\\" in path or "%23" in path:
            return None
        name = encoded(name, pointed=note.text.startswith("<", link.target_start - 1))
    elif any(sign in name for sign in "#^|[]"):
        return None
    display = ""
    if link.kind == "wiki" and link.display_start < 0 and not link.embed:
        display = f"{_pipe(note, link)}{shown or link.display}"
    span = Span(link.target_start, link.target_end)
    return Edit(span, f"{name}{mark}{subpath}{display}")


def _pipe(note: Note, link: Link) -> str:
    in_table = any(table.start <= link.start < table.end for table in note.tables)
    return "\\|" if in_table else "|"


def _quoted(paths: tuple[NotePath, ...]) -> list[str]:
    return [f"'{path}'" for path in paths]


def _choice(paths: tuple[NotePath, ...], source: NotePath, vault: Vault) -> str:
    """Return the shortest safe link texts to several files."""
    return either([vault.shortest_path(path, source) for path in paths])


def _nothing_is_called(name: str) -> str:
    what = "file" if extension(name) in _FILE_TYPES else "note"
    return f"no {what} is at '{name}'" if "/" in name else f"no {what} is called '{name}'"


def _did_you_mean(name: str, source: NotePath, vault: Vault) -> str:
    if name.lower().startswith("www."):
        return f"; a web address begins with 'https://', as in 'https://{name}'"
    found = _meant(name, source, vault)
    return f"; did you mean '{found}'?" if found else ""


def _meant(name: str, source: NotePath, vault: Vault) -> str | None:
    """Return the one name that a missing target was probably meant to be."""
    last, ending = name_of(name.rstrip("/")), ""
    if folder_of(name):
        there = vault.resolve(last, source)
        if isinstance(there, Found):
            return vault.link_to(there.path, source) + (name[-3:] if is_note(name) else "")
    if extension(last) in _FILE_TYPES:
        return vault.nearest("file", last)
    if is_note(last):
        last, ending = last[:-3], last[-3:]
    found = vault.nearest("note", last)
    if found:
        return found + ending
    files = vault.with_stem(last)  # only its extension is missing
    return name_of(files[0]) if len(files) == 1 else None


def _no_heading(link: Link, path: NotePath, source: NotePath, vault: Vault) -> str:
    texts = [text for _, text in vault.facts_of(path).headings]
    reduced = {reduced_heading(text) for text in texts}
    parts = [part.strip() for part in link.target.split("#")[1:] if reduced_heading(part)]
    missing = next(part for part in parts if reduced_heading(part) not in reduced)
    whose = _note_called(path, source)
    near = SimilarNames(texts).nearest(missing)
    hint = f"; did you mean '{near}'?" if near else ""
    return f"{whose} has no heading '{missing}'{hint}"


def _note_called(path: NotePath, source: NotePath) -> str:
    return "this note" if path == source else f"'{called(path)}'"
