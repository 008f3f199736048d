"""Reading and judging the notes of a vault in batches, and forgetting them again.

A batch gives back what is kept of its notes: their facts, folded up, what was found in
them, and what that depends on. They are read in handfuls: no more of them is held at a time.
"""

import marshal
from collections.abc import Container, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256
from typing import NamedTuple

from knapper.app.workspace import Workspace, facts
from knapper.core.asked import Questions
from knapper.core.bucket import DIGEST, UNREAD, Bucket, Kept, bucket_with
from knapper.core.excerpt import Findings, findings_of
from knapper.core.first_look import FirstLook
from knapper.core.found import in_one, packed, unpacked
from knapper.core.lint import judge, lint_alone, lint_note
from knapper.core.lint import judge_again as again
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_attachment
from knapper.core.rule import Diagnostic
from knapper.core.shelf import folded_up
from knapper.core.sketch import sketch_of, sketched
from knapper.core.vault import Vault
from knapper.shell.disk import decode_note

__all__ = ["Batch", "Earlier", "Judged", "Texts", "judge_again", "judged", "look"]


class Texts(NamedTuple):
    """Where the notes of a vault are read; `instead` has texts to take for those on disk.

    What is not UTF-8 in such a text is there as Python's `surrogateescape` has it. Files
    that are `absent` count as if they were not on disk.
    """

    workspace: Workspace
    instead: Mapping[NotePath, str]
    absent: AbstractSet[NotePath] = frozenset()

    def read(self, path: NotePath) -> Note:
        """Read a note, or what is to be taken for it; an attachment is its name alone."""
        if (text := self.instead.get(path)) is not None:
            return decode_note(path, text.encode(errors="surrogateescape"))
        if is_attachment(path) and path not in self.workspace.tree.odd:
            settings = (note for note in self.workspace.broken_settings if note.path == path)
            return next(settings, Note(path, ""))
        return self.workspace.read(path)

    def digest(self, note: Note) -> bytes:
        """Return the digest of what was read as a note, and of what kept it from being read.

        The text says it all: whoever reads other bytes as the same text finds the same.
        Only of a file that the disk did not give nothing is known, perhaps but for now.
        """
        if note.trouble and not note.text and note.path not in self.workspace.tree.odd:
            return UNREAD
        said = f"{note.text}{note.trouble}" if note.trouble else note.text
        return sha256(said.encode(errors="surrogatepass")).digest()[:DIGEST]


class Batch(NamedTuple):
    """What is kept of the notes of a batch, whose paths are known.

    `granted` has what was taken for granted, by the places of the notes, marshalled; `found`
    has the findings of each, packed, and `sketches` what is kept for the case that too much
    was granted, both `in_one`: in a large vault that is much, and looked at once.
    """

    bucket: Bucket
    found: bytes
    granted: bytes
    sketches: bytes


class Earlier(NamedTuple):
    """What is known of a note that was judged, to judge it again: a sketch, if there is one.

    `found` is what was found in it, packed. Without a digest (`UNREAD`) it is not known
    whether the note is still the same.
    """

    sketch: bytes
    digest: bytes
    found: bytes


_NOTHING = Questions()

_HANDFUL = 1 << 18
"""Code points of the notes that are held at once, but for the last of them."""


def look(
    texts: Texts,
    vault: FirstLook,
    wanted: Container[NotePath],
    paths: Sequence[NotePath],
    *,
    keep: bool,
) -> Batch:
    """Read notes for the first time, and judge those that are `wanted` by what is known already.

    With `keep` false their digests, sketches, and what they asked are left out.
    """
    kept: list[Kept] = []
    found: list[bytes] = []
    granted: dict[int, tuple[object, ...]] = {}
    sketches: list[bytes] = []
    for notes in _handfuls(texts, paths):
        # one step for all of them, then the next: code that was just run runs a tenth faster
        for note in notes:
            _ = note.structure
        for note in notes:
            _ = note.inline
        known_of = [facts(note) for note in notes]
        mine = [note for note in notes if note.path in wanted]
        alone = lint_alone(mine, texts.workspace.rules_of, vault.settings)
        for note, known in zip(notes, known_of, strict=True):
            path, findings, questions, sketch = note.path, b"", _NOTHING, b""
            if path in alone:
                vault.look_at(path, known)
                verdict = judged(texts, vault, note, alone[path], keep=keep)
                findings, questions = packed(verdict.findings), verdict.questions
                if assumed := vault.granted():
                    granted[len(kept)] = tuple(assumed)
                    sketch = sketch_of(note) if keep else b""
            digest = texts.digest(note) if keep else b""
            found.append(findings)
            sketches.append(sketch)
            kept.append(Kept(path, folded_up(known), digest, questions))
    bucket = bucket_with(kept)._replace(paths=())
    return Batch(bucket, in_one(found), marshal.dumps(granted), in_one(sketches))


def _handfuls(texts: Texts, paths: Sequence[NotePath]) -> Iterator[list[Note]]:
    """Read notes, and yield them in lists of which the last one alone may be long."""
    notes: list[Note] = []
    size = 0
    for path in paths:
        notes.append(texts.read(path))
        size += len(notes[-1].text)
        if size > _HANDFUL:
            yield notes
            notes, size = [], 0
    yield notes


class Judged(NamedTuple):
    """What is found in a note (perhaps nothing), and what it asked."""

    findings: Findings
    questions: Questions


def judged(
    texts: Texts,
    vault: Vault,
    note: Note,
    alone: Sequence[Diagnostic] | None = None,
    *,
    keep: bool,
) -> Judged:
    """Judge a note by what is known; with `keep` false nothing is written down.

    `alone` is what rules say that look at no other note, if that is known.
    """
    rules = texts.workspace.rules_of(note.path)
    if not keep:
        return Judged(findings_of(note, lint_note(note, vault, rules, alone)), _NOTHING)
    verdict = judge(note, vault, rules, alone)
    return Judged(findings_of(note, verdict.diagnostics), verdict.questions)


def judge_again(
    texts: Texts,
    vault: Vault,
    earlier: Mapping[NotePath, Earlier],
    paths: Sequence[NotePath],
    *,
    keep: bool,
) -> list[Judged]:
    """Judge notes by all that is known; they are read again for it.

    A note that is as it was `earlier` says what it said, but for what the vault makes of it.
    """
    return [_judged_again(texts, vault, path, earlier.get(path), keep=keep) for path in paths]


def _judged_again(
    texts: Texts, vault: Vault, path: NotePath, earlier: Earlier | None, *, keep: bool
) -> Judged:
    note = texts.read(path)
    if earlier is None or earlier.digest == UNREAD or texts.digest(note) != earlier.digest:
        return judged(texts, vault, note, keep=keep)
    note = sketched(note, earlier.sketch) if earlier.sketch else note
    rules = texts.workspace.rules_of(path)
    before = unpacked(path, earlier.found).diagnostics if earlier.found else ()
    verdict = again(note, vault, rules, before)
    return Judged(findings_of(note, verdict.diagnostics), verdict.questions)
