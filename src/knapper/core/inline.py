"""Inside the blocks of a note: links, tags, block ids, and what hides them.

One pass from left to right over the few characters that can begin a construct.
Whatever begins first wins, so a backtick inside a wikilink opens no code span and
brackets inside a code span make no link (observed in Obsidian 1.13.7 by the tests
of incremental-reading-obsidian). Links and tags inside `%%` comments do count
(recorded from the app by obsidian-tasks). All offsets are code points.

Every scan is linear: what was searched for in vain before a break is not
searched for again up to that break.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, NamedTuple
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


_SPECIAL = re.compile(r"[\\`<$\[\]]")
_WIKILINK = re.compile(r"\[\[(?!\[)([^\[\]\n]*+(?:(?:\[(?!\[)|\](?!\]))[^\[\]\n]*+)*)\]\]")
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
_HASHTAG = re.compile(r"#[^\u2000-\u206f\u2e00-\u2e7f\ufeff'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s]++")
_BLOCK_ID = re.compile(r"\^([A-Za-z0-9-]++)[ \t]*+(?=\r?(?:\n|\Z))")


def read_inline(text: str, start: int, blocks: Blocks) -> Inline:
    """Read links, tags and block ids of `text` from `start`, outside code and the like."""
    reader = _InlineReader(text, start, blocks)
    reader.read()
    links = reader.links
    if len(links) > 1:
        links.sort()
    hidden = _Hidden(sorted([*blocks.regions, *reader.spans]))
    tags = _read_tags(text, start, hidden, links, reader.boundaries)
    return Inline(links, tags, _read_block_ids(text, start, hidden, blocks), reader.spans)


def displayed(target: str) -> str:
    """Return what a link shows that has no text of its own: `a#b` as `a > b`.

    Recorded from the app by obsidian-tasks.
    """
    if "#" not in target:
        return target
    return " > ".join(part.strip() for part in target.split("#") if part.strip())


class _Hidden:
    """Ranges in which nothing is parsed, to be asked about in any order."""

    __slots__ = ("_regions", "_starts")

    def __init__(self, regions: Sequence[Region]) -> None:
        self._regions = regions
        self._starts = [region.start for region in regions]

    def __contains__(self, offset: int) -> bool:
        found = bisect_right(self._starts, offset)
        return bool(found) and offset < self._regions[found - 1].end


class _InlineReader:
    """The state of the pass over the constructs that open with a special character."""

    __slots__ = (
        "blocks", "boundaries", "dead", "links", "openers", "position", "spans", "text", "zone_end",
    )  # fmt: skip

    def __init__(self, text: str, start: int, blocks: Blocks) -> None:
        self.text = text
        self.position = start
        self.blocks = blocks
        self.links: list[Link] = []
        self.spans: list[Region] = []
        self.boundaries: set[int] = set()  # ends of constructs that a `#` follows
        self.zone_end = -1
        self.openers: list[int] = []  # of Markdown links, in this zone
        self.dead: set[object] = set()  # what this zone does not close

    def read(self) -> None:
        text, search = self.text, _SPECIAL.search
        regions, breaks = self.blocks.regions, self.blocks.breaks
        skips = iter(regions)
        none_left = Region(len(text) + 1, len(text) + 1, "")
        skip = next(skips, none_left)
        while (token := search(text, self.position)) is not None:
            start = token.start()
            while start >= skip.end:
                skip = next(skips, none_left)
            if start >= skip.start:
                self.position = skip.end
                continue
            if start >= self.zone_end:
                self._enter_zone(start, breaks)
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

    def _enter_zone(self, start: int, breaks: list[int]) -> None:
        index = bisect_right(breaks, start)
        self.zone_end = breaks[index] if index < len(breaks) else len(self.text)
        self.openers.clear()
        self.dead.clear()

    def _open_bracket(self, start: int) -> None:
        if self.text.startswith("[[", start) and (found := _WIKILINK.match(self.text, start)):
            self._wikilink(start, found.end(), found.group(1))
        else:
            self.openers.append(start)
            self.position = start + 1

    def _wikilink(self, start: int, end: int, inner: str) -> None:
        embed = start > 0 and self.text[start - 1] == "!" and start - 1 >= self.position
        self.position = end
        if not inner:
            return
        bar = inner.find("|")
        if bar < 0 or not inner[:bar].rstrip("\\").strip():
            target, display_start = inner, -1
        else:
            target, display_start = inner[:bar], start + 3 + bar
            target = target.removesuffix("\\")
        name = target.strip()
        display = displayed(name) if display_start < 0 else inner[bar + 1 :].strip()
        written = start + 2 + len(target) - len(target.lstrip())
        self.links.append(
            Link(
                start - embed, end, name, display, "wiki", embed,
                written, written + len(name), display_start,
            )
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
        self.position = match.end()
        text = self.text
        embed = opener > 0 and text[opener - 1] == "!" and not _is_escaped(text, opener - 1)
        if not embed:
            self.openers.clear()  # no link inside a link
        group = 1 if match.group(1) is not None else 2
        raw = match.group(group)
        if not raw or _SCHEME.match(raw):
            return
        self.links.append(
            Link(
                opener - embed, match.end(), decoded(raw), text[opener + 1 : start], "md", embed,
                match.start(group), match.end(group), opener + 1,
            )
        )  # fmt: skip

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


def _read_tags(
    text: str, start: int, hidden: _Hidden, links: list[Link], boundaries: set[int]
) -> list[Tag]:
    """Read `#tags`, which begin a line, follow white space or another construct.

    Where a tag may begin: observed in Obsidian 1.13.7 (incremental-reading-obsidian)
    and recorded from it (obsidian-tasks: `\\[\\[#x` holds a tag).
    """
    tags: list[Tag] = []
    inside = _Hidden([Region(link.start, link.end, "link") for link in links])
    for match in _HASHTAG.finditer(text, start):
        at = match.start()
        if not _may_begin_tag(text, at, boundaries):
            continue
        name = match.group().rstrip("/")
        if name[1:].replace("/", "").isdigit() or len(name) < 2:
            continue
        if at not in hidden and at not in inside:
            tags.append(Tag(at, at + len(name), name))
    return tags


def _may_begin_tag(text: str, at: int, boundaries: set[int]) -> bool:
    if at in boundaries or at == 0:
        return True
    before = text[at - 1]
    if before.isspace() or before == "\ufeff":
        return True
    if before == ">":  # the mark of a quote, not an arrow
        return not text[text.rfind("\n", 0, at) + 1 : at].strip("> \t")
    if before == "*" or text[at - 2 : at] in ("==", "~~"):  # an emphasis that opens here
        outer = text[:at].rstrip("*=~")[-1:] if at < 8 else text[at - 8 : at].rstrip("*=~")[-1:]
        return not outer or outer.isspace()
    return False


def _read_block_ids(text: str, start: int, hidden: _Hidden, blocks: Blocks) -> list[BlockId]:
    """Read `^ids` at the very end of a paragraph, list item or line of their own.

    Place and letters: Obsidian Help, "Link to blocks"; a footnote mark after the
    id makes it plain text (observed in 1.14.4 by obsidian-footnotes).
    """
    ids: list[BlockId] = []
    breaks = blocks.breaks
    for match in _BLOCK_ID.finditer(text, start):
        at = match.start()
        follows_text = at > start and not text[at - 1].isspace()
        if at in hidden or (follows_text and text[text.rfind("\n", 0, at) + 1 : at].strip("> \t")):
            continue
        index = bisect_right(breaks, at)
        zone_end = breaks[index] if index < len(breaks) else len(text)
        if not text[match.end() : zone_end].strip("> \t\r\n"):
            ids.append(BlockId(at, match.end(1), match.group(1)))
    return ids
