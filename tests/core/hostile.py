"""Texts made to mislead a reader of Markdown: the same seed gives the same texts.

Every text is full of *marks*, words such as `q7q` that occur once, so that readers
which give no positions can still be asked in what each mark stands.
"""

import re
from collections.abc import Callable, Iterator
from random import Random

__all__ = ["MARK", "hostile_text", "hostile_texts"]

MARK = re.compile(r"q\d+q")

_FENCES = ("```", "````", "~~~", "~~~~")
_HTML_STARTS = (
    ("<div>", "</div>"), ("<DIV class='a'>", "</div>"), ("<pre>", "</pre>"), ("<!--", "-->"),
    ("<?php", "?>"), ("<![CDATA[", "]]>"), ("<!DOCTYPE", ">"), ("<b>", "</b>"), ("</b>", ""),
    ("<script>", "</script>"), ('<a href="x">', "</a>"), ("<table>", "</table>"),
)  # fmt: skip
_INDENTS = ("", "", "", " ", "  ", "   ", "    ", "\t", " \t", "     ")
_MARKERS = ("-", "-", "*", "+", "1.", "1)", "2.", "10.", "07)")
_PADDINGS = (" ", " ", " ", "  ", "   ", "    ", "     ", "\t", "")
_BLANKS = ("", "", "", "", " ", "  ", "\t", "      ")
_LINES = (
    "", "", "", "text", "- a", "  - b", "1. one", "2) two", "> q", ">", "> - x", "    code",
    "\tcode", "```", "~~~", "```py", "  ```", "# H", "***", "<div>", "</div>", "<!-- c", "-->",
    "<pre>", "   para", "* s", "+ t", "      deep", "-", "10. ten", "| a | b |", "|---|---|",
    "\ttab", ">\tq", "- \tx", "`code`", "<?x", "?>", ">> r", "  > s", "     five", "---", "===",
    "[^1]: foot", "[ref]: /url", "`` a", "b ``", "<b", "c='", "d'>", "[a", "](b)",
)  # fmt: skip


def hostile_texts(number: int, seed: int) -> Iterator[str]:
    """Yield `number` hostile texts."""
    random = Random(seed)
    for _ in range(number):
        yield hostile_text(random)


def hostile_text(random: Random) -> str:
    """Make one text."""
    writer = _Writer(random)
    lines = writer.soup() if random.random() < 0.3 else writer.blocks(random.randint(1, 3))
    lines = [writer.jolted(line) for line in lines]
    text = "\n".join(lines) + "\n" * (random.random() < 0.8)
    return text.replace("\n", "\r\n") if random.random() < 0.15 else text


