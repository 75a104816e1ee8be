"""Keys for a SPICE server: each is the scan code that a PC's keyboard has for it."""

from __future__ import annotations

import struct

import pytest

from systems.consoles.spice.keys import chord
from tui.guest.keys import ALT, CONTROL, SHIFT, SYS_REQ, keysyms_of, keysyms_of_text


def pressed(data: bytes) -> list[tuple[str, int]]:
    """Each key that went down or up."""
    found = []
    for at in range(0, len(data), 10):
        kind, size, code = struct.unpack_from("<HII", data, at)
        assert size == 4
        found.append(({101: "down", 102: "up"}[kind], code))
    return found


@pytest.mark.parametrize(
    ("key", "character", "code"),
    [
        ("a", "a", 0x1E),
        ("1", "1", 0x02),
        ("slash", "/", 0x35),
        ("backslash", "\\", 0x2B),
        ("grave_accent", "`", 0x29),
        ("space", " ", 0x39),
        ("enter", "\r", 0x1C),
        ("escape", "\x1b", 0x01),
        ("f1", None, 0x3B),
        ("f10", None, 0x44),
        ("f11", None, 0x57),
    ],
)
def test_a_key_goes_down_and_up(key: str, character: str | None, code: int) -> None:
    assert pressed(chord(keysyms_of(key, character))) == [("down", code), ("up", code | 0x80)]


def test_a_grey_key_has_two_bytes_the_first_of_which_says_so() -> None:
    assert pressed(chord(keysyms_of("up", None))) == [("down", 0x48E0), ("up", 0xC8E0)]


def test_what_needs_shift_is_pressed_with_it() -> None:
    assert pressed(chord(keysyms_of("question_mark", "?"))) == [
        ("down", 0x2A),
        ("down", 0x35),
        ("up", 0xB5),
        ("up", 0xAA),
    ]


def test_ctrl_alt_del_and_the_kernels_own_key() -> None:
    assert [code for _, code in pressed(chord((CONTROL, ALT, 0xFFFF)))[:3]] == [0x1D, 0x38, 0x53E0]
    assert [code for _, code in pressed(chord((ALT, SYS_REQ, ord("s"))))[:3]] == [0x38, 0x54, 0x1F]


def test_every_character_of_an_american_keyboard_has_a_key_and_no_two_of_them_the_same() -> None:
    text = "".join(map(chr, range(0x20, 0x7F))) + "\n\t"
    sent = [chord(keys) for keys in keysyms_of_text(text)]
    assert all(sent)
    assert len(set(sent)) == len(text)


def test_what_no_such_keyboard_has_is_not_sent_in_part() -> None:
    assert chord((SHIFT, 0xE9)) == b""
