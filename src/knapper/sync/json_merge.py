"""JSON (settings, a canvas) joined by key, and lists by what names their items.

Law: what only one side changed keeps that side's characters; white space, number
forms and unknown keys stay. Only a list or object that both sides changed is put
together again, from the pieces as they stand.
"""

import json
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from knapper.sync.clash import ClashError
from knapper.sync.order import joined_order

__all__ = ["Json", "UniqueKeyDecoder", "item_names", "merged_json", "read_json", "same_json"]

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def merged_json(base: str | None, left: str, right: str) -> str:
    """Return the merged text. Raises `ClashError`."""
    was = None if base is None or not base.strip() else _root(base)
    here, there = _root(left), _root(right)
    merged = _merged(was, here, there, "")
    return left[: here.start] + merged + left[here.end :]


def read_json(text: str) -> Json:
    """Read JSON in which no object has a key twice. Raises `ClashError`."""
    try:
        value: Json = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise ClashError("this is not JSON on one of the sides") from error
    return value


def same_json(one: Json, other: Json) -> bool:
    """Tell whether two values are the same; `1`, `1.0` and `true` are three."""
    return one is other or json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def item_names(items: list[Json]) -> list[str] | None:
    """Return what tells the items of a list apart: their `id`, or the texts they are.

    None where something has no name or two things have one.
    """
    names = [item.get("id") if isinstance(item, dict) else item for item in items]
    if not all(isinstance(name, str) for name in names) or len(set(map(str, names))) < len(names):
        return None
    kinds = {type(item) for item in items}
    return [str(name) for name in names] if len(kinds) < 2 else None


class UniqueKeyDecoder(json.JSONDecoder):
    """Reads JSON but not a key that stands twice: which one counts is nobody's guess."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice")
    return value


_DECODER = UniqueKeyDecoder()
_BLANKS = " \t\n\r"


class _Place(NamedTuple):
    """A value and where it stands in its text."""

    text: str
    start: int
    end: int
    value: Json

    @property
    def raw(self) -> str:
        return self.text[self.start : self.end]


class _Member(NamedTuple):
    """A key with its value, or an item of a list; `start` is that of the key."""

    name: str
    start: int
    place: _Place

    @property
    def head(self) -> str:
        return self.place.text[self.start : self.place.start]


def _root(text: str) -> _Place:
    value = read_json(text)
    start = len(text) - len(text.lstrip(_BLANKS))
    return _Place(text, start, len(text.rstrip(_BLANKS)), value)


def _merged(was: _Place | None, here: _Place, there: _Place, path: str) -> str:
    if same_json(here.value, there.value) or (was and same_json(was.value, there.value)):
        return here.raw
    if was and same_json(was.value, here.value):
        return there.raw
    if isinstance(here.value, dict) and isinstance(there.value, dict):
        old = was if was and isinstance(was.value, dict) else None
        if was is None or old is not None:
            return _joined(_keys(old), _keys(here), _keys(there), (here, there), path)
    if isinstance(here.value, list) and isinstance(there.value, list):
        old = was if was and isinstance(was.value, list) else None
        items = [_items(place) for place in (old, here, there)]
        if (was is None or old is not None) and all(part is not None for part in items):
            parts = [part or {} for part in items]
            return _joined(parts[0], parts[1], parts[2], (here, there), path)
    raise ClashError(f"both sides changed {_shown(path)}")


_Members = dict[str, _Member]


def _joined(
    was: _Members, here: _Members, there: _Members, wholes: tuple[_Place, _Place], path: str
) -> str:
    """Return a list or object with what both sides changed, added and removed."""
    for name, old in was.items():
        sides = [side[name] for side in (here, there) if name in side]
        if len(sides) == 1 and not same_json(old.place.value, sides[0].place.value):
            raise ClashError(f"one side removed what the other changed: {_shown(f'{path}.{name}')}")
    order = joined_order(list(was), list(here), list(there))
    merged: list[str] = []
    for name in order:
        ours, theirs = here.get(name), there.get(name)
        member = ours or theirs
        assert member is not None  # the order has no other names
        if ours is None or theirs is None:
            merged.append(member.head + member.place.raw)
            continue
        old_place = was[name].place if name in was else None
        value = _merged(old_place, ours.place, theirs.place, f"{path}.{name}")
        merged.append(member.head + value)
    if here or not there:
        return _written(wholes[0], here, order, merged)
    return _written(wholes[1], there, order, merged)


def _written(whole: _Place, members: _Members, order: list[str], merged: list[str]) -> str:
    """Return the members between the brackets of `whole`, with its white space."""
    text = whole.text
    if not merged:
        return text[whole.start] + text[whole.end - 1]
    if list(members) == order:
        position = whole.start
        pieces: list[str] = []
        for member, new in zip(members.values(), merged, strict=True):
            pieces += (text[position : member.start], new)
            position = member.place.end
        return "".join((*pieces, text[position : whole.end]))
    spans = [(member.start, member.place.end) for member in members.values()]
    if not spans:
        return text[whole.start] + ",".join(merged) + text[whole.end - 1]
    lead = text[whole.start : spans[0][0]]
    between = text[spans[0][1] : spans[1][0]] if len(spans) > 1 else "," + lead[1:]
    return lead + between.join(merged) + text[spans[-1][1] : whole.end]


def _keys(place: _Place | None) -> _Members:
    return {} if place is None else {member.name: member for member in _members(place, "}")}


def _items(place: _Place | None) -> _Members | None:
    """Return the items of a list by name, None where they have none."""
    if place is None:
        return {}
    assert isinstance(place.value, list)
    names = item_names(place.value)
    if names is None:
        return None
    return dict(zip(names, _members(place, "]"), strict=True))


def _members(place: _Place, closing: str) -> Iterator[_Member]:
    """Yield what stands between two brackets, in order."""
    text, position = place.text, _after_blanks(place.text, place.start + 1)
    while text[position] != closing:
        start, name = position, ""
        if closing == "}":
            name, position = _DECODER.raw_decode(text, position)
            position = _after_blanks(text, _after_blanks(text, position) + 1)
        value, end = _DECODER.raw_decode(text, position)
        yield _Member(name, start, _Place(text, position, end, value))
        position = _after_blanks(text, end)
        if text[position] == ",":
            position = _after_blanks(text, position + 1)


def _after_blanks(text: str, position: int) -> int:
    while text[position] in _BLANKS:
        position += 1
    return position


def _shown(path: str) -> str:
    return f"'{path[1:]}'" if path else "the whole file"
