"""Renaming notes, folders and attachments, and all that refers to them."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from knapper.app.act import act
from knapper.app.baseline import open_baseline
from knapper.app.naming import existing, folders_above, goal_of
from knapper.app.referring import Left, Plan, References, Rewrite
from knapper.app.retitle import heading_called, plan_retitle
from knapper.app.workspace import Workspace
from knapper.core.errors import KnapperError
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_note
from knapper.core.plan import Change, MakeFolder, Move, Outcome, RemoveFolder, Write, digest
from knapper.core.references import Rewritten
from knapper.core.relink import Renaming, may_name, relinked, renaming
from knapper.core.vault import Vault

__all__ = [
    "Left",
    "Plan",
    "Rewrite",
    "carry_out",
    "mended_links",
    "part_done",
    "plan_links",
    "plan_move",
    "plan_rename",
    "plan_retitle",
]


def plan_rename(workspace: Workspace, old: str, new: str, start: Path = Path()) -> Plan:
    """Return what it takes to rename `old` (a note, folder, file, `Note#Heading`).

    A path is seen from `start`, then from the root of the vault. `new` is a name beside
    the old one, or with a `/` a path of the vault; a folder takes the file in. Raises
    `KnapperError` for what cannot be.
    """
    name, mark, heading = old.partition("#")
    path = existing(workspace, name, start)
    if not mark:
        return plan_move(workspace, path, new)
    return plan_retitle(workspace, path, heading_called(workspace, path, heading), new)


def plan_move(workspace: Workspace, path: NotePath, new: str) -> Plan:
    """Return what it takes to rename the file or folder at a path; as `plan_rename`."""
    files = set(workspace.tree.files)
    is_folder = path not in files
    goal = goal_of(workspace, path, new, is_folder=is_folder)
    if not new.strip():
        raise KnapperError(f"{path}: expected a new name")
    if goal == path:
        raise KnapperError(f"{path}: this is its name already")
    if is_folder:
        if goal.startswith(f"{path}/"):
            raise KnapperError(f"{new}: a folder cannot go into itself")
        moved = {one: goal + one[len(path) :] for one in files if one.startswith(f"{path}/")}
        hidden = _others_in(workspace.root, path, moved)
    else:
        moved, hidden = {path: goal}, []
    stuck = sorted({path, *moved} & workspace.tree.linked)
    if stuck:
        raise KnapperError(f"{stuck[0]}: this is reached through a symbolic link")
    found = _relinked(workspace, {path: goal})
    found.left += _settings_that_name(workspace, path)
    moves = {**moved, **{one: goal + one[len(path) :] for one in hidden}}
    writes = [one._replace(path=moved.get(one.path, one.path)) for one in found.writes]
    emptied = _emptied(workspace.root / path, workspace.root) if is_folder else ()
    return found.plan(moved)._replace(
        needed=tuple(_moves(workspace, moves)), changes=(*writes, *emptied)
    )


def plan_links(workspace: Workspace, moved: Mapping[NotePath, NotePath]) -> Plan:
    """Return what lets references follow files and folders that somebody else is to move.

    `moved` has their paths before and after; the plan has the edits, and no moves.
    """
    return _relinked(workspace, moved).plan({})


def carry_out(workspace: Workspace, plan: Plan) -> tuple[Outcome, int | None]:
    """Carry out a renaming as one run that can be undone.

    Where a file cannot move, all stay where they are, and no reference is rewritten. What
    the baseline of the vault knows follows.
    """
    changes = (*plan.changes, *_known(workspace, plan))
    return act(workspace.root, changes, "rename", plan.needed)


def part_done(plan: Plan, outcome: Outcome) -> Plan:
    """Return of a plan what was done, in the user's terms."""
    moved = {one.path for one in outcome.done if isinstance(one, Move)}
    written = {one.path for one in outcome.done if isinstance(one, Write)}
    return plan._replace(
        moved={old: new for old, new in plan.moved.items() if old in moved},
        rewrites=tuple(
            one for one in plan.rewrites if plan.moved.get(one.path, one.path) in written
        ),
        left=plan.left if outcome.done or not outcome.refused else (),
    )


