"""What a program may ask, each one call into `app`; answers are plain values, and bounded."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Annotated, Literal

from pydantic import Field

from knapper.app.backlinks import backlinks_to, file_called
from knapper.app.baseline import open_baseline
from knapper.app.check import Checked, check
from knapper.app.facts import facts_shown
from knapper.app.rename import carry_out, part_done, plan_rename
from knapper.app.repair import repair
from knapper.app.rule import OwnRules, is_shipped, own_rules_of, rule_called, rule_told
from knapper.app.status import standing
from knapper.app.workspace import Workspace, narrowed, open_workspace, rule_notes
from knapper.core.errors import KnapperError
from knapper.core.fix import Concern
from knapper.core.note import Note
from knapper.core.patch import patch
from knapper.core.paths import NotePath
from knapper.core.plan import Outcome, Write
from knapper.core.rule import SEVERITIES, Diagnostic

__all__ = ["Tools"]

Answer = dict[str, object]

Paths = Annotated[
    list[str],
    Field(description="Notes or folders, as paths from the root of the vault; none means all."),
]
Rules = Annotated[
    list[str], Field(description="Only these rules or families; none means those that are on.")
]
Offset = Annotated[int, Field(ge=0, description="How many to skip: `next_offset` of the last.")]
Limit = Annotated[int, Field(ge=1, le=500, description="How many at most.")]
DryRun = Annotated[
    bool, Field(description="Only say what would be done. Set to false to do it.")
]  # fmt: skip

_LONGEST_TEXT, _LONGEST_DIFF, _LONGEST_LIST = 500, 60_000, 500


class Tools:
    """The tools for one vault. Paths are those of the vault, with `/`.

    They may be called from several threads; `writing` is held while one changes the vault.
    Raises `KnapperError` for what cannot be answered.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.writing = RLock()

    def check(
        self,
        paths: Paths = [],  # noqa: B006 - never changed; the schema shows it
        rules: Rules = [],  # noqa: B006
        severity: Annotated[
            Literal["error", "warning", "info"], Field(description="The least that counts.")
        ] = "info",
        offset: Offset = 0,
        limit: Limit = 100,
    ) -> Answer:
        """Find what is broken in the vault, or in some of its notes.

        The whole vault is read in any case, so links into the rest of it resolve.
        """
        workspace = self._open(rules)
        checked, _ = self._checked(workspace, paths)
        counted = SEVERITIES[: SEVERITIES.index(severity) + 1]
        found = [one for one in checked.diagnostics if one.severity in counted]
        counts = {name: sum(one.severity == name for one in found) for name in SEVERITIES}
        return {
            "notes_checked": len(checked.judged),
            "found": counts,
            **_page("findings", [_finding(one, checked.notes) for one in found], offset, limit),
        }

    def fix(
        self,
        paths: Paths = [],  # noqa: B006
        rules: Rules = [],  # noqa: B006
        unsafe: Annotated[
            bool, Field(description="Also fixes that may change what a note says.")
        ] = False,
        dry_run: DryRun = True,
    ) -> Answer:
        """Mend what can be mended. Shows the changes as a patch; makes none unless told to."""
        workspace = self._open(rules)
        checked, concern = self._checked(workspace, paths)
        with nullcontext() if dry_run else self.writing:
            done = repair(
                workspace, checked, unsafe=unsafe, act=not dry_run, concern=concern, command="mcp"
            )
        refused = {one.change.path: one.reason for one in done.refused}
        lines = [
            line
            for change in done.plan
            if isinstance(change, Write) and change.path not in refused
            for line in patch(change.path, checked.notes[change.path].text, change.content.decode())
        ]
        diff = "\n".join(lines)
        notes = [change.path for change in done.plan if change.path not in refused]
        told = {
            "dry_run": dry_run,
            "mended": len(done.made),
            "notes_mended": len(notes),
            "notes": notes,
            "not_mended": [one._asdict() for one in done.dropped],
            "refused": refused,
            **_undo(done.run),
        }
        whole = len(diff) <= _LONGEST_DIFF
        return {**_bounded(told), "diff": diff[:_LONGEST_DIFF], "diff_is_cut": not whole}

    def facts(
        self,
        note: Annotated[str, Field(description="A path from the root, or a name as in a link.")],
        limit: Limit = 100,
    ) -> Answer:
        """Tell what a note holds: properties, tags, headings, blocks, links and where they lead.

        Of longer lists the first are told; `left_off` says how many more there are.
        """
        workspace = self._open()
        path = file_called(workspace, note)
        if trouble := workspace.read(path).trouble:
            raise KnapperError(f"{path}: {trouble.message}")
        told = facts_shown(workspace, path)
        long = {key: one for key, one in told.items() if isinstance(one, list)}
        left_off = {key: len(one) - limit for key, one in long.items() if len(one) > limit}
        cut = {key: one[:limit] for key, one in long.items()}
        return {**_bounded({**told, **cut}), "left_off": left_off}

    def backlinks(
        self,
        note: Annotated[
            str, Field(description="A file, `Note#Heading` or `Note#^block`; path or name.")
        ],
        offset: Offset = 0,
        limit: Limit = 100,
    ) -> Answer:
        """Tell who links to a note, or to a heading or block of it, with the line around."""
        found = backlinks_to(self._open(), note)
        return _page("backlinks", [_bounded(one._asdict()) for one in found], offset, limit)

    def rename(
        self,
        old: Annotated[
            str, Field(description="A note, folder, file or `Note#Heading`; path or name.")
        ],
        new: Annotated[
            str, Field(description="The new name, or a path with `/`; for a heading its text.")
        ],
        dry_run: DryRun = True,
        limit: Limit = 100,
    ) -> Answer:
        """Rename a note, folder, file or heading, and every reference to it."""
        workspace = self._open()
        plan = plan_rename(workspace, old, new, workspace.root)
        outcome, run = Outcome((), ()), None
        if not dry_run:
            with self.writing:
                outcome, run = carry_out(workspace, plan)
            plan = part_done(plan, outcome)
        return {
            "dry_run": dry_run,
            "moved": dict(islice(plan.moved.items(), limit)),
            **_page("rewritten", [_bounded(one._asdict()) for one in plan.rewrites], 0, limit),
            "left_as_they_are": [_bounded(one._asdict()) for one in plan.left[:limit]],
            **_bounded({"refused": {one.change.path: one.reason for one in outcome.refused}}),
            **_undo(run),
        }

    def status(self) -> Answer:
        """Tell how the vault stands: watcher, replicas, conflicts, the last runs."""
        return _bounded({"vault": str(self.root), **standing(self.root).told()})

    def rule(
        self, name: Annotated[str, Field(description="A rule; empty lists them all.")] = ""
    ) -> Answer:
        """Tell what a rule is about, with examples; or list the rules."""
        own = OwnRules() if name and is_shipped(name) else own_rules_of(self.root)
        if name:
            return rule_told(rule_called(name, own), own)
        listed = ("name", "family", "severity", "enabled", "summary")
        notes = (*rule_notes(), *own.notes)
        return {"rules": [{key: getattr(note, key) for key in listed} for note in notes]}

    def _open(self, rules: Sequence[str] = ()) -> Workspace:
        workspace = open_workspace(self.root, root=self.root)
        return narrowed(workspace, ",".join(rules) or None, None)

    def _checked(self, workspace: Workspace, paths: Sequence[str]) -> tuple[Checked, Concern]:
        """Check the notes at these paths; what the baseline knows is left out."""
        within = [_inside(workspace, path) for path in paths]

        def wanted(path: NotePath) -> bool:
            return not within or any(path == one or path.startswith(f"{one}/") for one in within)

        checked = check(workspace, wanted)
        checked = checked._replace(
            diagnostics=[one for one in checked.diagnostics if wanted(one.path)],
            judged=[path for path in checked.judged if wanted(path)],
        )
        known = open_baseline(workspace)
        return known.applied(checked), known.news


