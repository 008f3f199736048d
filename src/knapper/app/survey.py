"""Reading and judging all notes of a vault, and some of them with other texts."""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from knapper.app.batch import Earlier, Judged, Texts, judge_again, look
from knapper.app.claims import Claims
from knapper.app.workspace import facts
from knapper.core.asked import LINKED, Questions, key_of
from knapper.core.bucket import UNREAD, Bucket
from knapper.core.difference import difference
from knapper.core.first_look import FirstLook
from knapper.core.found import Found, among, packed
from knapper.core.in_a_row import InARow
from knapper.core.names import Names
from knapper.core.paths import NotePath
from knapper.core.shelf import Shelf, in_buckets, unpacked_facts
from knapper.core.vault import Vault
from knapper.shell.cores import forks, spread

__all__ = ["Progress", "Survey", "survey", "with_texts"]

Progress = Callable[[int, int], None]
"""Is told (notes done, notes in all) from time to time."""

_BATCH = 32
"""Notes that are judged again in one go."""

_MANY = 500
"""From so many notes on, a second process earns more than the 50 ms that a pool costs."""


@dataclass(frozen=True)
class Survey:
    """What is found in the notes of a vault, what is known of them, and what they asked."""

    found: Found
    vault: Vault
    buckets: Callable[[], Sequence[Bucket]]

    def concerned(self, after: Vault, changed: Collection[NotePath]) -> set[NotePath]:
        """Return the notes to be judged again when the vault has become another.

        `changed` are those of which the facts may be others.
        """
        if not changed and after.names is self.vault.names:
            return set()
        if self._asks(LINKED) and not after.links_as(self.vault, changed):
            _ = self.vault.linked  # so that it is compared
        change = difference(self.vault, after, changed)
        if not change.keys and change.renamed == ():
            return set()
        asked = (one for bucket in self.buckets() for one in bucket.asked())
        return {path for path, questions in asked if change.concerns(questions)}

    def _asks(self, words: str) -> bool:
        key = Bucket.key(key_of(words))
        return any(key in bucket.keys for bucket in self.buckets())


def survey(
    texts: Texts,
    judged: Container[NotePath],
    *,
    keep: bool = False,
    processes: int = 1,
    progress: Progress = lambda _done, _all: None,
) -> Survey:
    """Read the whole vault, and judge the notes of `judged`.

    With `keep` false the survey does not know what they asked.
    """
    workspace = texts.workspace
    files: Sequence[NotePath] = workspace.tree.files
    if texts.instead or texts.absent:
        files = sorted({*files, *texts.instead} - texts.absent)
    odd = workspace.tree.odd
    names, paths = Names(files), in_buckets(sorted({*files, *odd}) if odd else files)
    processes = processes if len(workspace.checked) > _MANY else 1
    first = partial(look, texts, FirstLook(names, workspace.settings), judged, keep=keep)
    buckets: list[Bucket] = []
    claims, first_found, sketches = Claims(paths), InARow(), InARow()
    for batch in spread(first, paths, processes):
        claims.add(len(buckets), batch.granted)
        first_found.append(batch.found)
        sketches.append(batch.sketches)
        buckets.append(batch.bucket._replace(paths=paths[len(buckets)]))  # one text each
        progress(len(buckets), len(paths))

    def facts_in(number: int) -> Sequence[str]:
        return unpacked_facts(buckets[number].facts)

    vault = Vault(names, Shelf(lambda: paths, facts_in), workspace.settings)
    mistaken = {*claims.mistaken(vault, facts_in)}
    wrong = dict(_earlier(buckets, mistaken, first_found, sketches))
    del claims, sketches  # they are much, and processes that are forked inherit it
    again: dict[NotePath, bytes] = {}
    asked: dict[NotePath, Questions] = {}
    for path, verdict in _judged_again(texts, vault, wrong, processes, keep=keep):
        again[path] = packed(verdict.findings)
        if keep:
            asked[path] = verdict.questions
    found: dict[NotePath, bytes] = {}
    for number, bucket in enumerate(buckets):
        before = among(bucket.paths, first_found[number])
        found |= {path: one for path, one in before.items() if path not in again}
        buckets[number] = bucket.with_questions(asked)
    found |= {path: one for path, one in again.items() if one}
    return Survey(Found(found), vault, lambda: buckets)


def _earlier(
    buckets: Iterable[Bucket], wanted: Container[NotePath], found: InARow, sketches: InARow
) -> Iterator[tuple[NotePath, Earlier]]:
    """Yield what is known of notes that are to be judged again."""
    for number, bucket in enumerate(buckets):
        if places := [at for at, path in enumerate(bucket.paths) if path in wanted]:
            here, drawn = (among(bucket.paths, kept[number]) for kept in (found, sketches))
            for at in places:
                path, digest = bucket.paths[at], bucket.digest(at) or UNREAD
                yield path, Earlier(drawn.get(path, b""), digest, here.get(path, b""))


def _judged_again(
    texts: Texts, vault: Vault, wrong: Mapping[NotePath, Earlier], processes: int, *, keep: bool
) -> Iterator[tuple[NotePath, Judged]]:
    """Yield the verdicts on notes for which too much was taken for granted."""
    paths = sorted(wrong)
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    # a vault that is read from many batches is inherited: it is too much to be handed round
    processes = processes if forks() else 1
    again = partial(judge_again, texts, vault, wrong, keep=keep)
    for batch, verdicts in zip(batches, spread(again, batches, processes), strict=True):
        yield from zip(batch, verdicts, strict=True)


def with_texts(before: Survey, texts: Texts, judged: AbstractSet[NotePath]) -> Survey:
    """Return the survey of a vault in which some notes are others than on disk, or absent.

    Only notes of `judged` are judged by that.
    """
    files = before.vault.names.files
    fresh = {path: facts(texts.read(path)) for path in texts.instead}
    gone = texts.absent & files
    vault = before.vault.updated(fresh, gone, (files | fresh.keys()) - gone)
    paths = sorted((before.concerned(vault, fresh.keys() | gone) | fresh.keys()) & judged)
    verdicts = zip(paths, judge_again(texts, vault, {}, paths, keep=False), strict=True)
    found = before.found.updated((path, verdict.findings) for path, verdict in verdicts)
    return Survey(found, vault, before.buckets)
