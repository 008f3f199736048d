"""Rules about links whose meaning is plain though no note has their name."""

from collections.abc import Iterator

from knapper.checks.links.judgement import Suspect, in_body, suspects
from knapper.checks.links.wording import described, rewritten, span_of
from knapper.checks.timestamps.reading import video_id
from knapper.core.inline import Link
from knapper.core.note import Note
from knapper.core.paths import NotePath, folder_of
from knapper.core.rule import Finding, Fix, check
from knapper.core.text import Edit, Span
from knapper.core.timestamps import anchor, format_time, parse_time
from knapper.core.vault import Found, Vault

_HOURS_OF_A_VIDEO = 5  # beyond, minutes and seconds were probably shifted one place
_LEAK = "link name:"


@check(when=suspects)
def alias_as_target(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report wikilinks to an alias, which Obsidian does not follow."""
    for suspect in in_body(note, vault, "alias"):
        yield _finding(suspect, note, vault, _link_to(suspect, suspect.paths, note, vault))


@check(when=suspects)
def title_form(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report wikilinks that give a note's title in place of its file name."""
    for suspect in in_body(note, vault, "title"):
        notes = _own_folder_first(suspect.paths, note.path)
        suspect = suspect._replace(paths=notes)  # noqa: PLW2901 - the same one, better known
        fix = _link_to(suspect, notes, note, vault)
        if fix and " " not in suspect.link.target.partition("#")[0].strip():
            fix = fix._replace(safe=False)  # `S.H.I.E.L.D.` may be no `shield`
        yield _finding(suspect, note, vault, fix)


@check(when=suspects)
def link_to_time(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report wikilinks that name a time of a video."""
    for suspect in in_body(note, vault, "time"):
        fix = _anchor_for(suspect.link) if video_id(note) else None
        yield _finding(suspect, note, vault, fix)


@check(when=suspects)
def link_to_url(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report wikilinks that name a web address."""
    for suspect in in_body(note, vault, "url"):
        yield _finding(suspect, note, vault, _markdown_link(suspect.link))


@check(when=suspects)
def prompt_leak_link(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links that hold the words of the prompt that they were written by."""
    for suspect in in_body(note, vault, "prompt"):
        link = suspect.link
        written = link.target.partition("#")[0]
        at = written.lower().find(_LEAK)
        title, name = written[:at].rstrip(" –—-:"), written[at + len(_LEAK) :].strip()
        if not isinstance(vault.resolve(name, note.path), Found):
            message = f"{described(suspect, note.path, vault)}, and no note is called '{name}'"
            yield Finding(span_of(link), message)
            continue
        edit = rewritten(note, link, name, title)
        message = f"{described(suspect, note.path, vault)}; expected '{name}'"
        yield Finding(span_of(link), message, _fix(f"link to '{name}'", edit))


@check(when=suspects)
def link_case(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report links that differ in case from the path of their file."""
    for suspect in in_body(note, vault, "case"):
        name = suspect.link.target.partition("#")[0]
        right = _in_case_of(suspect.paths[0], name)
        fix = None
        if isinstance(vault.resolve(right, note.path), Found):
            fix = _case_fix(note, suspect.link, right)
        yield _finding(suspect, note, vault, fix)


def _case_fix(note: Note, link: Link, name: str) -> Fix | None:
    """Return the fix that writes a name as the file does; the reader sees what he saw.

    But not in a heading: links know it by all that is written there, and case does not count.
    """
    title = "write it as the file does"
    if note.heading_at(link.start) is None:
        return _fix(title, rewritten(note, link, name))
    if link.kind != "wiki":
        return None
    written = note.text[link.target_start : link.target_end].partition("#")[0]
    span = Span(link.target_start, link.target_start + len(written))
    return _fix(title, Edit(span, name), safe=False)


def _finding(suspect: Suspect, note: Note, vault: Vault, fix: Fix | None) -> Finding:
    return Finding(span_of(suspect.link), described(suspect, note.path, vault), fix)


def _fix(title: str, edit: Edit | None, *, safe: bool = True) -> Fix | None:
    if edit is None:
        return None
    # the second reader cannot know that `\\|` is the pipe of a link in a table
    return Fix(title, (edit,), safe, restructures="\\|" in edit.text)


def _link_to(suspect: Suspect, notes: tuple[NotePath, ...], note: Note, vault: Vault) -> Fix | None:
    """Return the fix that links to the only note in question, None if there are more."""
    if len(notes) != 1:
        return None
    name = vault.link_to(notes[0], note.path)
    if vault.resolve(name, note.path) != Found(notes[0]):
        return None
    return _fix(f"link to '{name}'", rewritten(note, suspect.link, name))


def _own_folder_first(notes: tuple[NotePath, ...], source: NotePath) -> tuple[NotePath, ...]:
    """Return the only note that stands beside the source, or all of them."""
    beside = tuple(path for path in notes if folder_of(path) == folder_of(source))
    return beside if len(beside) == 1 else notes


def _anchor_for(link: Link) -> Fix | None:
    """Return the fix that makes an anchor of a link to a time; its words stay before it."""
    time = parse_time(link.target)
    if time is None or not time.in_range or time.seconds >= _HOURS_OF_A_VIDEO * 3600:
        return None
    words = link.display if link.display_start >= 0 and not parse_time(link.display) else ""
    text = f"{words} {anchor(format_time(time.seconds))}".strip()
    return _fix("link it to the player", Edit(span_of(link), text), safe=False)


def _markdown_link(link: Link) -> Fix | None:
    """Return the fix that writes a web address as Markdown does."""
    url = f"https://{link.target}" if link.target.lower().startswith("www.") else link.target
    shown = link.display if link.display_start >= 0 else ""
    if any(sign in url for sign in "<>()\\") or any(sign in shown for sign in "[]\\"):
        return None
    to = f"<{url}>" if " " in url else url
    text = f"{'!' * link.embed}[{shown or link.target}]({to})"
    return _fix("write it as a Markdown link", Edit(span_of(link), text), safe=False)


def _in_case_of(path: NotePath, name: str) -> str:
    """Return a link's path with the letters of its end as the file has them."""
    kept = name.strip()
    parts = kept.split("/")
    real = path.split("/")
    if path[-3:].lower() == ".md" and not kept.lower().endswith(".md"):
        real[-1] = real[-1][:-3]
    for back in range(1, min(len(parts), len(real)) + 1):
        if parts[-back] in (".", "..", ""):
            break
        parts[-back] = real[-back]
    return "/".join(parts)
