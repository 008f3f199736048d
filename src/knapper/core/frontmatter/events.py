"""The events of a YAML document, made into values that know their place.

libyaml gives the events (pure Python where it is missing) and this module makes
values of them, so that nothing but plain values can ever come out: a tag makes
no object, aliases cannot explode, nesting has an end. Values are those of YAML
1.2, as Obsidian reads them (release notes 1.4.1 and 1.4.5): `yes`, dates
and times stay text, `<<` is an ordinary key.
"""

import re
from collections.abc import Iterator

import yaml

from knapper.core.frontmatter.readable import readable, restored
from knapper.core.frontmatter.scalars import Value, plain_value
from knapper.core.frontmatter.tree import Node, Style, Tree, YamlError
from knapper.core.text import Span

__all__ = ["read_events"]


def read_events(source: str, base: int = 0) -> Tree:
    """Read one YAML document as `read_tree` does."""
    unprintable = _UNPRINTABLE.search(source)
    if unprintable:
        code = f"U+{ord(unprintable[0]):04X}"
        return Tree(None, YamlError(base + unprintable.start(), f"{code} cannot stand in YAML"))
    reader = _Reader(source, base)
    try:
        root = reader.document()
        return Tree(root, reader.duplicate or _at_the_margin(root, source, base))
    except _RefusedError as refused:
        return Tree(None, YamlError(base + refused.offset, refused.message))
    except yaml.MarkedYAMLError as trouble:
        if trouble.problem == _TOO_DEEP_FOR_LIBYAML and trouble.problem_mark is not None:
            # it looks ahead and has a limit of its own, far above ours: read what is before that
            return read_events(source[: max(0, trouble.problem_mark.index - 1)], base)
        return Tree(None, _explained(trouble, source, base))


_MOST_LEVELS = 64
_MOST_ALIASED_VALUES = 10_000
_TOO_DEEP_FOR_LIBYAML = "exceeded maximum nesting depth"

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

_STYLES: dict[str | None, Style] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}
_TYPED_TAGS = tuple(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))


def _at_the_margin(node: Node | None, source: str, base: int) -> YamlError | None:
    """Return where a list in brackets or a text in quotes goes on at the margin.

    YAML wants blanks there, and Obsidian's reader insists; only a closing bracket may
    stand so (both libraries of JavaScript; YAML 1.2.2, section 7.4).
    """
    if node is None or node.style in ("plain", "literal", "folded", "alias"):
        return None
    if node.style == "block":
        values = [value for _, value in node.pairs]
        for one in values or node.items:
            found = _at_the_margin(one, source, base)
            if found is not None:
                return found
        return None
    start, end = node.span
    at = source.find("\n", start - base, end - base)
    while at >= 0:
        following = source[at + 1 : at + 2]
        if not (following.isspace() or (node.style == "flow" and following in "]}#")):
            message = "a value over several lines needs blanks at the beginning of each"
            return YamlError(base + at + 1, message)
        at = source.find("\n", at + 1, end - base)
    return None


