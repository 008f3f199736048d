"""An opened vault: its root, its configuration, its rules and its files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from pathlib import Path

from knapper.app.roots import CONFIG_NAME, config_folder, config_table, find_root, is_vault
from knapper.core.base import views_of
from knapper.core.config import Chosen, Config, read_config, rules_folder
from knapper.core.errors import ConfigError, KnapperError
from knapper.core.layers import Explained, explained, rules_for
from knapper.core.lint import Ruleset
from knapper.core.note import Facts, Note, Trouble, facts_of
from knapper.core.own_rules import own_rules
from knapper.core.paths import READ, NotePath, extension, is_attachment, is_note
from knapper.core.patterns import matches
from knapper.core.rule import Rule
from knapper.core.rulebook import RuleNote, read_rule_note, rule_of
from knapper.core.settings import SETTING_FILES, Settings, read_settings, settings_errors
from knapper.core.vault import Vault
from knapper.shell.bundled import bundled
from knapper.shell.disk import Tree, absolute, read_bytes, read_note, read_text, resolved, scan

__all__ = [
    "CHECKED",
    "CONFIG_NAME",
    "Workspace",
    "facts",
    "find_root",
    "load_rules",
    "narrowed",
    "open_workspace",
    "rule_notes",
]

CHECKED = READ
"""Extensions of the files whose text is checked."""


@cache
def rule_notes() -> tuple[RuleNote, ...]:
    """Read the notes of the rules that come with knapper, by name."""
    root = bundled("rules")
    return tuple(
        read_rule_note(f"{family}/{name}.md", (root / family / f"{name}.md").read_text("utf-8"))
        for name, family in _rule_names().items()
    )


@cache
def _rule_names() -> Mapping[str, str]:
    """The rules that come with knapper, and the family of each."""
    paths = sorted(bundled("rules").glob("*/*.md"), key=lambda path: path.stem)
    return {path.stem: path.parent.name for path in paths}


@cache
def load_rules() -> tuple[Rule, ...]:
    """Pair the notes of the rules with their checks."""
    # the checks and what they need are half of what a check imports: if nothing is to be
    # judged, because nothing changed, they are not
    import knapper.checks  # noqa: F401 - fills the registry of checks

    return tuple(rule_of(note) for note in rule_notes())


class _KnownRules(Mapping[str, Rule]):
    """All rules by their names, which do for most configurations: the rest is read if need be."""

    def __init__(self, own: Iterable[Rule]) -> None:
        self._own = {rule.name: rule for rule in own}
        self.families = {*_rule_names().values(), *(rule.family for rule in own)}

    def __getitem__(self, name: str) -> Rule:
        return self._own.get(name) or {rule.name: rule for rule in load_rules()}[name]

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in _rule_names()

    def __iter__(self) -> Iterator[str]:
        return iter({**_rule_names(), **self._own})

    def __len__(self) -> int:
        return len({**_rule_names(), **self._own})


@dataclass(frozen=True)
class Workspace:
    """A vault on disk as it was found when it was opened.

    `broken_settings` are the files of settings that cannot be read, and so do not
    count; `own_rules` are those that notes of the vault declare; `buffers` are texts
    that an editor has not saved yet, which stand in the place of those on disk.
    """

    root: Path
    config: Config
    settings: Settings
    tree: Tree
    broken_settings: tuple[Note, ...] = ()
    own_rules: tuple[Rule, ...] = ()
    buffers: Mapping[NotePath, str] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, object]:
        """Return what is handed to other processes: not what was worked out from it."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def is_checked(self, path: NotePath) -> bool:
        """Tell whether findings of a file are wanted (links to it resolve anyhow)."""
        return not (
            path in self.tree.linked
            or matches(self.config.exclude, path)
            or self.settings.excludes(path)
            or self.settings.is_template(path)
        )

    @cached_property
    def checked(self) -> list[NotePath]:
        """Paths of the notes, canvases and bases that are checked, in order."""
        notes = (path for path in self.tree.files if not is_attachment(path))
        found = sorted((*notes, *self.tree.odd)) if self.tree.odd else notes
        return [path for path in found if self.is_checked(path)]

    @cached_property
    def attachments(self) -> list[NotePath]:
        """Paths of the files of which rules judge the names, and no text, in order."""
        found = [path for path in self.tree.files if is_attachment(path)]
        return [path for path in found if self.is_checked(path) and self.rules_of(path).rules]

    def note_path(self, path: Path) -> NotePath:
        """Return the path within the vault; raises `KnapperError` for one outside of it.

        A path that is a link is meant itself; what its folders lead to is looked up.
        """
        root, whole = absolute(self.root), absolute(path)
        seen = (whole, resolved(whole.parent) / whole.name, resolved(whole))
        for here, there in zip(seen, (root, root.resolve(), root.resolve()), strict=True):
            if here.is_relative_to(there):
                return here.relative_to(there).as_posix()
        raise KnapperError(f"{path}: this lies outside the vault {self.root}")

    def read(self, path: NotePath) -> Note:
        """Read a file of the vault as a note."""
        if path in self.buffers:
            return Note(path, self.buffers[path])
        if reason := self.tree.odd.get(path):
            return _odd_note(path, reason)
        return read_note(self.root, path)

    def content(self, path: NotePath) -> bytes:
        """Return what a file holds; raises `OSError` if it cannot be read."""
        text = self.buffers.get(path)
        return read_bytes(self.root, path) if text is None else text.encode()

    def rules_of(self, path: NotePath) -> Ruleset:
        """Return the rules that hold for a path, ready to run."""
        patterns = (one.include for one in self.config.overrides)
        about = (is_attachment(path) and path not in self.tree.odd, self._declares(path))
        held = (*about, *(matches(pattern, path) for pattern in patterns))
        if held not in self._prepared:
            rules = self.rules_at(path)
            kept = (rule for rule in rules if rule.check.files) if held[0] else rules
            self._prepared[held] = Ruleset.of(kept)
        return self._prepared[held]

    @cached_property
    def _prepared(self) -> dict[tuple[bool, ...], Ruleset]:
        """The rules that are ready, by all that they depend on."""
        return {}

    def rules_at(self, path: NotePath) -> list[Rule]:
        """Return the rules that hold for a path, with severity and options."""
        return rules_for(self.config, self._known(path), path, matches)

    def explained(self, path: NotePath) -> Iterable[Explained]:
        """Return all rules as they stand for a path, and what each of that comes from."""
        return explained(self.config, self._known(path), path, matches)

    @property
    def known_rules(self) -> tuple[Rule, ...]:
        """All rules there are, those of the vault's own notes too."""
        return (*load_rules(), *self.own_rules)

    def _known(self, path: NotePath) -> tuple[Rule, ...]:
        """Return all rules that a note may be judged by."""
        return load_rules() if self._declares(path) else self.known_rules

    def _declares(self, path: NotePath) -> bool:
        """Tell whether a note lies among the own rules: it has to name what they forbid."""
        return bool(self.own_rules) and path.startswith(f"{self.config.rules}/")

    def vault(self, notes: Iterable[Note]) -> Vault:
        """Return the vault with the facts of these notes."""
        return Vault(self.tree.files, {note.path: facts(note) for note in notes}, self.settings)


