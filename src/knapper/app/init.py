"""Making a working vault: the template, its sources, and the notes in them."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from knapper.app.account import Synced
from knapper.app.act import act
from knapper.app.roots import CONFIG_NAME, is_vault
from knapper.app.sync import sync
from knapper.core.errors import KnapperError
from knapper.core.plan import Refused, Write
from knapper.shell.bundled import bundled
from knapper.shell.disk import files_under
from knapper.shell.lock import locked
from knapper.shell.store import Store
from knapper.shell.synced import forget

__all__ = ["Made", "init"]

_SAMPLE = 1000
"""Files of a folder that are read to tell what kind of notes it has."""


class Made(NamedTuple):
    """What `init` did."""

    root: Path
    written: int
    pulled: Sequence[Synced]
    preset: str
    refused: Sequence[Refused]

    @property
    def status(self) -> int:
        """0, or 2 if of a source nothing could be pulled in, or not to the end."""
        failed = (one.status > 1 or (one.status and not one.changes) for one in self.pulled)
        return 2 if any(failed) else 0


def init(
    root: Path,
    sources: Sequence[Path],
    preset: str | None,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Made:
    """Make a vault at `root` from the template, with notes pulled in from sources.

    A vault of Obsidian's gets a configuration and nothing else, any other folder what is
    not there yet. Nothing that is there is overwritten; raises `KnapperError` for a folder that
    is a vault already, and for a source that is no folder.
    """
    if (root / CONFIG_NAME).is_symlink() and not (root / CONFIG_NAME).exists():
        raise KnapperError(f"{root / CONFIG_NAME}: this is a link that leads nowhere")
    if (root / CONFIG_NAME).exists():
        raise KnapperError(f"{root}: this is a vault of knapper's already ({CONFIG_NAME})")
    if root.exists() and not root.is_dir():
        raise KnapperError(f"{root}: this is a file; a vault is a folder")
    for source in sources:
        if not source.is_dir():
            raise KnapperError(f"{source}: there is no such folder to take notes from")
    is_new = not root.is_dir() or not any(root.iterdir())
    template = bundled("vault-template")
    named: list[tuple[str, Path]] = []
    for source in sources:
        name = _free_name(source.resolve().name, [name for name, _ in named])
        named.append((name, source.resolve()))
    own = [root] if root.is_dir() else []
    preset = preset or _preset([*own, *(source for _, source in named)])
    config = _config((template / CONFIG_NAME).read_text(encoding="utf-8"), preset, named)
    plan = [
        Write(path.relative_to(template).as_posix(), path.read_bytes(), None, "template")
        for path in sorted(template.rglob("*"))
        if path.is_file() and path.name != CONFIG_NAME and not is_vault(root)
    ]
    plan.append(Write(CONFIG_NAME, config.encode(), None, "configuration"))
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnapperError(f"{root}: {(error.strerror or str(error)).lower()}") from error
    missing = [name for name, _ in named if not (root / _into(name)).is_dir()]
    _forget(root, None if is_new else missing)
    outcome, _ = act(root, tuple(plan), "init")
    pulled = sync(root, progress=progress) if named else []
    return Made(root, len(outcome.done), pulled, preset, outcome.refused)


def _forget(root: Path, names: Sequence[str] | None) -> None:
    """Forget what was in sync with a vault that was here once and is gone.

    These are the sources of which nothing is there; None for all replicas.
    """
    store = Store(root)
    with locked(store.folder), store:
        forget(store, names)


def _into(name: str) -> str:
    return f"Sources/{name}"


def _free_name(name: str, taken: Sequence[str]) -> str:
    number, free = 2, name or "source"
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def _preset(sources: Sequence[Path]) -> str:
    """Choose `video-notes` where most of the notes are written from videos."""
    notes = [note for source in sources for note in _sample(source)]
    from_video = sum(b"yt-timestamp" in note or b"\nvideoId:" in note for note in notes)
    return "video-notes" if from_video * 2 > len(notes) else "recommended"


def _sample(source: Path) -> Iterator[bytes]:
    """Yield notes of a folder, but for those that cannot be read: others will say so."""
    for path, file in islice(files_under(source), _SAMPLE):
        if path.endswith(".md"):
            with suppress(OSError):
                yield file.read_bytes()


def _config(template: str, preset: str, sources: Sequence[tuple[str, Path]]) -> str:
    """Return the template's configuration with this preset and these sources."""
    text = template.replace('preset = "recommended"', f'preset = "{preset}"', 1)
    for name, path in sources:
        quoted = [json.dumps(value, ensure_ascii=False) for value in (name, str(path))]
        text += (
            f"\n[[replica]]\nname = {quoted[0]}\npath = {quoted[1]}\n"
            f'mode = "pull"\ninto = {json.dumps(_into(name), ensure_ascii=False)}\n'
        )
    return text
