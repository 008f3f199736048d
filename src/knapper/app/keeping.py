"""Surveys that are kept: only what changed since the last one is read.

A kept survey says with what stamp and digest each note was read. A note that has the same
stamp is the same, and so is one that only has another stamp. Of notes that are others
the facts are compared; what that changes for the rest is what any change of a vault does
(`difference`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from functools import cache as once
from functools import cached_property, partial

from knapper.app.batch import Earlier, Judged, Texts, judge_again, judged
from knapper.app.fingerprint import fingerprint
from knapper.app.survey import Progress, Survey, survey
from knapper.app.workspace import Workspace, facts
from knapper.core.asked import Questions
from knapper.core.bucket import UNREAD, Bucket, Kept, bucket_with
from knapper.core.found import Found
from knapper.core.in_order import InOrder
from knapper.core.note import Note
from knapper.core.paths import NotePath
from knapper.core.shelf import Shelf, bucket_of, folded_up, unpacked_facts
from knapper.core.vault import Vault
from knapper.shell.cache import Cache, DamagedCacheError, Stored
from knapper.shell.listing import STAMP, UNSETTLED, StampedFiles, stamped_files

__all__ = ["Later", "kept_survey"]

Stamp = Callable[[NotePath], bytes]

Later = Callable[[Callable[[], None]], object]
"""Takes what is to be done when all else is done."""

_OVERFULL = 256
"""More notes than this in a bucket are too many to look one up."""

_PART = 4
"""Where more than this part of the notes (a quarter) is concerned, all are read anew."""


class _TooMuchError(Exception):
    """So much has changed that it is quicker to begin anew."""


def kept_survey(
    workspace: Workspace, later: Later, *, processes: int = 1, progress: Progress
) -> Survey:
    """Return the survey of all notes of a vault; `later` it is kept for the next time."""
    listed = stamped_files(workspace.root, workspace.tree)
    listing = listed.digest()
    cache = Cache(workspace.root, fingerprint(workspace))
    later(cache.close)
    stored = cache.load()
    texts = Texts(workspace, {})
    anew = partial(_anew, texts, processes=processes, progress=progress)
    if stored is not None:
        try:
            if listing and stored.listing == listing:
                return _as_it_was(texts, cache, stored, anew)
            return _Renewal(texts, cache, stored, listed).survey(listing, later)
        except DamagedCacheError:
            cache.discard()
        except _TooMuchError:
            pass
    done = anew()
    later(lambda: _save(cache, listing, done, listed.stamp))
    return done


def _anew(texts: Texts, *, processes: int, progress: Progress) -> Survey:
    """Return the survey of a vault of which nothing is known."""
    wanted = InOrder(sorted([*texts.workspace.checked, *texts.workspace.attachments]))
    return survey(texts, wanted, keep=True, processes=processes, progress=progress)


def _save(cache: Cache, listing: bytes, done: Survey, stamp: Stamp) -> None:
    buckets = done.buckets()
    believed = b"" if any(bucket.has_unread for bucket in buckets) else listing
    rows = ((number, _row(bucket, stamp)) for number, bucket in enumerate(buckets))
    cache.save(None, believed, done.found, rows, len(buckets))


def _as_it_was(texts: Texts, cache: Cache, stored: Stored, anew: Callable[[], Survey]) -> Survey:
    """Return the stored survey of a vault in which nothing changed.

    Most of it is read when it is asked for; what turns out to be damaged is made anew.
    """

    @once
    def buckets() -> Sequence[Bucket]:
        try:
            return [bucket for _, bucket in cache.buckets()]
        except DamagedCacheError:
            cache.discard()
            return anew().buckets()

    shelf = _shelf(buckets, lambda number: _facts_in(texts, cache, number, buckets()[number]))
    vault = Vault(texts.workspace.tree.files, shelf, texts.workspace.settings)
    return Survey(stored.found, vault, buckets)


def _shelf(buckets: Callable[[], Sequence[Bucket]], texts: Callable[[int], Sequence[str]]) -> Shelf:
    return Shelf(lambda: [bucket.paths for bucket in buckets()], texts)


def _facts_in(texts: Texts, cache: Cache, number: int, bucket: Bucket) -> Sequence[str]:
    """Return the facts of the notes of a stored bucket; if they are damaged, from the notes.

    So they are right of notes that are the same as they were.
    """
    if bucket.facts:
        return unpacked_facts(bucket.facts)
    try:
        return cache.facts(number)
    except DamagedCacheError:
        return [folded_up(facts(texts.read(path))) for path in bucket.paths]


def _row(bucket: Bucket, stamp: Stamp) -> tuple[bytes, Bucket]:
    """Return the stamps of the notes of a bucket, and it; what could not be read has none."""
    unread = (bucket.digest(at) == UNREAD for at in range(len(bucket.paths)))
    known = map(stamp, bucket.paths)
    return b"".join(
        UNSETTLED if bad else one for bad, one in zip(unread, known, strict=True)
    ), bucket


def _stamps(row: bytes) -> list[bytes]:
    return [row[at : at + STAMP] for at in range(0, len(row), STAMP)]


class _Renewal:
    """A stored survey that is brought up to date."""

    def __init__(self, texts: Texts, cache: Cache, stored: Stored, listed: StampedFiles) -> None:
        self.texts, self.cache, self.stored = texts, cache, stored
        self.stamps, self.stamp = listed.by_path(), listed.stamp
        self.workspace = texts.workspace
        self.rows, self.is_done = cache.buckets(), False
        self.paths = frozenset(path for _, bucket in self.rows for path in bucket.paths)
        if len(self.stamps) > _OVERFULL * len(self.rows):
            raise _TooMuchError

    def survey(self, listing: bytes, later: Later) -> Survey:
        """Read what is otherwise, and judge what that concerns; it is kept `later`."""
        stamped = self._stamped()
        gone = self.paths - self.stamps.keys()
        fresh = self._fresh(stamped)
        before = self._before
        known = {path: facts(note) for path, note in fresh.items()}
        changed = {path: one for path, one in known.items() if before.vault.known(path) != one}
        after = before.vault.updated(changed, gone, frozenset(self.workspace.tree.files))
        concerned = before.concerned(after, {*changed, *gone}) - fresh.keys() - gone
        self._limit(concerned)
        verdicts = dict(self._verdicts(fresh, concerned, after))
        found = self.stored.found.only(lambda path: path not in gone)
        found = found.updated((path, verdict.findings) for path, verdict in verdicts.items())
        asked = {path: verdict.questions for path, verdict in verdicts.items()}
        kept = {
            path: Kept(
                path, folded_up(known[path]), self.texts.digest(note), asked.get(path, Questions())
            )
            for path, note in fresh.items()
        }
        touched = {*stamped, *gone, *concerned}
        self.is_done = True
        later(lambda: self._save(listing, found, touched, kept, asked))
        buckets = once(lambda: self._merged(self._renewed(touched, kept, asked)))
        return Survey(found, after, buckets)

    def _facts_in(self, number: int) -> Sequence[str]:
        """Return the facts of a bucket: those that were, until it is known what changed."""
        if not self.is_done:
            return self.cache.facts(number)
        return _facts_in(self.texts, self.cache, number, self.rows[number][1])

    def _stamped(self) -> dict[NotePath, bytes]:
        """Return the notes of which the stamp is another one, and the digests that they had.

        What is new had none. Most buckets are the same, and seen to be as a whole.
        """
        found = dict.fromkeys(self.stamps.keys() - self.paths, b"")
        for row, bucket in self.rows:
            now = [self.stamps.get(path, b"") for path in bucket.paths]
            if b"".join(now) == row and UNSETTLED not in now:
                continue
            for at, (path, old, new) in enumerate(
                zip(bucket.paths, _stamps(row), now, strict=True)
            ):
                if new and (new == UNSETTLED or new != old):
                    found[path] = bucket.digest(at)
        return found

    def _fresh(self, stamped: Mapping[NotePath, bytes]) -> dict[NotePath, Note]:
        """Read notes of which the stamp is another one, and return those that are others."""
        fresh: dict[NotePath, Note] = {}
        for path, before in stamped.items():
            note = self.texts.read(path)
            digest = self.texts.digest(note)
            if digest == UNREAD or digest != before:
                fresh[path] = note
                self._limit(fresh)
        return fresh

    def _limit(self, paths: Sized) -> None:
        if len(paths) > len(self.stamps) // _PART + 1:
            raise _TooMuchError

    @cached_property
    def _before(self) -> Survey:
        """The survey as it is stored."""
        buckets = [bucket for _, bucket in self.rows]
        files = self.paths - self.workspace.tree.odd.keys()
        shelf = _shelf(lambda: buckets, self._facts_in)
        vault = Vault(files, shelf, self.workspace.settings)
        return Survey(self.stored.found, vault, lambda: buckets)

    def _verdicts(
        self, fresh: Mapping[NotePath, Note], concerned: Iterable[NotePath], vault: Vault
    ) -> Iterator[tuple[NotePath, Judged]]:
        for path, note in fresh.items():
            if self.workspace.is_checked(path):
                yield path, judged(self.texts, vault, note, keep=True)
        paths = sorted(concerned)
        earlier = dict(self._earlier(paths))
        again = judge_again(self.texts, vault, earlier, paths, keep=True)
        yield from zip(paths, again, strict=True)

    def _earlier(self, paths: Iterable[NotePath]) -> Iterator[tuple[NotePath, Earlier]]:
        """Yield what is stored of the judgement of notes; no sketch is."""
        for path in paths:
            bucket = self.rows[bucket_of(path, len(self.rows))][1]
            found = self.stored.found.packed.get(path, b"")
            yield path, Earlier(b"", bucket.digest(bucket.paths.index(path)), found)

    # -- keeping -------------------------------------------------------------------------

    def _save(
        self,
        listing: bytes,
        found: Found,
        touched: Iterable[NotePath],
        fresh: Mapping[NotePath, Kept],
        asked: Mapping[NotePath, Questions],
    ) -> None:
        was, now_is = self.stored.found.packed.items(), found.packed.items()
        otherwise = {path for path, _ in was ^ now_is}
        rows = {
            number: row
            for number, bucket in self._renewed(touched, fresh, asked).items()
            if (row := _row(bucket, self.stamp)) != self.rows[number]
            or any(map(otherwise.__contains__, bucket.paths))
        }
        now = [rows.get(number, row) for number, row in enumerate(self.rows)]
        believed = listing if all(UNSETTLED not in _stamps(row[0]) for row in now) else b""
        if rows or believed != self.stored.listing:
            self.cache.save(self.stored, believed, found, rows.items(), len(self.rows))

    def _merged(self, renewed: Mapping[int, Bucket]) -> list[Bucket]:
        return [renewed.get(number, bucket) for number, (_, bucket) in enumerate(self.rows)]

    def _renewed(
        self,
        touched: Iterable[NotePath],
        fresh: Mapping[NotePath, Kept],
        asked: Mapping[NotePath, Questions],
    ) -> dict[int, Bucket]:
        """Return the buckets that may be others now, by their number."""
        by_bucket: dict[int, set[NotePath]] = {}
        for path in touched:
            by_bucket.setdefault(bucket_of(path, len(self.rows)), set()).add(path)
        renewed: dict[int, Bucket] = {}
        for number, paths in by_bucket.items():
            old = self.rows[number][1].kept(self._facts_in(number))
            kept = {one.path: one for one in old if one.path in self.stamps}
            kept |= {path: fresh[path] for path in paths if path in fresh}
            renewed[number] = bucket_with(kept.values()).with_questions(asked)
        return renewed
