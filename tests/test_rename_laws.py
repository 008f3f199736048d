"""Laws of renaming over vaults in which it is hard (`nasty_vaults`).

A hundred vaults in CI; `KNAPPER_RENAMES=1000` takes more of them.
"""

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from knapper.app.check import check
from knapper.app.rename import carry_out, plan_rename
from knapper.app.undo import undo
from knapper.app.workspace import load_rules, open_workspace
from knapper.core.errors import KnapperError
from knapper.core.note import Note
from knapper.core.vault import Found, Vault
from nasty_vaults import nasty_vault, some_heading, some_renaming

NUMBER = int(os.environ.get("KNAPPER_RENAMES", "100"))
OF_NAMES = {rule.name for rule in load_rules() if rule.family == "names"} | {"base-reference"}
"""They judge the new name itself, which is the user's own, or miss a folder that is empty now."""


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def findings(root: Path) -> Counter[tuple[str, str]]:
    checked = check(open_workspace(root, root=root), lambda _: True)
    found = [one for one in checked.diagnostics if one.rule not in OF_NAMES]
    return Counter((one.path, one.rule) for one in found)


def meanings(root: Path) -> dict[str, list[str | None]]:
    """Return for each note and canvas where its references lead, in order; None is nowhere."""
    paths = open_workspace(root, root=root).tree.files
    vault = Vault(paths, {})
    notes = (Note(path, (root / path).read_bytes().decode()) for path in paths if not_plain(path))
    return {note.path: [where(vault, one, note.path) for one in named(note)] for note in notes}


def not_plain(path: str) -> bool:
    return path.endswith((".md", ".canvas"))


def named(note: Note) -> list[str]:
    found = [link.target for link in note.links]
    found += [link.link for link in note.frontmatter_links]
    for node in note.canvas.nodes if note.canvas else ():
        found += [f"/{node.text_of(key)}" for key in ("file", "background") if node.text_of(key)]
        found += [link.target for link in Note("card.md", node.text_of("text")).links]
    return found


def where(vault: Vault, target: str, source: str) -> str | None:
    resolved = vault.resolve(target, source)
    return resolved.path if isinstance(resolved, Found) else None


@pytest.mark.parametrize("seed", range(NUMBER))
def test_a_renaming_keeps_meanings_brings_no_finding_and_can_be_undone(
    seed: int, tmp_path: Path
) -> None:
    chance = Random(seed)
    files = nasty_vault(chance)
    for path, content in files.items():
        place = tmp_path / "vault" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    root = tmp_path / "vault"
    old_bytes, before, meant = contents(root), findings(root), meanings(root)
    wanted = some_renaming(list(files), chance) if seed % 5 else some_heading(files, chance)
    workspace = open_workspace(root, root=root)
    try:
        plan = plan_rename(workspace, wanted.old, wanted.new)
    except KnapperError:
        assert contents(root) == old_bytes
        return
    outcome, run = carry_out(workspace, plan)
    assert not outcome.refused
    known = Counter({(plan.moved.get(path, path), rule): n for (path, rule), n in before.items()})
    silent = {plan.moved.get(one.path, one.path) for one in plan.left}  # it was told of
    silent |= {to for path, to in plan.moved.items() if not workspace.is_checked(path)}
    new = [one for one in (findings(root) - known) if one[0] not in silent]
    assert not new, (wanted, plan)
    now = meanings(root)
    for path, targets in meant.items() if plan.moved else ():
        if path not in {one.path for one in plan.left}:
            follow = [plan.moved.get(to, to) if to else None for to in targets]
            assert now[plan.moved.get(path, path)] == follow, (wanted, path)
    if run is not None:
        undo(root, run)
    assert contents(root) == old_bytes
