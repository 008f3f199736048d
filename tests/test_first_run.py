"""The first hour of somebody new, as transcripts: odd folders, terminals, locales, pipes."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import SOURCE, Knapper, Ran, WriteVault, command
from knapper.cli import progress
from knapper.cli.group import COMMANDS

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="it has other terminals")
VAULT = {"é 🍵.md": "[[gone]] é 中文 🍵\n", "B.md": "[[é 🍵]]\n"}


# -- folders ----------------------------------------------------------------------------

NO_NOTE = (
    "no note lies here; 'knapper check FOLDER' looks elsewhere, 'knapper init FOLDER' makes a vault"
)


def test_an_empty_folder(tmp_path: Path, knapper: Knapper) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = knapper(empty, "check")
    assert (ran.status, ran.out, ran.err) == (0, "0 notes checked, nothing found\n", f"{NO_NOTE}\n")
    assert "'empty'; 'knapper check" in knapper(tmp_path, "check", "empty").err
    assert knapper(empty, "check", "--output-format", "json").output == b"[]\n"
    assert knapper(empty, "sync").err.startswith("error: .knapper.toml: replica: there is nothing")
    assert (knapper(empty, "status").status, knapper(empty, "undo").status) == (0, 2)


def test_a_folder_of_other_things(tmp_path: Path, knapper: Knapper) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "main.py").write_text("print()\n")
    assert knapper(folder, "check").err == f"{NO_NOTE}\n"


def test_a_folder_of_notes_that_is_no_vault(tmp_path: Path, knapper: Knapper) -> None:
    notes = tmp_path / "notes"
    (notes / "deep").mkdir(parents=True)
    (notes / "A.md").write_text("[[B]]\n")
    (notes / "deep/B.md").write_text("[[A]]\n")
    assert knapper(notes, "check").out == "2 notes checked, nothing found\n"
    ran = knapper(notes, "check", "deep")
    assert "no note is called 'A'" in ran.out
    assert ran.err == (
        "'deep' was taken for the whole vault, as no .obsidian or .knapper.toml is there or above; "
        "--vault names another folder\n"
    )
    ran = knapper(notes, "check", "deep", "--vault", ".")
    assert (ran.status, ran.err) == (0, "")
    ran = knapper(notes, "check", "deep", "--vault", "deep")
    assert (ran.status, ran.err) == (1, "")
    (notes / ".obsidian").mkdir()
    ran = knapper(notes, "check", "deep")
    assert (ran.status, ran.err) == (0, "")


def test_a_vault_in_which_all_is_excluded(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({".knapper.toml": 'exclude = ["*"]\n', "A.md": "", "B.md": ""})
    assert knapper(root, "check").err.startswith("2 notes here are all excluded: by 'exclude',")
    assert "shows what is excluded" in knapper(root, "check", "A.md").err
    assert knapper(root, "check", "--stdin-filename", "A.md").err == ""


@UNIX
def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    script = f'cd "{tmp_path}" && mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    call = ["sh", "-c", script, "sh", sys.executable, "-m", "knapper", "check"]
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    ran = subprocess.run(call, capture_output=True, text=True, env=env, check=False)
    assert (ran.returncode, ran.stderr) == (
        2, "error: the folder you are in: no such file or directory\n",
    )  # fmt: skip


@UNIX
def test_a_vault_of_which_nothing_can_be_kept(vault: WriteVault) -> None:
    """No home, or one that cannot be written: a look needs nothing, a change is refused."""
    root = vault({**VAULT, "Note.md": "[[B|]]\n"})
    for home in ("/dev/null", "/proc/self"):
        state = {"HOME": home, "KNAPPER_STATE_DIR": "", "XDG_STATE_HOME": f"{home}/state",
                 "XDG_CACHE_HOME": f"{home}/cache"}  # fmt: skip
        looked = command(root, "check", "--select", "empty-alias", stdin=b"", **state)
        assert (looked.status, looked.err) == (0, "")
        assert looked.lines()[0].startswith("Note.md:1:1: info empty-alias")
        mended = command(root, "check", "--fix", stdin=b"", **state)
        assert mended.status == 2
        assert mended.err.startswith("error: ")
        assert "nothing can be kept here: " in mended.err
        assert mended.err.endswith("; KNAPPER_STATE_DIR names another folder\n")
        assert (root / "Note.md").read_text() == "[[B|]]\n"


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard by what we begin, also where we were begun by a shell in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@UNIX
@pytest.mark.usefixtures("heard")
def test_interrupted(vault: WriteVault) -> None:
    """Ctrl-C while a command waits: one word, and the status that shells know."""
    call = [sys.executable, "-m", "knapper", "check", "--stdin-filename", "N.md"]
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    pipe = subprocess.PIPE
    with subprocess.Popen(call, cwd=vault(VAULT), env=env, stdin=pipe, stdout=pipe, stderr=pipe,
                          process_group=0) as run:  # fmt: skip
        assert run.stdin is not None
        run.stdin.write(b"x" * 1_000_000)  # more than a pipe holds: now it is reading
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=20)
    assert (run.returncode, out, err) == (130, b"", b"\ninterrupted\n")


# -- calls that cannot be ---------------------------------------------------------------

CALLS = """\
$ knapper chek
error: there is no command 'chek'; did you mean 'check'?
'knapper --help' tells how it is called

