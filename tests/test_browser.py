"""The report and the live page in a real browser, a headless Chromium, where there is one."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from conftest import Knapper, WriteVault
from knapper.app.report import Report
from knapper.app.workspace import open_workspace
from knapper.core.health import Counts, Health, Row
from knapper.core.opening import Opening
from knapper.core.trend import Reading, reading_of
from knapper.page.document import asset
from knapper.page.markup import visible
from knapper.page.report import html_report
from test_page import FILES, OTHER, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
else:
    pytest.importorskip("playwright.sync_api")

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
OVERFLOW = """() => [...document.querySelectorAll("body *")]
    .filter(one => one.getClientRects().length && !one.closest("svg, .scroll, pre, .said, .graph"))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 90))"""

UNFOLDED = """[...document.querySelectorAll(".view:not([hidden]) .found > li")]
    .filter(one => !one.closest("details:not([open])")).length"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
Opened = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except Error as error:
            pytest.skip(f"Chromium does not start: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: "Browser") -> Iterator[Opened]:
    """Open addresses; at the end there must have been no error and no request elsewhere."""
    said: list[str] = []
    with ExitStack() as stack:

        def open_page(address: str, width: int = 1200, scheme: str = "light") -> "Page":
            context = browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(20_000)
            own = re.match(r"https?://[^/]+/|file:", address)
            assert own
            page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda one: None if one.url.startswith((own[0], "data:"))
                    else said.append(one.url))  # fmt: skip
            page.goto(address)
            return page

        yield open_page
    assert said == []


@pytest.fixture
def visit(vault: WriteVault) -> Iterator[Callable[..., Visitor]]:
    with ExitStack() as stack:
        yield lambda files=FILES: Visitor(vault(files), stack)


# -- the live page ---------------------------------------------------------------------------


def test_what_is_saved_is_shown_without_a_reload(
    visit: Callable[..., Visitor], opened: Opened
) -> None:
    here = visit()
    page = opened(here.page.address)
    page.wait_for_selector("#state.live")
    assert "token" not in page.url
    assert page.title() == "vault: 3 findings in 2 of 3 notes"
    group = page.locator('.group[data-key="broken-wikilink"]')
    group.locator("summary").click()
    group.get_by_text("no note is called 'Gone'").wait_for()
    group.locator("summary").focus()
    page.evaluate("window.same = true")

    here.save("Deep/New.md", "[[Lost <i>word</i>]]\n")
    page.get_by_role("heading", name="4 findings in 3 of 4 notes").wait_for()
    group.get_by_text("Lost <i>word").wait_for()  # the open group has its new row
    assert group.get_attribute("open") is not None
    assert page.evaluate("document.activeElement.closest('.group').dataset.key") == (
        "broken-wikilink"
    )
    for name in ("A.md", "Deep/B.md", "Deep/New.md"):
        here.save(name, "all is well\n")
    page.get_by_role("heading", name="Nothing to mend").wait_for()
    assert page.locator("form").is_hidden()
    assert page.evaluate("window.same")
    here.page.stop()
    page.get_by_text("the watcher has ended").wait_for()


def test_the_filter_and_the_groups_are_in_the_address(
    visit: Callable[..., Visitor], opened: Opened
) -> None:
    here = visit()
    page = opened(here.page.address)
    page.keyboard.press("/")
    page.keyboard.type("deep")
    page.get_by_text("1 of 3 findings shown").wait_for()
    page.locator(".tabs").get_by_text("by folder").click()
    page.locator('.group[data-key="Deep"] summary').click()
    page.locator('.group[data-key="Deep"] .rows').get_by_text("no note is called 'Gone'").wait_for()
    assert page.url.endswith("/?by=folder&q=deep")
    page.reload()
    page.get_by_text("1 of 3 findings shown").wait_for()
    assert page.locator("#groups .group").count() == 1


def test_all_can_be_reached_by_keys(visit: Callable[..., Visitor], opened: Opened) -> None:
    here = visit()
    page = opened(here.page.address)
    page.locator("[type=search]").focus()
    for _ in range(4):  # three kinds, then the first group
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".group[open] .found .message").first.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="broken-embed").wait_for()
    page.get_by_text("back to the vault").press("Enter")
    page.wait_for_selector("#state.live")


def test_a_page_without_its_cookie_says_what_to_do(
    visit: Callable[..., Visitor], browser: "Browser"
) -> None:
    here = visit()
    page = browser.new_page()
    page.goto(here.page.address.partition("?")[0])
    assert "open the address that 'knapper status' shows" in page.inner_text("body")
    page.close()


