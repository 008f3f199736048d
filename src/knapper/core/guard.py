"""A second reader that guards every fix: mistune's token tree before and after.

Our own scanner decides what is wrong, so it must not be the judge of the cure. A
fix passes if the words of the note, each with the blocks and spans that it stands
in, are the same before and after, but for the construct that was mended; and if
the properties are the same but for those whose lines were edited. Only notes that
are about to be changed are parsed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from knapper.core.blocks import read_blocks
from knapper.core.frontmatter import frontmatter_span, read_frontmatter
from knapper.core.rule import Fix
from knapper.core.suppress import is_mark
from knapper.core.text import Edit, apply_edits

__all__ = ["harm_of", "to_html"]

_WHOLE = 200_000
"""Above this many characters only the surroundings of the edits are parsed."""
_AROUND = 20_000
_HOLDS_BLOCKS = frozenset(
    ("block_quote", "list", "list_item", "task_list_item", "table", "table_head", "table_body",
     "table_row", "footnotes", "footnote_item")
)  # fmt: skip


class _Word(NamedTuple):
    """A word with the kinds of token that it stands in, outermost first."""

    text: str
    within: tuple[str, ...]


def harm_of(text: str, fixes: Sequence[Fix]) -> str:
    """Say what the fixes would change beside what they mend, "" if nothing."""
    edits = [edit for fix in fixes for edit in fix.edits]
    restructuring = any(fix.restructures for fix in fixes)
    body = _body(text)
    if not restructuring and _body(apply_edits(text, edits)) - body != _growth(edits, body):
        return "the frontmatter would end elsewhere"
    if lost := _harm_to_properties(text, edits):
        return lost
    in_body = sorted(edit for edit in edits if edit.span.start >= body)
    if not in_body or restructuring:
        return ""
    start, end = _surroundings(text, in_body, body)
    moved = [Edit(type(e.span)(e.span.start - start, e.span.end - start), e.text) for e in in_body]
    before = text[start:end]
    return _harm_to_words(before, moved)


def to_html(markdown: str) -> str:
    """Render Markdown to HTML (raw HTML is escaped)."""
    return str(_renderer()(markdown))


def _harm_to_words(before: str, edits: Sequence[Edit]) -> str:
    after = apply_edits(before, edits)
    trees = _parser()(before), _parser()(after)
    if list(_blocks(trees[0])) != list(_blocks(trees[1])) or _shape(before) != _shape(after):
        return "the blocks of the note would not be the same"
    old, new = (list(_words_of(tree, ())) for tree in trees)
    windows_old, windows_new = _windows(before, edits), _windows(after, _moved(edits))
    if _same_elsewhere(old, new, f"{windows_old}\n{windows_new}"):
        return ""
    for removed, added in _changes(old, new):
        for words, windows in ((removed, windows_old), (added, windows_new)):
            for word in words:
                if word.text not in windows:
                    return f"'{word.text}' would be read in another way"
    return ""


def _same_elsewhere(old: Sequence[_Word], new: Sequence[_Word], windows: str) -> bool:
    """Tell whether all words but those of the edited places are the same.

    To compare two lists takes long, and is not always the shortest way: where words are many
    times the same (timestamps), it may tell of one that stayed that it went and came.
    """
    edited = {text for text in {word.text for word in (*old, *new)} if text in windows}
    before, after = ([w for w in words if w.text not in edited] for words in (old, new))
    return before == after


def _shape(text: str) -> tuple[object, ...]:
    """Return the blocks as our own scanner sees them: mistune knows fewer tables than GFM."""
    blocks = read_blocks(text, 0)
    headings = [heading.level for heading in blocks.headings]
    regions = [
        (region.kind, text.count("\n", region.start, region.end))
        for region in (*blocks.regions, *blocks.tables)
        if not (region.kind == "html" and is_mark(text[region.start : region.end]))
    ]
    return headings, regions


def _changes(
    old: Sequence[_Word], new: Sequence[_Word]
) -> Iterator[tuple[Sequence[_Word], Sequence[_Word]]]:
    """Yield what differs, as pairs of runs of words."""
    start, shorter = 0, min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    stop = 0
    while stop < shorter - start and old[-1 - stop] == new[-1 - stop]:
        stop += 1
    old, new = old[start : len(old) - stop], new[start : len(new) - stop]
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield old[a:b], new[c:d]


def _moved(edits: Sequence[Edit]) -> list[Edit]:
    """Return where the edits' new texts stand once all of them are made."""
    moved, shift = [], 0
    for (start, end), text in sorted(edits):
        moved.append(Edit(type(edits[0].span)(start + shift, start + shift + len(text)), text))
        shift += len(text) - (end - start)
    return moved


def _windows(text: str, edits: Iterable[Edit]) -> str:
    """Return the edited places, widened to whole words and whole HTML tags."""
    pieces: list[str] = []
    last = 0, 0
    for edit in sorted(edits):
        start, end = edit.span
        tag = text.rfind("<", max(0, start - 400), start)
        if tag >= 0 and ">" not in text[tag:start]:
            start = tag
        close = text.find(">", end, end + 400)
        if close >= 0 and "<" not in text[end:close]:
            end = close + 1
        if pieces and last[0] <= start and end <= last[1]:  # many edits of one long word
            continue
        while start and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        pieces.append(text[start:end])
        last = start, end
    shown = "\n".join(pieces)
    # a reader shows escapes without the backslash, and addresses decoded
    return "\n".join((shown, shown.replace("\\", ""), unquote(shown)))


