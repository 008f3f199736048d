"""What somebody may not know who checks a folder for the first time."""

import os

from knapper.app.check import Checked
from knapper.app.roots import is_vault
from knapper.app.workspace import CHECKED, Workspace
from knapper.cli.scope import Asked
from knapper.cli.terminal import number_of, printable
from knapper.core.paths import extension

__all__ = ["advice"]


def advice(workspace: Workspace, asked: Asked, checked: Checked, *, is_named: bool) -> str:
    """Return what to do next where nothing was checked, or perhaps the wrong folder was.

    `is_named` tells that the vault was named, so that it is the right one.
    """
    root = printable(os.path.relpath(workspace.root))
    where = "here" if root == "." else f"in '{root}'"
    if checked.judged:
        if is_named or not asked.paths or is_vault(workspace.root):
            return ""  # and the rules need not be known
        vault_matters = {rule.name for rule in workspace.known_rules if rule.check.reads_vault}
        if not any(one.rule in vault_matters for one in checked.diagnostics):
            return ""
        return (
            f"'{root}' was taken for the whole vault, as no .obsidian or .knapper.toml is "
            "there or above; --vault names another folder"
        )
    if asked._replace(paths=()) != Asked():
        return ""  # nothing has changed
    notes = sum(extension(path) in CHECKED for path in workspace.tree.files)
    if not notes:
        return (
            f"no note lies {where}; 'knapper check FOLDER' looks elsewhere, "
            "'knapper init FOLDER' makes a vault"
        )
    if asked.paths:
        return "no note that is checked lies there; 'knapper config' shows what is excluded"
    return (
        f"{number_of(notes, 'note')} {where} are all excluded: by 'exclude', by Obsidian's "
        "\"Excluded files\", or as templates; 'knapper config' shows it"
    )
