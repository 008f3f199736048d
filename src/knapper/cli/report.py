"""`knapper report`: how a vault is, in numbers or as a page."""

import time
from collections.abc import Iterable
from pathlib import Path

import click

from knapper.app.report import Report, report, save_page
from knapper.app.workspace import open_workspace
from knapper.cli.help import Command
from knapper.cli.progress import reporting
from knapper.cli.terminal import Paint, number_of, printable
from knapper.cli.vault import config_option, vault_option, vault_root
from knapper.core.errors import KnapperError
from knapper.core.health import Group
from knapper.core.rule import SEVERITIES
from knapper.shell.cores import cores

__all__ = ["command"]

_MOST = 10


@click.command("report", cls=Command)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE",
              help="Write one self-contained page ('-': to standard output).")  # fmt: skip
@config_option
@vault_option
def command(html: Path | None, config: Path | None, vault: Path | None) -> int:
    """Say how a vault is: findings by rule and folder, broken links, timestamps.

    The page has all of that, every finding, and the vault's health over time; it asks
    nothing of the network. FILE may replace an older report, and no other file.

    \b
    Exit status: 0 the report is made, 2 a mistake in the call or configuration.

    \b
    Examples:
      knapper report                     how the vault is, in numbers
      knapper report --html vault.html   as a page, with every finding
    """
    if html is not None and html.suffix.lower() not in (".html", ".htm") and str(html) != "-":
        raise KnapperError(f"{html}: a report is HTML; expected a name that ends with .html")
    workspace = open_workspace(vault_root(vault), config, vault)
    with reporting() as progress:
        found = report(workspace, int(time.time()), progress, cores())
    if html is None:
        click.echo("\n".join(_lines(found, Paint())))
        return 0
    from knapper.page.report import html_report

    page = html_report(found, workspace)
    if str(html) == "-":
        click.echo(page, nl=False)
    else:
        save_page(workspace.root, html, page)
        click.echo(f"{html}: {_counts(found)}")
    return 0


def _counts(found: Report) -> str:
    health = found.health
    kinds = ", ".join(
        f"{count} info" if name == "info" else number_of(count, name)
        for name, count in zip(SEVERITIES, health.counts, strict=True)
        if count
    )
    if not kinds:
        return f"nothing to mend in {number_of(health.notes, 'note')}"
    return f"{kinds} in {number_of(len(health.found), 'note')} of {health.notes}"


def _lines(found: Report, paint: Paint) -> Iterable[str]:
    health = found.health
    yield _counts(found)
    if health.mendable:
        yield f"{health.mendable} can be mended with 'knapper check --fix'"
    if health.rows:
        yield ""
        yield paint("by rule", "bold")
        wide = max(len(group.name) for group in health.by_rule)
        for group in health.by_rule:
            severity = paint(group.counts.worst, group.counts.worst)
            yield f"{group.counts.total:>6}  {printable(group.name):<{wide}}  {severity}"
        yield ""
        yield paint("by folder", "bold")
        yield from _folders(health.by_folder)
    if health.missing:
        yield ""
        yield paint("names that links want most, and nothing answers to", "bold")
        for one in health.missing[:_MOST]:
            notes = number_of(len(one.sources), "note")
            yield f"{one.links:>6}  {printable(one.target)}  in {notes}"
        yield from _more(len(health.missing))
    if found.timed:
        yield ""
        count, faults = (sum(row) for row in zip(*((t.number, t.faults) for t in found.timed),
                                                 strict=True))  # fmt: skip
        about = number_of(faults, "finding") if faults else "no finding"
        yield paint("timestamps", "bold")
        yield f"{count:>6}  in {number_of(len(found.timed), 'note')}, {about} about them"


def _folders(groups: list[Group]) -> Iterable[str]:
    for group in groups[:_MOST]:
        name = printable(group.name) or "(the vault itself)"
        yield f"{group.counts.total:>6}  {name}  in {number_of(group.notes, 'note')}"
    yield from _more(len(groups))


def _more(count: int) -> Iterable[str]:
    if count > _MOST:
        yield f"        and {count - _MOST} more"
