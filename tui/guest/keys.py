"""Keys of this terminal as what a guest gets: bytes on its serial line, X11 keysyms at its screen."""

from __future__ import annotations

_ARROWS = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}
_TILDES = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6}
_FUNCTIONS = (b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS")
_MORE_FUNCTIONS = (15, 17, 18, 19, 20, 21, 23, 24)
_BYTES = {
    "enter": b"\r",
    "tab": b"\t",
    "backspace": b"\x7f",
    "escape": b"\x1b",
    "shift+tab": b"\x1b[Z",
    **{name: f"\x1b[{code}~".encode() for name, code in _TILDES.items()},
    **{f"f{number}": code for number, code in enumerate(_FUNCTIONS, 1)},
    **{f"f{number}": f"\x1b[{code}~".encode() for number, code in enumerate(_MORE_FUNCTIONS, 5)},
}
_CONTROLS = {
    "space": 0,
    "at": 0,
    "left_square_bracket": 27,
    "backslash": 28,
    "right_square_bracket": 29,
    "circumflex_accent": 30,
    "underscore": 31,
}


def bytes_of(key: str, character: str | None, *, application_cursor: bool = False) -> bytes:
    """What a terminal sends for a key as Textual names it; empty: a key that a serial line does not know."""
    if key.startswith("alt+"):
        rest = bytes_of(key[4:], character)
        return b"\x1b" + rest if rest else b""
    if key.startswith("ctrl+"):
        return _control(key[5:])
    if key in _ARROWS:
        return f"\x1b{'O' if application_cursor else '['}{_ARROWS[key]}".encode()
    if key in _BYTES:
        return _BYTES[key]
    return _character(key, character).encode()


def _character(key: str, character: str | None) -> str:
    """The character that a key stands for; empty: none."""
    for one in (character or "", key):
        if len(one) == 1 and one.isprintable():
            return one
    return ""


def _control(name: str) -> bytes:
    if len(name) == 1 and "a" <= name <= "z":
        return bytes([ord(name) - 96])
    return bytes([_CONTROLS[name]]) if name in _CONTROLS else b""


SHIFT, CONTROL, ALT, SYS_REQ = 0xFFE1, 0xFFE3, 0xFFE9, 0xFF15
_KEYSYMS = {
    "enter": 0xFF0D,
    "tab": 0xFF09,
    "backspace": 0xFF08,
    "escape": 0xFF1B,
    "up": 0xFF52,
    "down": 0xFF54,
    "left": 0xFF51,
    "right": 0xFF53,
    "home": 0xFF50,
    "end": 0xFF57,
    "pageup": 0xFF55,
    "pagedown": 0xFF56,
    "insert": 0xFF63,
    "delete": 0xFFFF,
    "space": 0x20,
    **{f"f{number}": 0xFFBD + number for number in range(1, 13)},
}
_SHIFTED = frozenset('~!@#$%^&*()_+{}|:"<>?')
_MODIFIERS = {"shift": SHIFT, "ctrl": CONTROL, "alt": ALT}
_CONTROL_NAMES = {
    "at": "@",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "backslash": "\\",
    "circumflex_accent": "^",
    "underscore": "_",
}


def keysyms_of(key: str, character: str | None) -> tuple[int, ...]:
    """The keys to press one after the other, and to let go of in reverse; empty: nothing that is known.

    A character that needs Shift on an American keyboard gets it: a VNC server turns keysyms into keys.
    """
    *modifiers, name = key.split("+") if key != "+" else ["+"]
    if name in _KEYSYMS:
        return (*(_MODIFIERS[one] for one in modifiers if one in _MODIFIERS), _KEYSYMS[name])
    if modifiers and modifiers != ["shift"]:
        letter = _CONTROL_NAMES.get(name, name)
        if len(letter) != 1:
            return ()
        return (*(_MODIFIERS[one] for one in modifiers if one in _MODIFIERS), *_of_character(letter))
    return _of_character(_character(name, character))


def _of_character(character: str) -> tuple[int, ...]:
    if not character or not character.isprintable():
        return ()
    code = ord(character)
    keysym = code if code < 0x100 else 0x0100_0000 + code
    needs_shift = character in _SHIFTED or ("A" <= character <= "Z")
    return (SHIFT, keysym) if needs_shift else (keysym,)


def keysyms_of_text(text: str) -> list[tuple[int, ...]]:
    """What to press for a text that was pasted; a line feed is Enter."""
    named = {"\n": "enter", "\r": "enter", "\t": "tab"}
    return [keysyms_of(named.get(char, char), char) for char in text.replace("\r\n", "\n")]