def facts(note: Note) -> Facts:
    """Return what other notes may know of a note, canvas or base."""
    return Facts(views=views_of(note.text)) if extension(note.path) == "base" else facts_of(note)


def _odd_note(path: NotePath, reason: str) -> Note:
    return Note(path, "", Trouble(0, reason))


def open_workspace(start: Path, config: Path | None = None, root: Path | None = None) -> Workspace:
    """Open the vault that holds `start` (or is `root`).

    Raises `ConfigError` for a configuration that cannot be, and `KnapperError`
    where the root cannot be read.
    """
    try:
        found = root or find_root(start)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise KnapperError(f"{start}: this cannot be looked at: {reason}") from error
    if str(found) == found.anchor and not is_vault(found):
        raise KnapperError(f"{found}: this is the whole disk; name a folder of notes")
    try:
        tree = scan(found)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise KnapperError(f"{found}: this folder cannot be read: {reason}") from error
    settings_of, own = _load_config(found, config, tree)
    folder = config_folder(found, settings_of.config_folder)
    files = {name: read_text(found, f"{folder}/{name}") for name in SETTING_FILES}
    broken = tuple(
        Note(f"{folder}/{name}", text)
        for name, text in files.items()
        if any(settings_errors(name, text))
    )
    return Workspace(found, settings_of, read_settings(files), tree, broken, own)


def _load_config(root: Path, given: Path | None, tree: Tree) -> tuple[Config, tuple[Rule, ...]]:
    """Read the configuration, and first the vault's own rules that it may speak of."""
    source, table = config_table(root, given)
    folder = rules_folder(table, source)
    own: tuple[Rule, ...] = ()
    if folder:
        # only what was found in the vault is read, so no folder leads out of it
        inside = [path for path in tree.files if path.startswith(f"{folder}/") and is_note(path)]
        if not inside:
            raise ConfigError(source, "rules", f"no note lies in a folder '{folder}' of the vault")
        notes = [read_note(root, path) for path in sorted(inside) if path not in tree.linked]
        own = own_rules(notes, load_rules())
    rules = _KnownRules(own)
    return read_config(table, source, rules, rules.families), own


def narrowed(workspace: Workspace, select: str | None, ignore: str | None) -> Workspace:
    """Return the workspace with the rules of the command line laid over its configuration.

    Both are words parted by commas. What is selected there runs, and nothing else,
    whatever the configuration says; only a part of a family that it ignores stays
    ignored. Raises `ConfigError` for a rule that there is not.
    """
    if select is None and ignore is None:
        return workspace
    rules = _KnownRules(workspace.own_rules)
    data = {"select": _words(select), "ignore": _words(ignore)}
    given = read_config(data, Chosen().origin, rules, rules.families)
    chosen = Chosen(given.select, given.ignore)
    return replace(workspace, config=workspace.config._replace(chosen=chosen))


def _words(given: str | None) -> list[str]:
    return [word.strip() for word in (given or "").split(",") if word.strip()]
