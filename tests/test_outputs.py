"""Each output is held against a schema, or read by a parser of somebody else's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from xmlschema import XMLSchema

from conftest import Knapper, WriteVault, command, contents
from knapper.cli.outputs import sarif
from knapper.cli.outputs.places import Place, Places, Unit
from knapper.cli.terminal import printable
from knapper.core.note import Note
from knapper.core.text import Span

SCHEMAS = Path(__file__).parent / "schemas"
FORMATS = ("json", "sarif", "github", "gitlab", "junit", "rdjson", "text", "concise", "grouped")

ANCHOR = '<a class="yt-timestamp" data-t="00:01:02">[00:01:02]</a>\n'
LINK = "🍵é [[gone]] and [[some note]]\n"
ODD = "Odd: 100%, [one] \n\x1b[31m#é.md"
VAULT: dict[str, str | bytes] = {
    "some_note.md": "",
    "Plain.md": LINK,
    "Twice.md": "[[gone]] [[gone]]\r\n\r\n[[gone]]\r\n",
    "Marked.md": "\ufeff" + LINK,
    "Table.md": "| a |\n|---|\n| [[some note|x]] |\n",
    "Front.md": "---\ntitle: a: b\n---\n",
    "Warning.md": "---\ntag: one\n---\n",
    "Latin.md": b"caf\xe9\n",
    "Info.md": "---\ntitle: Soup\nvideoId:\n---\n" + ANCHOR,
    "Data.canvas": '{"nodes": [{"id": "1"}, {"id": "1"}]}',
    ODD: LINK,
}


@pytest.fixture
def repository(vault: WriteVault) -> Path:
    """Return a vault in the folder `vault` of a git repository."""
    root = vault(VAULT)
    (root.parent / ".git").mkdir()
    (Path(os.fsdecode(os.fsencode(root) + b"/raw\xff.md"))).write_bytes(b"[[gone]]\n")
    return root


def validated(schema: str, document: Any) -> Any:
    found = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
    validator = Draft202012Validator(found, format_checker=Draft202012Validator.FORMAT_CHECKER)
    validator.validate(document)
    return document


def test_sarif_fits_the_published_schema(repository: Path, knapper: Knapper) -> None:
    log = validated(
        "sarif-2.1.0.json", knapper(repository, "check", "--output-format", "sarif").json
    )
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    found = knapper(repository, "check", "--output-format", "json").json
    assert [one["ruleId"] for one in run["results"]] == [one["rule"] for one in found]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in
               run["tool"]["driver"]["rules"])  # fmt: skip
    marks = [one["partialFingerprints"]["knapperFinding/v1"] for one in run["results"]]
    assert len(set(marks)) == len(marks)
    uris = {_location(one)["artifactLocation"]["uri"] for one in run["results"]}
    assert {unquote(uri, errors="surrogateescape") for uri in uris} == {
        f"vault/{one['path']}" for one in found
    }
    assert all(uri.isascii() and uri.isprintable() and " " not in uri for uri in uris)


def _location(result: Any) -> Any:
    (location,) = result["locations"]
    return location["physicalLocation"]


@pytest.mark.parametrize("path", ["Plain.md", "Marked.md"])
def test_a_sarif_fix_is_made_by_its_own_places(
    repository: Path, knapper: Knapper, path: str
) -> None:
    """Columns are UTF-16, the byte-order mark is none; the fix is what --fix does."""
    log = knapper(repository, "check", path, "--output-format", "sarif").json
    (run,) = log["runs"]
    assert run["columnKind"] == "utf16CodeUnits"
    broken, form = run["results"]
    assert _location(broken)["region"] == {
        "startLine": 1, "startColumn": 5, "endLine": 1, "endColumn": 13,
    }  # fmt: skip
    (fix,) = form["fixes"]
    (change,) = fix["artifactChanges"]
    text = (repository / path).read_bytes().decode("utf-8-sig").encode("utf-16-le")
    for one in reversed(change["replacements"]):
        region = one["deletedRegion"]
        start, end = (2 * (region[name] - 1) for name in ("startColumn", "endColumn"))
        text = text[:start] + one["insertedContent"]["text"].encode("utf-16-le") + text[end:]
    knapper(repository, "check", path, "--fix")
    assert text.decode("utf-16-le") == (repository / path).read_bytes().decode("utf-8-sig")


def test_sarif_keeps_the_worst_of_too_many(
    repository: Path, knapper: Knapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif, "MOST", 3)
    (run,) = validated(
        "sarif-2.1.0.json", knapper(repository, "check", "--output-format", "sarif").json
    )["runs"]
    assert [one["level"] for one in run["results"]] == ["error"] * 3
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "left out" in said["message"]["text"]


def commands(output: bytes) -> Iterator[tuple[str, dict[str, str], str]]:
    """Read workflow commands as the runner does (actions/runner, ActionCommand.cs)."""
    for line in output.decode().splitlines():
        _, head, message = line.split("::", 2)
        command, _, properties = head.partition(" ")
        named = dict(one.split("=", 1) for one in properties.split(","))
        yield command, {name: unescaped(value) for name, value in named.items()}, unescaped(message)


def unescaped(value: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(code, sign)
    return value


def test_github_commands_say_what_was_found(repository: Path, knapper: Knapper) -> None:
    ran = knapper(repository, "check", "--output-format", "github")
    found = knapper(repository, "check", "--output-format", "json").json
    read = list(commands(ran.output))
    kinds = {"error": "error", "warning": "warning", "info": "notice"}
    worst = sorted(found, key=lambda one: list(kinds).index(one["severity"]))
    assert [kind for kind, _, _ in read] == [kinds[one["severity"]] for one in worst]
    names = [one["path"].encode(errors="backslashreplace").decode() for one in worst]
    assert [given["file"] for _, given, _ in read] == [f"vault/{name}" for name in names]
    for (_, named, message), one in zip(read, worst, strict=True):
        assert named["title"] == f"knapper ({one['rule']})"
        assert (named["line"], named["endLine"]) == (str(one["line"]), str(one["end_line"]))
        assert ("col" in named) == ("endColumn" in named) == (one["line"] == one["end_line"])
        assert printable(one["message"]) in message
        assert "\x1b" not in message


def test_gitlab_has_a_fingerprint_of_its_own_for_each(repository: Path, knapper: Knapper) -> None:
    def report() -> Any:
        ran = knapper(repository, "check", "--output-format", "gitlab")
        return validated("gitlab-code-quality.json", ran.json)

    found = report()
    marks = {one["fingerprint"] for one in found}
    assert len(marks) == len(found)
    assert all(one["location"]["path"].startswith("vault/") for one in found)
    twice = repository / "Twice.md"
    twice.write_bytes(b"# A new line above\r\n\r\n" + twice.read_bytes())
    assert {one["fingerprint"] for one in report()} == marks


JUNIT = XMLSchema(str(SCHEMAS / "junit-10.xsd"))


@pytest.mark.parametrize("files", [VAULT, {"N.md": "fine\n"}], ids=["findings", "none"])
def test_junit_fits_the_schema_of_jenkins(
    files: dict[str, str | bytes], vault: WriteVault, knapper: Knapper
) -> None:
    JUNIT.validate(knapper(vault(files), "check", "--output-format", "junit").out)


def test_junit_is_read_by_another_parser(repository: Path, knapper: Knapper) -> None:
    ran = knapper(repository, "check", "--output-format", "junit")
    found = knapper(repository, "check", "--output-format", "json").json
    read = junitparser.JUnitXml.fromstring(ran.output)
    failing = [one for one in found if one["severity"] != "info"]
    assert (read.tests, read.failures, read.errors) == (len(found), len(failing), 0)
    suites = list(read)
    assert sum(suite.tests for suite in suites) == len(found)
    assert [suite.name for suite in suites] == sorted(
        {suite.name for suite in suites}, key=[suite.name for suite in suites].index
    )
    results = [case.result for suite in suites for case in suite]
    assert [one[0].message for one in results if one] == [
        printable(one["message"]) for one in failing
    ]


def test_rdjson_suggests_what_fix_does(repository: Path, knapper: Knapper) -> None:
    ran = knapper(repository, "check", "--output-format", "rdjson")
    document = validated("rdjson.json", ran.json)
    assert document["source"] == {"name": "knapper"}
    (found,) = [one for one in document["diagnostics"]
                if one["location"]["path"] == "Plain.md" and "suggestions" in one]  # fmt: skip
    (suggestion,) = found["suggestions"]
    start, end = (suggestion["range"][name]["column"] - 1 for name in ("start", "end"))
    content = (repository / "Plain.md").read_bytes()
    mended = content[:start] + suggestion["text"].encode() + content[end:]
    knapper(repository, "check", "--fix")
    assert mended == (repository / "Plain.md").read_bytes()


def test_reviewdog_and_editors_see_paths_from_the_working_folder(
    repository: Path, knapper: Knapper
) -> None:
    """The others see them from the root of the repository, wherever they are called."""
    for folder, prefix in ((repository.parent, "vault/"), (repository / ".obsidian", "../")):
        ran = knapper(folder, "check", "--vault", repository, "--output-format", "rdjson")
        assert ran.json["diagnostics"][0]["location"]["path"] == f"{prefix}Data.canvas"
        ran = knapper(folder, "check", "--vault", repository, "--output-format", "concise")
        assert ran.out.startswith(f"{prefix}Data.canvas:1:")
        ran = knapper(folder, "check", "--vault", repository, "--output-format", "gitlab")
        assert ran.json[0]["location"]["path"] == "vault/Data.canvas"


def test_without_a_repository_the_working_folder_counts(
    vault: WriteVault, knapper: Knapper
) -> None:
    root = vault({"N.md": "[[gone]]\n"})
    for folder, path in ((root, "N.md"), (root.parent, "vault/N.md"), (root / ".obsidian", "N.md")):
        ran = knapper(folder, "check", "--vault", root, "--output-format", "gitlab")
        assert ran.json[0]["location"]["path"] == path


EMPTY = {"json": b"[]\n", "gitlab": b"[]\n", "github": b""}


@pytest.mark.parametrize("output_format", FORMATS)
def test_nothing_found_is_a_valid_document(
    vault: WriteVault, knapper: Knapper, output_format: str
) -> None:
    ran = knapper(vault({"N.md": "fine\n"}), "check", "--output-format", output_format)
    assert ran.status == 0
    match output_format:
        case "sarif":
            (run,) = validated("sarif-2.1.0.json", ran.json)["runs"]
            assert run["results"] == []
        case "rdjson":
            assert validated("rdjson.json", ran.json)["diagnostics"] == []
        case "junit":
            read = junitparser.JUnitXml.fromstring(ran.output)
            assert (read.tests, read.failures) == (1, 0)
        case "text" | "concise" | "grouped":
            assert ran.out == "1 note checked, nothing found\n"
        case _:
            assert ran.output == EMPTY[output_format]


GROUPED = """\
Deep/Two.md
  3:1  error    broken-wikilink  no note is called 'gone'
  4:2  warning  empty-link       this link names no note

