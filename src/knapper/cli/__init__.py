"""The command line: arguments, one call into `app`, an exit status.

Here is the one place that catches: every mistake of the user's or of ours becomes
one clear line and the status 2 (3 of a sync), an interruption 130.
"""

import gc
import os
import sys

TYPE_CHECKING = False  # what typing has is not worth the time to import it here
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CUT_OFF", "main", "outcome", "run"]

CUT_OFF = 141
"""The status where nobody reads any more what is said."""


def run() -> None:
    """Be the program: run the command line, and leave without taking apart what was read.

    Of a sync of ten thousand files, that would be a tenth of the time.
    """
    status: object = 0
    sys.unraisablehook = _dropped
    _open_streams()
    _read_names_as_utf_8()
    try:
        main()
    except SystemExit as ended:
        status = ended.code or 0
    except OSError:  # of what is printed before there is anybody to catch it
        status = 1
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except OSError:  # whoever read it is gone, or there is no room for it
        status = status or 1
    os._exit(status if isinstance(status, int) else 1)


def _dropped(what: "sys.UnraisableHookArgs") -> None:
    """End where Python drops an interruption, as it may in the midst of an import."""
    if issubclass(what.exc_type, KeyboardInterrupt):
        os._exit(_interrupted())
    sys.__unraisablehook__(what)


def _open_streams() -> None:
    """Give a stream that the caller has closed a place to go."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for good


def _read_names_as_utf_8() -> None:
    """Begin again where the locale has another encoding for the names of files.

    Names are bytes, and Obsidian writes them in UTF-8; read as anything else, links to
    them would seem broken. What is printed stays in the encoding of the locale.
    """
    if sys.getfilesystemencoding() == "utf-8" or os.name != "posix" or sys.flags.utf8_mode:
        return
    environment = {"PYTHONIOENCODING": sys.stdout.encoding, **os.environ}
    # -P: the working folder is a vault, and nothing in it is to be imported
    call = [sys.executable, "-P", "-X", "utf8", "-m", "knapper", *sys.argv[1:]]
    os.execve(sys.executable, call, environment)  # noqa: S606 - ourselves


def main() -> None:
    """Run the command line and exit with its status."""
    if sys.argv[1:2] == ["help"]:
        sys.argv[1:] = [*sys.argv[2:], "--help"]
    if sys.argv[1:] in (["--version"], ["-V"]):  # answered before anything is imported
        from knapper import __version__

        sys.stdout.write(f"knapper {__version__}\n")
        return
    gc.disable()  # a run makes much and drops little; collecting took a quarter of its time
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(outcome(_sync if _is_plain_sync(sys.argv[1:]) else _command_line))
    except KeyboardInterrupt:  # before there was anything to interrupt
        sys.exit(130)


def _is_plain_sync(arguments: list[str]) -> bool:
    """Tell whether it is a sync that needs nobody to read options: that takes a while."""
    if arguments[:1] != ["sync"]:
        return False
    options = arguments[1:]
    return not options or (
        len(options) == 2 and options[0] == "--vault" and os.path.isdir(options[1])  # noqa: PTH112
    )


def _sync() -> int:
    from pathlib import Path

    from knapper.app.resting import glimpse
    from knapper.app.roots import find_root

    root = Path(sys.argv[3]) if sys.argv[2:] else find_root(Path().absolute())
    seen = glimpse(root)
    if seen.is_rest:  # nothing more need be imported
        sys.stdout.writelines(f"{name}: 0 changes done, equal\n" for name in seen.names)
        return 0
    from knapper.cli.synced import synced

    return synced(root, seen=seen)


def _command_line() -> object:
    from knapper.cli.group import knapper

    return knapper.main(prog_name="knapper", standalone_mode=False)


def outcome(work: "Callable[[], object]") -> int:
    """Do the work, and return its exit status, or that of what went wrong, which is told."""
    from knapper.core.errors import KnapperError

    try:
        status = work()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        return _cut_off()
    except SystemExit as ended:  # so does click after a completion, and on a broken pipe
        if isinstance(ended.__context__, OSError):
            return _cut_off()
        status = ended.code
    except KnapperError as error:
        return _failed(str(error))
    except OSError as error:  # the disk, not we: a file that may not be seen, a full disk
        reason = (error.strerror or str(error)).lower()
        where = error.filename or ("the disk" if _is_somewhere() else "the folder you are in")
        return _failed(str(where), f": {reason}")
    except Exception as error:
        return _said_by_click(error)
    return status if isinstance(status, int) else 0


def _cut_off() -> int:
    """Let nothing more be written to who reads no further."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return CUT_OFF


def _interrupted() -> int:
    sys.stderr.write("interrupted\n")
    return 130


def _mistake() -> int:
    """Return the status of what went wrong: 3 where 2 is that of a sync which was halted."""
    return 3 if sys.argv[1:2] in (["sync"], ["status"]) else 2


def _failed(what: str, why: str = "") -> int:
    from knapper.cli.terminal import printable

    sys.stderr.write(f"error: {printable(what)}{why}\n")
    return _mistake()


def _said_by_click(error: Exception) -> int:
    """Say what the user got wrong, or else that we did."""
    import click

    if isinstance(error, click.UsageError):
        from knapper.cli.usage import told

        sys.stderr.write(told(error))
        return _mistake()
    if isinstance(error, click.ClickException):
        error.show()
        return _mistake()
    if isinstance(error, click.Abort):
        return _interrupted()
    if os.environ.get("KNAPPER_DEBUG"):
        raise error
    sys.stderr.write(
        f"error: knapper failed with {type(error).__name__}: {error}\n"
        "this is a mistake of ours; KNAPPER_DEBUG=1 shows where it happened\n"
    )
    return _mistake()


def _is_somewhere() -> bool:
    """Tell whether the folder that we are in still exists."""
    try:
        return bool(os.getcwd())  # noqa: PTH109 - the same call
    except OSError:
        return False
