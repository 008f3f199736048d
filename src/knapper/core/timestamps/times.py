"""Times of a video as people write them: read to seconds first, judged second."""

import re
from typing import NamedTuple

__all__ = ["Time", "format_time", "parse_time", "read_times"]


class Time(NamedTuple):
    """A time as it was written.

    `parts` are its digits between the colons, `fraction` the digits after a point,
    `before` and `junk` what stands in front of and behind the time itself.
    """

    parts: tuple[str, ...]
    fraction: str = ""
    before: str = ""
    junk: str = ""

    @property
    def seconds(self) -> int:
        """Whole seconds: `S`, `M:S` or `H:M:S`; a fourth part says nothing."""
        total = 0
        for part in self.parts[:3]:
            total = total * 60 + int(part)
        return total

    @property
    def text(self) -> str:
        """The time alone, as it was written."""
        return ":".join(self.parts) + (f".{self.fraction}" if self.fraction else "")

    @property
    def in_range(self) -> bool:
        """Whether all parts but the first are below 60 (the fourth is not asked)."""
        return all(int(part) < 60 for part in self.parts[1:3])

    @property
    def canonical(self) -> bool:
        """Whether it is written `HH:MM:SS`, nothing around it, in range."""
        return (
            [len(part) for part in self.parts] == [2, 2, 2]
            and self.in_range
            and not (self.fraction or self.before or self.junk)
        )


# At most six digits a part: longer runs are ids, and `int` of a huge one is slow.
_TIME = r"[0-9]{1,6}(?::[0-9]{1,6}){0,3}(?![0-9])"
_AROUND = r"[\s\[\](){}<>\"'“”‘’,;.:]*+"
_WHOLE = re.compile(rf"([\s\[(]*+)({_TIME})(?:\.([0-9]{{1,6}})(?![0-9]))?({_AROUND})", re.ASCII)
_CLOCK = re.compile(
    r"(?<![0-9:])([0-9]{1,3}(?::[0-9]{1,3}){1,3})(?:\.([0-9]{1,6}))?(?![0-9]|:[0-9])"
)


def parse_time(text: str) -> Time | None:
    """Read a text that is one time, perhaps with brackets or other junk around it.

    None where it is no time: empty, words, a placeholder, a list or a range.
    """
    found = _WHOLE.fullmatch(text)
    if not found:
        return None
    before, digits, fraction, junk = found.groups()
    return Time(tuple(digits.split(":")), fraction or "", before, junk)


def read_times(text: str) -> tuple[Time, ...]:
    """Return all times with a colon that stand in a text, in order."""
    return tuple(
        Time(tuple(digits.split(":")), fraction or "") for digits, fraction in _CLOCK.findall(text)
    )


def format_time(seconds: int) -> str:
    """Write seconds as `HH:MM:SS`; hours past 99 take the digits they need."""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}"
