"""Rules about what a language model, or a template, left behind in a note.

None of them looks into code, quotes or text in quotation marks: there such words are
spoken of. Notes about prompts and models, and templates, are left alone as well.
"""

import re
from collections.abc import Iterator

from knapper.core.note import Note
from knapper.core.properties import tags_of
from knapper.core.rule import Finding, check
from knapper.core.settings import Settings
from knapper.core.signs import signs
from knapper.core.text import Span
from knapper.core.vault import Vault

__all__ = ["chat_phrase", "may_be_unfilled", "placeholder", "prompt_leak"]

_MARKS = signs("{{", "TODO: add ", "[Insert ", "[INSERT ", "[insert ")


@check
def chat_phrase(note: Note) -> Iterator[Finding]:
    """Report the words of a chat assistant where its answer begins or ends.

    That is the first paragraph of a note (headings and a line `From:` aside) and the
    last two. Forms: what is left in the notes of github.com/sieve-data/tubegraph, and
    the usual excuses of public models.
    """
    opening = _opening(note.text, note.body)
    places = {opening: "begins"} if opening else {}
    for closing in _closings(note.text, note.body):
        if opening is None or closing.start != opening.start:
            places[closing] = "ends"
    for span, verb in sorted(places.items()):
        if _is_own_text(note, span.start) and not _is_about_models(note):
            words = note.text[slice(*span)]
            message = f"'{words}' is how a chat assistant {verb}; expected the note alone"
            yield Finding(span, message)


@check(signs=("<|", "SYS>>", "</system>", "</think", "[/INST]"))
def prompt_leak(note: Note) -> Iterator[Finding]:
    """Report the marks between which language models are given a prompt, once a note.

    Forms: the chat templates of public models (ChatML, Llama 2 and 3), and the elements
    `<system>` and `<think>` at the beginning of a line.
    """
    text = note.text
    if not note.is_markdown:
        return
    marks = [mark for mark in _MARK.finditer(text, note.body) if _is_prompt_mark(note, mark)]
    if all(mark[0] == "[INST]" for mark in marks) or _is_about_models(note):
        return  # an institute, unless other marks stand by it
    more = f" (and {len(marks) - 1} more)" if marks[1:] else ""
    message = f"'{marks[0][0]}'{more} is a mark in the prompt of a language model; expected text"
    yield Finding(Span(*marks[0].span()), message)


def may_be_unfilled(note: Note, _: Vault) -> bool:
    """Tell whether a note may have a place that was to be filled in."""
    return note.has(_MARKS) or "orem ipsum dolor" in note.text


@check(when=may_be_unfilled)
def placeholder(note: Note, settings: Settings) -> Iterator[Finding]:
    """Report places that were to be filled in, outside of templates.

    `{{title}}`, `{{date}}` and `{{time}}`: Obsidian Help, "Templates".
    """
    text = note.text
    if not note.is_markdown:
        return
    for found in _PLACEHOLDER.finditer(text):
        in_properties = found.start() < note.body
        if in_properties and found.lastgroup != "variable":
            continue
        if in_properties or _is_own_text(note, found.start()):
            if _is_template(note, settings) or _is_about_models(note):
                return
            yield Finding(Span(*found.span()), f"'{found[0]}' was never filled in")


