"""What Obsidian makes of properties: tags, aliases and the types of values.

SOURCES: Obsidian Help "Properties" and "Tags", release notes 1.9.0 and 1.9.3,
and the app's answers as recorded by obsidian-tasks; no program code was read.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Protocol

from knapper.core.frontmatter import Value

__all__ = ["Properties", "aliases_of", "distinct_tags", "is_tag", "mismatch", "tags_of"]


class Properties(Protocol):
    """What is asked of a frontmatter here: the value of a key in any case."""

    def get(self, name: str) -> Value: ...


def tags_of(properties: Properties) -> tuple[str, ...]:
    """Return the tags of the frontmatter, with `#`.

    `tags` is a list or one text, each with or without `#`; a text with a comma or
    a blank is no tag. `tag` is not read any more (release notes 1.9.0, 1.9.3).
    """
    value = properties.get("tags")
    if value is None:
        return ()
    texts = [text.strip() for text in texts_of(value)]
    return tuple(f"#{text.removeprefix('#')}" for text in texts if is_tag(text))


def distinct_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return each tag once, in the spelling that comes first: case does not count."""
    found: dict[str, str] = {}
    for tag in tags:
        found.setdefault(tag.lower(), tag)
    return tuple(found.values())


def aliases_of(properties: Properties) -> tuple[str, ...]:
    """Return the other names of a note: `aliases` is a list, or one text.

    A text is one name also where it has commas (release notes 1.9.3).
    """
    value = properties.get("aliases")
    return () if value is None else tuple(text for text in texts_of(value) if text.strip())


def texts_of(value: Value) -> list[str]:
    """Return the texts and numbers of a list, or the one that a value is."""
    items = value if isinstance(value, list) else [value]
    return [
        str(item)
        for item in items
        if isinstance(item, str | int | float) and not isinstance(item, bool)
    ]


@lru_cache(1024)  # there are many notes to a tag
def is_tag(text: str) -> bool:
    """Tell whether a text of the property `tags` makes a tag.

    It has no comma or blank, and not only digits (Obsidian Help, "Tags").
    """
    name = text.removeprefix("#")
    return bool(name) and not _NOT_IN_TAG.search(name) and not name.isdecimal()


def mismatch(value: Value, type_name: str) -> str | None:
    """Return what was expected where a value does not fit a property's type.

    None where it fits, where nothing stands, and for types that are not Obsidian's
    own. Where the app's behaviour is not known (a link in a date, a number in a
    text), the value counts as fitting.
    """
    if value is None or value == "":
        return None
    if type_name not in _TYPES:
        return None
    expected, fits = _TYPES[type_name]
    return None if fits(value) else expected


_NOT_IN_TAG = re.compile(r"[\s,]")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_DATETIME = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d++)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)


def _number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _checkbox(value: Value) -> bool:
    return isinstance(value, bool)


def _text(value: Value) -> bool:
    return not isinstance(value, list | dict)


def _list(value: Value) -> bool:
    return not isinstance(value, dict | bool)


def _date(value: Value) -> bool:
    return _dated(value, _DATE)


def _datetime(value: Value) -> bool:
    return _dated(value, _DATETIME)


def _dated(value: Value, form: re.Pattern[str]) -> bool:
    """Tell whether a text has the form of a date and names a day there is."""
    if not isinstance(value, str):
        return False
    if "[[" in value:
        return True  # a link to a daily note: not known what the app says
    found = form.fullmatch(value.strip())
    if found is None:
        return False
    try:
        date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return False
    return True


_TYPES = {
    "text": ("a text", _text),
    "multitext": ("a list", _list),
    "tags": ("a list", _list),
    "aliases": ("a list", _list),
    "number": ("a number", _number),
    "checkbox": ("true or false", _checkbox),
    "date": ("a date like 2024-12-31", _date),
    "datetime": ("a date and time like 2024-12-31T23:59:00", _datetime),
}
