"""The folders of a vault: only what holds a file is known to be one."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from knapper.core.lazy import lazy
from knapper.core.paths import NotePath, folded, folder_of

__all__ = ["Folders", "above"]


def above(path: NotePath) -> Iterator[str]:
    """Yield the folders in which a file lies, from the inmost outward."""
    while path := folder_of(path):
        yield path


class Folders:
    """The folders of these files. They never change; `replaced` gives the next ones."""

    def __init__(self, files: Collection[NotePath]) -> None:
        self._files = files

    def has(self, folder: str) -> bool:
        """Tell whether there is a folder of this name, folded."""
        return self._counts[folder] > 0

    def first_in(self, folder: str) -> NotePath:
        """Return the first of all files in and below a folder, "" if there is none."""
        return self._first.get(folder, "")

    def replaced(self, files: Collection[NotePath], changed: Collection[NotePath]) -> "Folders":
        """Return the folders of these files; `changed` are those that come or go."""
        after = Folders(files)
        if "_counts" in self.__dict__:
            after._counts = self._counts.copy()
            for path in changed:
                after._counts.update(dict.fromkeys(above(folded(path)), 1 if path in files else -1))
        if "_first" in self.__dict__:
            after._first = {**self._first}
            after._take_in(changed)
        return after

    def _take_in(self, changed: Iterable[NotePath]) -> None:
        """Work into the first files those that came or went."""
        for path in changed:
            for folder in above(path):
                first = self._first.get(folder, "")
                if path in self._files:
                    self._first[folder] = min(first or path, path)
                elif path == first:
                    inside = (path for path in self._files if path.startswith(f"{folder}/"))
                    self._first[folder] = min(inside, default="")

    @lazy
    def _counts(self) -> Counter[str]:
        """Folders, folded, to the number of files in and below them."""
        return Counter(folder for path in self._files for folder in above(folded(path)))

    @lazy
    def _first(self) -> dict[str, NotePath]:
        found: dict[str, NotePath] = {}
        for path in sorted(self._files):
            for folder in above(path):
                if folder in found:
                    break
                found[folder] = path
        return found
