"""Rules about the names of files: notes, canvases, bases and attachments alike.

Limits: Obsidian Help ("Internal links", "Sync status"), Microsoft ("Naming files"),
POSIX, and the vendors of NTFS and APFS.
"""

import re
from collections.abc import Iterator
from typing import Literal
from unicodedata import bidirectional, normalize

from knapper.checks.links.judgement import suspects
from knapper.checks.links.wording import described, either, span_of
from knapper.core.note import Note
from knapper.core.paths import NotePath, folder_of, is_note, name_of, stem_of
from knapper.core.rule import Finding, check
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = [
    "ambiguous_stem",
    "case_collision",
    "has_odd_name",
    "illegal_file_name",
    "invisible_character",
    "long_file_name",
    "may_collide",
    "twins_of",
    "unicode_collision",
    "unlinkable_file_name",
]


System = Literal["windows", "android", "macos", "ios"]

_ODD_SIGN = re.compile(
    r'[#|\[\]*?"<>:\\\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e'
    r"\u2060-\u206f\ufeff\udc80-\udcff]"
)
_ODD_PART = re.compile(
    r"/(?:(?<=[ .]/)|(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?=[./]))", re.IGNORECASE
)
"""What no name has to which one of the first three rules may object, between two `/`."""


def has_odd_name(note: Note, _: Vault) -> bool:
    """Tell whether a path has anything that the rules about signs look for."""
    path = f"/{note.path}/"
    return bool(_ODD_SIGN.search(path) or _ODD_PART.search(path))


def twins_of(note: Note, vault: Vault) -> tuple[NotePath, ...]:
    """Return the other files whose paths differ in case or Unicode form only."""
    return vault.once(note, _twins)


def may_collide(note: Note, vault: Vault) -> bool:
    """Tell whether a note may collide with another one, or have a doubtful link."""
    return bool(twins_of(note, vault) or suspects(note, vault))


@check(when=has_odd_name, files=True)
def unlinkable_file_name(note: Note) -> Iterator[Finding]:
    """Report names with a sign at which a wikilink to them would end or be cut."""
    name = name_of(note.path)
    if found := _CUTS_A_LINK.search(name):
        yield Finding(_top(note), f"no wikilink can name '{_shown(name)}': {_CUT[found[0]]} there")


@check(when=has_odd_name, files=True)
def illegal_file_name(
    note: Note,
    vault: Vault,
    *,
    systems: tuple[System, ...] = ("windows", "android", "macos", "ios"),
) -> Iterator[Finding]:
    """Report names that a file cannot have on one of the systems."""
    for whose, name in _names(note.path, vault):
        for reason, where in _illegal(name):
            if refusing := [_SYSTEMS[system] for system in systems if system in where]:
                on = _listed(refusing)
                said = f"{whose} '{_shown(name)}' has {reason}, which {on} cannot store"
                yield Finding(_top(note), said)