def mended_links(workspace: Workspace, moved: Mapping[NotePath, NotePath]) -> Plan:
    """Return what it takes to mend the links that died when others moved these files."""
    gone = {old: new for old, new in moved.items() if new in workspace.tree.files}
    files = (set(workspace.tree.files) - set(gone.values())) | gone.keys()
    before = Vault(files, {}, workspace.settings)
    after = Vault(workspace.tree.files, {}, workspace.settings)
    change = Renaming(before, after, gone, dead_only=True)
    back = {new: old for old, new in gone.items()}
    return _references(workspace, change, lambda path: back.get(path, path)).plan(gone)


def _known(workspace: Workspace, plan: Plan) -> Iterator[Write]:
    """Yield what lets the findings that are known stay so; nothing where that cannot be."""
    back = {new: old for old, new in plan.moved.items()}
    try:
        baseline = open_baseline(workspace)
        if not baseline.known:
            return
        rewritten = [
            (workspace.read(back.get(one.path, one.path)), one.content.decode())
            for one in plan.changes
            if isinstance(one, Write)
        ]
        after = baseline.following(plan.moved, rewritten)
        change = after.as_change(workspace.root)
    except (KnapperError, OSError):  # a check will tell what is wrong with it
        return
    going = {one.path for one in plan.needed if isinstance(one, Move)}
    if change and after.known != baseline.known and change.path not in going:
        yield change


# -- what refers to the files ----------------------------------------------------------------


def _relinked(workspace: Workspace, moved: Mapping[NotePath, NotePath]) -> References:
    """Write anew what refers to files and folders that move."""
    files = workspace.tree.files
    folders = {old: new for old, new in moved.items() if old not in files}
    every = {old: new for old, new in moved.items() if old in files}
    for old, new in folders.items():
        every |= {one: new + one[len(old) :] for one in files if one.startswith(f"{old}/")}
    before = Vault(files, {}, workspace.settings)
    return _references(workspace, renaming(before, every, folders))


def _references(
    workspace: Workspace,
    change: Renaming,
    before_path: Callable[[NotePath], NotePath] = lambda path: path,
) -> References:
    names = {*change.moved, *change.moved.values(), *change.folders}
    moved = {*change.moved, *change.moved.values()}

    def concerns(note: Note) -> bool:
        return note.path in moved or not is_note(note.path) or may_name(note.text, names)

    def edited(note: Note) -> Rewritten:
        return relinked(Note(before_path(note.path), note.text), change)

    return References.of(workspace, concerns, edited)


def _settings_that_name(workspace: Workspace, path: NotePath) -> Iterator[Left]:
    """Yield the settings that name a file or folder: no file of settings is written."""
    for what in workspace.settings.naming(path):
        yield Left(path, 1, f"Obsidian's settings name it as {what}; change it there")
    config = workspace.config
    patterns = (*config.exclude, *(one for two in config.overrides for one in two.include))
    if any(f"{one.strip('/')}/".startswith(f"{path}/") for one in (config.rules, *patterns)):
        yield Left(path, 1, f"{config.source} names it; change it there")


# -- the files -------------------------------------------------------------------------------


def _others_in(root: Path, folder: NotePath, known: Mapping[NotePath, NotePath]) -> list[NotePath]:
    """Return the files of a folder that Obsidian does not show; raises for a link."""
    found = []
    for above, folders, files in os.walk(root / folder):
        for name in (*files, *folders):
            whole = Path(above) / name
            path = whole.relative_to(root).as_posix()
            if whole.is_symlink():
                raise KnapperError(f"{path}: this symbolic link would have to go with the folder")
            if name in files and path not in known:
                found.append(path)
    return found


def _moves(workspace: Workspace, moved: Mapping[NotePath, NotePath]) -> Iterator[Change]:
    """Yield the moves, after the folders that they need."""
    root, there = workspace.root, {""}
    for new in sorted(moved.values()):
        for above in reversed(list(folders_above(new))):
            if above not in there and not (root / above).is_dir():
                yield MakeFolder(above, "a renamed file goes there")
            there.add(above)
    for old, new in moved.items():
        yield Move(old, new, digest(workspace.content(old)), "renamed")


def _emptied(folder: Path, root: Path) -> Iterator[Change]:
    """Yield the removal of the folders that a folder's move leaves empty, the deepest first."""
    empty = [Path(above).relative_to(root).as_posix() for above, _, _ in os.walk(folder)]
    for path in sorted(empty, key=lambda path: -path.count("/")):
        yield RemoveFolder(path, "its files have moved")
