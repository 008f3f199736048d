"""One side of a sync, as it was found: what stands where, and what cannot take part."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from unicodedata import normalize

from knapper.core.paths import NotePath
from knapper.core.plan import (
    Change,
    Copy,
    Link,
    MakeFolder,
    Move,
    RemoveFolder,
    State,
    Trash,
    Write,
    digest,
)
from knapper.shell.source import Listing, Local, Source, Stamp, is_settled
from knapper.shell.synced import Seen
from knapper.sync.renames import Trace
from knapper.sync.tree import FOLDER, is_file, link_state, parents

__all__ = ["UNSETTLED", "Side", "absent", "gone_and_new", "look", "read_if_same"]

MOMENT_AGO = "it was changed a moment ago"
BEING_MOVED = "it is being moved or written"
BEING_WRITTEN = "it is being written"
UNSETTLED = frozenset((MOMENT_AGO, BEING_MOVED, BEING_WRITTEN))
"""Reasons to leave a file alone that the next look does away with."""

_ROOM = 64 << 20

_TURNS = 100
"""In so many passes each file is read once, whatever its stamp says."""


class Side:
    """A folder, what is in it by now, and why some of it is left alone (`odd`)."""

    def __init__(self, name: str, folder: Source, listing: Listing) -> None:
        self.name = name
        self.folder = folder
        self.listing = listing
        self.tree: dict[NotePath, State] = {}
        self.stamps: dict[NotePath, Stamp] = {}
        """The stamps that can be believed at the next pass."""
        self.contents: dict[State, bytes] = {}
        """What was read, as long as it is not too much to hold."""
        self._room = _ROOM
        self.odd = dict(listing.odd)
        self.blind = frozenset(listing.blind)

    @property
    def seen(self) -> Seen:
        """What is to be remembered of the side."""
        return Seen(self.tree, self.stamps)

    def is_out(self, path: NotePath) -> bool:
        """Tell whether nothing may be concluded of a path."""
        if path in self.odd or path in self.blind:
            return True
        return bool(self.blind) and any(folder in self.blind for folder in parents(path))

    def trace(self, path: NotePath) -> Trace:
        """Return what tells a file that is there."""
        stamp = self.listing.files.get(path)
        return Trace(self.tree[path], stamp[3] if stamp else 0, stamp[0] if stamp else -1)

    def size(self, path: NotePath) -> int:
        """Return the size of a file (bytes), as it was listed; 0 if it was not."""
        stamp = self.listing.files.get(path)
        return stamp[0] if stamp else 0

    def modified(self, path: NotePath) -> int:
        """Return when a file was modified (ns), as it was listed; 0 if it was not."""
        stamp = self.listing.files.get(path)
        return stamp[1] if stamp else 0

    def hold(self, state: State, content: bytes | None) -> None:
        """Keep a content at hand that was just read, if there is room for it."""
        if content is not None and len(content) <= self._room:
            self._room -= len(content)
            self.contents[state] = content

    def pieces(self, copy: Copy) -> Iterable[bytes]:
        """Give the content that is to be copied from here; raises `OSError`."""
        content = self.contents.get(copy.digest)
        return self.folder.pieces(copy.source) if content is None else (content,)

    def apply(self, change: Change, stamps: Mapping[NotePath, Stamp]) -> None:
        """Take in a change that was carried out here."""
        path, tree = change.path, self.tree
        self.stamps.pop(path, None)
        match change:
            case Write():
                tree[path] = digest(change.content)
            case Copy():
                tree[path] = change.digest
            case Link():
                tree[path] = link_state(change.target)
            case MakeFolder():
                tree[path] = FOLDER
            case Move():
                tree[change.to] = tree.pop(path)
            case Trash() | RemoveFolder():
                tree.pop(path, None)
        if path in stamps and path in tree:
            self.stamps[path] = stamps[path]


def look(
    name: str,
    folder: Source,
    local: Local,
    known: Seen,
    *,
    now: int,
    quiet: int = 0,
    names: Collection[NotePath] = (),
    listed: Callable[[], Listing] | None = None,
) -> Side:
    """List a folder and read what is new in it; raises `OSError` if it cannot be listed.

    `known` has what was there last time: a file with the same stamp is not read again,
    but for one in a hundred in turn. What was changed in the last `quiet` nanoseconds
    is left alone. `names` are known names, for a file system that has a Unicode form of
    its own for them. `listed` gives the listing if somebody else makes it.
    """
    listing = listed() if listed else folder.listing(local)
    strange = [path for path in listing.files if not path.isascii() and path not in known.states]
    if strange:
        listing = _respelt(listing, folder, {*known.states, *names})
    side = Side(name, folder, listing)
    files, tree = listing.files, side.tree
    known_stamp = known.stamps.get
    side.stamps = {path: stamp for path, stamp in files.items() if known_stamp(path) == stamp}
    for path in list(files)[now // 1_000_000_000 % _TURNS :: _TURNS]:
        side.stamps.pop(path, None)
    tree.update({path: known.states[path] for path in side.stamps})
    for path in sorted(files.keys() - side.stamps.keys()):
        if -quiet < now - files[path][1] < quiet:  # a time far ahead says nothing
            side.odd[path] = MOMENT_AGO
        else:
            _read(side, path, now)
    tree.update(dict.fromkeys(listing.folders, FOLDER))
    tree.update((path, link_state(target)) for path, target in listing.links.items())
    return side


def _read(side: Side, path: NotePath, now: int) -> None:
    try:
        state, stamp, content = side.folder.seen(path)
    except FileNotFoundError:
        side.odd[path] = BEING_MOVED
    except OSError as error:
        side.odd[path] = f"it cannot be read: {(error.strerror or str(error)).lower()}"
    else:
        side.tree[path] = state
        side.hold(state, content)
        if stamp is None:
            side.odd[path] = BEING_WRITTEN
        elif is_settled(stamp, now):
            side.stamps[path] = stamp


def _respelt(listing: Listing, folder: Source, names: set[NotePath]) -> Listing:
    """Give names the Unicode form in which they are known, where both are one file.

    HFS+ keeps all names decomposed; a name that was written composed comes back so.
    """
    spelt = {normalize("NFC", name): name for name in names if not name.isascii()}
    there = {*listing.files, *listing.folders, *listing.links}

    def known(path: NotePath) -> NotePath:
        other = path if path.isascii() else spelt.get(normalize("NFC", path), path)
        if other == path or other in there or folder.stamp(other) != folder.stamp(path):
            return path
        return path if folder.absent(other) else other

    return listing._replace(
        files={known(path): stamp for path, stamp in listing.files.items()},
        folders=[known(path) for path in listing.folders],
        links={known(path): target for path, target in listing.links.items()},
        odd={known(path): reason for path, reason in listing.odd.items()},
    )


def gone_and_new(
    base: Mapping[NotePath, State], side: Side
) -> tuple[list[NotePath], list[NotePath]]:
    """Return the files of the base that are not there, and the files that are new."""
    gone = [
        path
        for path, state in base.items()
        if path not in side.tree and is_file(state) and not side.is_out(path)
    ]
    new = [path for path, state in side.tree.items() if path not in base and is_file(state)]
    return gone, new


def absent(side: Side, paths: list[NotePath]) -> Iterator[NotePath]:
    """Yield those of the paths that a second look does not find either.

    An error of the second look is no absence: nothing is deleted on hearsay.
    """
    for path in paths:
        try:
            if side.folder.absent(path):
                yield path
                continue
        except OSError:
            pass
        side.odd[path] = "it comes and goes"


def read_if_same(side: Side, path: NotePath) -> bytes | None:
    """Return the content of a file if it is still what was seen, None if not."""
    try:
        content = side.folder.read(path)
    except OSError:
        return None
    return content if digest(content) == side.tree.get(path) else None
