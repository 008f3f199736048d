"""Silencing what is found today, so that only what comes after is reported."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from knapper.app.act import act as carry_out
from knapper.app.check import Checked
from knapper.app.workspace import Workspace
from knapper.core.lint import lint_note
from knapper.core.note import Note
from knapper.core.paths import NotePath, is_note
from knapper.core.plan import Outcome, Plan, Refused, Write, digest
from knapper.core.rule import Diagnostic
from knapper.core.silencing import silenced

__all__ = ["Silence", "silence"]


class Silence(NamedTuple):
    """What was written, or would be; `left` are findings for which no comment can stand."""

    plan: Plan
    done: list[Diagnostic]
    left: list[Diagnostic]
    refused: tuple[Refused, ...] = ()
    run: int | None = None


def silence(
    workspace: Workspace,
    checked: Checked,
    *,
    act: bool,
    may_write: Callable[[NotePath], bool] = lambda _: True,
    beside: Callable[[Sequence[Diagnostic]], Iterable[Write]] = lambda _: (),
) -> Silence:
    """Write comments that silence errors and warnings; infos fail nothing and stay.

    A note that `may_write` refuses, that lies behind a link or comes from a replica
    with `fix = false` is not written to. `beside` says what is written in the same run for
    findings for which no comment can stand. Raises `KnapperError` if what is replaced cannot
    be kept.
    """
    kept = tuple(f"{one.into}/".lstrip("/") for one in workspace.config.replica if not one.fix)
    plan: list[Write] = []
    done: list[Diagnostic] = []
    left: list[Diagnostic] = []

    def judge(note: Note) -> list[Diagnostic]:
        return lint_note(note, checked.vault, workspace.rules_of(note.path))

    failing = [one for one in checked.diagnostics if one.severity != "info"]
    for path, group in groupby(failing, key=attrgetter("path")):
        note, found = checked.notes[path], list(group)
        is_ours = is_note(path) and path in workspace.tree.files and may_write(path)
        if not is_ours or path in workspace.tree.linked or path.startswith(kept):
            left += found
            continue
        made = silenced(note, found, judge)
        left += made.left
        if made.done:
            expect = digest(note.text.encode())
            plan.append(Write(path, made.text.encode(), expect, "suppressions"))
            done += made.done
    others = [*beside(left)]
    outcome, run = (
        carry_out(workspace.root, [*plan, *others], "check --add-suppressions")
        if act
        else (Outcome(tuple(plan), ()), None)
    )
    refused = {one.change.path for one in outcome.refused}
    return Silence(
        tuple(change for change in outcome.done if change not in others),
        [one for one in done if one.path not in refused],
        left,
        tuple(outcome.refused),
        run,
    )
