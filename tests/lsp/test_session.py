"""Sessions with the language server, over stdio, as an editor has them."""

from pathlib import Path

import pytest
from editor import Editor, capabilities, edited, talk
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from conftest import WriteVault, contents

RECIPES = """\
---
aliases:
  - Rezepte
tags: [food]
---
# Soup 🍲
Boil it. ^boil

## Rice bowl
- rice
"""
NOTE = """\
---
title: Evening
videoId: dQw4w9WgXcQ
tags: [food/soup]
---
# Evening
🎉🎉 See [[Recipies]] and [[Recipes#Soup 🍲|soup]], [rice](Recipes.md#Rice%20bowl).
#food ![[Recipes#^boil]]
"""


@pytest.fixture
def root(vault: WriteVault) -> Path:
    return vault({"Recipes.md": RECIPES, "Evening.md": NOTE, "Folder/Other.md": "[[Evening]]\n"})


def test_a_session(root: Path, tmp_path: Path) -> None:
    before = contents(root)

    async def scene(editor: Editor) -> None:
        # opened: what is on disk is judged
        assert await editor.open("Evening.md") == ["broken-wikilink"]
        assert editor.marked("Evening.md") == ["[[Recipies]]"]

        # guessed: what the link may have meant
        guessed = await editor.actions("Evening.md", "[[Reci")
        assert list(guessed) == ["Change to 'Recipes.md'"]

        # typed: what is in the buffer counts, with its place after astral characters
        broken = NOTE + '😀 <a class="yt-timestamp" data-t="00:07:09]">[00:07:09]</a>\n'
        broken = broken.replace("[[Recipies]]", "[[Recipes]]")
        assert await editor.change("Evening.md", broken) == ["timestamp-value-junk"]
        assert editor.marked("Evening.md") == ["00:07:09]"]

        # mended: by the fix of the finding, and by all safe fixes
        quick = await editor.actions("Evening.md", 'data-t="00')
        (title,) = [name for name in quick if not name.startswith("Make all")]
        assert quick[title].is_preferred
        fixed = editor.after(quick[title].edit or types.WorkspaceEdit())["Evening.md"]
        whole = await editor.actions("Evening.md", "", only="source.fixAll")
        (all_safe,) = whole.values()
        assert all_safe.kind == "source.fixAll.knapper"
        assert editor.after(all_safe.edit or types.WorkspaceEdit())["Evening.md"] == fixed
        assert await editor.change("Evening.md", fixed) == []

        # shown: a link's goal, as text that cannot do anything
        assert "Boil it. ^boil" in await editor.hovered("Evening.md", "Recipes#^bo")
        hovered = await editor.hovered("Evening.md", "[[Recipes#So")
        assert hovered.startswith("**Recipes** `Recipes.md`\n\n```markdown\n# Soup 🍲\n")

        # led: to a note, a heading, a block
        assert await editor.defined("Evening.md", "[[Recipes#S") == ["Recipes.md: Soup 🍲"]
        assert await editor.defined("Evening.md", "[rice](Rec") == ["Recipes.md: Rice bowl"]
        assert await editor.defined("Evening.md", "![[Rec") == ["Recipes.md: ^boil"]

        # referred: to a heading, a note, a tag
        await editor.open("Recipes.md")
        assert await editor.referred("Recipes.md", "# Sou") == [
            "Evening.md: [[Recipes#Soup 🍲|soup]]"
        ]
        assert await editor.referred("Recipes.md", "^bo") == ["Evening.md: ![[Recipes#^boil]]"]
        assert len(await editor.referred("Recipes.md", "Boil")) == 4  # no subject: the note
        assert await editor.referred("Evening.md", "\n#fo") == [
            "Evening.md: food/soup",
            "Evening.md: #food",
            "Recipes.md: food",
        ]

        # listed
        symbols = await editor.client.text_document_document_symbol_async(
            types.DocumentSymbolParams(editor.document("Recipes.md"))
        )
        (soup,) = symbols or ()
        assert isinstance(soup, types.DocumentSymbol)
        assert (soup.name, [one.name for one in soup.children or ()]) == ("Soup 🍲", ["Rice bowl"])
        found = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("re"))
        assert [one.name for one in found or ()] == ["Recipes", "Rezepte"]

        # renamed: a heading, a note
        files = await editor.renamed("Recipes.md", "# So", "Broth")
        assert files["Recipes.md"] == RECIPES.replace("Soup 🍲", "Broth")
        assert "[[Recipes#Broth|soup]]" in files["Evening.md"]
        files = await editor.renamed("Evening.md", "See [[Rec", "Kitchen")
        assert "Recipes.md" not in files
        assert "[[Kitchen]]" in files["Evening.md"]
        assert "](Kitchen.md#Rice%20bowl)" in files["Evening.md"]
        with pytest.raises(JsonRpcException, match="cannot be linked to"):
            await editor.renamed("Evening.md", "See [[Rec", "What#now")

        # typed next
        text = fixed + "[[rez"
        await editor.change("Evening.md", text)
        made = await editor.completed("Evening.md", "[[rez")
        assert made == {"Rezepte": f"{fixed}[[Recipes|Rezepte]]"}
        assert editor.messages == []

    talk(root, scene)
    assert contents(root) == before  # it never writes
    assert not (tmp_path / "state").exists()


