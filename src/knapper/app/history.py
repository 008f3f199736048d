"""The versions of notes that are kept outside the vault, and bringing one back."""

import os
from collections.abc import Iterable
from pathlib import Path

from knapper.app.act import act
from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath
from knapper.core.plan import Change, Copy, MakeFolder, Outcome
from knapper.shell.disk import resolved
from knapper.shell.folder import Folder
from knapper.shell.store import Store, Version
from knapper.sync.tree import is_file

__all__ = ["export", "found_path", "history", "name_of", "restore"]

_NAME = 8
"""So many characters of a digest name a version."""

_MOST_BYTES = 255
"""Bytes of the longest name that file systems allow."""


def name_of(version: Version) -> str:
    """Return the name of a version, which stays the same while it is kept."""
    return version.digest[:_NAME]


def history(root: Path, path: NotePath | None = None) -> list[Version]:
    """Return the versions that are kept (of one file), by path, the oldest first."""
    with Store(root) as store:
        return store.versions(path)


def found_path(root: Path, said: str, known: Iterable[NotePath]) -> NotePath:
    """Return the path in the vault that a user means, of a file that may be gone.

    It is seen from the current folder or from the vault, with or without `.md`. Raises
    `KnapperError` if there is nothing of the kind.
    """
    known, own = set(known), root.resolve()
    seen = resolved(Path(said).parent) / Path(said).name, own / os.path.normpath(said)
    inside = [one.relative_to(own).as_posix() for one in seen if one.is_relative_to(own)]
    choices = [f"{one}{ending}" for ending in ("", ".md") for one in inside]
    for choice in choices:
        if choice in known or os.path.lexists(root / choice):
            return choice
    raise KnapperError(f"{said}: there is no such note in the vault, and no version of one is kept")


def export(root: Path, goal: Path, path: NotePath | None = None) -> int:
    """Write every kept version as `Folder/Note@version.md` under `goal`; return how many.

    Raises `KnapperError` if `goal` has files already or lies in the vault.
    """
    real, own = os.path.realpath(goal), os.path.realpath(root)
    if os.path.commonpath((real, own)) == own:
        raise KnapperError(f"{goal}: this lies in the vault, where old versions are not wanted")
    if goal.exists() and (not goal.is_dir() or any(goal.iterdir())):
        raise KnapperError(f"{goal}: this is not an empty folder")
    goal.mkdir(parents=True, exist_ok=True)
    number = 0
    with Store(root) as store:
        for version in store.versions(path):
            if ".." in version.path.split("/") or version.path.startswith("/"):
                continue
            above, _, name = version.path.rpartition("/")
            place = goal / above / _file_name(name, name_of(version))
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                with place.open("wb") as file:
                    file.writelines(store.pieces(version.digest))
            except LookupError as error:
                raise KnapperError(f"{version.path}: {error.args[0]}") from error
            number += 1
    return number


def _file_name(name: str, version: str) -> str:
    """Return the name of a version's file, which fits the bytes that file systems allow."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > _NAME:  # that is no ending
        stem, dot, ending = name, "", ""
    mark = f"@{version}{dot}{ending}"
    whole = os.fsencode(stem)
    short = whole[: max(1, _MOST_BYTES - len(os.fsencode(mark)))]
    return f"{stem if short == whole else short.decode(errors='ignore')}{mark}"


def restore(root: Path, path: NotePath, name: str) -> tuple[Outcome, int | None]:
    """Bring back the version of a file whose digest begins with `name`, as a run.

    What is there now is kept as a version first. Raises `KnapperError` if no version
    or more than one is called so.
    """
    found = {one.digest for one in history(root, path) if one.digest.startswith(name.lower())}
    if not name or not found:
        raise KnapperError(f"{path}: no version '{name}' is kept; 'knapper history' lists them")
    if len(found) > 1:
        raise KnapperError(f"{path}: '{name}' begins the names of {len(found)} versions; say more")
    (digest,) = found
    folder = Folder(root)
    try:
        now = folder.state(path) if (root / path).parent.is_dir() else None
    finally:
        folder.close()
    if now == digest:
        return Outcome((), ()), None
    if now is not None and not is_file(now):
        raise KnapperError(f"{path}: this is a folder or a link now, not a file")
    changes: list[Change] = [Copy(path, "", digest, now, "restored")]
    above = path.rpartition("/")[0]
    while above and not (root / above).is_dir():
        changes.insert(0, MakeFolder(above))
        above = above.rpartition("/")[0]
    return act(root, changes, f"restore {path}")
