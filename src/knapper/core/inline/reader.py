"""One pass over the text between blocks, for links and what hides them."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import cast

from knapper.core.blocks import ATTRIBUTES, Blocks, Region
from knapper.core.inline.links import decoded, displayed
from knapper.core.inline.marks import Surroundings, read_block_ids, read_tags
from knapper.core.inline.parts import Inline, Link

__all__ = ["read_inline", "read_links_at"]

_link = cast(Callable[[tuple[object, ...]], Link], partial(tuple.__new__, Link))
"""Makes a link of its fields in a third of the time: there are fifteen of them in a note."""
_SPECIAL = re.compile(r"[\\`<$\[\]]")
_WIKILINK = re.compile(r"\[\[(?!\[)([^\[\]\n]*+(?:(?:\[(?!\[)|\](?!\]))[^\[\]\n]*+)*)\]\]")
_PAIRED = re.compile(
    r"\[\[([^\[\]\n]++)\]\]"  # a wikilink, a Markdown link, or a pair that is neither
    r"|\[([^\[\]\n]*+)\]\(([^\s()]*+)\)"
    r"|\[[^\[\]\n|]*+\](?!\()"
)
"""The usual forms; they are read rightly if no bracket is left beside them."""
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_RUN = re.compile(r"`++")
_TAG_OR_AUTOLINK = re.compile(
    rf"<(?:[A-Za-z][A-Za-z0-9-]*+{ATTRIBUTES}\s*+/?>"
    r"|/[A-Za-z][A-Za-z0-9-]*+\s*+>"
    r"|!--+>"
    r"|![A-Za-z][^>]*+>"
    r"|[A-Za-z][A-Za-z0-9.+-]{1,31}:[^<>\x00-\x20]*+>"
    r"|[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]++@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*>)"
)
_SIGNS_OF_ADDRESS = r"[^\s()\\]++|\\\S?+"
_NESTED = rf"(?:{_SIGNS_OF_ADDRESS})*"
for _ in range(3):  # parentheses in parentheses: at least three levels (CommonMark 0.31, 6.3)
    _NESTED = rf"(?:{_SIGNS_OF_ADDRESS}|\({_NESTED}\))*"
_DESTINATION = re.compile(
    rf"\(\s*+(?:<((?:[^<>\n\\]++|\\.)*)>|((?!<){_NESTED}))"
    r"(?:\s++(?:\"(?:[^\"\\]++|\\.)*\"|'(?:[^'\\]++|\\.)*'|\((?:[^()\\]++|\\.)*\)))?\s*+\)",
    re.DOTALL,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:|//")
_SIGNS = ("`", "<", "$", "\\")
"""What makes more of a zone than text with links in it."""
_LINK = ("](",)


def read_inline(text: str, start: int, blocks: Blocks) -> Inline:
    """Read links, tags and block ids of `text` from `start`, outside code and the like."""
    reader = _InlineReader(text, start, blocks)
    reader.read()
    if len(reader.links) > 1:
        reader.links.sort()
    hidden = [*blocks.regions, *reader.spans]
    hidden.sort()
    around = Surroundings(hidden, reader.links, reader.zones, reader.boundaries)
    tags = read_tags(text, start, around)
    ids = read_block_ids(text, start, hidden, blocks)
    return Inline(reader.links, tags, ids, reader.spans, reader.is_paired)


def read_links_at(text: str, places: Iterable[tuple[int, int]]) -> list[Link]:
    """Read the links that are known to stand at these places: there is nothing to look for."""
    reader = _InlineReader(text, 0, Blocks([], [], [], [], []))
    links = reader.links
    for start, end in places:
        if text[end - 1] == "]":
            reader.position = start
            opening = start + (text[start] == "!")
            reader._wikilink(opening, end, text[opening + 2 : end - 2])
        else:
            known = len(links)
            reader._read_zone(start, end)  # which may hold others
            links[known:] = [one for one in links[known:] if one.start == start and one.end == end]
    return links


class _InlineReader:
    """The state of the reading. A *zone* is text that no construct leads out of."""

    __slots__ = (
        "blocks", "boundaries", "dead", "is_paired", "links", "openers", "position", "spans",
        "text", "zone_end", "zones",
    )  # fmt: skip

    def __init__(self, text: str, start: int, blocks: Blocks) -> None:
        self.text = text
        self.position = start
        self.blocks = blocks
        self.links: list[Link] = []
        self.spans: list[Region] = []
        self.is_paired = True
        self.zones: list[Region] = []  # those that were read from left to right
        self.boundaries: set[int] = set()  # ends of constructs in them that a `#` follows
        self.zone_end = -1
        self.openers: list[int] = []  # of Markdown links, in this zone
        self.dead: set[object] = set()  # what this zone does not close

    def read(self) -> None:
        """Read what stands between the blocks in which nothing is parsed."""
        text, start = self.text, self.position
        signs = [sign for sign in _SIGNS if sign in text]
        for region in self.blocks.regions:
            self._read_between(start, region.start, signs, self._find_links)
            start = region.end
        self._read_between(start, len(text), signs, self._find_links)

    def _read_between(
        self, start: int, end: int, signs: Sequence[str], plain: Callable[[int, int], None]
    ) -> None:
        """Read the zones that have one of the signs, and what stands before them as `plain`."""
        if not signs:
            plain(start, end)
            return
        text, breaks = self.text, self.blocks.breaks
        places = {sign: at for sign in signs if (at := text.find(sign, start, end)) >= 0}
        while places:
            after = bisect_right(breaks, min(places.values()))
            zone_start = max(breaks[after - 1], start) if after else start
            zone_end = min(breaks[after], end) if after < len(breaks) else end
            plain(start, zone_start)
            self._read_zone(zone_start, zone_end)
            self.is_paired = False
            start = zone_end
            for sign, at in [*places.items()]:
                if at < start:
                    places[sign] = text.find(sign, start, end)
                    if places[sign] < 0:
                        del places[sign]
        plain(start, end)

    def _find_links(self, start: int, end: int) -> None:
        """Find the links where no sign of anything else stands."""
        text, links = self.text, len(self.links)
        opened, paired = text.count("[", start, end), 0
        if opened:
            self.position = start
            boundaries = []
            for found in _PAIRED.finditer(text, start, end):
                match found.lastindex:
                    case 1:
                        paired += 2
                        self._wikilink(found.start(), found.end(), found[1])
                    case 3:
                        paired += 1
                        self._markdown_link(found.start(), found.end(2), found, 3)
                        boundaries.append(found.end())
                    case _:
                        paired += 1
            self.boundaries.update(at for at in boundaries if text.startswith("#", at))
        if paired != opened or paired != text.count("]", start, end):
            self.is_paired = False
            del self.links[links:]
            self._read_between(start, end, _LINK, self._find_wikilinks)

    def _find_wikilinks(self, start: int, end: int) -> None:
        self.position = start
        for found in _WIKILINK.finditer(self.text, start, end):
            self._wikilink(found.start(), found.end(), found[1])

    def _read_zone(self, start: int, end: int) -> None:
        text, search = self.text, _SPECIAL.search
        self.zones.append(Region(start, end, ""))
        self.position, self.zone_end = start, end
        self.openers.clear()
        self.dead.clear()
        while (token := search(text, self.position, end)) is not None:
            start = token.start()
            match text[start]:
                case "[":
                    self._open_bracket(start)
                case "]":
                    self._close_bracket(start)
                case "<":
                    self._angle(start)
                case "`":
                    self._code(start)
                case "$":
                    self._math(start)
                case _:
                    self.position = start + 1 + (text[start + 1 : start + 2] in _PUNCTUATION)
            if text.startswith("#", self.position):
                self.boundaries.add(self.position)

    def _open_bracket(self, start: int) -> None:
        if self.text.startswith("[[", start) and (found := _WIKILINK.match(self.text, start)):
            self._wikilink(start, found.end(), found.group(1))
        else:
            self.openers.append(start)
            self.position = start + 1

    def _wikilink(self, start: int, end: int, inner: str) -> None:
        embed = self.text[start - 1 : start] == "!" and start - 1 >= self.position
        self.position = end
        target, bar, shown = inner.partition("|")
        if bar and target.rstrip("\\").strip():
            display_start = start + 3 + len(target)
            target = target.removesuffix("\\")
            name, display = target.strip(), shown.strip()
        elif inner:
            target, name, display_start = inner, inner.strip(), -1
            display = displayed(name) if "#" in name else name
        else:
            return
        written = start + 2
        if len(name) != len(target):
            written += len(target) - len(target.lstrip())
        self.links.append(
            _link((
                start - embed, end, name, display, "wiki", embed,
                written, written + len(name), display_start,
            ))
        )  # fmt: skip

    def _close_bracket(self, start: int) -> None:
        """Close the last bracket, and make a Markdown link of it if `(…)` follows."""
        self.position = start + 1
        if not self.openers:
            return
        opener = self.openers.pop()
        if self.text[start + 1 : start + 2] != "(":
            return
        match = _DESTINATION.match(self.text, start + 1, self.zone_end)
        if match is None:
            return
        if not self._markdown_link(opener, start, match, 1 if match[1] is not None else 2):
            self.openers.clear()  # no link inside a link

    def _markdown_link(self, opener: int, close: int, match: re.Match[str], group: int) -> bool:
        """Add a link unless it leads to an address; `group` is its target. Tell if it embeds."""
        self.position = match.end()
        text = self.text
        embed = opener > 0 and text[opener - 1] == "!" and not _is_escaped(text, opener - 1)
        raw = match[group]
        if raw and not _SCHEME.match(raw):
            self.links.append(
                _link((
                    opener - embed, match.end(), decoded(raw), text[opener + 1 : close], "md",
                    embed, match.start(group), match.end(group), opener + 1,
                ))
            )  # fmt: skip
        return embed

    def _code(self, start: int) -> None:
        opening = _RUN.match(self.text, start)
        assert opening is not None
        end = opening.end()
        width = end - start
        self.position = end
        if width in self.dead:
            return
        for run in _RUN.finditer(self.text, end, self.zone_end):
            if run.end() - run.start() == width:
                self._span(start, run.end(), "code")
                return
        self.dead.add(width)

    def _angle(self, start: int) -> None:
        """Step over an HTML tag, comment or autolink (CommonMark 0.31, 6.5 and 6.6)."""
        self.position = start + 1
        text = self.text
        match = _TAG_OR_AUTOLINK.match(text, start, self.zone_end)
        if match is not None:
            self._span(start, match.end(), "tag")
            return
        for opening, closing in (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")):
            if text.startswith(opening, start) and closing not in self.dead:
                end = text.find(closing, start + len(opening), self.zone_end)
                if end >= 0:
                    self._span(start, end + len(closing), "tag")
                else:
                    self.dead.add(closing)
                return

    def _math(self, start: int) -> None:
        """Step over `$…$` or `$$…$$`.

        `$` opens before a non-blank, and closes after a non-blank and not before a
        digit (observed in Obsidian 1.14.4 by obsidian-footnotes).
        """
        text = self.text
        fence = "$$" if text.startswith("$$", start) else "$"
        self.position = end = start + len(fence)
        if fence in self.dead:
            return
        if fence == "$$":
            close = text.find("$$", end, self.zone_end)
            close = -1 if close == end else close
        else:
            if text[end : end + 1].isspace() or end >= self.zone_end:
                return
            close = self._math_close(end)
        if close < 0:
            self.dead.add(fence)
        else:
            self._span(start, close + len(fence), "math")

    def _math_close(self, start: int) -> int:
        text, found = self.text, start
        while (found := text.find("$", found, self.zone_end)) >= 0:
            before, after = text[found - 1], text[found + 1 : found + 2]
            if found > start and before != "\\" and not before.isspace() and not after.isdigit():
                return found
            found += 1
        return -1

    def _span(self, start: int, end: int, kind: str) -> None:
        self.spans.append(Region(start, end, kind))
        self.position = end


def _is_escaped(text: str, offset: int) -> bool:
    """Tell whether an odd number of backslashes stands before `offset`."""
    before = offset
    while before and text[before - 1] == "\\":
        before -= 1
    return (offset - before) % 2 == 1