$ knapper service instal
error: there is no command 'instal'; did you mean 'install'?
'knapper service --help' tells how it is called

$ knapper check --selct links
error: there is no option '--selct'; did you mean '--select'?
'knapper check --help' tells how it is called

$ knapper check --output-format jsn
error: invalid value for '--output-format': 'jsn' is not one of 'text', 'concise', 'grouped', \
'json', 'sarif', 'github', 'gitlab', 'junit', 'rdjson'
'knapper check --help' tells how it is called

$ knapper check --select brokn-wikilink
error: the command line: select: no rule is called 'brokn-wikilink'; did you mean 'broken-wikilink'?

$ knapper rule brokn-wikilink
error: no rule is called 'brokn-wikilink'; did you mean 'broken-wikilink'?

$ knapper check Progects
error: Progects: there is no such file or folder; did you mean 'Projects'?

$ knapper check --vault Projects/Plan.md
error: Projects/Plan.md: this is a file; a vault is a folder

$ knapper facts
error: missing argument 'PATH'
'knapper facts --help' tells how it is called

$ knapper facts Projects/Plan
error: Projects/Plan: there is no such file or folder; did you mean 'Projects/Plan.md'?

$ knapper facts Projects
error: Projects: this is a folder; expected a note

$ knapper init Projects/Plan.md
error: Projects/Plan.md: this is a file; a vault is a folder

$ knapper rename Projects/Plan.md ''
error: Projects/Plan.md: expected a new name

$ knapper undo 99
error: there is no run 99; 'knapper undo --list' shows them

$ knapper sync laptob
error: .knapper.toml: replica: no replica is called 'laptob'; did you mean 'laptop'?

$ knapper sync x
error: .knapper.toml: replica: no replica is called 'x'; there is 'laptop'

$ knapper check --staged
error: .: this vault lies in no git repository, and --staged asks git what changed
"""


def test_calls_that_cannot_be(vault: WriteVault, knapper: Knapper) -> None:
    replica = '[[replica]]\nname = "laptop"\npath = "../laptop"\nmode = "two-way"\n'
    root = vault({".knapper.toml": replica, "Projects/Plan.md": ""})
    said = []
    for call in re.findall(r"^\$ knapper (.*)", CALLS, re.MULTILINE):
        ran = knapper(root, *shlex.split(call))
        assert (ran.status, ran.output) == (3 if call.startswith("sync") else 2, b""), call
        said.append(f"$ knapper {call}\n{ran.err.replace(str(root), '.')}")
    assert "\n".join(said) == CALLS


@UNIX
def test_the_whole_disk_is_no_vault(tmp_path: Path) -> None:
    said = "error: /: this is the whole disk; name a folder of notes\n"
    for call in (["check", "/"], ["report", "--vault", "/"], ["watch", "--once", "--vault", "/"]):
        ran = command(tmp_path, *call)
        assert (ran.status, ran.output, ran.err) == (2, b"", said)


def test_help_is_found_by_either_name(tmp_path: Path) -> None:
    for call in (["help"], ["help", "check"], ["help", "service", "install"]):
        assert command(tmp_path, *call).out == command(tmp_path, *call[1:], "--help").out
    assert command(tmp_path, "rule", "footnotes").lines()[0] == "footnotes"


def test_a_note_says_in_which_vault_it_is(tmp_path: Path, knapper: Knapper) -> None:
    """From outside of it too: links of another vault beside it are nobody's business."""
    for name in ("one", "two"):
        (tmp_path / name / ".obsidian").mkdir(parents=True)
        (tmp_path / name / "Home.md").write_text("")
        (tmp_path / name / "Note.md").write_text("[[Home]]\n")
    assert knapper(tmp_path, "rename", "one/Home.md", "Start").lines()[:2] == [
        "Home.md -> Start.md", "Note.md:1: Home -> Start",
    ]  # fmt: skip
    assert (tmp_path / "two/Note.md").read_text() == "[[Home]]\n"
    kept = knapper(tmp_path, "history", "one/Note.md").lines()
    version = kept[0].split()[-1]
    assert version.startswith("Note.md@")
    assert knapper(tmp_path, "restore", f"one/{version}").out.startswith("Note.md: restored")
    assert (tmp_path / "one/Note.md").read_text() == "[[Home]]\n"
    assert knapper(tmp_path, "config", "one/Note.md").lines()[2] == "# as it holds for: Note.md"


