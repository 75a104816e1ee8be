"""A picture that the terminal draws itself: what it is sent, and in which terminals."""

from __future__ import annotations

import base64
import os
import re
import stat
import unicodedata
import zlib
from pathlib import Path

import pytest

from systems.consoles.picture import Picture, rgb
from widgets.graphics import MOST_CELLS, MOST_DOTS, cells, draws_itself, forgotten, passed_on, sent

MESSAGE = re.compile(r"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\")
KITTY = {"TERM": "xterm-kitty", "COLORTERM": "truecolor"}


def received(messages: list[str]) -> tuple[dict[str, str], bytes]:
    """The settings of the first, and the data of all, as a terminal takes them."""
    parts = [match for one in messages if (match := MESSAGE.fullmatch(one)) is not None]
    assert len(parts) == len(messages)
    fields = [dict(field.split("=") for field in part[1].split(",")) for part in parts]
    assert [one["m"] for one in fields] == ["1"] * (len(parts) - 1) + ["0"]
    assert all(len(part[2]) <= 4096 for part in parts)
    assert all(one["q"] == "2" for one in fields)  # no answer, which would come among the keys
    return fields[0], zlib.decompress(base64.standard_b64decode("".join(part[2] for part in parts)))


def test_a_picture_arrives_dot_by_dot_to_be_seen_in_its_cells() -> None:
    picture = Picture(16, 16, bytearray(range(256)))
    head, dots = received(sent(picture, 77, 8, 4))
    assert dots == b"".join(bytes(rgb(pixel)) for pixel in range(256))
    assert "a=T,U=1,i=77,c=8,r=4,f=24,o=z,s=16,v=16" in ",".join(map("=".join, head.items()))


def test_a_large_picture_is_sent_with_fewer_dots_in_many_messages() -> None:
    noise = bytearray(os.urandom(2048) * 1024)
    messages = sent(Picture(2048, 1024, noise), 1, 80, 20)
    head, dots = received(messages)
    assert (head["s"], head["v"]) == ("1024", "512")
    assert len(dots) == 3 * 1024 * 512
    assert dots[:6] == bytes((*rgb(noise[0]), *rgb(noise[2])))
    assert MOST_DOTS >= 1024 * 512
    assert len(messages) > 10


def test_a_cell_tells_its_row_its_column_and_in_its_colour_which_picture() -> None:
    row = cells(0x51D0C4, 2, 5)
    assert len(row) == 5
    assert [one.text for one in row[:2]] == ["\U0010eeee\u030e\u0305", "\U0010eeee\u030e\u030d"]
    assert {one.style.color.get_truecolor() for one in row if one.style and one.style.color} == {
        (0x51, 0xD0, 0xC4)
    }
    assert all(one.cell_length == 1 for one in row)


def test_there_is_a_mark_for_each_row_and_column() -> None:
    marks = [one.text[2] for one in cells(1, 0, MOST_CELLS)]
    assert len(set(marks)) == MOST_CELLS
    assert all(unicodedata.combining(mark) == 230 for mark in marks)


def test_tmux_passes_on_what_has_its_escapes_doubled() -> None:
    assert passed_on(forgotten(7)) == "\x1bPtmux;\x1b\x1b_Ga=d,d=I,i=7,q=2\x1b\x1b\\\x1b\\"


@pytest.mark.parametrize(
    ("environment", "draws"),
    [
        (KITTY, True),
        ({"TERM": "xterm-ghostty", "COLORTERM": "truecolor"}, True),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-kitty"}, False),
        ({**KITTY, "NO_COLOR": "1"}, False),
        ({**KITTY, "STY": "1.tty"}, False),
        ({}, False),
    ],
)
async def test_only_a_terminal_that_is_known_for_it_is_sent_pictures(
    environment: dict[str, str], draws: bool
) -> None:
    assert await draws_itself(environment) is draws


@pytest.mark.parametrize(
    ("says", "draws"),
    [
        ("echo on xterm-kitty", True),
        ("echo all xterm-ghostty", True),
        ("echo 1 xterm-kitty", True),
        ("echo 0 xterm-kitty", False),
        ("echo off xterm-kitty", False),
        ("echo on xterm-256color", False),
        ("echo ' '", False),
        ("exit 1", False),
        ("exec sleep 60", False),
    ],
)
async def test_inside_tmux_it_must_pass_them_on_to_such_a_terminal(
    says: str, draws: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(f"#!/bin/sh\n{says}\n")
    tmux.chmod(tmux.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    inside = {"TERM": "tmux-256color", "COLORTERM": "truecolor", "TMUX": "/tmp/tmux-0/default,1,0"}
    assert await draws_itself(inside) is draws
