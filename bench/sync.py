"""Measure sync side by side with the peers that are installed (unison, rclone bisync).

    python bench/sync.py [--files 10000] [--rounds 5]

Each round makes a fresh pair of folders, and the tools take turns within it: first sync
of everything, nothing changed (three times), one note changed (three times). Printed
are medians of wall seconds, and the ratio to each peer. Afterwards both folders are
compared byte by byte, so that nothing is quick because it is not done.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median


def make(root: Path, count: int) -> None:
    """Write notes of about 3.4 kB on average, and a picture for every hundredth."""
    chance = Random(1)
    words = [f"w{number}" for number in range(3000)]
    for number in range(count):
        folder = root / f"area{number % 20:02d}" / f"topic{number % 400:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        if number % 100 == 0:
            (folder / f"picture {number}.png").write_bytes(chance.randbytes(120_000))
            continue
        body = " ".join(chance.choices(words, k=chance.randrange(80, 700)))
        text = f"---\ntitle: note {number}\n---\n[[note {number * 7 % count}]]\n\n{body}\n"
        (folder / f"note {number}.md").write_text(text)
    then = time.time() - 7777
    for path in root.rglob("*"):
        os.utime(path, (then, then))


class Tool:
    """A program that keeps the folders `a` and `b` of `home` in sync."""

    def __init__(self, name: str, home: Path) -> None:
        self.name, self.home = name, home
        self.a, self.b = home / "a", home / "b"

    def command(self, first: bool) -> list[str]:
        if self.name == "unison":
            return ["unison", str(self.a), str(self.b), "-batch", "-auto", "-silent", "-times"]
        if self.name == "rclone":
            resync = ["--resync"] if first else []
            return ["rclone", "bisync", str(self.a), str(self.b), *resync]
        return [str(Path(sys.executable).with_name("knapper")), "sync", "--vault", str(self.a)]

    def run(self, first: bool = False) -> float:
        state = str(self.home / "state")
        environment = {**os.environ, "KNAPPER_STATE_DIR": state, "UNISON": state, "HOME": state}
        started = time.perf_counter()
        ran = subprocess.run(
            self.command(first), env=environment, capture_output=True, text=True, check=False
        )
        taken = time.perf_counter() - started
        if ran.returncode:
            sys.exit(f"{self.name}: exit {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return taken


def same(tool: Tool) -> bool:
    """Tell whether both folders hold the same bytes, but for our configuration."""
    ran = subprocess.run(
        ["diff", "-rq", "-x", ".knapper.toml", str(tool.a), str(tool.b)],
        capture_output=True, check=False,
    )  # fmt: skip
    return ran.returncode == 0


def main() -> None:
    """Measure and print a table."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--files", type=int, default=10_000)
    reader.add_argument("--rounds", type=int, default=5)
    options = reader.parse_args()
    tools = ["knapper", *(name for name in ("unison", "rclone") if shutil.which(name))]
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as place:
        source = Path(place, "source")
        make(source, options.files)
        size = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
        for number in range(options.rounds):
            pairs = []
            for name in tools:
                home = Path(place, f"{name}{number}")
                (home / "state").mkdir(parents=True)
                (home / "b").mkdir()
                subprocess.run(["cp", "-a", str(source), str(home / "a")], check=True)
                if name == "knapper":
                    config = f'[[replica]]\nname = "b"\npath = "{home / "b"}"\nmode = "two-way"\n'
                    (home / "a/.knapper.toml").write_text(config)
                pairs.append(Tool(name, home))
            subprocess.run(["sync"], check=True)
            for tool in pairs:
                times.setdefault((tool.name, "first sync"), []).append(tool.run(first=True))
                tool.run()
            for _ in range(3):
                for tool in pairs:
                    times.setdefault((tool.name, "nothing changed"), []).append(tool.run())
            note = "area07/topic007/note 7.md"
            for turn in range(3):
                for tool in pairs:
                    with (tool.a / note).open("a") as file:
                        file.write(f"edit {turn}\n")
                    times.setdefault((tool.name, "one note changed"), []).append(tool.run())
            for tool in pairs:
                if not same(tool):
                    sys.exit(f"{tool.name}: the folders differ")
                shutil.rmtree(tool.home)
    print(f"{options.files:,} files, {size / 1e6:.0f} MB, {options.rounds} rounds, medians (s)\n")
    print(f"| | {' | '.join(tools)} | {' | '.join(f'knapper / {peer}' for peer in tools[1:])} |")
    print(f"| --- {'| --- ' * (2 * len(tools) - 1)}|")
    for what in ("first sync", "nothing changed", "one note changed"):
        found = [median(times[tool, what]) for tool in tools]
        ratios = " | ".join(f"{found[0] / other:.2f}" for other in found[1:])
        print(f"| {what} | {' | '.join(f'{one:.2f}' for one in found)} | {ratios} |")


if __name__ == "__main__":
    main()
