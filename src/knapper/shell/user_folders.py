"""Where knapper keeps what is about a vault and does not lie in it.

`KNAPPER_STATE_DIR` overrides both folders. Neither need exist.
"""

import os
import sys
from hashlib import sha256
from pathlib import Path

__all__ = ["cache_folder", "state_folder"]


def state_folder(root: Path) -> Path:
    """Return where the state of the vault at `root` lies: what nobody could make again."""
    if base := os.environ.get("KNAPPER_STATE_DIR"):
        return Path(base) / _name(root)
    from platformdirs import user_state_path

    return user_state_path("knapper", appauthor=False) / _name(root)


def cache_folder(root: Path) -> Path:
    """Return where the cache of the vault at `root` lies: what can be made again."""
    if base := os.environ.get("KNAPPER_STATE_DIR"):
        return Path(base) / _name(root)
    if sys.platform == "linux":  # as platformdirs has it, whose import would take a tenth of a run
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        return Path(base or os.path.expanduser("~/.cache")) / "knapper" / _name(root)
    from platformdirs import user_cache_path

    return user_cache_path("knapper", appauthor=False) / _name(root)


def _name(root: Path) -> str:
    real = os.path.realpath(root)
    return f"{Path(real).name}-{sha256(os.fsencode(real)).hexdigest()[:12]}"
