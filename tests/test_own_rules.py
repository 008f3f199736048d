"""A vault's own rules, as its user meets them: notes in a folder that the configuration names."""

from pathlib import Path

import pytest

from conftest import Files, Knapper, WriteVault

CONFIG = 'rules = "Rules"\n'
NO_TWITTER = """\
---
check: forbidden-text
summary: The house says X.
severity: error
text:
  - Twitter
  - Tweet
message: say X
---
Twitter is called X now.

```md bad
Twitter
```
"""
NOTES: Files = {
    ".knapper.toml": CONFIG,
    "Rules/no-twitter.md": NO_TWITTER,
    "Rules/About rules.md": "---\ntags: [about]\n---\nHow Tweets are called.\n",
    "Note.md": "# News\n\nA Tweet, and `Twitter`.\n",
}


def test_a_note_is_a_rule_by_its_name(vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault(NOTES), "check")
    assert ran.lines()[:1] == ["Note.md:3:3: error no-twitter: say X"]
    assert ran.lines()[-1] == "1 error in 1 note of 3"
    assert (ran.status, ran.err) == (1, "")


SILENT: dict[str, Files] = {
    "ignored": {".knapper.toml": f'{CONFIG}ignore = ["no-twitter"]\n'},
    "the family ignored": {".knapper.toml": f'{CONFIG}ignore = ["own"]\n'},
    "another rule selected": {".knapper.toml": f'{CONFIG}select = ["broken-wikilink"]\n'},
    "other options in the configuration": {
        ".knapper.toml": f'{CONFIG}[options.no-twitter]\ntext = ["Toot"]\n'
    },
    "off in its note": {
        "Rules/no-twitter.md": NO_TWITTER.replace("check:", "enabled: false\ncheck:")
    },
    "ignored in these folders": {
        ".knapper.toml": f'{CONFIG}[[overrides]]\ninclude = ["*.md"]\nignore = ["no-twitter"]\n'
    },
    "no folder of rules": {".knapper.toml": ""},
}


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
def test_it_can_be_configured_as_any_rule(
    files: Files, vault: WriteVault, knapper: Knapper
) -> None:
    ran = knapper(vault({**NOTES, **files}), "check")
    assert (ran.status, ran.err) == (0, "")


