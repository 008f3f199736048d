"""What the tests share: a vault on disk, and the command line run on it."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

import pytest
from hypothesis import HealthCheck, settings

from knapper.cli import main

settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quick")

SOURCE = Path(__file__).parents[1] / "src"

Files = Mapping[str, str | bytes]
WriteVault = Callable[[Files], Path]


class Ran(NamedTuple):
    """What a run of the command line came to; `output` is stdout as it was written."""

    status: int
    output: bytes
    err: str

    @property
    def out(self) -> str:
        return self.output.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.output)

    @property
    def rules(self) -> list[str]:
        """The rules that spoke (of `--output-format json`), in order."""
        return [found["rule"] for found in self.json]

    def lines(self) -> list[str]:
        return self.out.splitlines()


class Knapper(Protocol):
    """Run `knapper ARGUMENTS` in the folder `root`, `stdin` as its standard input."""

    def __call__(self, root: Path, /, *arguments: str | Path, stdin: bytes = ...) -> Ran: ...


@pytest.fixture(autouse=True)
def _nobody_elses_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test out of the state folder of whoever runs it, and plain of colours."""
    monkeypatch.setenv("KNAPPER_STATE_DIR", str(tmp_path / "state"))
    for name in ("NO_COLOR", "FORCE_COLOR", "KNAPPER_DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def vault(tmp_path: Path) -> WriteVault:
    """Return the function that writes files into a new vault and returns its root."""
    return partial(_write_vault, tmp_path / "vault")


@pytest.fixture
def vault_for_all() -> Iterator[WriteVault]:
    """Do the same where other users can look into.

    That is no place below `tmp_path`: each run of pytest shuts the folder that all of
    one user's runs share, also under the feet of those that are not over yet.
    """
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield partial(_write_vault, Path(folder, "vault"))


def _write_vault(root: Path, files: Files) -> Path:
    (root / ".obsidian").mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@pytest.fixture
def knapper(monkeypatch: pytest.MonkeyPatch) -> Knapper:
    """Return the command line, run within this process from `main` on."""

    def run(root: Path, /, *arguments: str | Path, stdin: bytes = b"") -> Ran:
        output, errors = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as patch:
            patch.chdir(root)
            patch.setattr(sys, "argv", ["knapper", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
            for name, stream in (("stdout", output), ("stderr", errors)):
                wrapper = io.TextIOWrapper(stream, "utf-8", write_through=True)
                patch.setattr(sys, name, wrapper)
            status = _status()
            for name in ("stdout", "stderr"):
                getattr(sys, name).detach()
        return Ran(status, output.getvalue(), errors.getvalue().decode())

    return run


def _status() -> int:
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return 0


AS_ANOTHER_USER = """
import os, pkgutil, sys
import rapidfuzz.process, knapper
from knapper.core.guard import to_html
from importlib import import_module
for module in pkgutil.walk_packages(knapper.__path__, "knapper."):
    if not module.name.endswith("__main__"):
        import_module(module.name)
from knapper.app.workspace import load_rules
to_html("")
load_rules()  # neither code nor rules need be readable to the other user
number = int(sys.argv.pop(1))
os.setgroups([]), os.setgid(number), os.setuid(number)
from knapper.cli import main
main()
"""


def command(
    root: Path, /, *arguments: str | Path, user: str = "", stdin: bytes = b"", **environment: str
) -> Ran:
    """Run the command line in a process of its own, as `user` if one is named."""
    call = [sys.executable, "-m", "knapper", *map(str, arguments)]
    if user:
        call[1:3] = ["-c", AS_ANOTHER_USER, user]
    ran = subprocess.run(
        call,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **environment},
        input=stdin,
        capture_output=True,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr.decode())


def contents(root: Path) -> dict[str, bytes]:
    """Return every file under a folder with its bytes, hidden ones included."""
    return {path: (root / path).read_bytes() for path in _files(root)}


def _files(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="rewrite what is stated as output (review the diff)"
    )