@check(files=True)
def long_file_name(
    note: Note, vault: Vault, *, most_bytes: int = 255, most_path: int = 259
) -> Iterator[Finding]:
    """Report names and paths that are too long for one of the usual file systems.

    A name has at most 255 bytes in UTF-8 on Linux and Android, 255 UTF-16 units on NTFS
    and APFS; a path has 259 such units on Windows, as it comes.
    """
    path = note.path
    if len(path) * 4 <= min(most_bytes, most_path):
        return
    for whose, name in _names(path, vault):
        if (size := len(name.encode(errors="surrogatepass"))) > most_bytes:
            shown = _shown(name) if len(name) <= _SHOWN else f"{_shown(name[:_SHOWN])}…"
            message = f"{whose} '{shown}' has {size} bytes; Linux and Android allow {most_bytes}"
            yield Finding(_top(note), message)
    if (units := len(path.encode("utf-16-le", errors="surrogatepass")) // 2) > most_path:
        message = f"this path has {units} characters; Windows allows {most_path} from the drive on"
        yield Finding(_top(note), message)


@check(when=has_odd_name, files=True)
def invisible_character(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report signs in names that nobody sees, and that no script needs there."""
    for whose, name in _names(note.path, vault):
        if found := [sign for sign in _INVISIBLE.finditer(name) if not _is_needed(sign)]:
            noun = "an invisible character" if len(found) == 1 else "invisible characters"
            yield Finding(_top(note), f"{whose} '{_shown(name)}' has {noun} in its name")


@check(when=may_collide, files=True)
def case_collision(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report files that are one on a disk that ignores case, and links to them."""
    twins = [path for path in twins_of(note, vault) if not _look_the_same(path, note.path)]
    if twins:
        message = f"{either(twins)} differs only in case; Windows and macOS take them for one file"
        yield Finding(_top(note), message)
    for suspect in suspects(note, vault):
        if suspect.defect == "collision":
            yield Finding(span_of(suspect.link), described(suspect, note.path, vault))


@check(when=twins_of, files=True)
def unicode_collision(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report files whose names look the same and are composed of other code points."""
    twins = [path for path in twins_of(note, vault) if _look_the_same(path, note.path)]
    if twins:
        others = "another file" if len(twins) == 1 else f"{len(twins)} other files"
        message = f"{others} has the same name in another Unicode form (NFC, NFD); macOS takes "
        yield Finding(_top(note), f"{message}them for one file")


@check
def ambiguous_stem(note: Note, vault: Vault) -> Iterator[Finding]:
    """Report notes with a name that another note in the vault has, too."""
    others = vault.namesakes(note.path) if is_note(note.path) else ()
    if others:
        name = stem_of(note.path)
        message = f"{either(list(others))} is called '{name}' too; expected a name of its own"
        yield Finding(_top(note), message)


_CUTS_A_LINK = re.compile(r"#|\||\[\[|\]\]|\](?=\.md\Z)", re.IGNORECASE)
_CUT = {
    "#": "'#' begins a heading",
    "|": "'|' begins the text to show",
    "[[": "'[[' begins another one",
    "]]": "']]' is the end",
    "]": "']' and the end make three",
}
_SHOWN = 40
_SYSTEMS: dict[System, str] = {
    "windows": "Windows",
    "android": "Android",
    "macos": "macOS",
    "ios": "iOS",
}
_EVERYWHERE = tuple(_SYSTEMS)
_MICROSOFT = ("windows", "android")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?=\.|\Z)", re.IGNORECASE)
_REFUSED = re.compile(r'[*?"<>|:\\\x00-\x1f\x7f]')
_RAW_BYTE = re.compile("[\udc80-\udcff]")
"""How `os.fsdecode` gives a byte of a name that is not UTF-8 (PEP 383)."""
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_JOINERS = "\u200c\u200d"
_MARKS_OF_DIRECTION = frozenset("LRE RLE LRO RLO PDF LRI RLI FSI PDI L R AL".split())
_WITHOUT_BLANKS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
"""Letters of Thai, Lao, Burmese and Khmer."""


def _twins(note: Note, vault: Vault) -> tuple[NotePath, ...]:
    return vault.twins(note.path)


def _top(note: Note) -> Span:
    return Span(note.body, note.body)


def _names(path: NotePath, vault: Vault) -> Iterator[tuple[str, str]]:
    """Yield ("the file", its name), and so the folders of which it is the first file.

    So each name is told of once, also that of a folder with a thousand notes.
    """
    yield "the file", name_of(path)
    folder = folder_of(path)
    while folder and vault.is_first_in(folder, path):
        yield "the folder", name_of(folder)
        folder = folder_of(folder)


def _shown(name: str) -> str:
    """Return a name in which signs that nobody sees, and bytes that are none, are spelt out."""
    spelt = _INVISIBLE.sub(lambda sign: f"<U+{ord(sign[0]):04X}>", name)
    return _RAW_BYTE.sub(lambda sign: f"<0x{ord(sign[0]) - 0xDC00:02X}>", spelt)


def _illegal(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what a name should not have, and the systems that refuse it."""
    if _RAW_BYTE.search(name):
        yield "a byte that is not UTF-8", _EVERYWHERE
    for sign in dict.fromkeys(_REFUSED.findall(name)):
        if sign in ":\\":
            yield f"'{sign}'", _EVERYWHERE
        else:
            yield f"'{sign}'" if sign.isprintable() else f"U+{ord(sign):04X}", _MICROSOFT
    if name[-1] in " .":
        yield "a blank at the end" if name[-1] == " " else "a dot at the end", ("windows",)
    if found := _RESERVED.match(name):
        yield f"the reserved name '{found[0]}'", ("windows",)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _is_needed(sign: re.Match[str]) -> bool:
    """Tell whether a sign without width does something where it stands.

    Joiners shape letters and emoji, U+200B parts words where a script has no blanks, and
    marks of direction belong to names from right to left.
    """
    name, at = sign.string, sign.start()
    before, after = name[at - 1 : at], name[at + 1 : at + 2]
    if sign[0] in _JOINERS:
        return bool(before and after) and not (before.isascii() or after.isascii())
    if sign[0] == "\u200b":
        return bool(_WITHOUT_BLANKS.match(before) and _WITHOUT_BLANKS.match(after))
    if bidirectional(sign[0]) in _MARKS_OF_DIRECTION:
        return any(bidirectional(letter) in ("R", "AL") for letter in name if letter.isalpha())
    return False


def _look_the_same(path: NotePath, other: NotePath) -> bool:
    return path != other and normalize("NFC", path) == normalize("NFC", other)
