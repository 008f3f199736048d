"""Take the picture of the live page: `python docs/page_picture.py` rewrites docs/page.png.

A vault is made of the notes in `seeds/`, watched, and mended family by family, a step every
seventy seconds, so that what is seen over time is what happened. It takes ten minutes, and
needs the extra `http` and a Chromium that playwright finds.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
STEPS = ("frontmatter", "timestamp-unclosed,timestamp-class", "title-form", "timestamp-label-empty",
         "timestamp-value-junk,timestamp-attribute", "links", "timestamps")  # fmt: skip
PAUSE = 70
"""Seconds between two steps; readings of one minute become one."""
FLAGS = ["--no-sandbox", "--disable-gpu"]


def main() -> None:
    """Make, watch, mend, and take the picture."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "KNAPPER_STATE_DIR": f"{folder}/state"}
        vault = f"{folder}/my-vault"

        def knapper(*arguments: str) -> str:
            call = [sys.executable, "-m", "knapper", *arguments]
            return subprocess.run(
                call, env=environment, cwd=folder, capture_output=True, text=True, check=False
            ).stdout

        shutil.copytree(ROOT / "seeds", f"{folder}/seeds")
        knapper("init", "my-vault", "--source", "seeds")
        call = [sys.executable, "-m", "knapper", "watch", "--no-fix", "--http=0", "--vault", vault]
        with subprocess.Popen(call, env=environment, stderr=subprocess.DEVNULL) as watcher:
            try:
                for step in STEPS:
                    time.sleep(PAUSE)
                    knapper("check", "--fix", "--select", step, "--vault", vault)
                time.sleep(PAUSE)
                (address,) = re.findall(r"page: (\S+)", knapper("status", "--vault", vault))
                take(address)
            finally:
                watcher.terminate()


def take(address: str) -> None:
    """Write what a browser shows at an address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1240, "height": 1000})
        page.goto(address)
        page.wait_for_selector("#state.live")
        page.screenshot(path=ROOT / "docs" / "page.png")
        browser.close()


if __name__ == "__main__":
    main()
