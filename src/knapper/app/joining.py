"""Joining what both sides changed, with the texts of a pair at hand."""

from collections.abc import Iterable, Mapping

from knapper.app.pair import Pair
from knapper.app.side import Side
from knapper.core.copies import copy_name, original_of
from knapper.core.paths import NotePath
from knapper.core.plan import State
from knapper.shell.store import Store
from knapper.sync.plans import Merge
from knapper.sync.reconcile import Decision
from knapper.sync.tree import is_mergeable, key

__all__ = ["LARGEST", "Joining"]

LARGEST = 8 << 20
"""Bytes of the largest file that is merged, and so kept as a base."""


class Joining:
    """Merges what decisions say, and names the copies of what does not merge."""

    def __init__(
        self, pair: Pair, store: Store, base: Mapping[NotePath, State], left: Side, right: Side
    ) -> None:
        self._pair, self._store, self._left, self._right = pair, store, left, right
        self._base = base
        self._taken: set[str] = set()
        self._copies: dict[NotePath, NotePath] = {}

    @property
    def copies(self) -> Mapping[NotePath, NotePath]:
        """The files for whose conflict copies a name was asked, with the names."""
        return self._copies

    def copy_name(self, path: NotePath) -> NotePath:
        """Return a free name for a conflict copy of a file, the same one each time."""
        if path not in self._copies:
            if not self._taken:
                self._taken = set(map(key, (*self._left.tree, *self._right.tree)))
            name = copy_name(path, self._pair.stamp, lambda name: key(name) in self._taken)
            self._taken.add(key(name))
            self._copies[path] = name
        return self._copies[path]

    def merges(
        self, decisions: Iterable[Decision], skipped: dict[NotePath, str]
    ) -> dict[NotePath, Merge]:
        """Merge what both sides changed; what cannot be read is `skipped`."""
        merges = {}
        for one in decisions:
            if one.verdict == "merge" and one.path not in skipped:
                try:
                    merges[one.path] = self._merge(one)
                except OSError as error:
                    reason = (error.strerror or str(error)).lower()
                    skipped[one.path] = f"it cannot be read: {reason}"
        return merges

    def _merge(self, one: Decision) -> Merge:
        from knapper.sync.merge import Conflicts, Merged, merge, touches  # a third of the start

        reason = "both sides changed it, and it is not a text that could be joined"
        sizes = self._left.size(one.left_path), self._right.size(one.right_path)
        copies = self._copies_of(one.path)
        if is_mergeable(one.path) and max(sizes) <= LARGEST:
            before = self._store.content(one.base)
            left = self._left.folder.read(one.left_path)
            right = self._right.folder.read(one.right_path)
            merged = merge(one.path, before, left, right)
            if copies and before is not None and touches(before, left, right):
                merged = Conflicts("an earlier conflict of it is not settled yet")
            if isinstance(merged, Merged):
                return Merge(merged.content, merged.how)
            reason = merged.reason
        winner = "right" if self._pair.mode == "push" else "left"
        loser = one.left if winner == "right" else one.right
        stays = any(self._stays(other, loser) for other in copies)
        copy = "" if stays else self.copy_name(one.path)
        return Merge(None, reason, "right" if winner == "right" else "left", copy)

    def _stays(self, copy: NotePath, loser: State | None) -> bool:
        """Tell whether a copy has this content, on both sides or new on one of them."""
        states = {self._left.tree.get(copy), self._right.tree.get(copy)}
        return states == {loser} or (states == {loser, None} and copy not in self._base)

    def _copies_of(self, path: NotePath) -> Mapping[NotePath, State]:
        """Return the conflict copies of a file that are there, on either side."""
        return {
            other: state
            for tree in (self._left.tree, self._right.tree)
            for other, state in tree.items()
            if "onflict" in other and original_of(other) == path
        }