def test_what_changes_outside_counts(root: Path) -> None:
    async def scene(editor: Editor) -> None:
        assert await editor.open("Evening.md") == ["broken-wikilink"]
        (root / "Recipies.md").write_text("# There now\n")
        editor.touched("Recipies.md")
        uri = editor.uri("Evening.md")
        await editor.until(lambda: not editor.found[uri].diagnostics)
        (root / ".knapper.toml").write_text('select = ["broken-wikilink"\n')
        editor.touched(".knapper.toml")
        await editor.until(lambda: any("not TOML" in said for said in editor.messages))
        (root / "Recipies.md").unlink()
        (root / ".knapper.toml").write_text('[severity]\nbroken-wikilink = "info"\n')
        editor.touched("Recipies.md", ".knapper.toml")
        await editor.until(lambda: editor.found[uri].diagnostics)
        (one,) = editor.found[uri].diagnostics
        assert one.severity == types.DiagnosticSeverity.Information

    talk(root, scene)


def test_an_editor_that_tells_of_nothing_is_not_needed_to(root: Path) -> None:
    async def scene(editor: Editor) -> None:
        assert await editor.open("Evening.md") == ["broken-wikilink"]
        (root / "Recipies.md").write_text("# There now\n")
        uri = editor.uri("Evening.md")
        await editor.until(lambda: not editor.found[uri].diagnostics)
        (root / "Recipes.tmp").write_text("# Nothing else\n")  # as many editors save
        (root / "Recipes.tmp").replace(root / "Recipes.md")
        await editor.until(lambda: editor.found[uri].diagnostics)

    talk(root, scene, client=types.ClientCapabilities())


def test_a_plain_editor_gets_plain_edits(root: Path) -> None:
    async def scene(editor: Editor) -> None:
        await editor.open("Recipes.md")
        files = await editor.renamed("Recipes.md", "# So", "Broth")
        assert "[[Recipes#Broth|soup]]" in files["Evening.md"]
        await editor.open("Evening.md")
        with pytest.raises(JsonRpcException, match="renames no files"):
            await editor.renamed("Evening.md", "[[Recipes", "Kitchen")

    talk(root, scene, client=types.ClientCapabilities())


def test_places_are_told_in_the_encoding_that_was_agreed_on(root: Path) -> None:
    async def scene(editor: Editor) -> None:
        await editor.open("Evening.md")
        (one,) = editor.found[editor.uri("Evening.md")].diagnostics
        assert one.range.start.character == len("🎉🎉 See ".encode())

    general = types.GeneralClientCapabilities(position_encodings=["utf-8", "utf-16"])
    talk(root, scene, client=capabilities(general=general))