class _Writer:
    """Writes blocks in blocks, and lines that do not keep to them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.marks = 0
        self.obsidian = random.random() < 0.2  # has what CommonMark does not know
        self.simple: tuple[Callable[[], list[str]], ...] = (
            self.paragraph, self.paragraph, self.paragraph, self.heading, self.underlined,
            self.fence, self.fence, self.indented, self.html, self.table, self.rule,
            self.definition,
        )  # fmt: skip
        if self.obsidian:
            self.simple += (self.math, self.comment)

    def mark(self) -> str:
        self.marks += 1
        return f"q{self.marks}q"

    # -- lines ------------------------------------------------------------------------

    def inline(self) -> str:
        random, pieces = self.random, []
        for _ in range(random.randint(1, 4)):
            pieces.append(self.piece(random.randrange(0 if self.obsidian else 4, 40)))
            pieces.append(random.choice((" ", " ", " ", "", ", ")))
        return "".join(pieces).strip() or self.mark()

    def piece(self, kind: int) -> str:  # noqa: C901 - a table of pieces
        mark, ticks = self.mark, "`" * self.random.choice((1, 1, 1, 2, 3))
        match kind:
            case 0 | 1:
                return f"${mark()} + [[{mark()}]]$"
            case 2:
                return f"$5 {mark()}"
            case 3:
                return f"%% {mark()} %%"
            case 4 | 5 | 6:
                return f"[[{mark()}]]"
            case 7:
                return f"[[{mark()}|{mark()}]]"
            case 8:
                return f"![[{mark()}]]"
            case 9:
                return f"[{mark()}](u)"
            case 10:
                return f"[{self.piece(self.random.randrange(4, 30))}](<u v> 'title')"
            case 11:
                return f"![{mark()}](u.png)"
            case 12 | 13 | 14 | 15:
                return f"{ticks}{mark()} [[{mark()}]]{ticks}"
            case 16:
                return f"{ticks}{mark()}"
            case 17:
                return f"{mark()}{ticks}"
            case 18:
                return f'<a href="{mark()}">{mark()}</a>'
            case 19:
                return f"<br>{mark()}"
            case 20:
                return f"<!-- {mark()} [[{mark()}]] -->"
            case 21:
                return f"{mark()} -->"
            case 22:
                return f"<i {mark()}='"
            case 23:
                return f"{mark()}'>"
            case 24:
                return f"\\`{mark()}\\[[{mark()}]]"
            case 25:
                return f"\\<b {mark()}>"
            case 26:
                return "<https://a.example/[[b]]>"
            case 27:
                return f"[^1]{mark()}"
            case 28:
                return f"*{mark()} **{mark()}"
            case 29:
                return f"#{mark()}"
            case 30:
                return f"| {mark()} |"
            case 31:
                return f"[{mark()}\\]"
            case 32:
                return "<? x ?>"
            case 33:
                return f"^{mark()}"
            case _:
                return mark()

    def jolted(self, line: str) -> str:
        """Return the line, seldom with something before it that it did not expect."""
        chance = self.random.random()
        if chance < 0.03:
            return self.random.choice(_INDENTS) + line
        if chance < 0.05:
            return self.random.choice(("> ", ">", "- ", "1. ", "\t", "    ")) + line
        if chance < 0.07:
            return line.lstrip(" \t")
        if chance < 0.08:
            return line.replace("    ", "\t")
        return line

    def soup(self) -> list[str]:
        lines, random = [], self.random
        for _ in range(random.randint(2, 9)):
            line = random.choice(("$$", "%%", *_LINES) if self.obsidian else _LINES)
            if random.random() < 0.4:
                line += " " + self.inline()
            if random.random() < 0.3:
                line = random.choice(("> ", "- ", "  ", "    ", "\t", "1. ", "   ")) + line
            lines.append(line)
        return lines

    # -- blocks -----------------------------------------------------------------------

    def blocks(self, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.random.randint(1, 4)):
            if lines and self.random.random() < 0.6:
                lines.append(self.random.choice(_BLANKS))
            lines += self.block(depth)
        return lines

    def block(self, depth: int) -> list[str]:
        if depth and self.random.random() < 0.5:
            return self.random.choice((self.quote, self.items, self.items, self.footnote))(depth)
        return self.random.choice(self.simple)()

    def paragraph(self) -> list[str]:
        random = self.random
        lines = [self.inline() for _ in range(random.choice((1, 1, 1, 2, 2, 3)))]
        return [random.choice(_INDENTS[:7]) * (random.random() < 0.15) + line for line in lines]

    def heading(self) -> list[str]:
        return ["#" * self.random.randint(1, 7) + " " + self.inline()]

    def underlined(self) -> list[str]:
        return [*self.paragraph(), self.random.choice(("---", "===", "-", "=", "  ---", "=== "))]

    def fence(self) -> list[str]:
        random, fence = self.random, self.random.choice(_FENCES)
        indent = random.choice(_INDENTS[:7])
        lines = [indent + fence + random.choice(("", "", "py", " md x", "a`b"))]
        for _ in range(random.randint(0, 4)):
            line = random.choice((self.inline(), self.inline(), "", "# no", "- no", "    x", "```"))
            lines.append(random.choice(("", "", indent, "  ")) + line)
        if random.random() < 0.85:
            close = fence + fence[0] * random.choice((0, 0, 0, 1)) + random.choice(("", "", " "))
            lines.append(random.choice((indent, indent, "", "    ")) + close)
        return lines

    def indented(self) -> list[str]:
        indent = self.random.choice(("    ", "    ", "\t", "     ", "  \t"))
        lines = [indent + self.inline() for _ in range(self.random.randint(1, 3))]
        if self.random.random() < 0.3:
            lines.insert(1, self.random.choice(_BLANKS))
        return lines

    def html(self) -> list[str]:
        opening, closing = self.random.choice(_HTML_STARTS)
        lines = [opening + self.random.choice(("", " " + self.inline()))]
        lines += [self.inline() for _ in range(self.random.randint(0, 2))]
        if self.random.random() < 0.2:
            lines.append("")
        return [*lines, closing + self.random.choice(("", "", " " + self.inline()))]

    def math(self) -> list[str]:
        return ["$$", self.inline(), *(["$$"] * (self.random.random() < 0.8))]

    def comment(self) -> list[str]:
        return ["%%", *self.paragraph(), *(["%%"] * (self.random.random() < 0.8))]

    def table(self) -> list[str]:
        random, cells = self.random, self.random.randint(1, 3)
        edge = random.choice(("|", "|", ""))
        row = edge + "|".join(["---"] * cells) + edge
        rows = ["|".join(self.inline() for _ in range(cells)) for _ in range(random.randint(1, 3))]
        rows = [edge + line + edge for line in rows]
        return [rows[0], row, *rows[1:]]

    def rule(self) -> list[str]:
        return [self.random.choice(("---", "***", "- - -", "_____", " * * *"))]

    def definition(self) -> list[str]:
        return [self.random.choice(("[ref]: /url", "[ref]: <a b> 'title'", "[ref]:", "[^2]: foot"))]

    # -- containers -------------------------------------------------------------------

    def quote(self, depth: int) -> list[str]:
        random, mark = self.random, self.random.choice(("> ", "> ", "> ", ">", " > ", ">\t"))
        lines = self.blocks(depth - 1)
        if self.obsidian and random.random() < 0.4:
            lines.insert(0, random.choice(("[!note]", "[!tip]- Title", "[!x] " + self.inline())))
        return [("" if random.random() < 0.06 else mark) + line for line in lines]

    def items(self, depth: int) -> list[str]:
        lines: list[str] = []
        random, marker = self.random, self.random.choice(_MARKERS)
        indent = random.choice(_INDENTS[:6])
        for _ in range(random.randint(1, 3)):
            start = indent + marker + random.choice(_PADDINGS)
            inside = self.blocks(depth - 1)
            width = " " * len(start.expandtabs(4))
            lines.append(start + inside[0])
            lines += [self.under(width) + line if line.strip() else line for line in inside[1:]]
            if random.random() < 0.3:
                lines.append(random.choice(_BLANKS))
        return lines

    def under(self, width: str) -> str:
        """Return the indentation of a line of an item, seldom not quite right."""
        chance = self.random.random()
        if chance < 0.05:
            return ""
        if chance < 0.1:
            return width[1:]
        if chance < 0.15:
            return width + " "
        return width.replace("    ", "\t") if chance < 0.2 else width

    def footnote(self, depth: int) -> list[str]:
        inside = self.blocks(depth - 1)
        return [f"[^{self.marks}]: {inside[0]}", *("    " + line for line in inside[1:])]
