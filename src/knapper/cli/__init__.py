"""The command line: arguments, one call into `app`, an exit status.

Here is the one place that catches: every mistake of the user's or of ours becomes
one clear line and the status 2, an interruption 130.
"""

import gc
import os
import sys

TYPE_CHECKING = False  # what typing has is not worth the time to import it here
if TYPE_CHECKING:
    from knapper.app.resting import Glimpse

__all__ = ["main", "run"]


def run() -> None:
    """Be the program: run the command line, and leave without taking apart what was read.

    Of a sync of ten thousand files, that would be a tenth of the time.
    """
    status: object = 0
    try:
        main()
    except SystemExit as ended:
        status = ended.code or 0
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except OSError:  # whoever read it is gone, or there is no room for it
        status = status or 1
    os._exit(status if isinstance(status, int) else 1)


def main() -> None:
    """Run the command line and exit with its status."""
    if sys.argv[1:] in (["--version"], ["-V"]):  # answered before anything is imported
        from knapper import __version__

        sys.stdout.write(f"knapper {__version__}\n")
        return
    gc.disable()  # a run makes much and drops little; collecting took a quarter of its time
    seen = _glimpse(sys.argv[2:]) if sys.argv[1:2] == ["sync"] else None  # so is this, nearly
    if seen and seen.is_rest:
        return
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(_run(seen))
    except KeyboardInterrupt:  # before there was anything to interrupt
        sys.exit(130)


def _glimpse(arguments: list[str]) -> "Glimpse | None":
    """Answer a plain `sync` if nothing has changed: half of its time is reading options."""
    if arguments and (len(arguments) != 2 or arguments[0] != "--vault"):
        return None
    from pathlib import Path

    from knapper.app.resting import glimpse
    from knapper.app.roots import find_root

    seen = glimpse(Path(arguments[1]) if arguments else find_root(Path()))
    for name in seen.names if seen.is_rest else ():
        sys.stdout.write(f"{name.encode(errors='backslashreplace').decode()}: "
                         "0 changes done, equal\n")  # fmt: skip
    return seen


def _run(seen: "Glimpse | None" = None) -> int:
    import click

    from knapper.cli.group import knapper
    from knapper.cli.terminal import printable
    from knapper.core.errors import KnapperError

    try:
        status = knapper.main(standalone_mode=False, obj=seen)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        return 130
    except (BrokenPipeError, SystemExit):  # click exits on a broken pipe, and only then
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KnapperError as error:
        sys.stderr.write(f"error: {printable(str(error))}\n")
        return 2
    except OSError as error:  # the disk, not we: a file that may not be seen, a full disk
        reason = (error.strerror or str(error)).lower()
        sys.stderr.write(f"error: {printable(str(error.filename or 'the disk'))}: {reason}\n")
        return 2
    except Exception as error:  # a bug of ours: say so in one line
        if os.environ.get("KNAPPER_DEBUG"):
            raise
        sys.stderr.write(
            f"error: knapper failed with {type(error).__name__}: {error}\n"
            "this is a mistake of ours; KNAPPER_DEBUG=1 shows where it happened\n"
        )
        return 2
    return status if isinstance(status, int) else 0
