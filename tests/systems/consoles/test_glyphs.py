"""A screen in text mode becomes exact text; any other does not."""

from __future__ import annotations

import random

import pytest

from systems.consoles import glyphs
from systems.consoles.glyphs import UNKNOWN, is_blank, read_text
from systems.consoles.picture import Picture
from tests.systems.consoles.pictures import drawn

BOOT = ("[    1.532] sda: sda1 sda2", "EXT4-fs error (device sda1): no journal", "Give root password: ▒")


@pytest.mark.parametrize("cell_width", [9, 8])
def test_each_character_is_read_in_both_widths(cell_width: int) -> None:
    told = read_text(drawn(*BOOT, cell_width=cell_width))
    assert told is not None
    assert (told.text, told.unknown) == ("\n".join(BOOT), 0)


def test_ink_and_paper_may_change_places() -> None:
    picture = drawn("menu item")
    picture.pixels[: 720 * 16] = bytes(0xB6 if dot == 0 else 0 for dot in picture.pixels[: 720 * 16])
    told = read_text(picture)
    assert told is not None
    assert told.rows[0] == "menu item"


def test_the_cursor_under_a_letter_hides_nothing() -> None:
    picture = drawn("login")
    for line in (13, 14):
        picture.put(4 * 9, line, 8, b"\xb6" * 8)
    told = read_text(picture)
    assert told is not None
    assert told.rows[0] == "login"


def test_a_picture_is_no_text() -> None:
    dots = random.Random(7)
    assert read_text(Picture(720, 400, bytearray(dots.randbytes(720 * 400)))) is None
    assert read_text(Picture(801, 601)) is None


def test_a_picture_is_given_up_before_all_of_it_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[bytes] = []

    def looks(cell: bytes) -> str:
        looked_at.append(cell)
        return UNKNOWN

    monkeypatch.setattr(glyphs, "_char_of", looks)
    dots = random.Random(7)
    assert read_text(Picture(1024, 1024, bytearray(dots.randbytes(1024 * 1024)))) is None
    assert len(looked_at) < (1024 // 8) * (1024 // 16) / 10


def test_a_cell_that_is_no_glyph_is_marked_and_the_rest_is_text() -> None:
    picture = drawn("x" * 80, "y" * 80)
    picture.put(0, 0, 8, bytes([1, 2, 3, 4, 5, 6, 7, 8]))
    told = read_text(picture)
    assert told is not None
    assert told.unknown == 1
    assert told.rows[0] == UNKNOWN + "x" * 79


def test_an_empty_screen_is_no_text_and_is_told() -> None:
    assert read_text(Picture(720, 400)) is None
    assert is_blank(Picture(720, 400))
    assert not is_blank(drawn("x"))
