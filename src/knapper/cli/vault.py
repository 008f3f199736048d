"""Which vault a command means, and the options that say it."""

from pathlib import Path

import click

from knapper.app.roots import find_root
from knapper.core.errors import KnapperError

__all__ = ["VAULT", "config_option", "existing", "vault_option", "vault_root"]

VAULT = "The vault, if it is not the nearest one upward."

vault_option = click.option(
    "--vault", type=click.Path(path_type=Path), metavar="FOLDER", help=VAULT
)
config_option = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of .knapper.toml."
)


def vault_root(given: Path | None, path: Path | None = None) -> Path:
    """Return the vault that is given, or that holds a path, or the one that we are in.

    The path may be that of a note that is gone, or be seen from another folder; then it
    says nothing. Raises `KnapperError` where what is given is no folder.
    """
    if given is not None:
        if not given.is_dir():
            raise KnapperError(
                f"{given}: this is a file; a vault is a folder" if given.exists()
                else f"{given}: there is no such folder{_near(given)}"
            )  # fmt: skip
        return given
    is_here = path is not None and path.parent.is_dir()
    return find_root((path if path and is_here else Path()).absolute())


def existing(path: Path) -> Path:
    """Return a path to something that is there; raises `KnapperError` with what is near."""
    if not path.exists() and not path.is_symlink():
        raise KnapperError(f"{path}: there is no such file or folder{_near(path)}")
    return path


def _near(path: Path) -> str:
    """Ask whether another name beside a path was meant."""
    from difflib import get_close_matches

    try:
        names = [one.name for one in path.parent.iterdir() if one.name != path.name]
    except OSError:
        return ""
    near = [f"{path.name}.md"] if f"{path.name}.md" in names else []
    near += get_close_matches(path.name, names, 1)
    return f"; did you mean '{path.parent / near[0]}'?" if near else ""