@pytest.mark.parametrize("width", [320, 700, 1400])
def test_nothing_is_cut_off(width: int, visit: Callable[..., Visitor], opened: Opened) -> None:
    long = "a_long_name_without_any_blank_in_it_that_goes_on_and_on_and_on"
    files = {**FILES, f"{long}/{long}.md": f"[[{long}{long}]]\n",
             ".knapper.toml": FILES[".knapper.toml"] + OTHER}  # fmt: skip
    here = visit(files)
    page = opened(here.page.address, width)
    page.wait_for_selector("#state.live")
    for group in page.locator("#groups > .group > summary").all():
        group.click()
    page.locator(".found .message").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERFLOW) == []


# -- the report ------------------------------------------------------------------------------


def test_a_report_is_filtered_where_it_lies(
    vault: WriteVault, knapper: Knapper, tmp_path: Path, opened: Opened
) -> None:
    target = tmp_path / "report.html"
    knapper(vault(FILES), "report", "--html", target)
    page = opened(target.as_uri())
    assert page.locator("#shown").inner_text() == ""
    page.locator("[type=search]").fill("deep/ embed")
    page.get_by_text("1 of 3 findings shown").wait_for()
    assert page.locator(".group:visible summary .name").all_inner_texts() == ["broken-embed"]
    page.locator("[type=search]").fill("")
    page.get_by_label("infos").uncheck()
    page.get_by_text("2 of 3 findings shown").wait_for()
    page.locator(".tabs").get_by_text("by folder").click()
    assert page.locator("#findings .group:visible").count() == 2
    page.locator(".tabs").get_by_text("by rule").click()
    page.locator("#findings .group:visible summary").first.click()
    page.get_by_text("what this rule is about").first.click()
    page.locator("#rule-broken-embed").get_by_text("Reported").first.wait_for()


ODD = ("tab\tin it.md", "a\\u0009b.md", "right\u202eleft/N.md", "100% & <b>'s.md", "raw\udcff.md")
SHOWN = """by => [...document.querySelectorAll(`.view[data-by=${by}] .found > li`)].map(row => [
    row.parentNode.parentNode.querySelector(".note").href, row.querySelector(".at").textContent,
    row.className, row.querySelector(".message").textContent, row.querySelector(".fix")?.className,
    row.closest(".group").dataset.key, row.querySelector(".rule")?.textContent,
    row.querySelector("a.at")?.href])"""
ALL_FILLED = """by => [...document.querySelectorAll(`.view[data-by=${by}] .group`)]
    .every(group => group.hasAttribute("data-filled"))"""


@pytest.mark.parametrize("at_lines", [False, True], ids=["", "with the plugin Advanced URI"])
def test_rows_are_made_of_the_text_that_a_report_holds(
    vault: WriteVault, tmp_path: Path, opened: Opened, at_lines: bool
) -> None:
    rows = [
        Row(path, line, 9, ("broken-wikilink", "own-rule")[line % 2], ("error", "info")[line % 2],
            "a <b>\tmessage", ("", "safe", "unsafe")[line % 3])
        for path in ("A.md", "Deep/er/C.md", "Deep/B.md", *ODD) for line in (9, 10, 11)
    ]  # fmt: skip
    found = {path: [row for row in rows if row.path == path] for path in {row.path for row in rows}}
    opening = Opening("v & w", at_lines)
    target = tmp_path / "rows.html"
    report = Report(opening, Health(found, 9), [], [], 0)
    target.write_text(html_report(report, open_workspace(vault({}))))
    page = opened(target.as_uri())

    def expected(row: Row, by: str) -> list[str | None]:
        key = row.rule if by == "rule" else visible(row.path.rpartition("/")[0])
        line = opening.line(row.path, row.line) if at_lines else None
        return [opening.note(row.path), f"{row.line}:9", row.severity, "a <b>\\u0009message",
                f"fix {row.fix}" if row.fix else None, key, row.rule if by == "folder" else None,
                line]  # fmt: skip

    for by in ("rule", "folder"):
        page.locator(".tabs").get_by_text(f"by {by}").click()
        for group in page.locator(f".view[data-by={by}] .group > summary").all():
            group.click()
        page.wait_for_function(ALL_FILLED, arg=by)
        here = [[one and unquote(one, errors="surrogateescape") for one in row]
                for row in page.evaluate(SHOWN, by)]  # fmt: skip
        there = [[one and unquote(one, errors="surrogateescape") for one in expected(row, by)]
                 for row in rows]  # fmt: skip
        assert sorted(here, key=str) == sorted(there, key=str)
        lines = [int(row[1].split(":")[0]) for row in here if row[0].endswith("=A.md")]
        assert lines == ([9, 10, 11] if by == "folder" else [10, 9, 11])


