"""More scenes of our own, told in the words of `scenarios`."""
import json, os, shutil, time, unicodedata

from scenarios import HOUR, both, empty, has, merged, note, sc

PANGRAM = "the quick brown fox jumps over the lazy dog " * 3 + "alpha omega\n"


# --- text
@sc("T51", "two words of one line", "text", base={"P.md": "# P TOK_BASE_P\n\n" + PANGRAM}, check=merged("P.md", "TOK_A1", "TOK_B1"))
def _(e): e.sub("A", "P.md", "quick", "TOK_A1"); e.sub("B", "P.md", "omega", "TOK_B1")
@sc("T52", "A deletes a paragraph, B edits a line in it", "text", strays=(0, 1, 2))
def _(e):
    d = e.r("A", "N4.md").decode().splitlines(keepends=True)
    e.w("A", "N4.md", "".join(x for x in d if not any(f"line {n:02d}" in x for n in (10, 11, 12, 13))))
    e.line("B", "N4.md", 12, "n4 line 12 TOK_B1")
@sc("T53", "A rewrites the whole note, B edits a line", "text", strays=(1, 2))
def _(e): e.w("A", "N4.md", "# n4\n\nTOK_BASE_N4\n\nTOK_A1 all new\n"); e.line("B", "N4.md", 12, "n4 line 12 TOK_B1")
@sc("T54", "both make one list longer at the same place", "text", base={"L.md": "# L TOK_BASE_L\n- one\n- two\n\nend\n"}, check=merged("L.md", "TOK_A1", "TOK_B1"))
def _(e): e.sub("A", "L.md", "- two\n", "- two\n- TOK_A1\n"); e.sub("B", "L.md", "- two\n", "- two\n- TOK_B1\n")
@sc("T55", "no final newline on either side, both append", "text", base={"L.md": "# L TOK_BASE_L\nend"}, check=merged("L.md", "TOK_A1", "TOK_B1"))
def _(e): e.app("A", "L.md", "\nTOK_A1"); e.app("B", "L.md", "\nTOK_B1")
@sc("T56", "both tick a task of one line and edit others", "text", base={"T.md": "# T TOK_BASE_T\n- [ ] one\n- [ ] two\n- [ ] three\n"}, check=merged("T.md", "[x] one", "TOK_A1", "TOK_B1"))
def _(e): e.sub("A", "T.md", "- [ ] one", "- [x] one"); e.sub("B", "T.md", "- [ ] one", "- [x] one"); e.sub("A", "T.md", "two", "two TOK_A1"); e.sub("B", "T.md", "three", "three TOK_B1")
# --- frontmatter
@sc("F51", "both add to an inline list", "frontmatter", check=merged("N1.md", "TOK_A1", "TOK_B1"))
def _(e): e.sub("A", "N1.md", "[n1x]", "[n1x, TOK_A1]"); e.sub("B", "N1.md", "[n1x]", "[n1x, TOK_B1]")
@sc("F52", "A removes a tag, B adds one", "frontmatter", check=lambda e, a, b: None if b"TOK_B1" in a["N1.md"][1] and b"- beta" not in a["N1.md"][1] and a["N1.md"] == b["N1.md"] else "tags not merged")
def _(e): e.sub("A", "N1.md", "  - beta\n", ""); e.sub("B", "N1.md", "  - beta\n", "  - beta\n  - TOK_B1\n")
@sc("F53", "A removes the frontmatter, B changes it", "frontmatter", strays=(0, 1, 2))
def _(e): e.w("A", "N1.md", e.r("A", "N1.md").split(b"---\n", 2)[2]); e.sub("B", "N1.md", "status: draft", "status: TOK_B1")
@sc("F54", "both add the same key with one value", "frontmatter", check=merged("N1.md", "rating: TOK_AB"))
def _(e):
    for s in "AB": e.sub(s, "N1.md", "status: draft", "status: draft\nrating: TOK_AB")
@sc("F55", "A sorts the keys, B changes a value", "frontmatter", strays=(0, 1, 2), check=both(["TOK_B1"]))
def _(e):
    head, body = e.r("A", "N1.md").decode().split("---\n", 2)[1:]
    e.w("A", "N1.md", "---\n" + "status: draft\ntitle: n1\naliases: [n1x]\ntags:\n  - alpha\n  - beta\nupdated: 2026-01-01T10:00:00\n---\n" + body); e.sub("B", "N1.md", "status: draft", "status: TOK_B1")
