"""Somebody who writes in Obsidian, as a program sees it.

A note is loaded into a buffer, typed in, and saved two seconds after the first letter
that is not yet saved. A change from outside is noticed a little later: the buffer takes
it over if all of it is saved, else what is not yet saved is typed into it once more
(Obsidian merges likewise, by the differences). A save that comes before that overwrites
what it has not noticed.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random

__all__ = ["Typist"]

_SAVED_AFTER = 2.0
_NOTICED_AFTER = 0.4
_DEFECT = '<a class="yt-timestamp" data-t="00:00:05"></a>'
_HALF = "[[half"


class Typist:
    """One note that is open. Times are in seconds.

    `typed` are the words (`w1w`, `w2w`, ...) that were saved, `last` those that were new in
    the last save; `rewrites` counts the changes
    by others between two saves, for each such pause in turn.
    """

    def __init__(
        self, path: Path, chance: Random, word: Callable[[], str], *, by_rename: bool = False
    ) -> None:
        self.path, self.chance, self.word, self.by_rename = path, chance, word, by_rename
        self.typed: set[str] = set()
        self.last: list[str] = []
        self.rewrites = [0]
        self._known = self._buffer = self._seen = self._disk()
        self._seen_at = 0.0
        self._new: list[Callable[[str], str]] = []
        self._words: set[str] = set()
        self._typing = self._pause_ends = 0.0
        self._save_at: float | None = None
        self._half = ""
        self._failed = False

    def turn(self, now: float, *, pauses: tuple[float, float] = (1.0, 40.0)) -> bool:
        """Do what somebody does at this time; tell whether the note was saved."""
        self.look(now)
        if now < self._typing:
            if self.chance.random() < 0.4:
                self._type(now)
        elif now >= self._pause_ends:
            self._typing = now + self.chance.uniform(0.5, 8)
            self._pause_ends = self._typing + self.chance.uniform(*pauses)
        return self._save_at is not None and now >= self._save_at and self.save(now)

    def finish(self, now: float) -> bool:
        """Type to an end what was left half typed, and save it."""
        self.look(now)
        if self._half:
            self._do(_completed(self._half, self.word()), now)
            self._half = ""
        return self.save(now)

    def save(self, now: float) -> bool:
        """Write the buffer, in place or by a rename; tell whether that could be done."""
        if not self._new or not self.path.exists():
            return False  # if its folder is away, the buffer waits
        self._save_at = now + _SAVED_AFTER
        aside = self.path.with_name(f"{self.path.name}.tmp") if self.by_rename else self.path
        try:
            aside.write_text(self._buffer, encoding="utf-8")
            aside.replace(self.path)
        except OSError:
            self._failed = True  # what is on the disk now is not what anybody wrote
            return False
        self.typed |= self._words
        self.last = sorted(self._words)
        self._known = self._seen = self._buffer
        self._save_at, self._failed = None, False
        self._new, self._words = [], set()
        self.rewrites.append(0)
        return True

    def _type(self, now: float) -> None:
        word, what = self.word(), self.chance.random()
        self._words.add(word)
        line = self.chance.randint(0, self._buffer.count("\n"))
        if self._half:
            self._do(_completed(self._half, word), now)
            self._half = ""
        elif what < 0.15:
            self._do(_inserted(line, f"{word} {_HALF}"), now)
            self._half = word
        else:
            self._do(_inserted(line, f"{_DEFECT} {word}" if what < 0.35 else word), now)

    def _do(self, edit: Callable[[str], str], now: float) -> None:
        self._buffer = edit(self._buffer)
        self._new.append(edit)
        if self._save_at is None:
            self._save_at = now + _SAVED_AFTER

    def look(self, now: float) -> None:
        """Take over what others have written, some time after it is there."""
        disk = self._disk()
        if self._failed or not disk or disk == self._known:
            return
        if disk != self._seen:
            self._seen, self._seen_at = disk, now
            self.rewrites[-1] += 1
        if now - self._seen_at >= _NOTICED_AFTER:
            self._known = self._buffer = disk
            for edit in self._new:
                self._buffer = edit(self._buffer)

    def _disk(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except OSError:
            return ""


def _inserted(number: int, line: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        lines = text.split("\n")
        return "\n".join([*lines[:number], line, *lines[number:]])

    return edit


def _completed(half: str, word: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        begun = f"{half} {_HALF}"
        return text.replace(begun, f"{begun}]] {word}", 1) if begun in text else f"{text}\n{word}"

    return edit
