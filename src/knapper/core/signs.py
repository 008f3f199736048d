"""Telling quickly that a text does not hold what is rare.

Nine tenths of a note are small letters and blanks. What is left of it without them is
searched in a tenth of the time; nearly every rule looks for something rare first.
"""

from string import ascii_lowercase, digits

__all__ = ["Signs", "rare_of", "signs"]

Signs = tuple[tuple[bytes, str], ...]
"""Pieces of text to look for, each with what is rare in it."""

_COMMON = f"{ascii_lowercase}{digits} \t\r\n,.'".encode()


def rare_of(text: str) -> bytes:
    """Return a text in UTF-8, but for small letters of ASCII, figures, blanks, `,.'`.

    What a text holds stands in it likewise, and so what does not stand in it the text
    does not hold.
    """
    return text.encode(errors="surrogatepass").translate(None, _COMMON)


def signs(*texts: str) -> Signs:
    """Make texts ready to be looked for by `Note.has`."""
    return tuple((rare_of(text), text) for text in texts)
