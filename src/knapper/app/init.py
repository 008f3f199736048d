"""Making a working vault: the template, its sources, and the notes in them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from knapper.app.workspace import CONFIG_NAME
from knapper.core.errors import KnapperError
from knapper.core.plan import Plan, Refused, Write
from knapper.shell.bundled import bundled
from knapper.shell.disk import execute, files_under

__all__ = ["Made", "init"]


class Made(NamedTuple):
    """What `init` did."""

    root: Path
    written: int
    sources: Sequence[tuple[str, int]]
    preset: str
    refused: Sequence[Refused]


def init(root: Path, sources: Sequence[Path], preset: str | None) -> Made:
    """Make a vault at `root` from the template, with notes pulled in from sources.

    Nothing that is there is overwritten; raises `KnapperError` for a folder that
    is a vault already, and for a source that is no folder.
    """
    if (root / CONFIG_NAME).exists():
        raise KnapperError(f"{root}: this is a vault of knapper's already ({CONFIG_NAME})")
    if root.exists() and not root.is_dir():
        raise KnapperError(f"{root}: this is a file; a vault is a folder")
    for source in sources:
        if not source.is_dir():
            raise KnapperError(f"{source}: there is no such folder to take notes from")
    template = bundled("vault-template")
    plan: list[Write] = [
        Write(path.relative_to(template).as_posix(), path.read_bytes(), None, "template")
        for path in sorted(template.rglob("*"))
        if path.is_file() and path.name != CONFIG_NAME
    ]
    named: list[tuple[str, Path]] = []
    pulled: list[tuple[str, int]] = []
    for source in sources:
        name = _free_name(source.resolve().name, [name for name, _ in named])
        named.append((name, source.resolve()))
        notes = [
            Write(f"Sources/{name}/{path}", file.read_bytes(), None, f"from {source}")
            for path, file in files_under(source)
        ]
        plan += notes
        pulled.append((name, len(notes)))
    preset = preset or _preset(plan)
    config = _config((template / CONFIG_NAME).read_text(encoding="utf-8"), preset, named)
    plan.append(Write(CONFIG_NAME, config.encode(), None, "configuration"))
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnapperError(f"{root}: {(error.strerror or str(error)).lower()}") from error
    outcome = execute(_new(plan, root), root, root)
    return Made(root, len(outcome.done), pulled, preset, outcome.refused)


def _new(plan: Sequence[Write], root: Path) -> Plan:
    """Leave out settings that are there already: an existing vault keeps its own."""
    return tuple(
        change
        for change in plan
        if not (change.path.startswith(".obsidian/") and (root / change.path).exists())
    )


def _free_name(name: str, taken: Sequence[str]) -> str:
    number, free = 2, name or "source"
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def _preset(plan: Sequence[Write]) -> str:
    """Choose `video-notes` where most of the notes pulled in are written from videos."""
    notes = [c.content for c in plan if c.path.startswith("Sources/") and c.path.endswith(".md")]
    from_video = sum(b"yt-timestamp" in note or b"\nvideoId:" in note for note in notes)
    return "video-notes" if from_video * 2 > len(notes) else "recommended"


def _config(template: str, preset: str, sources: Sequence[tuple[str, Path]]) -> str:
    """Return the template's configuration with this preset and these sources."""
    text = template.replace('preset = "recommended"', f'preset = "{preset}"', 1)
    for name, path in sources:
        quoted = [json.dumps(value, ensure_ascii=False) for value in (name, str(path))]
        text += (
            f"\n[[replica]]\nname = {quoted[0]}\npath = {quoted[1]}\n"
            f'mode = "pull"\ninto = {json.dumps(f"Sources/{name}", ensure_ascii=False)}\n'
        )
    return text
