"""What is wrong with a link: judged once, for all rules of the family.

A link that does not plainly lead to its place is a `Suspect`. Each suspect has one
`Defect`, and each defect belongs to one rule: where a missing target is explained
(a title, an alias, a time, …), `broken-wikilink` is silent.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple
from unicodedata import category, normalize

from knapper.checks.links.daily import is_daily
from knapper.checks.links.doubt import doubtful_file, doubtful_heading
from knapper.checks.links.web import anchored_heading, has_html_anchor, is_route
from knapper.core.frontmatter import PropertyLink
from knapper.core.inline import Link
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, folded, folder_of, is_note, join, name_of, stem_of, tidy
from knapper.core.vault import Ambiguous, Found, Missing, Vault, reduced_heading, slug

__all__ = ["Defect", "Suspect", "in_body", "judge", "judge_part", "suspects"]

Defect = Literal[
    "missing", "missing-daily", "alias", "title", "time", "url", "prompt", "empty",
    "ambiguous", "collision", "doubtful", "case", "heading", "view", "block", "footnote",
    "anchor", "route",
]  # fmt: skip


class Suspect(NamedTuple):
    """A link and what is wrong with it.

    `paths` are the files in question: those that it could mean, the one that it
    leads to, or the notes that explain a missing one; `heading` is that of the file
    that a doubtful link may mean, or that an anchor of web pages does.
    """

    link: Link
    defect: Defect
    paths: tuple[NotePath, ...] = ()
    heading: str = ""


def suspects(note: Note, vault: Vault) -> tuple[Suspect, ...]:
    """Return the links of a note, properties included, that do not plainly hold.

    The links of a template are not judged: they will stand elsewhere.
    """
    return vault.once(note, _suspects)


def in_body(note: Note, vault: Vault, *defects: Defect) -> Iterable[Suspect]:
    """Return the suspects in the text of a note that have one of these defects."""
    found = suspects(note, vault)
    if not found:
        return ()  # as in nearly every note
    return [one for one in found if one.defect in defects and one.link.start >= note.body]


def judge(link: Link, source: NotePath, vault: Vault) -> Iterator[Suspect]:
    """Yield what is wrong with one link of `source`, nothing if all is well."""
    resolved = vault.resolve(link.target, source)
    if isinstance(resolved, Found):
        yield from _judge_found(link, resolved.path, vault)
    elif _is_filled_in_later(link.target):
        return
    elif isinstance(resolved, Ambiguous):
        paths = resolved.candidates
        yield Suspect(link, "collision" if _one_name(paths) else "ambiguous", paths)
    elif isinstance(resolved, Missing):
        yield from _judge_missing(link, source, vault)


def _suspects(note: Note, vault: Vault) -> tuple[Suspect, ...]:
    if vault.settings.is_template(note.path):
        return ()
    doubtful = vault.doubtful(note.targets, note.path)
    if not doubtful:
        return ()
    found: list[Suspect] = []
    for link in note.links:
        if link.target in doubtful:
            found += _judge_in_text(link, note, vault)
    for property_link in note.frontmatter_links:
        if property_link.link in doubtful:
            found += judge(_as_link(property_link), note.path, vault)
    return tuple(found)


def _judge_in_text(link: Link, note: Note, vault: Vault) -> Iterator[Suspect]:
    resolved = vault.resolve(link.target, note.path)
    name, mark, subpath = link.target.partition("#")
    if isinstance(resolved, Found) and name and resolved.path.endswith((name, f"{name}.md")):
        if mark:
            yield from _judge_subpath(link, subpath, resolved.path, vault)
    elif not _is_read_otherwise(note.text, link):
        for suspect in judge(link, note.path, vault):
            if suspect.defect == "heading" and suspect.paths == (note.path,):
                named = link.kind == "md" and has_html_anchor(note.text, subpath)
                yield suspect._replace(defect="anchor") if named else suspect
            else:
                yield suspect


def _as_link(found: PropertyLink) -> Link:
    """Return the link of a property in the form of those in the text."""
    start, end = found.span
    kind: Literal["wiki", "md"] = "md" if found.kind == "md" else "wiki"
    return Link(start, end, found.link, found.display or found.link, kind, False, start, end, -1)


# -- links that lead to a file ---------------------------------------------------------


def _judge_found(link: Link, path: NotePath, vault: Vault) -> Iterator[Suspect]:
    name, mark, subpath = link.target.partition("#")
    if not name.strip() and not subpath.strip():
        if link.kind == "wiki":
            yield Suspect(link, "empty")
        return
    if "\\" in name:  # Obsidian Help: `/` on every system
        yield Suspect(link, "doubtful", (path,))
    elif _differs_in_case(name, path):
        yield Suspect(link, "case", (path,))
    if mark:
        yield from _judge_subpath(link, subpath, path, vault)


def _differs_in_case(name: str, path: NotePath) -> bool:
    """Tell whether a name and the end of the path that it means differ in case.

    Two spellings of one letter (NFC and NFD) and blanks of another kind are no
    difference in case, nor is the way up (`../`), nor an extension that the link leaves out.
    """
    written = name.rpartition("./")[2]
    if path.endswith((written, f"{written}.md")):  # nearly always, and cheap
        return False
    written, whole = normalize("NFC", tidy(written)).removeprefix("/"), normalize("NFC", tidy(path))
    ending = whole[-3:] if is_note(whole) else ""
    return bool(written) and not whole.endswith((written, f"{written}{ending}"))


def judge_part(subpath: str, path: NotePath, vault: Vault) -> Defect | None:
    """Return what is wrong with naming a part of a file (without the first `#`), if anything."""
    link = Link(0, 0, f"{path}#{subpath}", "", "wiki", False, 0, 0, -1)
    return next((one.defect for one in _judge_subpath(link, subpath, path, vault)), None)


def _judge_subpath(link: Link, subpath: str, path: NotePath, vault: Vault) -> Iterator[Suspect]:
    found = vault.subpath_in(path, subpath) if subpath.strip() else None
    if found is None or found.found:
        return
    if subpath.startswith(":~:") or _is_filled_in_later(subpath):
        return
    facts = vault.facts_of(path)
    match found.type:
        case "block" if "=" in subpath or path.lower().endswith(".excalidraw.md"):
            return  # a part of a drawing, which only the plugin Excalidraw knows
        case "block" | "footnote":
            yield Suspect(link, found.type, (path,))
        case "base-view":
            if facts.views:  # a base that cannot be read names none, and tells it itself
                yield Suspect(link, "view", (path,))
        case "heading":
            if _holds_loosely(subpath, facts) or _is_made_up_time(link):
                return
            if heading := doubtful_heading(subpath, facts):
                yield Suspect(link, "doubtful", (path,), heading)
            elif heading := anchored_heading(subpath, facts):
                yield Suspect(link, "anchor", (path,), heading)
            else:
                yield Suspect(link, "heading", (path,))


def _holds_loosely(subpath: str, facts: Facts) -> bool:
    """Tell whether the headings `#A#B` stand there in this order, nested or not.

    How Obsidian reads a chain whose parts are not nested was not observed, nor what
    a block id at the end of a heading does to its name: both get the benefit.
    """
    parts = [part for part in map(reduced_heading, subpath.split("#")) if part]
    if not parts:
        return True
    waiting = iter(parts)
    part = next(waiting)
    for _, text in facts.headings:
        if part in (reduced_heading(text), reduced_heading(_BLOCK_ID.sub("", text))):
            following = next(waiting, None)
            if following is None:
                return True
            part = following
    return False


_BLOCK_ID = re.compile(r"(?<=\s)\^[A-Za-z0-9-]++\Z")


# -- links that lead nowhere -----------------------------------------------------------


def _judge_missing(link: Link, source: NotePath, vault: Vault) -> Iterator[Suspect]:
    name = tidy(link.target.partition("#")[0])
    if not name or link.target.startswith("|"):
        yield Suspect(link, "empty")
    elif link.kind == "md":
        if not (_is_made_up_time(link) or _is_known_elsewhere(name, source, vault)):
            yield _doubtful(link, name, source, vault) or _plain_missing(link, name, vault)
    elif not _is_no_link(link, name) and not _leads_out(name, source):
        yield (
            _doubtful(link, name, source, vault)
            or _explained(link, name, vault)
            or _plain_missing(link, name, vault)
        )


def _doubtful(link: Link, name: str, source: NotePath, vault: Vault) -> Suspect | None:
    path = doubtful_file(name, link.kind, source, vault)
    return Suspect(link, "doubtful", (path,)) if path else None


def _plain_missing(link: Link, name: str, vault: Vault) -> Suspect:
    if link.kind == "md" and not link.embed and is_route(name):
        return Suspect(link, "route")
    bare = name[:-3] if is_note(name) else name
    return Suspect(link, "missing-daily" if is_daily(bare, vault.settings) else "missing")


def _explained(link: Link, name: str, vault: Vault) -> Suspect | None:
    """Return the suspect with the reason why no note has the name, if there is one."""
    if _URL.match(link.target):
        return Suspect(link, "url")
    if _TIME.fullmatch(name):
        return Suspect(link, "time")
    if "link name:" in name.lower():
        return Suspect(link, "prompt")
    if notes := vault.aliased(name):
        return Suspect(link, "alias", tuple(notes))
    title = name[:-3] if is_note(name) else name
    if _may_be_title(title) and not is_daily(title, vault.settings):
        # a path to a note of this very name is wrong in its folders, and no title
        notes = [one for one in vault.titled(title) if not _is_called(one, name_of(title))]
        return Suspect(link, "title", tuple(notes)) if notes else None
    return None


def _may_be_title(name: str) -> bool:
    """Tell whether a file name made of a title would still say it.

    `110` may be another number than `1.10`, and a word without its marks another word.
    """
    return (
        len(slug(name)) >= _LEAST_SLUG
        and _FIGURES.search(name) is None
        and (name.isascii() or not any(category(sign)[0] == "M" for sign in name))
    )


def _is_called(path: NotePath, name: str) -> bool:
    return folded(stem_of(path)) == folded(name)


_URL = re.compile(r"[a-z][a-z0-9+.-]*+://|mailto:|www\.", re.IGNORECASE)
_TIME = re.compile(r"\d{1,3}(?::\d\d){1,3}", re.ASCII)
_LEAST_SLUG = 4  # `C++` and `C#` are no titles of `c.md`
_FIGURES = re.compile(r"\d(?:[^\w ]|_)+\d")


# -- what only looks like a link, or may well lead somewhere ---------------------------


def _one_name(paths: tuple[NotePath, ...]) -> bool:
    """Tell whether paths are one and the same but for case or Unicode form."""
    return len(paths) > 1 and len(set(map(folded, paths))) == 1


def _is_filled_in_later(target: str) -> bool:
    """Tell whether a template (`{{title}}`, Templater's `<% … %>`) will write the target."""
    return "{{" in target or "<%" in target


def _is_no_link(link: Link, name: str) -> bool:
    """Tell whether brackets that Obsidian reads as a link were not meant as one.

    An array (`[[1,2],[3,4]]`), a test in a shell (`[[ -f x ]]`), or an anchor.
    """
    if _ARRAY.search(link.target) or "<a " in link.target:
        return True
    return link.target_start - link.start > 2 + link.embed and name[0] in "-!$\"'("


def _is_read_otherwise(text: str, link: Link) -> bool:
    """Tell whether a wikilink is the text of a Markdown link or of an anchor.

    `[[1]](https://x)` is how a citation is copied; `>[[00:00:04]]</a>` is the label
    of a timestamp, which has rules of its own.
    """
    if link.kind != "wiki":
        return False
    if text.startswith("</a", link.end):
        return text.startswith(">", max(0, link.start - 1))
    return _DESTINATION.match(text, link.end) is not None


def _is_made_up_time(link: Link) -> bool:
    """Tell whether this is `[00:24:20](#t=00:24:20)`: `timestamp-fake-link` has it."""
    if link.kind != "md" or not _TIME.fullmatch(link.display):
        return False
    return _MADE_UP.fullmatch(link.target) is not None


def _is_known_elsewhere(name: str, source: NotePath, vault: Vault) -> bool:
    """Tell whether a Markdown link may hold though it leads to no note.

    Folders, files without an extension and hidden files work in other tools, as do
    a query (`x.png?raw=true`) and an address from the root of a site.
    """
    if _leads_out(name, source) or not name.strip("./?*_- \u2026"):
        return True  # `[x](...)` is a place that was left open
    if any(part[0] == "." and part not in (".", "..") for part in name.split("/") if part):
        return True
    bare, query, _ = name.partition("?")
    if (query or name[0] == "/") and isinstance(vault.resolve(bare.lstrip("/"), source), Found):
        return True
    places = (join(folder_of(source), name), name.strip("/"))
    return any(_exists(place, vault) for place in places if place)


def _exists(path: NotePath, vault: Vault) -> bool:
    """Tell whether there is a folder or a file of exactly this path."""
    key = folded(path)
    return vault.has_folder(key) or any(folded(one) == key for one in vault.named(name_of(key)))


def _leads_out(name: str, source: NotePath) -> bool:
    """Tell whether the way leads out of the vault, where we cannot look."""
    return ".." in name and join(folder_of(source), name) is None


_ARRAY = re.compile(r"\][ ]*+,[ ]*+\[")
_DESTINATION = re.compile(
    r"\((?:[^\s()]|\([^\s()]*+\))+(?:[ \t]++(?:\"[^\"\n]*+\"|'[^'\n]*+'))?[ \t]*+\)"
)
_MADE_UP = re.compile(r"#t=[0-9hms:.,]*+|#[0-9][0-9:]*+|[0-9][0-9:]{2,20}+")
