"""What is kept in sync: which names take part, and when two names are one.

A tree is a mapping from paths to what stands there (`State`). Folders and links are
in it like files, so that an empty folder is kept in sync too.
"""

from collections.abc import Iterable, Mapping
from unicodedata import normalize

from knapper.core.copies import original_of
from knapper.core.paths import NotePath, extension
from knapper.core.plan import State

__all__ = [
    "FOLDER",
    "Tree",
    "colliding",
    "differing",
    "evicted",
    "is_file",
    "is_layout",
    "is_local",
    "is_mergeable",
    "key",
    "link_state",
    "link_to",
    "parents",
]

Tree = Mapping[NotePath, State]

FOLDER: State = "folder"
_LINK = "link:"
_TEXT = frozenset(("md", "canvas", "base", "json", "txt", "css", "yaml", "yml", "csv"))
_UNFINISHED = (".tmp", ".swp", ".swx", ".part", ".partial", ".crdownload", "~")
_OF_THE_SYSTEM = frozenset(("thumbs.db", "desktop.ini", "icon\r", "$recycle.bin"))


def is_file(state: State | None) -> bool:
    """Tell whether a state is that of a file."""
    return state is not None and state != FOLDER and not state.startswith(_LINK)


def differing(one: Mapping[NotePath, object], other: Mapping[NotePath, object]) -> set[NotePath]:
    """Return the paths that have not the same in both (a third of the time of `items() ^`)."""
    get = other.get
    found = {path for path, held in one.items() if get(path) != held}
    return found | (other.keys() - one.keys())


def link_to(state: State | None) -> str | None:
    """Return where a link leads, None for what is no link."""
    return state[len(_LINK) :] if state is not None and state.startswith(_LINK) else None


def link_state(target: str) -> State:
    """Return the state of a symbolic link to `target`."""
    return _LINK + target


def is_local(name: str, folder: NotePath, config_folder: str) -> bool:
    """Tell whether a file or folder of this name stays where it is.

    Hidden ones do, but for the configuration folder ("" if it takes no part); so do
    other programs' unfinished files (an editor's swap file, a download, the lock of an
    office program) and the conflict copies of other synchronizers, which those look
    after themselves.
    """
    if name[0] == ".":
        return bool(folder) or name != config_folder
    if name[-1] in "~pltx\rebiIn" or name[0] in "~$":
        lowered = name.lower()
        if lowered.endswith(_UNFINISHED) or lowered in _OF_THE_SYSTEM or name.startswith("~$"):
            return True
    if folder == config_folder and name == "cache":
        return bool(folder)
    return "onflict" in name and original_of(name) is not None and "(conflict " not in name


def is_layout(path: NotePath, config_folder: str) -> bool:
    """Tell whether the file only says which panes are open (`workspace*.json`).

    The vault's own layout is never changed by a sync; a replica is given it.
    """
    folder, _, name = path.rpartition("/")
    named = name.startswith("workspace") and name.endswith(".json")
    return named and bool(config_folder) and folder == config_folder


def evicted(name: str) -> str | None:
    """Return the name of the file that iCloud has replaced by this placeholder.

    `.Note.md.icloud` stands for a `Note.md` that is only in the cloud (Apple's File
    Provider before macOS 14).
    """
    if name.startswith(".") and name.endswith(".icloud") and len(name) > 8:
        return name[1 : -len(".icloud")]
    return None


def is_mergeable(path: NotePath) -> bool:
    """Tell whether versions of the file can be merged, so that its base is kept."""
    return extension(path) in _TEXT


def key(path: NotePath) -> str:
    """Return what paths have in common that a file system may take for one."""
    return path.lower() if path.isascii() else normalize("NFC", path).casefold()


def parents(path: NotePath) -> Iterable[NotePath]:
    """Yield the folders above a path, the nearest first."""
    while (end := path.rfind("/")) > 0:
        path = path[:end]
        yield path


def colliding(paths: Iterable[NotePath], preferred: Iterable[NotePath]) -> dict[NotePath, NotePath]:
    """Return the paths that stand in another one's way where case does not count.

    Each is mapped to the path that keeps the name: one of `preferred`, else the
    first by sort order. A path below a folder that is in the way is in the way too.
    """
    first = {key(path): path for path in sorted(preferred, reverse=True)}
    held: dict[str, NotePath] = {}
    blocked: dict[NotePath, NotePath] = {}
    wanted = sorted(paths, key=lambda path: (first.get(key(path)) != path, path))
    for path in wanted:
        keeper = held.setdefault(key(path), path)
        if keeper != path:
            blocked[path] = keeper
    for path in wanted:
        if path not in blocked:
            above = next((folder for folder in parents(path) if folder in blocked), None)
            if above is not None:
                blocked[path] = blocked[above]
    return blocked
