"""What of a vault changed, as git has it: those notes are reported on.

The vault is read whole in any case. What a change breaks in notes that are the same
(a link to a note that was deleted, to a heading that has another name) is found by
judging those notes in the vault as it is now and as it was before.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from knapper.app.batch import Texts
from knapper.app.workspace import CHECKED, Workspace, facts
from knapper.core.lint import Ruleset, lint_note
from knapper.core.note import Facts, Note
from knapper.core.paths import NotePath, extension, folded, is_note, name_of, tidy
from knapper.core.rule import SEVERITIES, Diagnostic, Severity
from knapper.core.vault import Vault, split_link
from knapper.shell.disk import decode_note
from knapper.shell.git import Difference, Git

__all__ = ["Changes", "changed", "effects", "staged", "why_not_mended"]


class Changes(NamedTuple):
    """What changed: files that are there, that are gone, and the notes as they were.

    `instead` has the texts of notes that are staged otherwise than they are on disk;
    `unstaged` are files on disk that the next commit will not have.
    """

    paths: frozenset[NotePath]
    gone: frozenset[NotePath]
    before: Mapping[NotePath, Note]
    instead: Mapping[NotePath, str]
    unstaged: frozenset[NotePath] = frozenset()


def staged(workspace: Workspace) -> Changes:
    """Return what is staged; the vault is as the next commit would have it.

    Files that git is told to ignore are there nevertheless: they are kept out of commits
    on purpose.
    """
    with Git(workspace.root, "--staged") as git:
        unstaged = git.unstaged()
        on_disk = [one for one in unstaged if one.old and extension(one.path) in CHECKED]
        contents = git.contents(one.old for one in on_disk)
        instead = {one.path: contents[one.old].decode(errors="surrogateescape") for one in on_disk}
        only_named = (one.path for one in unstaged if one.is_new)  # by `git add --intent-to-add`
        left_out = frozenset((*git.unknown(), *only_named))
        changes = _changes(git, git.staged(), instead)
        return changes._replace(unstaged=left_out.intersection(workspace.tree.files))


def changed(workspace: Workspace, revision: str | None = None) -> Changes:
    """Return what is other than in HEAD, or than where the branch of `revision` parted."""
    with Git(workspace.root, "--changed" if revision is None else "--since") as git:
        return _changes(git, git.changed(revision), {})


def _changes(
    git: Git, differences: Iterable[Difference], instead: Mapping[NotePath, str]
) -> Changes:
    found = list(differences)
    contents = git.contents(one.old for one in found if extension(one.path) in CHECKED)
    return Changes(
        frozenset(one.path for one in found if not one.is_gone),
        frozenset(one.path for one in found if one.is_gone),
        {o.path: decode_note(o.path, contents[o.old]) for o in found if o.old in contents},
        instead,
    )


def why_not_mended(changes: Changes, vault: Vault) -> Callable[[NotePath], str]:
    """Return what tells why a note is not to be mended on disk, "" if nothing is against it."""
    unstaged = {key for path in changes.unstaged for key in _keys(path)}

    def why_not(path: NotePath) -> str:
        if path in changes.instead:
            return "it is staged otherwise than it is on disk"
        here = vault.facts.get(path)
        if here and unstaged and _names(here) & unstaged:
            return "it names a file that is not staged"  # for the disk its links may be right
        return ""

    return why_not


def effects(workspace: Workspace, vault: Vault, changes: Changes) -> list[tuple[Note, Diagnostic]]:
    """Return what the changes broke in notes that are the same, in order of path and place.

    What was as bad at the same place before is an old debt, and not told.
    """
    known = {path: facts(note) for path, note in changes.before.items()}
    touched = _touched(vault, changes, known)
    if not touched:
        return []
    texts = Texts(workspace, changes.instead)
    before = _vault_before(vault, changes, known)
    found: list[tuple[Note, Diagnostic]] = []
    for path in workspace.checked:
        here = vault.facts.get(path)
        if path in changes.paths or here is None or not _names(here) & touched:
            continue
        note = texts.read(path)
        rules = Ruleset.of(r for r in workspace.rules_of(path).rules if r.check.reads_vault)
        old = {(one.finding.span, one.severity) for one in lint_note(note, before, rules)}
        found += [
            (note, one)
            for one in lint_note(note, vault, rules)
            if not old & {(one.finding.span, severity) for severity in _as_bad(one.severity)}
        ]
    return found


def _touched(vault: Vault, changes: Changes, known: Mapping[NotePath, Facts]) -> set[str]:
    """Return by which names a link may mean a file that others see otherwise now."""
    files = [path for path in changes.paths if _shown(known, path) != _shown(vault.facts, path)]
    attachments = [path for path in changes.paths if extension(path) not in CHECKED]
    return {key for path in (*files, *attachments, *changes.gone) for key in _keys(path)}


def _shown(known: Mapping[NotePath, Facts], path: NotePath) -> Facts | None:
    """Return what others can ask of a note; what it links to itself is not of that."""
    found = known.get(path)
    return found._replace(targets=frozenset()) if found else None


def _vault_before(vault: Vault, changes: Changes, known: Mapping[NotePath, Facts]) -> Vault:
    """Return the vault as it was before the changes; `known` are facts of notes then."""
    same = {path: one for path, one in vault.facts.items() if path not in changes.paths}
    files = (vault.files - changes.paths) | changes.gone | known.keys()
    return Vault(files, {**same, **known}, vault.settings)


def _keys(path: NotePath) -> set[str]:
    """Return the names, folded, by which a link may mean a file."""
    name = folded(name_of(path))
    return {name, name[:-3]} if is_note(path) else {name}


def _names(known: Facts) -> set[str]:
    return {folded(name_of(tidy(split_link(target)[0]))) for target in known.targets}


def _as_bad(severity: Severity) -> tuple[Severity, ...]:
    """Return this severity and the worse ones."""
    return SEVERITIES[: SEVERITIES.index(severity) + 1]