def _surroundings(text: str, edits: Sequence[Edit], body: int) -> tuple[int, int]:
    """Return the part of the text to parse: all of it, or the paragraphs around the edits."""
    if len(text) - body <= _WHOLE:
        return body, len(text)
    start = text.rfind("\n\n", body, max(body, edits[0].span.start - _AROUND)) + 2
    end = text.find("\n\n", min(len(text), edits[-1].span.end + _AROUND))
    return max(body, start if start > 1 else body), end if end >= 0 else len(text)


# -- the token tree -------------------------------------------------------------------


@cache
def _parser() -> Any:  # mistune is not typed
    import mistune
    from mistune.core import BlockState
    from mistune.plugins import import_plugin

    class State(BlockState):
        """Joins the lines of a paragraph in place: mistune copies what it has for each of them."""

        def add_paragraph(self, text: str) -> None:
            last = self.last_token()
            if not last or last["type"] != "paragraph":
                super().add_paragraph(text)
                return
            joined = last.pop("text")  # of which nobody else holds a copy now
            joined += text
            last["text"] = joined

        def append_paragraph(self) -> int | None:
            last = self.last_token()
            if not last or last["type"] != "paragraph":
                return None
            end = self.find_line_end()
            self.add_paragraph(self.get_text(end))
            return end

    class Inline(mistune.InlineParser):
        """Reads links behind an `<a>` in HTML, as CommonMark does: mistune waits for its end."""

        def parse_inline_html(self, m: Any, state: Any) -> int | None:
            within = state.in_link
            end = super().parse_inline_html(m, state)
            state.in_link = within
            return end

    plugins = map(import_plugin, ("table", "strikethrough", "footnotes", "task_lists"))
    markdown = mistune.Markdown(renderer=None, inline=Inline(), plugins=plugins)
    markdown.block.state_cls = State
    return markdown


@cache
def _renderer() -> Any:
    import mistune

    return mistune.create_markdown(plugins=["table", "strikethrough", "footnotes", "task_lists"])


def _blocks(tokens: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the kinds of the blocks, from the outside to the inside, in order."""
    for token in tokens:
        kind = str(token["type"])
        if kind in _HOLDS_BLOCKS:
            yield f"{_label(token, kind)}("
            yield from _blocks(token.get("children") or ())
            yield ")"
        elif kind != "blank_line" and not (kind == "block_html" and is_mark(token["raw"])):
            yield _label(token, kind)


def _words_of(tokens: Iterable[Mapping[str, Any]], within: tuple[str, ...]) -> Iterator[_Word]:
    """Yield the words of a text with the tokens that they stand in."""
    text = ""  # of neighbouring tokens: mistune cuts a text at each sign that might begin a span
    for token in tokens:
        kind = str(token["type"])
        if kind == "text":
            text += str(token.get("raw") or "")
            continue
        yield from (_Word(word, within) for word in text.split())
        text = ""
        if kind in ("blank_line", "softbreak", "linebreak"):
            continue
        here = (*within, _label(token, kind))
        if children := token.get("children"):
            yield from _words_of(children, here)
        yield from (_Word(word, here) for word in str(token.get("raw") or "").split())
        if url := (token.get("attrs") or {}).get("url"):
            yield _Word(unquote(str(url)), here)  # mistune encodes what it finds plain
    yield from (_Word(word, within) for word in text.split())


def _label(token: Mapping[str, Any], kind: str) -> str:
    attributes = token.get("attrs") or {}
    return kind + str(attributes.get("level", "")) + str(attributes.get("ordered", ""))


# -- properties -------------------------------------------------------------------------


def _body(text: str) -> int:
    span = frontmatter_span(text)
    return span.end if span else int(text.startswith("\ufeff"))


def _harm_to_properties(text: str, edits: Sequence[Edit]) -> str:
    """Say which property would change though its lines are not edited."""
    body = _body(text)
    above = [edit for edit in edits if edit.span.start < body]
    before = read_frontmatter(text)
    after = read_frontmatter(apply_edits(text, above))
    if not above or not before.valid:
        return ""
    if not after.valid:
        return "the frontmatter would no longer be valid YAML"
    touched = {_key_at(text, edit.span.start) for edit in above}
    if text.startswith("{", before.source_span.start):  # JSON, where no key has a line of its own
        touched = {
            entry.key
            for entry in before.entries
            for edit in above
            if entry.key_span.start <= edit.span.start <= entry.value_span.end
        }
    for key in {*before.data, *after.data}:
        if before.data.get(key) == after.data.get(key) and (key in before.data) == (
            key in after.data
        ):
            continue
        if key not in touched and not any(key in edit.text for edit in above):
            return f"the property '{key}' would change"
    return ""


def _growth(edits: Sequence[Edit], body: int) -> int:
    """Return by how much the edits above the body lengthen what stands there."""
    return sum(
        len(edit.text) - (edit.span.end - edit.span.start)
        for edit in edits
        if edit.span.start < body
    )


def _key_at(text: str, offset: int) -> str:
    """Return the key of the property whose lines hold the offset."""
    end = text.find("\n", offset)
    for line in reversed(text[: end if end >= 0 else len(text)].split("\n")):
        if line[:1] not in (" ", "\t", "#", "-", "\r", "") and ":" in line:
            return line.partition(":")[0].strip().strip("\"'")
    return ""
