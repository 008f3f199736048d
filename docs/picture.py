"""Draw what a command prints in a terminal: `python docs/picture.py` rewrites docs/check.svg.

The picture is of real output, in the colours that a terminal shows; a test compares
its text with what the command prints today.
"""

import os
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "check.svg"
COMMAND = "knapper check seeds/slowfieldnotes/tea_over_the_mountains.md"
THEME = TerminalTheme(
    (30, 30, 34), (220, 220, 224),
    [(30, 30, 34), (238, 108, 96), (126, 196, 120), (229, 185, 92),
     (110, 160, 240), (198, 130, 220), (96, 196, 206), (220, 220, 224)],
)  # fmt: skip
# without the web font that rich would fetch: nothing here comes from outside
FRAME = """<svg class="{unique_id}" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
 font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">
{matrix}
</g></g></svg>
"""


def printed() -> str:
    """Return what the command prints, with the marks of its colours."""
    program, *arguments = shlex.split(COMMAND)
    ran = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=ROOT, env={**os.environ, "FORCE_COLOR": "1"}, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    return f"\x1b[2m$\x1b[0m {COMMAND}\n{ran.stdout.rstrip()}\n"


def drawn(text: str) -> str:
    """Return the picture of a terminal with this text, as SVG."""
    content = Text.from_ansi(text)
    width = max(map(cell_len, content.plain.splitlines()))
    console = Console(record=True, width=width, file=StringIO(), force_terminal=True)
    console.print(content, soft_wrap=True)
    return console.export_svg(
        title="", theme=THEME, code_format=FRAME, unique_id="knapper", font_aspect_ratio=0.6
    )


if __name__ == "__main__":
    PICTURE.write_text(drawn(printed()), encoding="utf-8")
