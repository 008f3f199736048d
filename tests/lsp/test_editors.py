"""The set-up pages: their blocks can be read, and Neovim's is run where it is installed."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from conftest import WriteVault

PAGE = Path(__file__).parents[2] / "docs" / "editors.md"
SCENE = """
local function say(text) io.stdout:write(text .. '\\n') end
local function wait(test) assert(vim.wait(30000, test, 20), 'it took too long') end
wait(function() return #vim.diagnostic.get(0) > 0 end)
for _, one in ipairs(vim.diagnostic.get(0)) do
  say(('%d:%d-%d %s'):format(one.lnum, one.col, one.end_col, one.code))
end
vim.api.nvim_win_set_cursor(0, { 1, 31 })
vim.lsp.buf.definition()
wait(function() return vim.fn.expand('%:t') == 'Recipes.md' end)
say('at line ' .. vim.api.nvim_win_get_cursor(0)[1])
vim.lsp.buf.rename('Broth')
wait(function() return vim.api.nvim_buf_get_lines(0, 1, 2, false)[1] == '# Broth' end)
say(vim.api.nvim_buf_get_lines(vim.fn.bufnr('A.md'), 0, 1, false)[1])
vim.cmd('qa!')
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_settings_can_be_read() -> None:
    assert [json.loads(block) for block in blocks("json")]
    assert [tomllib.loads(block) for block in blocks("toml")]


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_neovim(vault: WriteVault, tmp_path: Path) -> None:
    root = vault({"A.md": "😀 [[Recipies]] and [[Recipes#Soup]]\n", "Recipes.md": "a\n# Soup\n"})
    (tmp_path / "init.lua").write_text(blocks("lua")[0], encoding="utf-8")
    (tmp_path / "scene.lua").write_text(SCENE, encoding="utf-8")
    (tmp_path / "knapper").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m knapper "$@"\n')
    (tmp_path / "knapper").chmod(0o755)
    note = str(root / "A.md")
    call = ["nvim", "--headless", "-u", "init.lua", note, "-c", "luafile scene.lua"]
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    source = str(Path(__file__).parents[2] / "src")
    environment = {**os.environ, "PATH": path, "PYTHONPATH": source, "XDG_STATE_HOME": "state"}
    ran = subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert ran.stdout.decode().splitlines() == [
        "0:5-17 broken-wikilink",  # Neovim asks for UTF-8: an emoji is four
        "at line 2",
        "😀 [[Recipies]] and [[Recipes#Broth]]",
    ], ran.stderr.decode()
    assert (root / "Recipes.md").read_text() == "a\n# Soup\n"