# -- terminals --------------------------------------------------------------------------


def on_a_terminal(root: Path, columns: int, *arguments: str, **environment: str) -> str:
    """Run the command line on a terminal so wide; return what is shown on it."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "xterm", **environment}
    env.pop("COLUMNS", None)
    call = [sys.executable, "-m", "knapper", *arguments]
    with subprocess.Popen(call, cwd=root, stdout=theirs, stderr=theirs, stdin=theirs, env=env):
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so where the other end is closed
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


def narrow(text: str) -> str:
    """Return a text as a narrow screen has to show it: no colours, no links."""
    return ESCAPES.sub("", text)


@UNIX
@pytest.mark.parametrize("columns", [30, 40, 80, 200])
def test_source_lines_fit_the_terminal(vault: WriteVault, columns: int) -> None:
    long = "中文 " * 60 + "before [[gone]] after " + "🍵 words " * 60
    root = vault({"N.md": f"{long}\n\nshort [[lost]]\n"})
    lines = narrow(on_a_terminal(root, columns, "check")).splitlines()
    excerpts = [line for line in lines if re.match(r" +\d* \| ", line)]
    assert len(excerpts) == 4
    for text, carets in zip(excerpts[::2], excerpts[1::2], strict=True):
        at = text.index("[[")
        wide = sum(2 if ord(sign) > 0x2E80 else 1 for sign in text[:at])
        assert carets.index("^") == wide
        assert sum(2 if ord(sign) > 0x2E80 else 1 for sign in text) <= max(columns, 28)
        assert len(carets) <= max(columns, 28)


@UNIX
def test_colours_and_links_are_for_terminals_that_want_them(vault: WriteVault) -> None:
    root = vault({"N.md": "[[gone]]\n"})
    shown = on_a_terminal(root, 80, "check")
    assert "\x1b[31merror\x1b[0m" in shown
    assert "\x1b]8;;file://" in shown
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in on_a_terminal(root, 80, "check", **environment)
    assert "\x1b" not in command(root, "check").out
    forced = command(root, "check", FORCE_COLOR="1").out
    assert "\x1b[31merror\x1b[0m" in forced
    assert "\x1b]8" not in forced, "a link needs a terminal"
    assert "\x1b" not in command(root, "check", "--output-format", "json", FORCE_COLOR="1").out


class Screen:
    """A terminal that keeps what is written to it."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.written.append(text)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize("columns", [20, 80])
def test_long_work_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "_PATIENCE", -1)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    for name in ("CI", "PRE_COMMIT"):
        monkeypatch.delenv(name, raising=False)
    with progress.reporting() as draw:
        draw(0, 10_000)
        draw(5_000, 10_000)
    first, half, clean = screen.written
    assert first.endswith("]   0 %")
    assert half.endswith("]  50 %")
    assert half.count("#") in (half.count("."), half.count(".") - 1)
    assert all(len(line) <= columns for line in screen.written)
    assert clean.strip("\r ") == ""
    assert len(clean) >= len(half)


def test_work_that_nobody_watches_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", -1)
    with progress.reporting() as draw:
        draw(1, 2)
    assert capsys.readouterr().err == ""


# -- encodings --------------------------------------------------------------------------

SHOWN = """\
é 🍵.md:1:1: error broken-wikilink: no note is called 'gone'
    1 | [[gone]] é 中文 🍵
      | ^^^^^^^^

1 error in 1 note of 2
"""


