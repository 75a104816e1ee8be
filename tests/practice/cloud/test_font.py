"""The font of a guest of the practice cloud: no code is shared with the console, so each has its own."""

from __future__ import annotations

from importlib.resources import files


def glyphs(package: str) -> list[str]:
    lines = (files(package) / "vga.font").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_a_guest_draws_with_the_font_that_the_console_reads_screens_with() -> None:
    assert len(glyphs("practice.cloud")) >= 253
    assert glyphs("practice.cloud") == glyphs("systems.consoles")
