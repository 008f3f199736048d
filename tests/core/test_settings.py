"""The settings of a vault: what each asks of reading and writing, odd values included."""

import json

import pytest

from knapper.checks.links.daily import is_daily
from knapper.core.filters import excluded, unusable
from knapper.core.link_text import encoded, linkable, written_link
from knapper.core.settings import DEFAULT_SETTINGS, Settings, read_settings
from knapper.core.vault import Vault


def read(**files: object) -> Settings:
    """Read settings from values by the names of their files, `_` for `-`."""
    return read_settings(
        {f"{name.replace('_', '-')}.json": json.dumps(value) for name, value in files.items()}
    )


FILTERS = [
    ("Archive/", "Archive/x.md", True),
    ("Archive", "Archived.md", True),
    ("Archive/", "x/Archive/y.md", False),
    ("/", "x.md", False),
    ("Vorträge/", "Vortra\u0308ge/x.md", True),
    ("/^Archive\\/.*/", "Archive/x.md", True),
    ("/.*\\.excalidraw\\.md$/", "d/x.excalidraw.md", True),
    ("/.*\\.excalidraw\\.md$/", "d/excalidraw.md.txt", False),
    ("/(^|\\/)_/", "x/_y.md", True),
    ("/(^|\\/)_/", "x_y.md", False),
    ("/^(?!Projects)/", "Other/x.md", True),
    ("/^(?!Projects)/", "Projects/x.md", False),
    ("/^(?<year>\\d{4})\\//", "2024/x.md", True),
    ("/^\\d{4}\\/\\d{2}\\/.*draft.*/", "2024/07/a draft.md", True),
    ("/\\.(?:png|jpe?g|gif)$/", "x.jpeg", True),
    ("//", "//x", True),
]
DANGEROUS = [
    "(a+)+$", "(a|a)*$", "(a?)+b", "(.*)*", "((a{1,5}){1,5}){1,5}", "(?:a|b|ab)+c", "(a)\\1",
    "a*a*a*a*b", "^a*a*a*a*b", ".*.*.*.*x", "a?" * 30 + "a" * 30, "(a|a)" * 30, "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize(("one", "path", "expected"), FILTERS)
def test_excluded_files(one: str, path: str, expected: bool) -> None:
    assert excluded(path, (one,)) is expected
    assert not unusable((one,))


@pytest.mark.parametrize("pattern", DANGEROUS, ids=lambda pattern: pattern[:20])
def test_an_expression_that_could_take_for_ever_excludes_nothing(pattern: str) -> None:
    assert unusable((f"/{pattern}/",)) == [(f"/{pattern}/", "it could take very long")]
    assert not excluded("a" * 200, (f"/{pattern}/",))


@pytest.mark.parametrize("pattern", ["[", "(", "a{99999999999}", "*a", "\\p{L}", "(?<=a+)b"])
def test_what_is_no_expression_excludes_nothing(pattern: str) -> None:
    assert unusable((f"/{pattern}/", "x")) == [(f"/{pattern}/", "it is no regular expression")]
    assert not excluded("aaa", (f"/{pattern}/",))


@pytest.mark.parametrize("value", [None, "x", 7, {}, [None, 7, ""]])
def test_filters_of_another_kind_exclude_nothing(value: object) -> None:
    assert not read(app={"userIgnoreFilters": value}).excludes("x.md")


TEMPLATES: list[tuple[dict[str, object], str, bool]] = [
    ({"templates": {"folder": "T"}}, "T/a/b.md", True),
    ({"templates": {"folder": "/T/"}}, "T/b.md", True),
    ({"templates": {"folder": "t"}}, "T/b.md", True),
    ({"templates": {"folder": "T"}}, "T.md", False),
    ({"templates": {"folder": "T"}}, "x/T/b.md", False),
    ({"templates": {"folder": "a/T"}}, "a/T/b.md", True),
    ({"templates": {"folder": "Modèles"}}, "Mode\u0300les/b.md", True),
    ({"templates": {"folder": "/"}}, "b.md", False),
    ({"templates": {"folder": ""}}, "b.md", False),
    ({"templates": {"folder": 7}}, "7/b.md", False),
    ({"plugins/templater-obsidian/data": {"templates_folder": "T"}}, "T/b.md", True),
    ({"plugins/templater-obsidian/data": {"template_folder": "T"}}, "T/b.md", True),
    ({"daily_notes": {"template": "x/Day"}}, "x/Day.md", True),
    ({"daily_notes": {"template": "x/Day.md"}}, "x/Day.md", True),
    ({"daily_notes": {"template": "x/Day"}}, "x/Days.md", False),
    ({"zk_prefixer": {"template": "Idea"}}, "Idea.md", True),
    ({"plugins/periodic_notes/data": {"weekly": {"template": "W"}}}, "W.md", True),
]


@pytest.mark.parametrize(("files", "path", "expected"), TEMPLATES)
def test_templates(files: dict[str, object], path: str, expected: bool) -> None:
    assert read(**files).is_template(path) is expected


DAYS = [
    ("YYYY-MM-DD", "2024-07-21", True),
    ("YYYY-MM-DD", "2024-13-21", False),
    ("YYYY-MM-DD", "2024-07-21 Meeting", False),
    ("YYYY/MM/DD", "2024/07/21", True),
    ("YYYY/MM/DD", "07/21", False),
    ("YYYY/MM-MMMM/YYYY-MM-DD-dddd", "2024/07-July/2024-07-21-Sunday", True),
    ("YYYY/MM-MMMM/YYYY-MM-DD-dddd", "2024-07-21-Sunday", True),
    ("dddd, MMMM Do YYYY", "Sunday, July 21st 2024", True),
    ("dddd, MMMM Do YYYY", "Sunday Lunch 2024", False),
    ("[Journal on] YYYY.MM.DD", "Journal on 2024.07.21", True),
    ("YYYY年M月D日", "2024年7月21日", True),
    ("YYYY-MM-DD (ddd)", "2024-07-21 (日)", True),
    ("D MMM YY", "21 janv. 24", True),
    ("D MMMM YYYY", "21 июля 2024", True),
    ("YYYY-MM-DD_HHmm", "2024-07-21_1530", True),
    ("DDDo [of] YYYY", "203rd of 2024", True),
]


@pytest.mark.parametrize(("form", "name", "expected"), DAYS)
def test_names_of_daily_notes(form: str, name: str, expected: bool) -> None:
    settings = read(daily_notes={"format": form, "folder": "Log/Days"})
    assert is_daily(name, settings) is expected
    assert is_daily(f"Log/Days/{name}", settings) is expected


@pytest.mark.parametrize(
    ("kind", "name"),
    [("weekly", "2024-W29"), ("monthly", "2024-07"), ("quarterly", "2024-Q3"), ("yearly", "2024")],
)
def test_weeks_and_the_like_count_where_the_vault_has_notes_of_them(kind: str, name: str) -> None:
    periodic = {"plugins/periodic_notes/data": {kind: {"enabled": True, "format": ""}}}
    assert is_daily(name, read(**periodic))
    assert not is_daily(name, DEFAULT_SETTINGS)


ATTACHMENTS = [
    (None, "a/s.md", ""),
    ("/", "a/s.md", ""),
    ("./", "a/s.md", "a"),
    (".", "a/s.md", "a"),
    ("./", "s.md", ""),
    ("./files", "a/b/s.md", "a/b/files"),
    ("./files", "s.md", "files"),
    ("x/y", "a/s.md", "x/y"),
    ("/x/", "a/s.md", "x"),
    (".attachments", "a/s.md", ".attachments"),
]


@pytest.mark.parametrize(("path", "note", "folder"), ATTACHMENTS)
def test_where_attachments_go(path: str | None, note: str, folder: str) -> None:
    assert read(app={"attachmentFolderPath": path}).attachment_folder(note) == folder


def test_settings_that_cannot_be_read_count_as_absent() -> None:
    files = {"app.json": "{bad", "types.json": "[]", "daily-notes.json": "7", "templates.json": ""}
    assert read_settings(files) == DEFAULT_SETTINGS


@pytest.mark.parametrize(
    ("value", "plugins"),
    [
        (["daily-notes", "templates"], ("daily-notes", "templates")),
        ({"daily-notes": True, "templates": False}, ("daily-notes",)),
        ([7, "graph"], ("graph",)),
        ({}, None),
    ],
)
def test_core_plugins_in_either_form(value: object, plugins: tuple[str, ...] | None) -> None:
    assert read(core_plugins=value).core_plugins == plugins


# -- writing links ---------------------------------------------------------------------------

FILES = ("Sub/My Note.md", "Sub/We!rd (name) [x].md", "a/Twin.md", "b/c/Twin.md", "i mg.png")
WRITTEN = [
    ("shortest", "Sub/My Note.md", "q/s.md", "[[My Note]]", "[My Note](My%20Note.md)"),
    ("shortest", "b/c/Twin.md", "q/s.md", "[[b/c/Twin]]", "[Twin](b/c/Twin.md)"),
    ("shortest", "b/c/Twin.md", "b/c/s.md", "[[Twin]]", "[Twin](Twin.md)"),
    ("relative", "Sub/My Note.md", "Sub/s.md", "[[My Note]]", "[My Note](My%20Note.md)"),
    ("relative", "a/Twin.md", "b/s.md", "[[../a/Twin]]", "[Twin](../a/Twin.md)"),
    ("relative", "a/Twin.md", "s.md", "[[a/Twin]]", "[Twin](a/Twin.md)"),
    ("absolute", "Sub/My Note.md", "Sub/s.md", "[[Sub/My Note]]", "[My Note](Sub/My%20Note.md)"),
    ("absolute", "i mg.png", "Sub/s.md", "[[i mg.png]]", "[i mg.png](i%20mg.png)"),
    ("strange", "Sub/My Note.md", "s.md", "[[My Note]]", "[My Note](My%20Note.md)"),
]


@pytest.mark.parametrize(("form", "path", "source", "wiki", "markdown"), WRITTEN)
def test_links_are_written_as_the_vault_wants(
    form: str, path: str, source: str, wiki: str, markdown: str
) -> None:
    for is_markdown, expected in ((False, wiki), (True, markdown)):
        settings = read(app={"newLinkFormat": form, "useMarkdownLinks": is_markdown})
        assert written_link(path, source, Vault(FILES, {}, settings)) == expected


def test_headings_are_written_without_the_signs_that_a_link_cannot_hold() -> None:
    assert linkable("A: b | c ^d [[e]] #f \\g %%h%% 100%") == "A b c d e f g h 100%"
    vault = Vault(FILES, {}, Settings(use_markdown_links=True))
    link = written_link("a/Twin.md", "a/s.md", vault, "What: (a) b?")
    assert link == "[Twin](Twin.md#What%20(a)%20b?)"


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("a (b) [c]!.md", "a%20(b)%20[c]!.md"),
        ("a(b.md", "a%28b.md"),
        ("100%.md", "100%25.md"),
        ("笔记/é.md", "笔记/é.md"),
        ("a<b>`|\\.md", "a%3Cb%3E%60%7C%5C.md"),
    ],
)
def test_addresses_of_markdown_links(target: str, address: str) -> None:
    assert encoded(target) == address