def test_a_report_can_be_read_without_its_script(
    vault: WriteVault, knapper: Knapper, tmp_path: Path, browser: "Browser"
) -> None:
    target = tmp_path / "report.html"
    knapper(vault(FILES), "report", "--html", target)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(target.as_uri())
    page.locator(".view[data-by=rule] .group > summary").first.click()
    assert page.locator(".view[data-by=rule] .group pre").first.inner_text() == (
        "Deep/B.md\n\t1:1\terror\tno note is called 'Gone'"
    )
    assert page.locator("form").is_hidden()
    page.locator(".view[data-by=folder] .group > summary").first.click()
    page.get_by_text("findings are shown by rule only").first.wait_for()
    context.close()


RULES = ("broken-wikilink", "broken-embed", "empty-alias", "title-form", "link-case")


def large_report() -> Report:
    """Return a report on 4,000 notes with 10,000 findings."""
    found = {
        f"Folder {note % 40}/Note {note}.md": [
            Row(f"Folder {note % 40}/Note {note}.md", line, 3, RULES[(note + line) % 5],
                ("error", "warning", "info")[(note + line) % 5 % 3],
                f"no note is called 'Name {note % 300}'", target=f"Name {note % 300}")
            for line in range(1, 6)
        ]
        for note in range(2000)
    }  # fmt: skip
    health = Health(found, 4000)
    days = [Reading(day * 86400, Counts(day % 90, 40, 9), 9) for day in range(20000, 20060)]
    now = 20060 * 86400
    return Report(Opening("large"), health, [], [*days, reading_of(health, now)], now)


def test_ten_thousand_findings_can_be_read(
    vault: WriteVault, tmp_path: Path, opened: Opened
) -> None:
    target = tmp_path / "large.html"
    target.write_text(html_report(large_report(), open_workspace(vault({}))))
    page = opened(target.as_uri())
    assert page.evaluate("document.querySelectorAll('li.error').length") == 0  # made when opened
    page.locator(".view[data-by=rule] .group > summary").first.click()
    page.locator(".view[data-by=rule] .more > summary").first.wait_for()
    assert page.evaluate(UNFOLDED) == 200
    page.locator(".view[data-by=rule] .more > summary").first.click()
    page.locator(".more[open] .found > li").nth(199).wait_for()
    assert page.evaluate(UNFOLDED) == 400
    page.locator("[type=search]").fill("note 1717.md")
    page.wait_for_selector("#shown:text-is('5 of 10,000 findings shown')")
    page.locator("[type=search]").fill("nothing like this")
    page.wait_for_selector("#shown:text-is('0 of 10,000 findings shown')")
    page.locator("#missing > .aside > summary").click()
    assert page.locator(".wanted .group").count() == 100  # the others are read when opened
    page.locator(".wanted .more > summary").first.click()
    page.locator(".wanted .more[open] .group").nth(99).wait_for()
    page.locator(".area").first.hover()
    assert re.search(r"\d+ errors, 40 warnings, 9 infos", page.inner_text(".readout"))


# -- how it looks ----------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_their_ground(
    scheme: str, visit: Callable[..., Visitor], opened: Opened
) -> None:
    here = visit({**FILES, ".knapper.toml": FILES[".knapper.toml"] + OTHER})
    page = opened(here.page.address, scheme=scheme)
    page.wait_for_selector("#state.live")
    page.locator(".group summary").first.click()
    page.locator(".found .message").first.wait_for()
    weak = page.evaluate(WEAK)
    assert weak == []


WEAK = """() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(part => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = one => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const text = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!text || !one.getClientRects().length || one.closest(".said")) continue;
    const pair = [light(getComputedStyle(one).color), light(ground(one))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) found.push(`${one.className || one.tagName} ${ratio.toFixed(2)}`);
  }
  return found;
}"""


def test_the_style_has_both_schemes_and_asks_for_nothing() -> None:
    style = asset("page.css")
    assert "prefers-color-scheme: dark" in style
    assert "prefers-reduced-motion" in style
    assert "url(" not in style
    names = re.findall(r"(--[a-z-]+):", style)
    assert sorted(set(names)) == sorted(names[: len(names) // 2])  # each in both schemes
    assert {*re.findall(r"var\((--[a-z-]+)\)", style)} <= {*names}
