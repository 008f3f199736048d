"""The three-way merge of one file.

Law: nothing that only one side holds is lost, and nothing is guessed. Where the
changes of both sides do not surely fit together, or the certificate does not find
everything in the result, the answer is `Conflicts` and the file is not joined.
"""

from typing import NamedTuple

from knapper.core.frontmatter import read_tree
from knapper.sync.canvas import refuse_loose_edges
from knapper.sync.certificate import json_is_kept, lines_are_kept
from knapper.sync.clash import ClashError
from knapper.sync.json_merge import merged_json, read_json
from knapper.sync.lines import merged_lines
from knapper.sync.matching import changes
from knapper.sync.note import merged_note
from knapper.sync.textform import NotTextError, Written, common_form, read, write

__all__ = ["Conflicts", "Merged", "merge", "touches"]


class Merged(NamedTuple):
    """Both sides in one; `how` says in plain words what was done."""

    content: bytes
    how: str


class Conflicts(NamedTuple):
    """The sides cannot be joined; `reason` says in plain words what is in the way."""

    reason: str


def merge(path: str, base: bytes | None, left: bytes, right: bytes) -> Merged | Conflicts:
    """Join two versions of a file that both came from `base` (None: unknown or new).

    The result does not depend on which side is called left. Of the path only the
    ending counts. Never raises.
    """
    if left == right:
        return Merged(left, "both sides are the same")
    if base in (left, right):
        return Merged(left if base == right else right, "only one side changed it")
    # in this order the answer is the same whichever side is called left
    left, right = sorted((left, right))
    try:
        was = None if base is None else read(base)
        return _merged(path.lower(), was, read(left), read(right))
    except NotTextError:
        return Conflicts("both sides changed it, and it is not a text")
    except ClashError as clash:
        return Conflicts(clash.reason)
    except RecursionError:
        return Conflicts("both sides changed it, and it is nested too deeply")


def touches(base: bytes, left: bytes, right: bytes) -> bool:
    """Tell whether both sides changed the same lines of `base`, or lines side by side."""
    was, here, there = (content.split(b"\n") for content in (base, left, right))
    others = [(start, end) for start, end, *_ in changes(was, there)]
    return any(
        start <= last and first <= end
        for start, end, *_ in changes(was, here)
        for first, last in others
    )


_NOTES = (".md", ".markdown", ".txt")
_JSON = (".json", ".canvas", ".excalidraw")
_YAML = (".base", ".yaml", ".yml")
# texts in which a line says where others are, or which a program writes as a whole
_WHOLE = (".pdf", ".svg", ".eps", ".ps", ".rtf", ".ipynb", ".excalidraw.md")


def _merged(path: str, base: Written | None, left: Written, right: Written) -> Merged:
    form = common_form(None if base is None else base.form, left.form, right.form)
    texts = [None if text is None else text.lines(form.line_end) for text in (base, left, right)]
    was, here, there = texts[0], texts[1] or [], texts[2] or []
    if here == there:
        lines, how = here, "only the line ends differ"
    elif was in (here, there):
        lines, how = here if was == there else there, "one side changed only the line ends"
    elif was is None and not (any(map(str.strip, here)) and any(map(str.strip, there))):
        lines, how = max(here, there, key=_size), "one side was empty"
    elif path.endswith(_WHOLE):
        raise ClashError("both sides changed it, and files of this kind are not joined")
    elif path.endswith(_JSON):
        lines, how = _merged_json(path, was, here, there)
    elif path.endswith(_NOTES):
        lines, how = merged_note(was, here, there)
    else:
        lines, how = _merged_text(path, was, here, there)
    if lines and not lines[-1]:
        form = form._replace(closed=True)  # else a blank last line would be no line
    content = write(lines, form)
    if read(content).lines(form.line_end) != lines:
        raise ClashError("the lines of both sides do not fit together")
    return Merged(content, how)


def _size(lines: list[str]) -> tuple[bool, list[str]]:
    return any(map(str.strip, lines)), lines


def _merged_json(
    path: str, base: list[str] | None, left: list[str], right: list[str]
) -> tuple[list[str], str]:
    was, here, there = (None if side is None else "\n".join(side) for side in (base, left, right))
    assert here is not None
    assert there is not None
    merged = merged_json(was, here, there)
    old = read_json(was) if was and was.strip() else None
    if not json_is_kept(old, read_json(here), read_json(there), read_json(merged)):
        raise ClashError("the changes of both sides do not fit together")
    if path.endswith(".canvas"):
        refuse_loose_edges(merged, here, there)
        return merged.split("\n"), "both sides changed it, joined card by card"
    return merged.split("\n"), "both sides changed it, joined key by key"


def _merged_text(
    path: str, base: list[str] | None, left: list[str], right: list[str]
) -> tuple[list[str], str]:
    if base is None:
        raise ClashError("both sides made it, with different lines")
    pieces = merged_lines(base, left, right, prose=False)
    merged = [line for piece in pieces for line in piece.lines]
    if not lines_are_kept(base, left, right, merged, pieces):
        raise ClashError("the changes of both sides do not fit together")
    if path.endswith(_YAML) and not _is_yaml(merged) and _is_yaml(left) and _is_yaml(right):
        raise ClashError("the keys of both sides do not fit together")
    return merged, "both sides changed it, joined line by line"


def _is_yaml(lines: list[str]) -> bool:
    return read_tree("\n".join(lines)).error is None
