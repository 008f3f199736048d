"""Vaults in which renaming is hard, made from a seed, and renamings of them.

Names come twice, differ in case or in Unicode form, hold dots, brackets and percent
signs; links take every form in every place that the reader knows.
"""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import quote

__all__ = ["Renaming", "nasty_vault", "some_heading", "some_renaming"]

STEMS = (
    "A", "B", "a", "b c", "Ä", "A.B", "v1.2", "d (e)", "100%", "it's", "x & y", "C++", "[z]",
    "Café", "笔记", "long name of a note", "2024-05-01", "A b", "$5", "n!", "🪨", "a%20b", "ΟΔΟΣ",
)  # fmt: skip
FOLDERS = ("", "f", "f/g", "ab", "y z", "F2", "é", "x.y", "f/A2", "T", "Excl")
HEADINGS = (
    "One", "Two: parts", "A [[B]] c", "`code` it", "Three # four", "One", "Ünï", "What's (up)?",
    "x | y", "100% sure", "^caret", "标题：一", "Two parts",
)  # fmt: skip
ENDINGS = (".md",) * 8 + (".png", ".pdf", ".canvas", ".base")


class Renaming(NamedTuple):
    """What is to be renamed, and to what."""

    old: str
    new: str


def nasty_vault(chance: Random) -> dict[str, bytes]:
    """Return the files of a vault: settings, notes, attachments, canvases and bases."""
    files = _paths(chance)
    settings = {
        "newLinkFormat": chance.choice(("shortest", "relative", "absolute")),
        "useMarkdownLinks": chance.random() < 0.5,
        "userIgnoreFilters": ["Excl/"],
    }
    made: dict[str, bytes] = {
        ".obsidian/app.json": json.dumps(settings).encode(),
        ".obsidian/templates.json": b'{"folder": "T"}',
    }
    for path in files:
        made[path] = _content(path, files, chance)
    return made


def some_renaming(files: Sequence[str], chance: Random) -> Renaming:
    """Return a renaming of a file or folder that may well be refused."""
    known = sorted(path for path in files if not path.startswith("."))
    path = chance.choice(known)
    folder, _, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    if folder and chance.random() < 0.25:
        top = folder.split("/")
        old = "/".join(top[: chance.randint(1, len(top))])
        new = chance.choice((*FOLDERS[1:], old.swapcase(), f"{old}2", "new/deep", "new"))
        return Renaming(old, f"/{new}")
    others = [one.rpartition("/")[2].rpartition(".")[0] for one in known]
    to = chance.choice((*STEMS, *others, stem.swapcase(), normalize("NFD", stem), "fresh one"))
    place = chance.choice((folder, folder, *FOLDERS, "new"))
    return Renaming(path, f"/{place}/{to}{dot}{ending}" if place else f"/{to}{dot}{ending}")


def some_heading(files: dict[str, bytes], chance: Random) -> Renaming:
    """Return a renaming of a heading that may well be refused."""
    path = chance.choice([path for path in files if path.endswith(".md")])
    fresh = [heading for heading in (*HEADINGS, "Fresh: one") if "[[" not in heading]
    return Renaming(f"{path}#{chance.choice(HEADINGS)}", chance.choice(fresh))


# -- files ---------------------------------------------------------------------------------


def _paths(chance: Random) -> list[str]:
    """Return paths of which no two are one where case does not count, mostly."""
    found: dict[str, str] = {}
    for _ in range(chance.randint(3, 14)):
        folder, stem = chance.choice(FOLDERS), chance.choice(STEMS)
        if chance.random() < 0.15:
            stem = normalize("NFD", stem)
        path = f"{folder}/{stem}".lstrip("/") + chance.choice(ENDINGS)
        key = path if chance.random() < 0.05 else normalize("NFC", path).lower()
        found.setdefault(key, path)
    paths = list(found.values())
    names = {part.lower() for path in paths for part in (path, path.rpartition("/")[0])}
    kept = [path for path in paths if path.lower().rpartition(".")[0] not in names]
    return kept if any(path.endswith(".md") for path in kept) else ["A.md", "f/B.md"]


def _content(path: str, files: list[str], chance: Random) -> bytes:
    if path.endswith(".md"):
        text = _note(path, files, chance)
        if chance.random() < 0.2:
            text = text.replace("\n", "\r\n")
        return (b"\xef\xbb\xbf" if chance.random() < 0.1 else b"") + text.encode()
    if path.endswith(".canvas"):
        return _canvas(path, files, chance).encode()
    if path.endswith(".base"):
        return _base(files, chance).encode()
    return b"attachment"


def _note(path: str, files: list[str], chance: Random) -> str:
    lines = []
    if chance.random() < 0.5:
        lines += ["---", *_properties(path, files, chance), "---"]
    for heading in chance.sample(HEADINGS, chance.randint(0, 4)):
        lines += [f"{'#' * chance.randint(1, 3)} {heading}", "", f"text ^b{len(lines)}", ""]
        lines += [_line(path, files, chance) for _ in range(chance.randint(0, 4))]
        lines.append("")
    lines += [_line(path, files, chance) for _ in range(chance.randint(0, 5))]
    return "\n".join(lines) + chance.choice(("", "\n"))