# --- delete
@sc("D51", "folder deleted on A, note inside edited on B", "delete", check=both(["TOK_B1"]))
def _(e): e.rm("A", "Folder"); e.line("B", "Folder/F1.md", 3, "TOK_B1")
@sc("D52", "note deleted on A, moved on B", "delete", check=both(["TOK_BASE_N1"]), strays=(0, 1))
def _(e): e.rm("A", "N1.md"); e.mv("B", "N1.md", "Moved.md")
@sc("D53", "deleted and made anew with other text on A, edited on B", "delete", check=both(["TOK_A1", "TOK_B1"]), strays=(0, 1, 2))
def _(e): e.rm("A", "N1.md"); e.w("A", "N1.md", "TOK_A1\n"); e.line("B", "N1.md", 3, "TOK_B1")
# --- rename
@sc("R51", "one note renamed differently on both", "rename", check=both(["TOK_BASE_N1"]), strays=(0, 1))
def _(e): e.mv("A", "N1.md", "Left.md"); e.mv("B", "N1.md", "Right.md")
@sc("R52", "folder renamed on A, new note inside on B", "rename", check=has("Folder2/New.md", "TOK_B1"), strays=(1,))
def _(e): e.mv("A", "Folder", "Folder2"); e.w("B", "Folder/New.md", "TOK_B1\n")
@sc("R53", "rename on A, delete on B", "rename", check=both(["TOK_BASE_N1"]), strays=(0, 1))
def _(e): e.mv("A", "N1.md", "Renamed.md"); e.rm("B", "N1.md")
@sc("R54", "renamed and edited on A, edited on B", "rename", check=has("Renamed.md", "TOK_A1", "TOK_B1"))
def _(e): e.mv("A", "N1.md", "Renamed.md"); e.line("A", "Renamed.md", 3, "n1 TOK_A1"); e.line("B", "N1.md", 25, "n1 TOK_B1")
@sc("R55", "moved to a new folder on A, edited on B", "rename", check=has("Deep/er/N1.md", "TOK_B1"))
def _(e): e.mv("A", "N1.md", "Deep/er/N1.md"); e.line("B", "N1.md", 25, "n1 TOK_B1")
@sc("R56", "a chain of renames on A, edits on B", "rename", check=both(["TOK_B1", "TOK_B2"]), strays=(0, 1))
def _(e): e.mv("A", "N3.md", "t.md"); e.mv("A", "N2.md", "N3.md"); e.mv("A", "N1.md", "N2.md"); e.line("B", "N1.md", 3, "TOK_B1"); e.line("B", "N2.md", 3, "TOK_B2")
# --- create
@sc("C51", "empty daily note on A, filled one on B", "create", check=merged("Daily/2026-02-02.md", "TOK_B1"))
def _(e):
    t = "---\ntags: [daily]\n---\n# 2026-02-02\n\n## Log\n"
    e.w("B", "Daily/2026-02-02.md", t + "- TOK_B1\n"); e.w("A", "Daily/2026-02-02.md", t)
@sc("C52", "a note on A, a folder of its name on B", "create", check=both(["TOK_A1", "TOK_B1"]), strays=(0, 1, 2), conv=None)
def _(e): e.w("A", "Thing", "TOK_A1\n"); e.w("B", "Thing/in.md", "TOK_B1\n")
# --- names
@sc("N51", "one name composed on A, decomposed on B", "names", conv=None, strays=(0, 1), check=both(["TOK_A1", "TOK_B1"]))
def _(e): e.w("A", unicodedata.normalize("NFC", "Café.md"), "TOK_A1\n"); e.w("B", unicodedata.normalize("NFD", "Café.md"), "TOK_B1\n")
@sc("N52", "conflict in a note with a name of 255 bytes", "names", base={"é" * 126 + ".md": note("long")}, strays=(1, 2), check=both(["TOK_A1", "TOK_B1"]))
def _(e): n = "é" * 126 + ".md"; e.line("A", n, 10, "TOK_A1"); e.line("B", n, 10, "TOK_B1")
@sc("N53", "conflict in a note with dots in its name", "names", base={"v1.2 notes.final.md": note("dots")}, strays=(1,), check=lambda e, a, b: None if all(k.endswith(".md") for k in a if "v1.2" in k) else "extension lost")
def _(e): n = "v1.2 notes.final.md"; e.line("A", n, 10, "TOK_A1"); e.line("B", n, 10, "TOK_B1")
# --- roots
@sc("B51", "a folder of 20 notes deleted on A (goes through)", "root", base={f"bulk/{i}.md": note(f"k{i}", 3) for i in range(100)} | {f"sub/{i}.md": note(f"s{i}", 3) for i in range(20)}, check=lambda e, a, b: None if not any(k.startswith("sub/") for k in b) else "still there")
def _(e): e.rm("A", "sub")
@sc("B52", "a note put back on A from a backup, old text and old date", "root", conv=None, rollback=True, strays=(0, 1))
def _(e):
    old, t = e.r("A", "N1.md"), time.time() - 7000
    e.line("A", "N1.md", 3, "TOK_A1"); e.sync(2); e.line("A", "N1.md", 5, "TOK_A2"); e.sync(2)
    e.w("A", "N1.md", old, mt=t)
@sc("B53", "state lost, B has half of the notes", "root", base={f"bulk/{i}.md": note(f"k{i}", 3) for i in range(100)}, halt=None, check=both([f"TOK_BASE_K{i}" for i in range(100)]))
def _(e):
    e.peer.wipe_state()
    for i in range(50): e.rm("B", f"bulk/{i}.md")
