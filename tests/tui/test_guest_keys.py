"""Keys of this terminal as bytes of a serial line, and as keysyms of a screen."""

from __future__ import annotations

import pytest

from tui.guest.keys import ALT, CONTROL, SHIFT, bytes_of, keysyms_of, keysyms_of_text


@pytest.mark.parametrize(
    ("key", "character", "sent"),
    [
        ("a", "a", b"a"),
        ("upper_a", "A", b"A"),
        ("colon", ":", b":"),
        ("space", " ", b" "),
        ("é", "é", "é".encode()),
        ("enter", "\r", b"\r"),
        ("backspace", "\x7f", b"\x7f"),
        ("ctrl+c", "\x03", b"\x03"),
        ("ctrl+backslash", "\x1c", b"\x1c"),
        ("ctrl+@", None, b""),
        ("escape", "\x1b", b"\x1b"),
        ("alt+b", "b", b"\x1bb"),
        ("up", None, b"\x1b[A"),
        ("f5", None, b"\x1b[15~"),
        ("pagedown", None, b"\x1b[6~"),
        ("super+x", None, b""),
    ],
)
def test_a_key_is_what_a_terminal_sends_for_it(key: str, character: str | None, sent: bytes) -> None:
    assert bytes_of(key, character) == sent


def test_arrows_follow_the_mode_that_the_guest_asked_for() -> None:
    assert bytes_of("up", None, application_cursor=True) == b"\x1bOA"


@pytest.mark.parametrize(
    ("key", "character", "pressed"),
    [
        ("a", "a", (ord("a"),)),
        ("A", "A", (SHIFT, ord("A"))),
        ("colon", ":", (SHIFT, ord(":"))),
        ("ctrl+c", "\x03", (CONTROL, ord("c"))),
        ("alt+f2", None, (ALT, 0xFFBF)),
        ("ctrl+backslash", "\x1c", (CONTROL, ord("\\"))),
        ("enter", "\r", (0xFF0D,)),
        ("euro", "€", (0x010020AC,)),
        ("plus", "+", (SHIFT, ord("+"))),
        ("unheard_of", None, ()),
    ],
)
def test_a_key_is_pressed_as_on_a_keyboard(key: str, character: str | None, pressed: tuple[int, ...]) -> None:
    assert keysyms_of(key, character) == pressed


def test_a_text_is_pressed_letter_by_letter() -> None:
    assert keysyms_of_text("aB\r\n") == [(ord("a"),), (SHIFT, ord("B")), (0xFF0D,)]
