"""What can go wrong beside the notes themselves.

    KnapperError
    ├── ConfigError   names the file and the key
    └── RuleError     names the rule and its note

What is wrong in a note is a `Finding`; a change that the world has overtaken is
data in an `Outcome`. Neither is an exception.
"""

__all__ = ["ConfigError", "KnapperError", "RuleError"]


class KnapperError(Exception):
    """Something that the user (or we) must mend before the work can go on."""


class ConfigError(KnapperError):
    """The configuration asks for what cannot be."""

    def __init__(self, source: str, key: str, problem: str) -> None:
        super().__init__(f"{source}: {key}: {problem}" if key else f"{source}: {problem}")


class RuleError(KnapperError):
    """A rule's note and its check do not fit together."""

    def __init__(self, note: str, problem: str) -> None:
        super().__init__(f"{note}: {problem}")
