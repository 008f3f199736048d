"""The rules, read from the notes in `rules/`, each beside its check.

A rule's note has flat frontmatter (`summary`, `severity`, `since`, `tags`,
`enabled: false`, `was:`) and a body; a `##` section with a `bad` or `good` fence
is an example, and so a test, named by its heading. Fences of an example:

    ```md bad            the note under test (`md bad Folder/Name.md`: its path)
    ```md good           the same, where the rule must stay silent
    ```text bad Plan.png an attachment under test, of which only the name counts
    ```md Other.md       another file of the same little vault
    ```findings          lines of `line:column message`, all that the rule says
    ```md fixed          the note after all fixes; absent: nothing may change
    ```toml options      options of the rule

The word `escaped` before a path, or after fixed, spells out what cannot be seen there
and in the text:
`\\s` blank, `\\t` tab, `\\r` CR, `\\u00a0` any code point, `\\xff` a byte (from
0x80 on one that is not UTF-8), `\\\\` a backslash; one backslash at the very end takes the
last line end away.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import NamedTuple, cast

from knapper.core.errors import RuleError
from knapper.core.frontmatter import read_frontmatter
from knapper.core.paths import NotePath, folder_of, stem_of
from knapper.core.rule import CHECKS, SEVERITIES, Check, Rule, Severity

__all__ = ["Example", "RuleNote", "read_examples", "read_rule_note", "rule_of"]

_KEYS = frozenset(("summary", "severity", "since", "tags", "aliases", "enabled", "was"))
_ESCAPES = re.compile(r"\\(?:([str\\])|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\n)\Z)")
_INVISIBLE = {"s": " ", "t": "\t", "r": "\r", "\\": "\\"}


class RuleNote(NamedTuple):
    """A note of `rules/`, read."""

    name: str
    family: str
    summary: str
    severity: Severity
    since: str
    enabled: bool
    was: tuple[str, ...]
    body: str


class Example(NamedTuple):
    """One section of a rule's note that is a test."""

    title: str
    path: NotePath
    text: str
    bad: bool
    files: Mapping[NotePath, str]
    findings: tuple[str, ...]
    fixed: str | None
    options: Mapping[str, object]


class _Fence(NamedTuple):
    info: str
    text: str


def read_rule_note(path: NotePath, text: str) -> RuleNote:
    """Read a rule's note; raises `RuleError` for keys and values that mean nothing."""
    frontmatter = read_frontmatter(text)
    data = frontmatter.data
    if unknown := sorted(set(data) - _KEYS):
        raise RuleError(path, f"unknown key '{unknown[0]}'; known are {', '.join(sorted(_KEYS))}")
    severity = data.get("severity")
    if severity not in SEVERITIES:
        raise RuleError(path, f"severity is {severity!r}; it is one of {', '.join(SEVERITIES)}")
    summary = data.get("summary")
    if not isinstance(summary, str) or not summary:
        raise RuleError(path, "the summary is missing; it is one sentence")
    was = data.get("was") or []
    return RuleNote(
        name=stem_of(path),
        family=folder_of(path),
        summary=summary,
        severity=severity,
        since=str(data.get("since", "")),
        enabled=data.get("enabled") is not False,
        was=(was,) if isinstance(was, str) else tuple(map(str, cast(list[object], was))),
        body=text[frontmatter.span.end :].strip() + "\n",
    )


def rule_of(note: RuleNote, checks: Mapping[str, Check] = CHECKS) -> Rule:
    """Pair a rule's note with its check."""
    found = checks.get(note.name)
    if found is None:
        raise RuleError(f"{note.family}/{note.name}.md", "no check function has this name")
    defaults = {name: option.default for name, option in found.options.items()}
    return Rule(note.name, found, note.severity, note.enabled, note.summary, note.family, defaults)


def read_examples(note: RuleNote) -> tuple[Example, ...]:
    """Read the examples of a rule's note, in order."""
    examples = []
    for title, body in _sections(note.body):
        fences = tuple(_fences(body))
        if any(_words(fence)[1:2] in (["bad"], ["good"]) for fence in fences):
            examples.append(_example(f"{note.family}/{note.name}.md", title, fences))
    return tuple(examples)


def _words(fence: _Fence) -> list[str]:
    return fence.info.split(" ")


def _example(source: str, title: str, fences: Iterable[_Fence]) -> Example:
    text = fixed = None
    path, bad = "Note.md", False
    files: dict[NotePath, str] = {}
    findings: tuple[str, ...] = ()
    options: Mapping[str, object] = {}
    for fence in fences:
        kind, _, rest = fence.info.partition(" ")
        head, _, tail = rest.partition(" ")
        if fence.info == "findings":
            findings = tuple(fence.text.splitlines())
        elif fence.info == "toml options":
            options = tomllib.loads(fence.text)
        elif head in ("bad", "good") and kind in ("md", "json", "yaml", "text"):
            bad = head == "bad"
            path_given, text = _unescaped_fence(tail, fence.text)
            path = path_given or path
        elif head == "fixed":
            _, fixed = _unescaped_fence(tail, fence.text)
        elif "." in rest:
            other, words = _unescaped_fence(rest, fence.text)
            files[other] = words
        else:
            raise RuleError(source, f"'{title}': a fence called '{fence.info}' means nothing")
    if text is None:
        raise RuleError(source, f"'{title}' has no note under test")
    return Example(title, path, text, bad, files, findings, fixed, options)


def _unescaped_fence(words: str, text: str) -> tuple[NotePath, str]:
    """Return the path and the text of a fence, both without escapes if it says `escaped`."""
    head, _, rest = words.partition(" ")
    return (_unescape(rest), _unescape(text)) if head == "escaped" else (words, text)


def _unescape(text: str) -> str:
    return _ESCAPES.sub(_unescaped, text)


def _unescaped(escape: re.Match[str]) -> str:
    """Return what an escape means; a raw byte as `surrogateescape` has it (PEP 383)."""
    letter, code_point, byte, end = escape.groups()
    if end:
        return ""
    if letter:
        return _INVISIBLE[letter]
    if code_point:
        return chr(int(code_point, 16))
    return bytes((int(byte, 16),)).decode(errors="surrogateescape")


def _sections(body: str) -> Iterable[tuple[str, str]]:
    """Yield (heading, text) of the `##` sections, headings inside fences left alone."""
    title, fence = "", ""
    lines: list[str] = []
    for line in body.splitlines(keepends=True):
        mark = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            fence = "" if line.strip() == fence else fence
        elif len(mark) >= 3:
            fence = mark
        elif line.startswith("## "):
            if title:
                yield title, "".join(lines)
            title, lines = line[3:].strip(), []
            continue
        lines.append(line)
    if title:
        yield title, "".join(lines)


def _fences(text: str) -> Iterable[_Fence]:
    """Yield the fences of a section; one closes on a line of its own backticks."""
    opening, info = "", ""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        if opening:
            if line.strip() == opening:
                yield _Fence(info, "".join(lines))
                opening, lines = "", []
            else:
                lines.append(line)
        elif line.startswith("```"):
            opening = line[: len(line) - len(line.lstrip("`"))]
            info = line.strip("`").strip()