def test_it_can_be_selected_on_the_command_line(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(NOTES)
    for name in ("no-twitter", "own"):
        ran = knapper(root, "check", "--select", name, "--output-format", "json")
        assert ran.rules == ["no-twitter"]
    assert knapper(root, "check", "--ignore", "no-twitter").status == 0
    ran = knapper(root, "check", "--select", "no-twiter")
    assert ran.status == 2
    assert "no rule is called 'no-twiter'; did you mean 'no-twitter'?" in ran.err


def test_it_has_a_page_as_any_rule(vault: WriteVault, knapper: Knapper) -> None:
    root = vault(NOTES)
    page = knapper(root, "rule", "no-twitter").out
    assert page.startswith("no-twitter (own, error, on)\nThe house says X.\n\nTwitter is called X")
    told = knapper(root, "rule", "no-twitter", "--output-format", "json").json
    assert (told["options"]["text"], told["options"]["message"]) == (["Twitter", "Tweet"], "say X")
    for listed in (["rule"], ["rule", "own"]):
        assert f"  {'no-twitter':<32} error    The house says X.\n" in knapper(root, *listed).out
    assert "did you mean 'no-twitter'?" in knapper(root, "rule", "no-twiter").err
    elsewhere = knapper(root.parent, "rule", "no-twitter")
    assert (elsewhere.status, "no rule is called 'no-twitter'" in elsewhere.err) == (2, True)
    assert knapper(root.parent, "rule", "no-twitter", "--vault", root).out == page


def test_a_broken_configuration_hides_no_other_rule(vault: WriteVault, knapper: Knapper) -> None:
    root = vault({**NOTES, ".knapper.toml": f'{CONFIG}ignore = ["nothing"]\n'})
    listed = knapper(root, "rule")
    assert (listed.status, "broken-wikilink" in listed.out) == (0, True)
    assert "warning: .knapper.toml: ignore: no rule is called 'nothing'" in listed.err
    assert knapper(root, "rule", "broken-wikilink").err == ""


def test_severity_and_summary_may_be_left_out(vault: WriteVault, knapper: Knapper) -> None:
    short = "---\ncheck: forbidden-text\ntext: Tweet\n---\n"
    ran = knapper(vault({**NOTES, "Rules/no-twitter.md": short}), "check")
    assert ran.lines()[0] == "Note.md:3:3: warning no-twitter: 'Tweet' should not be in a note"


def test_two_rules_of_one_check_have_options_of_their_own(
    vault: WriteVault, knapper: Knapper
) -> None:
    rule = "---\ncheck: required-heading\nheadings: [{}]\nfolder: {}\nseverity: info\n---\n"
    files = {
        ".knapper.toml": CONFIG,
        "Rules/meetings/has-decisions.md": rule.format("Decisions", "Meetings"),
        "Rules/books/has-sources.md": rule.format("Sources", "Books"),
        "Meetings/Garden.md": "# Sources\n",
        "Books/Garden.md": "# Sources\n",
    }
    ran = knapper(vault(files), "check", "--output-format", "json")
    assert [(one["path"], one["rule"]) for one in ran.json] == [
        ("Meetings/Garden.md", "has-decisions")
    ]


def test_a_note_may_silence_it(vault: WriteVault, knapper: Knapper) -> None:
    text = "---\nknapper-ignore: [no-twitter]\n---\nTwitter\n"
    ran = knapper(vault({**NOTES, "Note.md": text}), "check", "Note.md")
    assert ran.status == 0


def test_it_is_among_the_rules_that_are_on(vault: WriteVault, knapper: Knapper) -> None:
    held = knapper(vault(NOTES), "config", "--output-format", "json").json
    assert held["rules"]["no-twitter"] == {
        "severity": "error",
        "text": ["Twitter", "Tweet"],
        "message": "say X",
    }


def test_the_case_of_its_properties_does_not_count(vault: WriteVault, knapper: Knapper) -> None:
    files = {**NOTES, "Rules/no-twitter.md": "---\nCheck: forbidden-text\nText: Tweet\n---\n"}
    assert knapper(vault(files), "check", "--output-format", "json").rules == ["no-twitter"]


WRONG = [
    pytest.param(
        "no-twitter", "check: forbidden-text",
        "text: expected at least one text, else the rule asks for nothing",
        id="nothing that it forbids",
    ),
    pytest.param(
        "has-sources", "check: required-heading\nheadings: []",
        "headings: expected at least one text, else the rule asks for nothing",
        id="nothing that it asks for",
    ),
    pytest.param(
        "no-twitter", "check: forbiden-text",
        "check: no check is called 'forbiden-text'; did you mean 'forbidden-text'?",
        id="a check that is not there",
    ),
    pytest.param(
        "no-twitter", "check: self-link",
        "check: 'self-link' has no options, so it can be no other rule",
        id="a check without options",
    ),
    pytest.param("no-twitter", "check: [a]", "check: expected a text", id="a list of checks"),
    pytest.param(
        "no-twitter", "check: forbidden-text\ntexts: [Tweet]",
        "texts: unknown key; did you mean 'text'?",
        id="an option that is not there",
    ),
    pytest.param(
        "no-twitter", "check: forbidden-text\ntext: 7",
        "text: expected a list of texts",
        id="an option of another type",
    ),
    pytest.param(
        "no-twitter", "check: forbidden-text\ntext: a\nseverity: fatal",
        "severity: 'fatal' is none of error, warning, info",
        id="a severity that is not there",
    ),
    pytest.param(
        "no-twitter", "check: forbidden-text\ntext: [a",
        "its properties cannot be read: ",
        id="properties that cannot be read",
    ),
    pytest.param(
        "No Twitter!", "check: forbidden-text\ntext: a",
        "a rule is called by the note's name; expected one word, like 'no-twitter'",
        id="a name of two words",
    ),
    pytest.param(
        "broken-wikilink", "check: forbidden-text\ntext: a",
        "a rule of knapper is called 'broken-wikilink'; expected another name",
        id="the name of another rule",
    ),
    pytest.param(
        "links", "check: forbidden-text\ntext: a",
        "'links' is a family of rules; expected another name",
        id="the name of a family",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "properties", "message"), WRONG)
def test_what_cannot_be_is_named_with_its_note(
    name: str, properties: str, message: str, vault: WriteVault, knapper: Knapper
) -> None:
    files = {".knapper.toml": CONFIG, f"Rules/{name}.md": f"---\n{properties}\n---\n"}
    ran = knapper(vault(files), "check")
    assert ran.status == 2
    assert f"Rules/{name}.md: {message}" in ran.err


def test_two_notes_of_one_name(vault: WriteVault, knapper: Knapper) -> None:
    ran = knapper(vault({**NOTES, "Rules/old/no-twitter.md": NO_TWITTER}), "check")
    assert ran.status == 2
    assert "Rules/old/no-twitter.md: another note is the rule 'no-twitter'" in ran.err


@pytest.mark.parametrize("folder", ["../elsewhere", "Rulse", "/", "."])
def test_no_folder_outside_of_the_vault_is_read(
    folder: str, vault: WriteVault, knapper: Knapper, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "no-twitter.md").write_text(NO_TWITTER, encoding="utf-8")
    ran = knapper(vault({"Note.md": "", ".knapper.toml": f'rules = "{folder}"\n'}), "check")
    if folder == "/":
        assert ran.status == 0  # the same as none
    else:
        assert ran.status == 2
        assert f"rules: no note lies in a folder '{folder}' of the vault" in ran.err


def test_a_link_out_of_the_vault_is_not_followed(
    vault: WriteVault, knapper: Knapper, tmp_path: Path
) -> None:
    root = vault({**NOTES, "Rules/no-twitter.md": "How to call it.\n"})
    outside = tmp_path / "broken.md"
    outside.write_text("---\ncheck: nothing\n---\n", encoding="utf-8")
    (root / "Rules" / "broken.md").symlink_to(outside)
    assert knapper(root, "check").status == 0