def _inside(workspace: Workspace, said: str) -> NotePath:
    """Return a file or folder of the vault; raises `KnapperError` for anything else."""
    path = said.strip("/")
    if any(one == path or one.startswith(f"{path}/") for one in workspace.tree.files):
        return path
    raise KnapperError(f"{said}: there is no such file or folder in the vault")


def _page(name: str, found: Sequence[object], offset: int, limit: int) -> Answer:
    """Return a part of a list, how long it is, and where the next part begins."""
    end = offset + limit
    after = end if end < len(found) else None
    return {"total": len(found), name: list(found[offset:end]), "next_offset": after}


def _finding(one: Diagnostic, notes: Mapping[NotePath, Note]) -> Answer:
    lines, fix = notes[one.path].lines, one.finding.fix
    line, column = lines.place(one.finding.span.start)
    return _bounded(
        {
            "path": one.path,
            "line": line,
            "column": column,
            "rule": one.rule,
            "severity": one.severity,
            "message": one.finding.message,
            "text": lines.line(line),
            "fix": None if fix is None else "safe" if fix.safe else "unsafe",
        }
    )


def _undo(run: int | None) -> Answer:
    return {"run": run, "undo": None if run is None else f"knapper undo {run}"}


def _bounded(answer: Mapping[str, object]) -> Answer:
    """Return an answer with its long texts and lists cut, so that one note cannot fill it."""
    return {key: _cut(value) for key, value in answer.items()}


def _cut(value: object) -> object:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}…"
    if isinstance(value, Mapping):
        items = islice(value.items(), _LONGEST_LIST)
        return {str(_cut(str(key))): _cut(one) for key, one in items}
    if isinstance(value, Iterable):
        return [_cut(one) for one in islice(value, _LONGEST_LIST)]
    return value
