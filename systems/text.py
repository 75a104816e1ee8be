"""Text from a host is data: what could steer a terminal or hide from the eye is spelled out, never obeyed."""

from __future__ import annotations

import re
from unicodedata import category, east_asian_width

TAB_WIDTH = 8

_PICTURES = 0x2400
"""U+2400 and on: one picture for each C0 control character, one cell wide."""

_INVISIBLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # letters and marks that draw nothing
    "\u2028\u2029"  # line and paragraph separators
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb"  # category Cf: zero width, and the overrides of direction
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
    "\ud800-\udfff"  # half a surrogate pair cannot be written to a terminal at all
)
_HARMFUL = re.compile(f"[\x00-\x1f\x7f-\x9f{_INVISIBLE}]")
_HARMFUL_BUT_NEWLINE = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_INVISIBLE}]")


def visible(text: str, *, newlines: bool = False, ascii_only: bool = False) -> str:
    """Spell out every character that a terminal would obey or not show.

    A control character becomes its picture (ESC: "␛"), or `^[` with `ascii_only`, as `less` and `cat -v`
    write it; characters that are invisible or turn the direction of writing become `<U+202E>`. Tabs are
    expanded to every eighth cell. With `newlines` the line feed is kept, for text of several lines.
    Letters beyond ASCII are kept, also with `ascii_only`: which signs *we* draw is another matter.
    """
    if newlines and "\n" in text:
        return "\n".join([visible(line, ascii_only=ascii_only) for line in text.split("\n")])
    if text.isascii() and text.isprintable():
        return text
    if "\t" in text:
        if text.isascii() and text.replace("\t", "").isprintable():
            return text.expandtabs(TAB_WIDTH)
        text = _expand_after_spelling(text, ascii_only)
    return _HARMFUL.sub(_spell_in_ascii if ascii_only else _spell, text)


def visible_bytes(data: bytes, *, newlines: bool = False, ascii_only: bool = False) -> str:
    r"""Decode as UTF-8 and make visible; a byte that is no UTF-8 is written as `\xNN`."""
    return visible(data.decode("utf-8", "backslashreplace"), newlines=newlines, ascii_only=ascii_only)


def is_harmless(text: str) -> bool:
    """Whether `visible(text, newlines=True)` would change nothing: fit for a terminal as it is."""
    return _HARMFUL_BUT_NEWLINE.search(text) is None


def safe_json(text: str) -> str:
    """A JSON document as it may stand in a terminal: what one would obey or not show becomes its escape.

    JSON itself only escapes the controls below U+0020; to a reader of JSON the document stays the same.
    """
    return _HARMFUL_BUT_NEWLINE.sub(_escape_in_json, text)


def _escape_in_json(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _spell(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(_PICTURES + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def _spell_in_ascii(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    return f"<U+{code:04X}>"


def _expand_after_spelling(text: str, ascii_only: bool) -> str:
    """Expand tabs by the cells that the text before them takes once it is spelled out."""
    parts = text.split("\t")
    done = ""
    column = 0
    for part in parts[:-1]:
        shown = _HARMFUL.sub(_spell_in_ascii if ascii_only else _spell, part)
        column += _cells(shown)
        gap = TAB_WIDTH - column % TAB_WIDTH
        column += gap
        done += shown + " " * gap
    return done + parts[-1]


def _cells(text: str) -> int:
    """Cells that spelled-out text takes: 2 for a wide character, 0 for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(
        0 if category(char) in ("Mn", "Me") else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )
