"""The report: its numbers, and the page that holds all of it in one file."""

import re
import sqlite3
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conftest import Knapper, WriteVault
from knapper.core.health import Counts
from knapper.core.trend import Reading
from knapper.page.markup import Html, tag, with_code
from knapper.shell.readings import Readings
from knapper.shell.user_folders import state_folder

STAMP = '<a class="yt-timestamp" data-t="{0}">[{0}]</a>'
FILES = {
    ".knapper.toml": 'ignore = ["frontmatter"]\n',
    "A.md": "[[Gone]] and [[Gone#x]] and [[B|]]\n",
    "Deep/B.md": f"![[Gone]]\n{STAMP.format('00:01:00')} {STAMP.format('00:02:00')}\n",
    "Deep/C.md": 'x <a class="yt-timestamp" data-t="00:00:05"></a>\n',
    "Sound.md": "[[A]]\n",
}
EVIL = '<img src=x onerror=alert(1)> & "quoted" \'n\u202eew'


VOID = {"meta", "link", "input", "br", "hr"}


class Page(HTMLParser):
    """A page as a browser reads it: its elements, and its text by the element's class."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)

    def all(self, attribute: str) -> list[str]:
        return [str(held[attribute]) for _, held in self.elements if attribute in held]


def made(root: Path, knapper: Knapper) -> str:
    ran = knapper(root, "report", "--html", "-")
    assert (ran.status, ran.err) == (0, "")
    return ran.out


def test_numbers(vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault(FILES), "report")
    assert ran.status == 0
    assert (
        ran.out
        == """\
3 errors, 1 warning, 1 info in 3 notes of 4
2 can be mended with 'knapper check --fix'

by rule
     2  broken-wikilink        error
     1  broken-embed           error
     1  timestamp-label-empty  warning
     1  empty-alias            info

by folder
     3  (the vault itself)  in 1 note
     2  Deep  in 2 notes

names that links want most, and nothing answers to
     2  Gone  in 2 notes
     1  Gone#x  in 1 note

timestamps
     3  in 2 notes, 1 finding about them