class _RefusedError(Exception):
    """The YAML is well-formed so far, but we do not read such a thing."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message


class _Reader:
    """Makes nodes of events; owns the anchors and the first duplicate key."""

    def __init__(self, source: str, base: int) -> None:
        self.source = source
        self.base = base
        text, self.stood_in = readable(source)
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self.anchors: dict[str, Node | None] = {}
        self.aliased = 0
        self.duplicate: YamlError | None = None

    def document(self) -> Node | None:
        """Return the root of the only document, None if there is none."""
        root = None
        for event in self.events:
            if isinstance(event, yaml.StreamStartEvent | yaml.DocumentEndEvent):
                continue
            if isinstance(event, yaml.StreamEndEvent):
                return root
            if root is not None:
                raise _RefusedError(_start(event), "the YAML ends above this line")
            root = self.node(next(self.events), 0)
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        """Return the node that begins with `event`."""
        start = _start(event)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if depth > _MOST_LEVELS:
            raise _RefusedError(start, f"values are nested deeper than {_MOST_LEVELS} levels")
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self.anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.sequence(event, depth)
        elif isinstance(event, yaml.MappingStartEvent):
            node = self.mapping(event, depth)
        else:
            raise _RefusedError(start, "a value is missing here")
        if anchor is not None:
            self.anchors[anchor] = node
        return node

    def alias(self, event: yaml.AliasEvent) -> Node:
        """Return the node an alias stands for, at the place of the alias."""
        start, end = _start(event), _end(event)
        target = self.anchors.get(event.anchor or "")
        if target is None:
            raise _RefusedError(start, f"no value before this is called '&{event.anchor}'")
        self.aliased += target.size
        if self.aliased > _MOST_ALIASED_VALUES:
            raise _RefusedError(start, f"the aliases stand for over {_MOST_ALIASED_VALUES} values")
        return target._replace(span=self.span(start, end), style="alias")

    def scalar(self, event: yaml.ScalarEvent) -> Node:
        style, text, tag = _STYLES[event.style], event.value, event.tag
        if self.stood_in:
            text = restored(text)
        reads_as_value = tag in _TYPED_TAGS if tag is not None else style == "plain"
        start, end = _start(event), _end(event)
        if style in ("literal", "folded"):
            end = start + len(self.source[start:end].rstrip())
        value = plain_value(text) if reads_as_value else text
        return Node(value, self.span(start, end), style)

    def sequence(self, event: yaml.SequenceStartEvent, depth: int) -> Node:
        items = []
        for inner in self.events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            items.append(self.node(inner, depth + 1))
        style, span = self.collection(event, inner, items)
        size = 1 + sum(item.size for item in items)
        return Node([item.value for item in items], span, style, tuple(items), (), size)

    def mapping(self, event: yaml.MappingStartEvent, depth: int) -> Node:
        value: dict[str, Value] = {}
        pairs = []
        for inner in self.events:
            if isinstance(inner, yaml.MappingEndEvent):
                break
            key = self.key(self.node(inner, depth + 1))
            name = str(key.value)
            if name in value and self.duplicate is None:
                message = f"the key '{name}' stands twice"
                self.duplicate = YamlError(key.span.start, message, "duplicate")
            node = self.node(next(self.events), depth + 1)
            value[name] = node.value
            pairs.append((key, node))
        style, span = self.collection(event, inner, [node for pair in pairs for node in pair])
        size = 1 + sum(node.size for _, node in pairs)
        return Node(value, span, style, (), tuple(pairs), size)

    def key(self, node: Node) -> Node:
        """Return a key as text: a number or a mapping is what the note says there."""
        if isinstance(node.value, str):
            return node
        start, end = node.span
        return node._replace(value=self.source[start - self.base : end - self.base])

    def collection(
        self, start: yaml.CollectionStartEvent, end: yaml.Event, nodes: list[Node]
    ) -> tuple[Style, Span]:
        """Return style and span; a block collection ends where its last value does."""
        if start.flow_style:
            return "flow", self.span(_start(start), _end(end))
        first = self.base + _start(start)
        last = nodes[-1].span.end if nodes else first
        return "block", Span(min(first, nodes[0].span.start) if nodes else first, max(first, last))

    def span(self, start: int, end: int) -> Span:
        return Span(self.base + start, self.base + end)


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark is not None else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark is not None else 0


# what libyaml was reading when it took the first sign of a value for one of its own
_SIGNS = ("an alias", "an anchor", "a tag", "a block scalar", "a directive")
_EXPLANATIONS = {
    "mapping values are not allowed": "a second ': ' in one value; a value with ': ' needs quotes",
    "did not find expected ',' or ']'": "this list is not closed; expected ',' or ']'",
    "did not find expected ',' or '}'": "these braces are not closed; expected ',' or '}'",
    "found unexpected end of stream": "this quote is not closed",
    "could not find expected ':'": "expected 'key: value'",
    "did not find expected key": "expected 'key: value'",
    "did not find expected node content": "a value is missing before this",
    "did not find expected <document start>": "the YAML ended above this line",
    "found unknown escape character": "this backslash means nothing in double quotes; "
    "use single quotes",
    "mapping keys are not allowed": "a value cannot begin with '? ' without quotes",
    "found undefined tag handle": "a value cannot begin with '!' without quotes",
    "found invalid Unicode character": "this escape stands for no character",
    "did not find expected '-' indicator": "expected another '- item' of this list",
    "block sequence entries are not allowed": "a list begins on a line of its own; "
    "a value that begins with '- ' needs quotes",
}


def _explained(trouble: yaml.MarkedYAMLError, source: str, base: int) -> YamlError:
    """Say in plain words what libyaml did not like, at the character it is about."""
    problem = trouble.problem or "this is not YAML"
    mark, context = trouble.problem_mark, trouble.context_mark
    offset = mark.index if mark is not None else 0
    if context is not None and (trouble.context or "").endswith(_SIGNS):
        sign = source[context.index : context.index + 1]
        message = f"a value cannot begin with '{sign}' without quotes"
        return YamlError(base + context.index, message)
    if context is not None and not source[offset:].strip():
        # what was expected never came: show what was left open
        offset = context.index
    offset = min(offset, len(source))
    more = ("did not find expected key", "did not find expected '-' indicator")
    if problem in more and source[:offset].rpartition("\n")[2].strip():
        return YamlError(base + offset, "more text after the value; put the whole value in quotes")
    for start, explanation in _EXPLANATIONS.items():
        if problem.startswith(start):
            return YamlError(base + offset, explanation)
    character = source[offset : offset + 1]
    if "tab" in problem or character == "\t":
        return YamlError(base + offset, "a tab cannot indent YAML; use blanks")
    if problem.startswith("found character that cannot start"):
        return YamlError(base + offset, f"a value cannot begin with '{character}' without quotes")
    return YamlError(base + offset, problem)