Three.md
  2:1  warning  deprecated-key  Obsidian does not read 'tag' any more; expected 'tags' [fix]

1 error, 2 warnings in 2 notes of 2; 1 can be mended with --fix
"""
CONCISE = """\
Deep/Two.md:3:1: error broken-wikilink: no note is called 'gone'
Deep/Two.md:4:2: warning empty-link: this link names no note
Three.md:2:1: warning deprecated-key: Obsidian does not read 'tag' any more; expected 'tags' [fix]
1 error, 2 warnings in 2 notes of 2; 1 can be mended with --fix
"""


@pytest.mark.parametrize(("output_format", "said"), [("grouped", GROUPED), ("concise", CONCISE)])
def test_findings_for_people_in_other_forms(
    vault: WriteVault, knapper: Knapper, output_format: str, said: str
) -> None:
    files = {"Deep/Two.md": "\n\n[[gone]]\n [[ |x]]\n", "Three.md": "---\ntag: x\n---\n"}
    ran = knapper(vault(files), "check", "--output-format", output_format)
    assert ran.out == said


def test_counts_for_people_and_programs(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({"some_note.md": "", "N.md": "[[gone]] [[gone]] [[some note]]\n"})
    for output_format in ("text", "concise", "grouped"):
        ran = knapper(root, "check", "--statistics", "--output-format", output_format)
        assert ran.lines()[:2] == [
            "     2  broken-wikilink  error",
            "     1  title-form       error  (1 with a safe fix)",
        ]
    counts = knapper(root, "check", "--statistics", "--output-format", "json").json
    assert counts == [
        {"rule": "broken-wikilink", "severity": "error", "count": 2,
         "safe_fixes": 0, "unsafe_fixes": 0},
        {"rule": "title-form", "severity": "error", "count": 1, "safe_fixes": 1, "unsafe_fixes": 0},
    ]  # fmt: skip
    ran = knapper(root, "check", "--statistics", "--output-format", "sarif")
    assert ran.status == 2
    assert "take text or json" in ran.err


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_file_holds_what_would_be_printed(
    repository: Path, knapper: Knapper, output_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = knapper(repository, "check", "--output-format", output_format)
    monkeypatch.setenv("FORCE_COLOR", "1")
    goal = repository.parent / "report"
    ran = knapper(repository, "check", "--output-format", output_format, "-o", goal)
    assert (ran.status, ran.output) == (1, b"")
    assert goal.read_bytes().decode(errors="backslashreplace") == printed.out
    assert " errors" in ran.err
    assert [path.name for path in repository.parent.iterdir() if "report" in path.name] == [
        "report"
    ]


def test_a_report_never_takes_the_place_of_a_note(repository: Path, knapper: Knapper) -> None:
    before = contents(repository)
    for option in (["-o"], ["--write-baseline", "--baseline"]):
        for goal in ("Plain.md", "New.MD", ".obsidian/../Data.canvas"):
            ran = knapper(repository, "check", *option, goal)
            assert ran.status == 2
            assert "a note of the vault" in ran.err or "not a baseline" in ran.err
    assert knapper(repository, "check", "-o", "nowhere/report").status == 2
    assert contents(repository) == before


@pytest.mark.parametrize(
    "goal", [".obsidian/app.json", ".obsidian/new.json", ".knapper.toml", ".settings/new.json"]
)
def test_a_report_never_takes_the_place_of_settings(
    vault: WriteVault, knapper: Knapper, goal: str
) -> None:
    root = vault({"N.md": "[[gone]]\n", ".obsidian/app.json": "{}", ".settings/app.json": "{}"})
    before = contents(root)
    for option in (["-o"], ["--write-baseline", "--baseline"]):
        assert knapper(root, "check", *option, goal).status == 2
    assert contents(root) == before


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such device")
def test_a_device_is_written_to_as_it_is(repository: Path) -> None:
    ran = command(repository, "check", "--output-format", "json", "-o", "/dev/stdout")
    assert len(ran.json) > 5
    assert command(repository, "check", "-o", "/dev/null").output == b""


@pytest.mark.parametrize("output_format", FORMATS)
def test_programs_get_utf_8_whatever_the_terminal_has(repository: Path, output_format: str) -> None:
    usual = command(repository, "check", "--output-format", output_format)
    other = command(
        repository, "check", "--output-format", output_format, PYTHONIOENCODING="cp1252"
    )
    assert (other.status, other.err) == (usual.status, usual.err)
    if output_format in ("text", "concise", "grouped"):
        assert other.output == usual.out.encode("cp1252", "backslashreplace")
    else:
        assert other.output == usual.output


@given(st.text(), st.data())
def test_columns_are_those_of_the_encoded_line(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    notes = {"N.md": Note("N.md", text)}
    units: tuple[tuple[Unit, str, int], ...] = (
        ("code point", "utf-32-le", 4), ("utf-16", "utf-16-le", 2), ("utf-8", "utf-8", 1),
    )  # fmt: skip
    for unit, encoding, size in units:
        expected = []
        for offset in (start, end):
            before = text[:offset].rpartition("\n")
            expected += [text[:offset].count("\n") + 1, len(before[2].encode(encoding)) // size + 1]
        places = Places(notes, unit)
        assert places.of("N.md", Span(start, end)) == Place(*expected)


def test_every_format_is_named_in_the_help(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "knapper", "check", "--help"]
    ran = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert all(name in ran.stdout for name in FORMATS)


def test_json_is_in_order_of_path_place_and_rule(vault: WriteVault, knapper: Knapper) -> None:
    """Also where two findings begin at one place, and the shorter one has the later name."""
    root = vault({"B:.md": "[[gone]] [[lost]]\n", "A.md": "[[gone|]]\n"})
    found = knapper(root, "check", "--output-format", "json").json
    places = [(one["path"], one["line"], one["column"], one["rule"]) for one in found]
    assert [rule for *_, rule in places[-3:]] == [
        "broken-wikilink", "illegal-file-name", "broken-wikilink",
    ]  # fmt: skip
    assert places == sorted(places)
