"""Properties that say when a note was made or changed: the later or earlier one wins.

Plugins stamp a note at every save, so both sides have another value whenever both
were edited; that alone is no conflict.
"""

import re
from datetime import datetime

from knapper.core.frontmatter import Value

__all__ = ["is_stamp", "later_is_left"]


def is_stamp(key: str) -> bool:
    """Tell whether a property says when the note was changed or made."""
    return _plain(key) in _CHANGED | _MADE


def later_is_left(key: str, left: Value, right: Value) -> bool | None:
    """Tell whether the left stamp is to stay; None where that cannot be told.

    The later one stays of a time of change, the earlier one of a time of making.
    """
    here, there = _moment(left), _moment(right)
    if here is None or there is None or type(here) is not type(there):
        return None
    if isinstance(here, datetime) and isinstance(there, datetime):
        if (here.tzinfo is None) != (there.tzinfo is None):
            return None
        is_later = here >= there
    else:
        assert isinstance(here, float)
        assert isinstance(there, float)
        is_later = here >= there
    return is_later if _plain(key) in _CHANGED else not is_later


_CHANGED = frozenset(
    "updated modified edited changed lastupdated lastmodified lastedited lastchanged lastmod "
    "mtime dateupdated datemodified dateedited datechanged updateddate modifieddate "
    "updatedat modifiedat editedat changedat updatetime modificationdate updatedtime "
    "modifiedtime".split()
)
_MADE = frozenset(
    "created datecreated createddate createdat creationdate createdtime ctime".split()
)
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
# "Thursday, January 1st 2026, 10:00:00 am", the default format of the Linter plugin
# (github.com/platers/obsidian-linter, docs of "YAML Timestamp")
_SPELT_OUT = re.compile(
    r"[a-z]++, ([a-z]++) (\d{1,2})(?:st|nd|rd|th) (\d{4}), (\d{1,2}):(\d\d):(\d\d) ([ap])m",
    re.IGNORECASE,
)


def _plain(key: str) -> str:
    return "".join(filter(str.isalnum, key.lower()))


def _moment(value: Value) -> datetime | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        return datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return _spelt_out(text)


def _spelt_out(text: str) -> datetime | None:
    found = _SPELT_OUT.fullmatch(text)
    if found is None or found[1].lower() not in _MONTHS:
        return None
    month = _MONTHS.index(found[1].lower()) + 1
    year, day, hour = int(found[3]), int(found[2]), int(found[4]) % 12
    hour += 12 if found[7].lower() == "p" else 0
    try:
        return datetime(year, month, day, hour, int(found[5]), int(found[6]))
    except ValueError:
        return None