"""
    )


@pytest.mark.parametrize("files", [{}, {"A.md": "all is well\n"}], ids=["no note", "sound"])
def test_a_vault_without_findings(
    files: dict[str, str], vault: WriteVault, knapper: Knapper
) -> None:
    root = vault(files)
    number = f"{len(files)} note{'' if files else 's'}"
    assert knapper(root, "report").out == f"nothing to mend in {number}\n"
    page = Page(made(root, knapper))
    assert ("Nothing to mend" if files else "No notes yet") in page.texts
    assert not page.open


def test_the_page_says_all(vault: WriteVault, knapper: Knapper) -> None:
    page = Page(made(vault(FILES), knapper))
    said = " ".join(page.texts)
    for part in ("5 findings in 3 of 4 notes", "no note is called 'Gone'", "empty-alias",
                 "00:02:00", "3 timestamps in 2 notes", "what this rule is about"):  # fmt: skip
        assert part in said
    assert "obsidian://open?vault=vault&file=Deep%2FB.md" in page.all("href")
    assert {"#rule-broken-wikilink", "rule-broken-wikilink"} <= {*page.all("href"), *page.all("id")}
    assert not page.open
    ids = page.all("id")
    assert len(ids) == len(set(ids))


def test_the_page_asks_nothing_of_the_network(vault: WriteVault, knapper: Knapper) -> None:
    text = made(vault(FILES), knapper)
    page = Page(text)
    assert all(one.startswith(("obsidian:", "#", "data:")) for one in page.all("href"))
    assert page.all("src") == []
    assert page.all("style") == []
    assert not [name for _, held in page.elements for name in held if name.startswith("on")]
    (policy,) = [str(held["content"]) for _, held in page.elements
                 if held.get("http-equiv") == "Content-Security-Policy"]  # fmt: skip
    for kind in ("style", "script"):
        (held,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        assert f"{kind}-src 'sha256-{b64encode(sha256(held.encode()).digest()).decode()}'" in policy
        assert "url(" not in held
        assert "@import" not in held


@pytest.mark.parametrize("name", [EVIL, "new\nline", "]]></script><script>x", "\udcff"])
def test_names_and_texts_are_only_shown(name: str, tmp_path: Path, knapper: Knapper) -> None:
    root = tmp_path / "v <b>"
    folder = root / name.replace("/", "-")
    try:
        folder.mkdir(parents=True)
        (folder / f"{folder.name}.md").write_text("[[<script>alert(1)</script>]] [[a|]]\n")
    except (OSError, UnicodeError):
        pytest.skip("this disk takes no such name")
    page = Page(made(root, knapper))
    assert [tag for tag, _ in page.elements if tag in ("img", "b")].count("img") == 0
    assert len([tag for tag, _ in page.elements if tag == "script"]) == 1
    assert any("'<script>alert(1)</script>'" in text for text in page.texts)
    assert not page.open
    shown = " ".join(page.texts)
    assert not any(hidden in shown for hidden in "\u202e\udcff")


def test_each_finding_is_held_once(vault: WriteVault, knapper: Knapper) -> None:
    lines = "".join(f"[[none {number}]]\n" for number in range(450))
    files = {f"f{number}/N.md": "[[x|]]\n" for number in range(120)}
    text = made(vault({"A.md": lines, **files}), knapper)
    page = Page(text)
    assert "101 to 121 of 121" in page.texts
    (held,) = [one for one in page.texts if "'none 17'" in one]
    assert held.startswith("A.md\n\t1:1\terror\tno note is called 'none 0'\n\t2:1\terror\t")
    assert text.count("&#x27;none 17&#x27;") + text.count("'none 17'") == 1


def test_a_report_takes_no_other_file_s_place(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(FILES)
    (root / "saved.html").write_text("<p>a page I saved</p>")
    for name, said in (
        ("A.md", "expected a name that ends with .html"),
        ("saved.html", "this is no report of knapper's"),
        ("none/x.html", "no such file or directory"),
    ):
        ran = knapper(root, "report", "--html", name)
        assert (ran.status, said in ran.err) == (2, True), ran.err
    assert (root / "saved.html").read_text() == "<p>a page I saved</p>"
    for _ in range(2):
        ran = knapper(root, "report", "--html", "report.html")
        assert ran.out == "report.html: 3 errors, 1 warning, 1 info in 3 notes of 4\n"
    assert sorted(path.name for path in root.glob("*.html")) == ["report.html", "saved.html"]
    assert not list(root.glob(".knapper-*"))


def test_a_report_knows_the_time_before(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(FILES)
    readings = Readings(state_folder(root))
    readings.add(Reading(1_000_000_000, Counts(9, 1, 0), 4, {"broken-wikilink": 9}))
    assert "data-values" in made(root, knapper)
    assert [one.counts.error for one in readings.all()][-1] == 3


def test_what_the_baseline_knows_is_left_out(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(FILES | {".knapper.toml": 'ignore = ["frontmatter"]\nbaseline = "known.json"\n'})
    (root / "known.json").write_text('{"version": 1, "known": {}}')
    knapper(root, "check", "--write-baseline")
    (root / "New.md").write_text("[[nothing]]\n")
    assert knapper(root, "report").lines()[0] == "1 error in 1 note of 5"


# -- readings on disk ------------------------------------------------------------------------


def test_readings_say_only_what_is_new(tmp_path: Path) -> None:
    readings = Readings(tmp_path)
    one = Reading(1000, Counts(1, 2, 3), 5, {"a": 1})
    for at in (1000, 1400, 1800):
        readings.add(one._replace(at=at))
    assert readings.all() == [one]
    readings.add(one._replace(at=2000, counts=Counts()))
    assert [at for at, *_ in readings.all()] == [1000, 2000]
    readings.add(one._replace(at=2030, notes=6))  # within the minute: the last one counts
    assert [at for at, *_ in readings.all()] == [1000, 2030]


def test_damaged_readings_are_begun_anew(tmp_path: Path) -> None:
    readings = Readings(tmp_path)
    (tmp_path / "health.sqlite").write_bytes(b"not a database at all, but long enough for one")
    assert readings.all() == []
    readings.add(Reading(1000, Counts(), 1))
    assert readings.all() == [Reading(1000, Counts(), 1)]
    with sqlite3.connect(tmp_path / "health.sqlite") as connection:
        connection.execute("update reading set rules = 'x'")
    assert readings.all() == []


# -- markup ----------------------------------------------------------------------------------


def test_texts_are_escaped_and_html_is_not() -> None:
    assert tag("p", "<b>", Html("<i>x</i>"), None, title='"') == (
        '<p title="&quot;">&lt;b&gt;<i>x</i></p>'
    )
    assert tag("input", checked=True, hidden=False, data_key=None, class_="a") == (
        '<input checked class="a">'
    )
    assert with_code("a `<b>` c") == "a <code>&lt;b&gt;</code> c"
    assert with_code("one ` only") == "one ` only"
