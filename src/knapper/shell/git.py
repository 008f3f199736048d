"""What git knows of a vault: what changed since when, and what it looked like then.

Git is asked by its own command, without a shell, and only for what its options with
`-z` print, which no configuration changes. Nothing is written: `git diff` would take a
lock to bring the index up to date (GIT_OPTIONAL_LOCKS or not, in git 2.39), and so it
has a copy of the index to itself.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Self

from knapper.core.errors import KnapperError
from knapper.core.paths import NotePath

__all__ = ["Difference", "Git"]

_FILES = ("100644", "100755")
_NOTHING = "0" * 8


class Difference(NamedTuple):
    """A file that differs between two states; a blob is "" where there is none.

    `new` is "" as well where the newer state is the file on disk. It is new where the
    older state has nothing of that name.
    """

    path: NotePath
    old: str
    new: str
    is_gone: bool = False
    is_new: bool = False


class Git:
    """The repository around the vault at `root`, to be used in a `with` statement.

    Paths are those of the vault. Raises `KnapperError`, which names `option` as what
    needs git, where there is none.
    """

    def __init__(self, root: Path, option: str) -> None:
        self._root, self._option = root, option
        self._environment = _environment()
        inside = self._run("rev-parse", "--is-inside-work-tree", check=False)
        if inside.stdout.strip() != b"true":
            reason = _reason(inside.stderr)
            if "not a git repository" in reason or not reason:
                reason = "this vault lies in no git repository"
            raise KnapperError(f"{root}: {reason}, and {option} asks git what changed")
        name = os.fsdecode(self._run("rev-parse", "--git-path", "index").stdout).rstrip("\n")
        index = root / name
        self._copy = TemporaryDirectory(prefix="knapper-")
        if index.exists():  # else nothing was ever added
            copied = shutil.copy2(index, Path(self._copy.name) / "index")
            self._environment["GIT_INDEX_FILE"] = str(copied)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._copy.cleanup()

    def staged(self) -> list[Difference]:
        """Return what is staged, against HEAD."""
        return self._differences("--cached", *self._head())

    def unstaged(self) -> list[Difference]:
        """Return in what the files on disk differ from what is staged; `old` is staged."""
        return self._differences()

    def changed(self, revision: str | None = None) -> list[Difference]:
        """Return in what the files on disk differ from HEAD, or from where `revision` parted.

        Files that git does not know count, unless it is told to ignore them.
        """
        base = self._head() if revision is None else [self._parted(revision)]
        known = self._differences(*base)
        return [*known, *(Difference(path, "", "", is_new=True) for path in self.unknown())]

    def unknown(self) -> list[NotePath]:
        """Return the files on disk that git does not know, and is not told to ignore."""
        names = self._run("ls-files", "--others", "--exclude-standard", "-z").stdout
        return [os.fsdecode(name) for name in _split(names)]

    def contents(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of blobs."""
        wanted = sorted({blob for blob in blobs if blob})
        if not wanted:
            return {}
        asked = "".join(f"{blob}\n" for blob in wanted).encode()
        return dict(_batch(self._run("cat-file", "--batch", given=asked).stdout))

    def _head(self) -> list[str]:
        """Return HEAD, or the empty tree before the first commit."""
        if self._run("rev-parse", "--verify", "--quiet", "HEAD", check=False).returncode == 0:
            return ["HEAD"]
        return [self._run("hash-object", "-t", "tree", "--stdin").stdout.decode().strip()]

    def _parted(self, revision: str) -> str:
        """Return the commit where HEAD and `revision` parted, `revision` if it is not known."""
        name = f"{revision}^{{commit}}"
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", name, check=False)
        if found.returncode != 0:
            raise KnapperError(
                f"git knows no revision '{revision}' here; a shallow clone has to fetch it first"
            )
        commit = found.stdout.decode().strip()
        base = self._run("merge-base", commit, "HEAD", check=False).stdout.decode().strip()
        return base or commit

    def _differences(self, *between: str) -> list[Difference]:
        options = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--relative")
        found = _split(self._run("diff", *options, *between, "--").stdout)
        return list(_read(found))

    def _run(
        self, *arguments: str, check: bool = True, given: bytes = b""
    ) -> "subprocess.CompletedProcess[bytes]":
        call = ["git", "-c", "core.fsmonitor=false", *arguments]
        try:
            ran = subprocess.run(  # noqa: S603 - no shell, and no words but ours and a revision
                call, cwd=self._root, env=self._environment, input=given, capture_output=True,
                check=False,
            )  # fmt: skip
        except OSError as error:
            said = "git is not installed" if isinstance(error, FileNotFoundError) else str(error)
            raise KnapperError(f"{said}, and {self._option} asks it what changed") from error
        if check and ran.returncode != 0:
            raise KnapperError(f"git {arguments[0]}: {_reason(ran.stderr)}")
        return ran


def _environment() -> dict[str, str]:
    """Return the environment for git: no locks, and what a hook gives as seen from here.

    A hook has the index as a path from where it runs, and in a work tree of its own
    GIT_DIR without GIT_WORK_TREE, which would make the vault the whole tree.
    """
    found = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    found.pop("GIT_PREFIX", None)
    if "GIT_WORK_TREE" not in found:
        found.pop("GIT_DIR", None)
    for name in ("GIT_INDEX_FILE", "GIT_DIR", "GIT_WORK_TREE"):
        if name in found:
            found[name] = str(Path(found[name]).absolute())
    return found


def _split(output: bytes) -> list[bytes]:
    return output.split(b"\0")[:-1]


def _read(fields: Sequence[bytes]) -> Iterator[Difference]:
    """Read `git diff --raw -z`: `:mode mode blob blob status`, then the path."""
    for head, name in zip(fields[::2], fields[1::2], strict=True):
        old_mode, mode, old, new, status = head.decode().lstrip(":").split(" ")
        if status == "U" or not {old_mode, mode} & {*_FILES}:
            continue  # unmerged, or no file: a link, another repository
        yield Difference(
            os.fsdecode(name),
            old if old_mode in _FILES and not old.startswith(_NOTHING) else "",
            new if mode in _FILES and not new.startswith(_NOTHING) else "",
            status == "D",
            status == "A",
        )


def _batch(output: bytes) -> Iterator[tuple[str, bytes]]:
    """Read `git cat-file --batch`: `id type size`, the content, a line end."""
    position = 0
    while position < len(output):
        end = output.index(b"\n", position)
        blob, _, size = output[position:end].decode().partition(" ")
        start = end + 1
        length = int(size.rpartition(" ")[2]) if size != "missing" else 0
        if size != "missing":
            yield blob, output[start : start + length]
        position = start + length + (size != "missing")


def _reason(said: bytes) -> str:
    """Return the first line of what git complains of."""
    first = said.decode(errors="replace").strip().partition("\n")[0]
    return first.removeprefix("fatal: ").removeprefix("error: ").rstrip(".")
