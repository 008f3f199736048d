"""How the notes of a vault are opened in Obsidian, by what its settings say."""

import json

from knapper.app.roots import config_folder
from knapper.app.workspace import Workspace
from knapper.core.opening import ADVANCED_URI, Opening
from knapper.shell.disk import read_text

__all__ = ["opening_of"]


def opening_of(workspace: Workspace) -> Opening:
    """Return how notes are opened; a vault is called by its folder's name, as in Obsidian."""
    root = workspace.root
    folder = config_folder(root, workspace.config.config_folder)
    try:
        plugins: object = json.loads(read_text(root, f"{folder}/community-plugins.json"))
    except (ValueError, RecursionError):
        plugins = []
    at_lines = isinstance(plugins, list) and ADVANCED_URI in plugins
    return Opening(root.resolve().name, at_lines)
