"""Inside the blocks of a note: links, tags, block ids, and what hides them.

Where nothing but links can stand, as in most paragraphs, and each bracket belongs to one
or to a pair that is none, a pattern finds them. The others are read in one pass from left
to right over the few characters that can begin a construct. Whatever begins first wins,
so a backtick inside a wikilink opens no code span and brackets inside a code span make no
link (observed in Obsidian 1.13.7 by the tests of incremental-reading-obsidian). Links and
tags inside `%%` comments do count (recorded from the app by obsidian-tasks). All offsets
are code points.

Every scan is linear: what was searched for in vain before a break is not
searched for again up to that break.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Literal, NamedTuple, cast
from urllib.parse import unquote

from knapper.core.blocks import ATTRIBUTES, Blocks, Region

__all__ = ["BlockId", "Inline", "Link", "Tag", "decoded", "displayed", "read_inline"]


class Link(NamedTuple):
    """A link or an embed, `[[target|display]]` or `[display](target)`.

    `target` and `display` are as Obsidian's cache has them: a Markdown target is
    percent-decoded, a display text that is not written is made from the target
    (`a#b` shows as `a > b`). `target_start` and `target_end` bound the target as it
    is written, `display_start` is where the display text begins, or -1.
    """

    start: int
    end: int
    target: str
    display: str
    kind: Literal["wiki", "md"]
    embed: bool
    target_start: int
    target_end: int
    display_start: int


_link = cast(Callable[[tuple[object, ...]], Link], partial(tuple.__new__, Link))
"""Makes a link of its fields in a third of the time: there are fifteen of them in a note."""


class Tag(NamedTuple):
    """A tag in the text, `name` with its `#`."""

    start: int
    end: int
    name: str


class BlockId(NamedTuple):
    """A block id, `name` without its `^`; the span holds the caret."""

    start: int
    end: int
    name: str


class Inline(NamedTuple):
    """What `read_inline` found, each in order of position."""

    links: list[Link]
    tags: list[Tag]
    block_ids: list[BlockId]
    spans: list[Region]
    """Code spans (`code`), inline HTML and autolinks (`tag`) and math (`math`)."""
    is_paired: bool = False
    """Whether each bracket outside of blocks of code belongs to a link, or to a pair without
    another bracket or a pipe in it: there is none that was meant as a link and is none."""


_SPECIAL = re.compile(r"[\\`<$\[\]]")
_WIKILINK = re.compile(r"\[\[(?!\[)([^\[\]\n]*+(?:(?:\[(?!\[)|\](?!\]))[^\[\]\n]*+)*)\]\]")
_PAIRED = re.compile(
    r"\[\[([^\[\]\n]++)\]\]"  # a wikilink, a Markdown link, or a pair that is neither
    r"|\[([^\[\]\n]*+)\]\(([^\s()]*+)\)"
    r"|\[[^\[\]\n|]*+\](?!\()"
)
"""The usual forms; they are read rightly if no bracket is left beside them."""
_start = attrgetter("start")
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
_NESTED = r"(?!<)(?:[^\s()\\]++|\\\S?+|\((?:[^\s()\\]++|\\\S?+|\((?:[^\s()\\]++|\\\S?+)*\))*\))*"
_DESTINATION = re.compile(
    rf"\(\s*+(?:<((?:[^<>\n\\]++|\\.)*)>|({_NESTED}))"
    r"(?:\s++(?:\"(?:[^\"\\]++|\\.)*\"|'(?:[^'\\]++|\\.)*'|\((?:[^()\\]++|\\.)*\)))?\s*+\)",
    re.DOTALL,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:|//")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_HASHTAG = re.compile(
    r"#(?<![^\W_]#)[^\u2000-\u206f\u2e00-\u2e7f\ufeff'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s]++"
)
_BLOCK_ID = re.compile(r"\^([A-Za-z0-9-]++)[ \t]*+(?=\r?(?:\n|\Z))")


def read_inline(text: str, start: int, blocks: Blocks) -> Inline:
    """Read links, tags and block ids of `text` from `start`, outside code and the like."""
    reader = _InlineReader(text, start, blocks)
    reader.read()
    if len(reader.links) > 1:
        reader.links.sort()
    hidden = [*blocks.regions, *reader.spans]
    hidden.sort()
    tags = _read_tags(text, start, hidden, reader)
    ids = _read_block_ids(text, start, hidden, blocks)
    return Inline(reader.links, tags, ids, reader.spans, reader.is_paired)


def displayed(target: str) -> str:
    """Return what a link shows that has no text of its own: `a#b` as `a > b`.

    Recorded from the app by obsidian-tasks.
    """
    if "#" not in target:
        return target
    return " > ".join(part.strip() for part in target.split("#") if part.strip())


_SIGNS = ("`", "<", "$", "\\")
"""What makes more of a zone than text with links in it."""
_LINK = ("](",)


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


def decoded(raw: str) -> str:
    """Undo the escapes of a Markdown address; a malformed one stays as it is."""
    if "\\" in raw:
        raw = _ESCAPE.sub(r"\1", raw)
    if "%" not in raw:
        return raw
    try:
        return unquote(raw, errors="strict")
    except UnicodeDecodeError:
        return raw


def _holds(ranges: Sequence[Region | Link], offset: int) -> bool:
    """Tell whether one of the ranges, which are in order, holds an offset."""
    found = bisect_right(ranges, offset, key=_start)
    return bool(found) and offset < ranges[found - 1].end


def _read_tags(text: str, start: int, hidden: list[Region], reader: _InlineReader) -> list[Tag]:
    """Read `#tags`, which begin a line, follow white space or another construct.

    Where a tag may begin: observed in Obsidian 1.13.7 (incremental-reading-obsidian)
    and recorded from it (obsidian-tasks: `\\[\\[#x` holds a tag).
    """
    tags: list[Tag] = []
    for match in _HASHTAG.finditer(text, start):
        at = match.start()
        if not _may_begin_tag(text, at, reader):
            continue
        name = match.group().rstrip("/")
        if name[1:].replace("/", "").isdigit() or len(name) < 2:
            continue
        if not _holds(hidden, at) and not _holds(reader.links, at):
            tags.append(Tag(at, at + len(name), name))
    return tags


def _may_begin_tag(text: str, at: int, reader: _InlineReader) -> bool:
    if at in reader.boundaries or at == 0:
        return True
    before = text[at - 1]
    if before in "[]":  # a bracket that is alone, or one of a wikilink
        return not _holds(reader.zones, at)
    if before.isspace() or before == "\ufeff":
        return True
    if before == ">":  # the mark of a quote, not an arrow
        return not text[text.rfind("\n", 0, at) + 1 : at].strip("> \t")
    if before == "*" or text[at - 2 : at] in ("==", "~~"):  # an emphasis that opens here
        outer = text[:at].rstrip("*=~")[-1:] if at < 8 else text[at - 8 : at].rstrip("*=~")[-1:]
        return not outer or outer.isspace()
    return False


def _read_block_ids(text: str, start: int, hidden: list[Region], blocks: Blocks) -> list[BlockId]:
    """Read `^ids` at the very end of a paragraph, list item or line of their own.

    Place and letters: Obsidian Help, "Link to blocks"; a footnote mark after the
    id makes it plain text (observed in 1.14.4 by obsidian-footnotes).
    """
    ids: list[BlockId] = []
    breaks = blocks.breaks
    for match in _BLOCK_ID.finditer(text, start):
        at = match.start()
        follows_text = at > start and not text[at - 1].isspace()
        if follows_text and text[text.rfind("\n", 0, at) + 1 : at].strip("> \t"):
            continue
        if _holds(hidden, at):
            continue
        index = bisect_right(breaks, at)
        zone_end = breaks[index] if index < len(breaks) else len(text)
        if not text[match.end() : zone_end].strip("> \t\r\n"):
            ids.append(BlockId(at, match.end(1), match.group(1)))
    return ids
