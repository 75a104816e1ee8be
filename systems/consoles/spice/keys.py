"""Keys for a SPICE server: the scan codes of a PC's keyboard (set 1), which has an American layout here.

A server of VNC turns X11's keysyms into keys itself; one of SPICE is told which key it is.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from systems.consoles.spice.channel import message

_KEY_DOWN, _KEY_UP = 101, 102
_UP = 0x80
_EXTENDED = 0xE0
_ROWS = (
    (0x02, "1234567890-=", "!@#$%^&*()_+"),
    (0x10, "qwertyuiop[]", "QWERTYUIOP{}"),
    (0x1E, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (0x2B, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
"""Scan code of the first key, and what its keys write without Shift and with it."""
_PLAIN = {
    0x20: 0x39,
    0xFF08: 0x0E,
    0xFF09: 0x0F,
    0xFF0D: 0x1C,
    0xFF15: 0x54,
    0xFF1B: 0x01,
    0xFFE1: 0x2A,
    0xFFE3: 0x1D,
    0xFFE9: 0x38,
    **{0xFFBE + number: 0x3B + number for number in range(10)},
    0xFFC8: 0x57,
    0xFFC9: 0x58,
    **{ord(char): first + at for first, *rows in _ROWS for row in rows for at, char in enumerate(row)},
}
"""X11's keysym -> scan code."""
_GREY = {
    0xFF50: 0x47,
    0xFF51: 0x4B,
    0xFF52: 0x48,
    0xFF53: 0x4D,
    0xFF54: 0x50,
    0xFF55: 0x49,
    0xFF56: 0x51,
    0xFF57: 0x4F,
    0xFF63: 0x52,
    0xFFFF: 0x53,
}
"""The same of the keys between the letters and the numbers."""


def chord(keysyms: Sequence[int]) -> bytes:
    """Press them one after the other, let go of them in reverse; empty: there is no key for one of them."""
    codes = [_code(keysym) for keysym in keysyms]
    found = [code for code in codes if code is not None]
    if len(found) < len(codes):
        return b""
    down = [message(_KEY_DOWN, struct.pack("<I", _sent(code))) for code in found]
    up = [message(_KEY_UP, struct.pack("<I", _sent(code, _UP))) for code in reversed(found)]
    return b"".join([*down, *up])


def _code(keysym: int) -> tuple[int, bool] | None:
    """Scan code, and whether it is one of the grey keys."""
    if keysym in _GREY:
        return _GREY[keysym], True
    return (_PLAIN[keysym], False) if keysym in _PLAIN else None


def _sent(code: tuple[int, bool], up: int = 0) -> int:
    """As a number whose lowest byte goes out first."""
    value, is_grey = code
    return _EXTENDED | (value | up) << 8 if is_grey else value | up