@UNIX
@pytest.mark.parametrize(
    ("environment", "encoding"),
    [
        ({"LC_ALL": "C"}, "utf-8"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "utf-8"),
        ({"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "utf-8"),
        ({"PYTHONIOENCODING": "cp1252"}, "cp1252"),
        ({"PYTHONIOENCODING": "latin-1"}, "latin-1"),
        ({"PYTHONIOENCODING": "ascii:strict"}, "utf-8"),
    ],
)
def test_locales_change_what_is_printed_and_nothing_that_is_found(
    vault: WriteVault, environment: dict[str, str], encoding: str
) -> None:
    ran = command(vault(VAULT), "check", user="", stdin=b"", **environment)
    assert ran.output.decode(encoding) == SHOWN.encode(encoding, "backslashreplace").decode(
        encoding
    )
    assert (ran.status, ran.err) == (1, "")


@UNIX
def test_nothing_in_a_vault_is_imported(vault: WriteVault) -> None:
    """Where the locale is another, the program begins again; the folder it is in has no say."""
    trap = "raise SystemExit('imported from the vault')\n"
    root = vault({**VAULT, "click.py": trap, "knapper/__init__.py": trap, "json.py": trap})
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "LC_ALL": "C", "PYTHONUTF8": "0",
                   "PYTHONCOERCECLOCALE": "0"}  # fmt: skip
    call = [sys.executable, "-P", "-m", "knapper", "check"]
    ran = subprocess.run(call, cwd=root, env=environment, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, b"")


# -- streams ----------------------------------------------------------------------------


@UNIX
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    "arguments", [["check"], ["check", "--output-format", "json"], ["--version"], ["rule"]],
    ids=" ".join,
)  # fmt: skip
def test_closed_streams(vault: WriteVault, closed: str, arguments: list[str]) -> None:
    ran = shell(vault(VAULT), f'"$@" {closed}', *arguments)
    assert "raceback" not in ran.err + ran.out
    assert "mistake of ours" not in ran.err + ran.out
    assert ran.status == (1 if arguments[0] == "check" else 0)


def shell(root: Path, script: str, *arguments: str) -> Ran:
    call = ["sh", "-c", script, "sh", sys.executable, "-m", "knapper", *arguments]
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    ran = subprocess.run(call, cwd=root, env=env, capture_output=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr.decode())


@UNIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
@pytest.mark.parametrize("arguments", [["check"], ["--version"], ["config"]], ids=" ".join)
def test_a_full_disk_behind_the_output(vault: WriteVault, arguments: list[str]) -> None:
    ran = shell(vault(VAULT), '"$@" >/dev/full', *arguments)
    assert ran.status in (1, 2)
    assert "raceback" not in ran.err


@UNIX
@pytest.mark.parametrize("arguments", [["check"], ["--version"], ["rule"], ["config"], ["--help"]],
                         ids=" ".join)  # fmt: skip
def test_a_reader_that_is_gone(vault: WriteVault, arguments: list[str]) -> None:
    ran = shell(vault(VAULT), '{ sleep 0.01; "$@"; echo "$?" >&2; } | true', *arguments)
    assert ran.err.strip() in ("141", "1", "0"), ran.err


# -- help -------------------------------------------------------------------------------

HELP = """\
Usage: knapper [OPTIONS] COMMAND [ARGS]...

  Find and mend what is broken in an Obsidian vault.

Options:
  -V, --version  Show the version and exit.
  -h, --help     Show this message and exit.

Looking and mending:
  check   Find what is broken, and mend what is safe to mend.
"""


def test_the_help_begins_with_what_one_needs_first(tmp_path: Path, knapper: Knapper) -> None:
    shown = knapper(tmp_path, "--help")
    assert shown.out.startswith(HELP)
    assert shown.out.endswith("\n'knapper COMMAND --help' tells more of each.\n")
    bare = knapper(tmp_path)
    assert (bare.status, bare.output) == (2, b"")
    assert bare.err.strip() == shown.out.strip()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_tells_what_it_does_with_examples(
    tmp_path: Path, knapper: Knapper, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = knapper(tmp_path, name, "--help").lines()
    assert shown[0].startswith(f"Usage: knapper {name}")
    assert [line for line in shown if len(line) > 80] == []
    at = shown.index("Examples:")
    assert all(line.startswith("  ") for line in shown[at + 1 :])
    assert any(line.startswith(f"  knapper {name}") for line in shown[at + 1 :])
    assert "  -h, --help" in "\n".join(shown[:at])
    assert not any(
        "..." in line and "[" not in line for line in shown if not line.startswith("  -")
    )


def test_the_help_of_check_has_its_options_in_groups(tmp_path: Path, knapper: Knapper) -> None:
    shown = knapper(tmp_path, "check", "--help").lines()
    titles = [line for line in shown if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["Which notes:", "Which rules:", "Mending:", "Known findings:", "Output:",
                      "Options:", "Examples:"]  # fmt: skip


def test_a_shell_is_told_how_to_complete(tmp_path: Path) -> None:
    ran = command(tmp_path, _KNAPPER_COMPLETE="zsh_source")
    assert (ran.status, ran.err) == (0, "")
    assert "compdef" in ran.out


@pytest.mark.parametrize("line", ["knapper ch", "knapper help ch", "knapper chek ch"])
def test_a_completion_prints_no_error_into_the_prompt(tmp_path: Path, line: str) -> None:
    ran = command(
        tmp_path,
        _KNAPPER_COMPLETE="bash_complete",
        COMP_WORDS=line,
        COMP_CWORD=str(line.count(" ")),
    )
    assert (ran.status, ran.out, ran.err) == (0, "plain,check\n", "")
