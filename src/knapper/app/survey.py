"""Reading and judging all notes of a vault, and some of them with other texts."""

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from knapper.app.batch import Earlier, Judged, Texts, earlier_in, judge_again, look
from knapper.app.claims import Claims
from knapper.app.workspace import facts
from knapper.core.asked import LINKED, key_of
from knapper.core.bucket import Bucket
from knapper.core.difference import difference
from knapper.core.first_look import FirstLook
from knapper.core.found import Found
from knapper.core.names import Names
from knapper.core.paths import NotePath
from knapper.core.shelf import Shelf, bucket_of, in_buckets, unpacked
from knapper.core.vault import Vault
from knapper.shell.cores import spread

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
    files = (
        sorted({*workspace.tree.files, *texts.instead}) if texts.instead else workspace.tree.files
    )
    odd = workspace.tree.odd
    names, paths = Names(files), in_buckets(sorted({*files, *odd}) if odd else files)
    processes = processes if len(workspace.checked) > _MANY else 1
    first = partial(look, texts, FirstLook(names, workspace.settings), judged, keep=keep)
    buckets: list[Bucket] = []
    found: dict[NotePath, bytes] = {}
    claims, sketches = Claims(paths), list[bytes]()
    for batch in spread(first, paths, processes):
        claims.add(len(buckets), batch.granted)
        sketches.append(batch.sketches)
        here = paths[len(buckets)]  # one text each, shared by all
        buckets.append(batch.bucket._replace(paths=here))
        found.update((path, some) for path, some in zip(here, batch.found, strict=True) if some)
        progress(len(buckets), len(paths))

    def facts_in(number: int) -> Sequence[str]:
        return unpacked(buckets[number].facts)

    shelf = Shelf(lambda: paths, facts_in)
    vault = Vault(names, shelf, workspace.settings)
    first_found = Found(found)
    wrong: dict[NotePath, Earlier] = {}
    for path in {*claims.mistaken(vault, facts_in)}:
        number = bucket_of(path, len(paths))
        known = earlier_in(sketches[number], paths[number].index(path))
        wrong[path] = known._replace(diagnostics=first_found.diagnostics(path))
    del claims, sketches
    verdicts = dict(_judged_again(texts, vault, wrong, processes, keep=keep))
    final = first_found.updated((path, verdict.findings) for path, verdict in verdicts.items())
    asked = {path: verdict.questions for path, verdict in verdicts.items() if keep}
    for number, bucket in enumerate(buckets):
        buckets[number] = bucket.with_questions(asked)
    return Survey(final, vault, lambda: buckets)


def _judged_again(
    texts: Texts, vault: Vault, wrong: Mapping[NotePath, Earlier], processes: int, *, keep: bool
) -> Iterator[tuple[NotePath, Judged]]:
    """Yield the verdicts on notes for which too much was taken for granted."""
    paths = sorted(wrong)
    batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    # a vault that is read from many batches is not handed round but inherited
    again = partial(judge_again, texts, vault, wrong, keep=keep)
    for batch, verdicts in zip(batches, spread(again, batches, processes), strict=True):
        yield from zip(batch, verdicts, strict=True)


def with_texts(before: Survey, texts: Texts, judged: AbstractSet[NotePath]) -> Survey:
    """Return the survey of a vault in which some notes have other texts than on disk.

    Only notes of `judged` are judged by these.
    """
    fresh = {path: facts(texts.read(path)) for path in texts.instead}
    vault = before.vault.updated(fresh, (), before.vault.names.files | fresh.keys())
    paths = sorted((before.concerned(vault, fresh) | fresh.keys()) & judged)
    verdicts = zip(paths, judge_again(texts, vault, {}, paths, keep=False), strict=True)
    found = before.found.updated((path, verdict.findings) for path, verdict in verdicts)
    return Survey(found, vault, before.buckets)