def _properties(path: str, files: list[str], chance: Random) -> list[str]:
    def wiki() -> str:
        return f"[[{_wiki(path, files, chance)}]]"

    def single(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    kinds: tuple[Callable[[], list[str]], ...] = (
        lambda: [f"up: {json.dumps(wiki(), ensure_ascii=False)}"],
        lambda: [f"up: {single(wiki())}  # why"],
        lambda: [f"up: {json.dumps(wiki())}"],  # with escapes
        lambda: ["rel:", f'  - "{wiki()}"', f"  - {single(wiki())}"],
        lambda: [f'rel: ["{wiki()}", a, {single(wiki())}]'],
        lambda: ["deep:", f'  in: "{wiki()}"'],
        lambda: [f'md: "[x]({_address(path, files, chance)})"'],
        lambda: [f'md: "[x](<{_target(path, files, chance)}>)"'],
        lambda: [f"bare: {wiki()}"],
        lambda: [f'text: "see {wiki()} there"'],
        lambda: ["aliases: [Other, A]", "tags: [t]"],
    )
    return [line for kind in chance.sample(kinds, chance.randint(1, 4)) for line in kind()]


def _line(path: str, files: list[str], chance: Random) -> str:
    wiki, address = _wiki(path, files, chance), _address(path, files, chance)
    target = _target(path, files, chance)
    return chance.choice(
        (
            f"[[{wiki}]]", f"see [[{wiki}|shown]], and ![[{wiki}]].", f"![[{wiki}|100]]",
            f"[x]({address})", f"![x]({address})", f'[x]({address} "title")',
            f"[x](<{target}>) and [[{wiki}]]", f"- [ ] [[{wiki}]] #tag\n  - [y]({address})",
            f"> [!note] [[{wiki}]]\n> [[{wiki}|q]]", f"%% [[{wiki}]] %%",
            f"`[[{wiki}]]` [[{wiki}]]",
            f"```\n[[{wiki}]]\n```", f"| a | b |\n|---|---|\n| [[{wiki}\\|t]] | [y]({address}) |",
            f"[[ {wiki} ]]", f"**[[{wiki}]]** ==[[{wiki}]]==", f"[^1]: [[{wiki}]]",
            f"<b>[[{wiki}]]</b> $x$ [[{wiki}]]", f"[![i]({address})]({address})",
            f"[ref][r]\n\n[r]: {address}\n", "[[#One]] [x](#Two%20parts) [[#^b3]]",
            f"[[{wiki}]][[{wiki}]]", f"[[[{wiki}]]]", f"\\[[{wiki}]] and [[Not closed",
        )
    )  # fmt: skip


def _canvas(path: str, files: list[str], chance: Random) -> str:
    box = {"x": 0, "y": 0, "width": 9, "height": 9}
    nodes: list[dict[str, object]] = []
    for number in range(chance.randint(0, 4)):
        node: dict[str, object] = {"id": str(number), **box}
        match chance.randint(0, 2):
            case 0:
                node |= {"type": "file", "file": chance.choice(files), "subpath": "#One"}
            case 1:
                node |= {"type": "text", "text": f"# T\n{_line(path, files, chance)}\n"}
            case _:
                node |= {"type": "group", "background": chance.choice(files), "label": "é"}
        nodes.append(node)
    return json.dumps(
        {"nodes": nodes, "edges": [], "own": 1},
        ensure_ascii=chance.random() < 0.5,
        indent=chance.choice((None, 1, "\t")),
    )


def _base(files: list[str], chance: Random) -> str:
    stem, folder = chance.choice(files).removesuffix(".md"), chance.choice(FOLDERS[1:])
    name = stem.replace("'", "").replace('"', "")
    return (
        f'filters:\n  and:\n    - file.hasLink("{name}")\n    - file.inFolder("{folder}")\n'
        f"    - 'file.path == \"{name}.md\"'\nviews:\n  - type: table\n    name: One\n"
    )


# -- links -----------------------------------------------------------------------------------


def _target(source: str, files: list[str], chance: Random) -> str:
    """Return a path in one of the forms that a link may give it."""
    path = chance.choice(files)
    whole = path.removesuffix(".md") if chance.random() < 0.7 else path
    parts = whole.split("/")
    up = "../" * source.count("/")
    forms = (
        parts[-1], parts[-1], whole, "/".join(parts[-2:]), f"/{whole}", f"{up}{whole}",
        f"./{parts[-1]}", f"../{parts[-1]}", whole.swapcase(), normalize("NFD", parts[-1]),
        parts[-1].replace(" ", "\u00a0"), "Nowhere", chance.choice(STEMS), f"f\\{parts[-1]}",
    )  # fmt: skip
    subpath = chance.choice(("", "", "", "#One", "#Two parts", "#One#Two: parts", "#^b2", "#Ünï"))
    return chance.choice(forms) + subpath


def _wiki(source: str, files: list[str], chance: Random) -> str:
    return _target(source, files, chance)


def _address(source: str, files: list[str], chance: Random) -> str:
    """Return a target as a Markdown link may have it."""
    path, mark, subpath = _target(source, files, chance).partition("#")
    if chance.random() < 0.3:
        path = quote(path)
    else:
        path = path.replace("%", "%25").replace(" ", "%20").replace("\u00a0", "%C2%A0")
        path = path.replace("(", "%28").replace(")", "%29") if chance.random() < 0.5 else path
    return f"{path}{mark}{subpath.replace(' ', '%20')}"