@sc("B54", "A emptied of all notes, B as it was", "root", halt="B")
def _(e): empty(e.A, (".knapper.toml",))
@sc("B55", "most notes of A emptied to 0 bytes", "root", halt="B")
def _(e):
    for i in range(1, 9): e.w("A", f"N{i}.md", "")
    for f in ("Folder/F1.md", "Folder/F2.md", "Index.md"): e.w("A", f, "")
# --- meta
@sc("M51", "A's clock is an hour ahead, both edit", "meta", check=merged("N1.md", "TOK_A1", "TOK_B1"))
def _(e): e.line("A", "N1.md", 3, "TOK_A1", mt=time.time() + HOUR); e.line("B", "N1.md", 25, "TOK_B1", mt=time.time() - HOUR)
@sc("M52", "same-size edit at once after a sync", "meta", check=both(["TOK_A1"]))
def _(e):
    e.line("A", "N1.md", 7, "n1 line 07 xxxxxxxxxx"); e.sync(1)
    p = e.A / "N1.md"; st = p.stat(); e.w("A", "N1.md", p.read_bytes().replace(b"n1 line 07 xxxxxxxxxx", b"n1 line 07 TOK_A1 xxx")); os.utime(p, ns=(st.st_atime_ns, st.st_mtime_ns))
@sc("M53", "same-size edit with the time moved by one hour", "meta", check=both(["TOK_A1"]))
def _(e): p = e.A / "N1.md"; t = p.stat().st_mtime; e.w("A", "N1.md", e.r("A", "N1.md").replace(b"n1 line 07 of", b"TOK_A1 ne 7 of"), mt=t + 3600)
@sc("M54", "both replace a picture by the same one", "meta", check=both(["TOK_AB"]))
def _(e):
    for s in "AB": e.w(s, "att/pic.png", b"\x89PNG TOK_AB" + bytes(500))
# --- links
@sc("S51", "a folder of A swapped for a link that leads outside", "symlink", conv=None, strays=(0, 1, 2), outside=True, check=lambda e, a, b: None if "Folder/F1.md" in b else "gone on B")
def _(e): shutil.rmtree(e.A / "Folder"); os.symlink(str(e.out), e.A / "Folder"); e.line("B", "Folder/F1.md", 3, "TOK_B1")
@sc("S52", "a link to a folder inside the vault, a loop", "symlink", conv=None, check=merged("N1.md", "TOK_A1"))
def _(e): os.symlink("..", e.A / "Folder" / "up"); e.line("A", "N1.md", 3, "TOK_A1")
# --- obsidian
@sc("O51", "cards added to a canvas on both", "obsidian", strays=(0,), jsoncheck="Board.canvas", check=merged("Board.canvas", "TOK_A1", "TOK_B1"))
def _(e):
    for s, n in (("A", "2"), ("B", "3")):
        d = json.loads(e.r(s, "Board.canvas")); d["nodes"].append({"id": n, "type": "text", "text": f"TOK_{s}1"}); e.w(s, "Board.canvas", json.dumps(d, indent=1))
@sc("O52", "conflict in a note that others link to", "obsidian", strays=(1,), links=True, check=both(["TOK_A1", "TOK_B1"]))
def _(e): e.line("A", "N1.md", 10, "TOK_A1"); e.line("B", "N1.md", 10, "TOK_B1")
@sc("O53", "note filled with NULs on B (power loss)", "obsidian", check=lambda e, a, b: None if b"TOK_BASE_N1" in a["N1.md"][1] else "NULs propagated", trunc=True)
def _(e): e.w("B", "N1.md", b"\0" * len(e.r("B", "N1.md")))
@sc("O54", "conflict in a conflict copy", "obsidian", strays=(1, 2, 3), check=both(["TOK_A2", "TOK_B2"]))
def _(e):
    e.line("A", "N1.md", 10, "TOK_A1"); e.line("B", "N1.md", 10, "TOK_B1"); e.sync(2)
    copy = next(p.name for p in e.A.iterdir() if "onflict" in p.name)
    for s in "AB": e.line(s, copy, 12, f"TOK_{s}2")
@sc("O55", "same setting of app.json on both", "obsidian", strays=(0, 1), jsoncheck=".obsidian/app.json")
def _(e): e.sub("A", ".obsidian/app.json", "false", '"TOK_A"'); e.sub("B", ".obsidian/app.json", '"promptDelete": false', '"promptDelete": "TOK_B"')
@sc("O56", "another tool's conflict files on A stay where they are", "obsidian", conv=None, check=lambda e, a, b: None if not any("sync-conflict" in x for x in b) else "carried over")
def _(e): e.w("A", "N1.sync-conflict-20260101-120000-ABCDEFG.md", "x\n"); e.line("A", "N2.md", 3, "TOK_A1")
