"""Takes out of what a guest's serial line says all that does more than write, colour and move on the screen.

What is left is safe for a terminal emulator, and for a terminal: titles, clipboards, palettes, mouse modes,
printers and every string command are gone; so are characters that hide or turn the direction of writing.
Memory is bounded: of a sequence that does not end no more than `MOST_CHARS` are kept.
"""

from __future__ import annotations

import codecs
import re
from unicodedata import normalize

MOST_CHARS = 64
"""Of one control sequence; longer ones are dropped."""
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]{0,60}[ -/]{0,2}[@-~]|[()][0-9A-Z]|[78DEHMc=>])"  # what may be kept
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # too long
    r"|\x1b[ -/]+[0-~]|\x1b[0-OQ-WYZ\\`-~]"  # what is never kept
)
_STRING = re.compile("\x1b[\\]PX^_]|[\x90\x98\x9d\x9e\x9f]")
_STRING_END = re.compile("\x07|\x1b\\\\|\x9c|[\x18\x1a]|\x1b(?=[^\\\\])")
_ALLOWED_FINAL = frozenset("@ABCDEFGHIJKLMPSTXZ`abdefghlmrsu")
_ASKS = frozenset("cn")
"""Device attributes and status: a terminal answers them, into the guest's keyboard."""
_ALLOWED_MODES = frozenset({"1", "6", "7", "12", "25", "47", "1047", "1048", "1049", "2004"})
_DROPPED = re.compile(
    "[\x00-\x07\x10-\x1a\x1c-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)


class Taming:
    """Fed with bytes as they come, it returns the text that may be shown; parts of sequences wait in it."""

    def __init__(self, *, answers: bool = False) -> None:
        """`answers`: keep what asks the terminal, for an emulator whose answers we hold in our hands."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._finals = _ALLOWED_FINAL | (_ASKS if answers else frozenset())
        self._pending = ""
        self._in_string = False

    def feed(self, data: bytes) -> str:
        text = self._pending + self._decoder.decode(data)
        self._pending = ""
        done: list[str] = []
        at = 0
        while at < len(text):
            at = self._skip_string(text, at) if self._in_string else self._take(text, at, done)
        return "".join(done)

    def _take(self, text: str, at: int, done: list[str]) -> int:
        """Take plain text up to the next sequence, and that; return where to go on."""
        begin = _next(text, at)
        if begin > at:
            done.append(_plain(text[at:begin]))
            return begin
        if _STRING.match(text, at):
            self._in_string = True
            return at + (2 if text[at] == "\x1b" else 1)
        match = _SEQUENCE.match(text, at)
        if match:
            if self._may_stay(match.group()):
                done.append(match.group())
            return match.end()
        rest = text[at : at + MOST_CHARS + 1]
        if len(rest) <= MOST_CHARS and not any(char < " " for char in rest[1:]):
            self._pending = rest  # it may go on in what comes next
            return len(text)
        return at + 1  # no sequence at all: without its ESC it is text

    def _skip_string(self, text: str, at: int) -> int:
        match = _STRING_END.search(text, at)
        if match:
            self._in_string = False
            return match.end() if match.group() != "\x1b" else match.start()
        if text.endswith("\x1b"):
            self._pending = "\x1b"
        return len(text)

    def _may_stay(self, sequence: str) -> bool:
        if sequence[1] != "[":
            return sequence[1] in "()78DEHMc=>" and (sequence[1] not in "()" or sequence[2] in "0AB")
        body, final = sequence[2:-1], sequence[-1]
        if len(sequence) > MOST_CHARS or final not in self._finals or not body.isascii():
            return False
        if body.startswith("?"):
            return final in "hl" and set(body[1:].split(";")) <= _ALLOWED_MODES
        return all(char in "0123456789;" for char in body)


def _next(text: str, at: int) -> int:
    """Where the next sequence begins; the end when there is none."""
    begin = text.find("\x1b", at)
    begin = len(text) if begin < 0 else begin
    eight_bit = _STRING.search(text, at, begin)
    return eight_bit.start() if eight_bit else begin


def _plain(text: str) -> str:
    if not text.isascii():
        from wcwidth import wcwidth

        # Marks that pile up on one cell have no bound, and an emulator stumbles over what has no width.
        text = "".join([char for char in normalize("NFC", text) if char < " " or wcwidth(char) > 0])
    return _DROPPED.sub("", text)
