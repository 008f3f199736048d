"""What a linter finds of the links that were planted in a vault, and what it cries wolf over."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from linters import Found, Peer

__all__ = ["Recall", "judged"]


class Recall(NamedTuple):
    """How many broken links were planted, how many of them found, how many found are none."""

    planted: int
    found: int
    false: int


class _Planted(NamedTuple):
    target: str
    is_broken: bool


def judged(vault: Path, output: str, peer: Peer | None) -> Recall | None:
    """Hold what a tool said against the manifest beside the vault; None if that is unreadable.

    A finding counts for the planted link that stands in its line (in its note, if it tells
    no line) and whose target it names; a broken one before one that holds. Findings about
    anything else, and those about links that are merely doubtful, count neither way.
    """
    planted: dict[tuple[str, int], list[_Planted]] = defaultdict(list)
    broken = 0
    with vault.with_name(f"{vault.name}.manifest.jsonl").open() as manifest:
        for record in map(json.loads, manifest):
            one = _Planted(record["target"], record["expect"] == "broken")
            broken += one.is_broken
            if one.target and record["expect"] != "warn":
                planted[record["file"], record["line"]].append(one)
                if record["line"]:
                    planted[record["file"], 0].append(one)
    hit: set[tuple[str, int, str]] = set()
    false: set[tuple[str, int, str]] = set()
    try:
        for path, line, said in peer.read(output) if peer else _ours(output):
            place, text = _relative(path, vault), unquote(said)
            near = planted.get((place, line)) or planted.get((place, 0), ())
            named = [one for one in near if _names(one.target, text)]
            for one in sorted(named, key=lambda one: not one.is_broken)[:1]:
                (hit if one.is_broken else false).add((place, line, one.target))
    except (ValueError, KeyError, TypeError):
        return None
    return Recall(broken, len(hit), len(false))


def _ours(output: str) -> Iterator[Found]:
    for one in json.loads(output):
        if one["rule"].startswith("broken-"):
            line = 0 if one["path"].endswith(".canvas") else one["line"]
            yield Found(one["path"], line, one["message"])


def _relative(path: str, vault: Path) -> str:
    """Return a path as it is in the vault, however the tool wrote it."""
    return path.removeprefix(f"{vault}/").removeprefix("./").removeprefix(f"{vault.name}/")


def _names(target: str, text: str) -> bool:
    """Tell whether a message names a target: its last part, and what follows its `#`."""
    path, _, subpath = target.partition("#")
    name = path.rpartition("/")[2].removesuffix(".md")
    return name in text and subpath.removeprefix("^") in text