def test_two_vaults_and_a_note_in_none(root: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    (second / ".obsidian").mkdir(parents=True)
    (second / "Note.md").write_text("[[Evening]] and `code`\n")
    (second / ".trash").mkdir()
    (second / ".trash" / "Evening.md").write_text("# Gone\n")
    (tmp_path / "lone.md").write_text(
        '[[Nowhere]] <a class="yt-timestamp" data-t="00:07:09]">[00:07:09]</a>\n'
    )

    async def scene(editor: Editor) -> None:
        editor.root = tmp_path
        assert await editor.open("vault/Evening.md") == ["broken-wikilink"]
        await editor.open("second/.trash/Evening.md")  # of a hidden folder no link knows
        assert await editor.open("second/Note.md") == ["broken-wikilink"]
        # what reads no vault is judged also where there is none
        rules = await editor.open("lone.md")
        assert "timestamp-value-junk" in rules
        assert "broken-wikilink" not in rules

    talk(root, scene, folders={"vault": root, "second": second})


def test_moving_files_in_the_editor_lets_links_follow(root: Path) -> None:
    async def scene(editor: Editor) -> None:
        await editor.open("Evening.md")
        await editor.change("Evening.md", f"{NOTE}[more](Folder/Other.md)\n")
        found = await editor.client.workspace_will_rename_files_async(
            types.RenameFilesParams(
                [
                    types.FileRename(editor.uri("Folder"), editor.uri("Box")),
                    types.FileRename(editor.uri("Recipes.md"), editor.uri("Box/Food.md")),
                ]
            )
        )
        assert found is not None
        files = editor.after(found)
        assert "[more](Other.md)" in files["Evening.md"]
        assert "[[Food#Soup 🍲|soup]]" in files["Evening.md"]
        assert "](Food.md#Rice%20bowl)" in files["Evening.md"]

    talk(root, scene)


def test_the_whole_vault_is_told_of_if_that_is_asked_for(root: Path) -> None:
    async def scene(editor: Editor) -> None:
        uri = editor.uri("Evening.md")
        await editor.until(lambda: uri in editor.found and editor.found[uri].diagnostics)

    talk(root, scene, options={"diagnostics": "vault"})


def test_of_a_note_that_is_closed_what_is_on_disk_is_told(vault: WriteVault) -> None:
    root = vault({"A.md": "[[C]]\n", "B.md": "[[C]]\n"})
    broken = ["broken-wikilink"]

    async def scene(editor: Editor) -> None:
        assert await editor.open("A.md") == broken
        assert await editor.change("A.md", "ok\n") == []
        editor.close("A.md")  # not saved
        await editor.until(lambda: editor.known("A.md") == broken)
        assert await editor.open("New.md", "[[nope]]\n") == broken
        editor.close("New.md")  # never saved
        await editor.until(lambda: not editor.known("New.md"))
        assert await editor.open("B.md") == broken
        (root / "B.md").unlink()
        editor.touched("B.md")
        editor.close("B.md")
        await editor.until(lambda: not editor.known("B.md"))

    talk(root, scene, options={"diagnostics": "vault"})


def test_what_nothing_is_found_in_any_more_is_told(vault: WriteVault) -> None:
    root = vault({"A.md": "[[no]]\n", "B.md": "[[no]]\n", "C.md": "[[no]]\n"})

    async def scene(editor: Editor) -> None:
        async def told(*expected: str) -> None:
            paths = ("A.md", "B.md", "C.md")
            await editor.until(
                lambda: [path for path in paths if editor.known(path)] == [*expected]
            )

        await told("A.md", "B.md", "C.md")
        (root / ".knapper.toml").write_text('exclude = ["B.md"]\n')
        editor.touched(".knapper.toml")
        await told("A.md", "C.md")
        (root / ".knapper.toml").write_text('ignore = ["broken-wikilink"]\n')
        editor.touched(".knapper.toml")
        await told()
        (root / ".knapper.toml").unlink()
        editor.touched(".knapper.toml")
        await told("A.md", "B.md", "C.md")
        await editor.open("C.md")
        editor.folders_changed(removed=[root])
        await told("C.md")  # it is still open

    talk(root, scene, options={"diagnostics": "vault"})


def test_halves_of_characters_and_strange_line_ends_do_no_harm(root: Path) -> None:
    async def scene(editor: Editor) -> None:
        await editor.open("Evening.md")
        text = "a\u2028b\x0c\ud83d c\r[[Nowhere]] 😀[[Nowhere]]\r\n"
        editor.type("Evening.md", text)
        assert await editor.rules("Evening.md") == ["broken-wikilink", "broken-wikilink"]
        first, second = editor.found[editor.uri("Evening.md")].diagnostics
        assert (first.range.start.line, first.range.start.character) == (1, 0)
        assert (second.range.start.line, second.range.start.character) == (1, 14)

    talk(root, scene)


def test_edits_of_a_file_with_a_byte_order_mark_are_told_without_it(vault: WriteVault) -> None:
    root = vault({"A.md": "# One\n", "B.md": "\ufeff[[A#One]]\n"})

    async def scene(editor: Editor) -> None:
        await editor.open("A.md")
        found = await editor.client.text_document_rename_async(
            types.RenameParams(editor.document("A.md"), editor.place("A.md", "# O"), "Two")
        )
        assert found is not None
        (change,) = [
            one
            for one in found.document_changes or ()
            if isinstance(one, types.TextDocumentEdit) and one.text_document.uri.endswith("B.md")
        ]
        edits = [one for one in change.edits if isinstance(one, types.TextEdit)]
        assert edited("[[A#One]]\n", edits) == "[[A#Two]]\n"

    talk(root, scene)


def test_a_full_editor_asks_twice(root: Path) -> None:
    """What is dear comes when it is asked for: edits of an action, the preview of a note."""
    code_action = types.CodeActionClientCapabilities(
        resolve_support=types.ClientCodeActionResolveOptions(["edit"])
    )
    definition = types.DefinitionClientCapabilities(link_support=True)
    can = capabilities(window=types.WindowClientCapabilities(work_done_progress=True))
    can.text_document = types.TextDocumentClientCapabilities(
        code_action=code_action,
        definition=definition,
        rename=types.RenameClientCapabilities(prepare_support=True),
    )

    async def scene(editor: Editor) -> None:
        text = f'{NOTE}<a class="yt-timestamp" data-t="00:07:09]">[00:07:09]</a>\n'
        await editor.open("Evening.md", text)
        (action,) = (await editor.actions("Evening.md", "", only="source.fixAll.knapper")).values()
        assert action.edit is None
        action = await editor.client.code_action_resolve_async(action)
        assert action.edit is not None
        assert 'data-t="00:07:09">' in editor.after(action.edit)["Evening.md"]

        at = editor.place("Evening.md", "[[Recipes#S")
        document = editor.document("Evening.md")
        found = await editor.client.text_document_definition_async(
            types.DefinitionParams(document, at)
        )
        assert isinstance(found, list | tuple)
        (link,) = found
        assert isinstance(link, types.LocationLink)
        assert link.origin_selection_range is not None
        assert editor.at("Evening.md", link.origin_selection_range) == "Recipes#Soup 🍲"
        offered = await editor.client.text_document_prepare_rename_async(
            types.PrepareRenameParams(document, at)
        )
        assert isinstance(offered, types.PrepareRenamePlaceholder)
        assert (editor.at("Evening.md", offered.range), offered.placeholder) == (
            "Soup 🍲",
            "Soup 🍲",
        )
        nothing = await editor.client.text_document_prepare_rename_async(
            types.PrepareRenameParams(document, editor.place("Evening.md", "# Even"))
        )
        assert isinstance(nothing, types.PrepareRenamePlaceholder)
        await editor.change("Evening.md", f"{text}[[Recip")
        suggested = await editor.client.text_document_completion_async(
            types.CompletionParams(document, editor.place("Evening.md", "\n[[Recip"))
        )
        assert isinstance(suggested, types.CompletionList)
        item = await editor.client.completion_item_resolve_async(suggested.items[0])
        assert isinstance(item.documentation, types.MarkupContent)
        assert "# Soup 🍲" in item.documentation.value
        assert (editor.progress[0], editor.progress[-1]) == ("begin", "end")

    talk(root, scene, client=can)


def test_folders_come_and_go(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".obsidian").mkdir(parents=True)
    (other / "Note.md").write_text("# Found there\n")

    async def scene(editor: Editor) -> None:
        async def found() -> list[str]:
            answer = await editor.client.workspace_symbol_async(
                types.WorkspaceSymbolParams("Found there")
            )
            return [one.name for one in answer or ()]

        assert await found() == []
        editor.folders_changed(added=[other])
        editor.root = other
        await editor.open("Note.md")
        assert await found() == ["Found there"]
        editor.folders_changed(removed=[other])
        assert await found() == []

    talk(root, scene)


def test_what_makes_no_sense_has_an_answer_too(root: Path) -> None:
    far = types.Position(9999, 9999)

    async def scene(editor: Editor) -> None:
        client, uris = (
            editor.client,
            [editor.uri("Evening.md"), editor.uri("None.md"), "untitled:1"],
        )
        for uri in uris:  # not open, not there, no file
            document = types.TextDocumentIdentifier(uri)
            await client.text_document_hover_async(types.HoverParams(document, far))
            await client.text_document_definition_async(types.DefinitionParams(document, far))
            await client.text_document_completion_async(types.CompletionParams(document, far))
            await client.text_document_code_action_async(
                types.CodeActionParams(document, types.Range(far, far), types.CodeActionContext([]))
            )
            await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
            await client.text_document_references_async(
                types.ReferenceParams(types.ReferenceContext(True), document, far)
            )
        await editor.open("Evening.md")
        for name in ("", "  ", "../../out", "a/../../b", "A#b", "."):
            with pytest.raises(JsonRpcException) as refused:
                await editor.renamed("Evening.md", "See [[Recipies]] and [[Rec", name)
            assert "Traceback" not in str(refused.value)
        with pytest.raises(JsonRpcException, match="no heading, and no link"):
            await editor.renamed("Evening.md", "tags:", "x")
        odd = types.CodeAction("odd", data={"not": "an address"})
        assert (await client.code_action_resolve_async(odd)).edit is None
        item = types.CompletionItem("odd", data=["/etc", "passwd"])
        assert (await client.completion_item_resolve_async(item)).documentation is None
        assert await editor.change("Evening.md", "[[Evening]]\n") == []  # it goes on

    talk(root, scene)