_AS_A_MODEL = (
    r"As an AI(?: language model| model| assistant)?, I\b"
    r"|Als KI-(?:Sprachm|M)odell (?:kann|habe|bin) ich\b"
    r"|En tant que modèle de langage(?: d['’]IA)?, je\b"
    r"|Como modelo de lenguaje(?: de IA)?, (?:no|puedo)\b"
    r"|作为一个(?:AI|人工智能)(?:语言)?模型，我"
)
_SORRY = r"I(?:['’]m| am) sorry, but (?:as an AI\b|I can(?:['’]t|not) (?:assist|help) with that)"
_LEAD = re.compile(r"(?:[ \t]*+(?:(?:\#|From:)[^\n]*+|(?:---|\*\*\*|___)[ \t]*+\r?)?\r?\n)*+")
_GREETING = re.compile(
    rf"{_AS_A_MODEL}|{_SORRY}"
    r"|(?:Sure(?: thing)?|Certainly|Absolutely|Of course)! "
    r"(?:Here(?:['’]s| is| are)\b|Below (?:is|are)\b|I(?:['’]d| would) be (?:happy|glad) to\b)"
)
_ANNOUNCEMENT = re.compile(
    r"(?:Sure|Certainly|Absolutely|Of course)[,.] [Hh]ere(?:['’]s| is| are) (?:an?|the|your|some)\b"
    r"|Here(?:['’]s| is| are) (?:an?|the|your) [^\n]{0,120}?"
    r"(?:\byou (?:requested|asked for)|\bwith (?:the )?(?:backlinks|wiki-?links)"
    r"|\bbased on the (?:provided|given) )"
)
"""Said of a line that ends with a colon: the answer follows."""
_FIRST_LETTERS = frozenset("ACEHIOS作")
_TAIL = 2000
"""How far from the end of a note the last words of an assistant begin at most."""
_GAP = re.compile(r"\n(?:[^\S\n]*+\n)+")
_CLOSING = re.compile(
    rf"{_AS_A_MODEL}|{_SORRY}"
    r"|(?:I hope this [a-z ]{1,40}[.!] )?(?:Please )?"
    r"(?:[Ll]et me know if you(?:['’]d| would) like me to|Would you like me to) "
    r"(?:expand|elaborate|adjust|refine|revise|rewrite|reformat|format|modify|shorten"
    r"|summari[sz]e|generate|turn this)\b"
)
_MARK = re.compile(
    r"<\|(?:im_(?:start|end|sep)|endoftext|(?:begin|end)_of_text|(?:start|end)_header_id"
    r"|eo[tm]_id|system|user|assistant)\|>"
    r"|(?<!\[)\[/?INST\](?![\[(:])|<</?SYS>>"
    r"|^</?(?P<element>system|think|thinking)>",
    re.MULTILINE,
)
_PLACEHOLDER = re.compile(
    r"(?P<variable>\{\{(?:title|(?:date|time)(?::[^{}\n]{1,60})?)\}\})"
    r"|(?<![\[!\w\\])\[(?:insert|Insert|INSERT) [^\[\]\n]{1,80}\](?![\[(:])"
    r"|[Ll]orem ipsum dolor sit amet"
    r"|\bTODO: add (?:an? |the )?(?:title|description|summary|content|text)\b(?: here\b)?"
    r"(?=[.!]?[ \t]*+\r?$)",
    re.MULTILINE,
)
_QUOTE = re.compile(r"[ \t]*+>")
_QUOTATION_MARKS = frozenset("\"'`“”„‚‘’«»「『")
_MODELS = re.compile(
    r"(?<!\S)(?:prompt(?:s|ing)?|llms?|(?:chat)?gpt|chatbots?|language models?)(?!\S)"
)
_WORD = re.compile(r"[^\W_]++")


def _opening(text: str, start: int) -> Span | None:
    """Return the words with which an assistant begins, if the first paragraph does."""
    lead = _LEAD.match(text, start)
    start = lead.end() if lead else start
    if text[start : start + 1] not in _FIRST_LETTERS:
        return None
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    found = _GREETING.match(text, start, end)
    if found is None and text[start:end].rstrip().endswith(":"):
        found = _ANNOUNCEMENT.match(text, start, end)
    return Span(*found.span()) if found else None


def _closings(text: str, start: int) -> Iterator[Span]:
    """Yield the words with which an assistant ends, of the last two paragraphs."""
    begin = max(start, len(text) - _TAIL)
    tail = text[begin:].rstrip()
    paragraphs = [0] if begin == start else []
    paragraphs += [gap.end() for gap in _GAP.finditer(tail, _before_last_two(tail))]
    for paragraph in paragraphs[-2:]:
        if found := _CLOSING.match(tail, paragraph):
            yield Span(begin + found.start(), begin + found.end())


def _before_last_two(text: str) -> int:
    """Return an offset after which two gaps between paragraphs are left, 0 if unsure."""
    last = text.rfind("\n\n")
    before = text.rfind("\n\n", 0, max(last, 0))
    # empty lines that follow each other are one gap
    return max(before, 0) if text[before:last].strip("\n") else 0


def _is_own_text(note: Note, offset: int) -> bool:
    """Tell whether what stands there is said, not shown as code or quoted."""
    text = note.text
    if not note.is_markdown or note.region_at(offset) is not None:
        return False
    if offset and text[offset - 1] in _QUOTATION_MARKS:
        return False
    _, column = note.lines.place(offset)
    return _QUOTE.match(text, offset - column + 1, offset) is None


def _is_prompt_mark(note: Note, mark: re.Match[str]) -> bool:
    """Tell whether a mark is a leftover; an element has to be closed somewhere."""
    element = mark["element"]
    if element is None:
        return _is_own_text(note, mark.start())
    region = note.region_at(mark.start())
    begins_here = region is not None and region.start == mark.start()
    return begins_here and f"</{element}>" in note.text


def _is_about_models(note: Note) -> bool:
    """Tell whether a note's path or tags say that it is about prompts or models."""
    tags = (*tags_of(note.frontmatter), *(tag.name for tag in note.tags))
    words = _WORD.findall(" ".join((note.path, *tags)).lower())
    return _MODELS.search(" ".join(words)) is not None


def _is_template(note: Note, settings: Settings) -> bool:
    """Tell whether a note is to be copied: by its place, its tags, or Templater's `<%`."""
    tags = (*tags_of(note.frontmatter), *(tag.name for tag in note.tags))
    return (
        settings.is_template(note.path)
        or "<%" in note.text
        or "template" in " ".join((note.path, *tags)).lower()
    )
