"""A picture that the terminal draws itself: kitty's graphics protocol with Unicode placeholders.

The picture is sent once and named by a number. Cells of text stand where it is to be seen: a character of its
own, with two marks for row and column, in the colour that is the number. So dialogs lie over it, and lines
are redrawn, as over any text. kitty (since 0.28) and Ghostty know them; no library is needed for it: those
that there are ask the terminal while they are imported, and write to it beside Textual.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import Mapping
from functools import cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from systems.consoles.picture import Picture, rgb

MOST_DOTS = 1 << 20
"""A larger picture is sent with fewer dots: 1280 x 800 are sent as they are."""
_TERMINALS = ("xterm-kitty", "xterm-ghostty")
TMUX_S = 1.0
_PASSES = ("1", "on", "all")
"""What tmux says of an option that is on: a number up to 3.3, a word since."""
_PLACEHOLDER = "\U0010eeee"
_CHUNK = 4096
"""Bytes of base64 in one message, as the protocol has it."""
_MARKS = (
    "0305 030D-030E 0310 0312 033D-033F 0346 034A-034C 0350-0352 0357 035B 0363-036F 0483-0487 0592-0595 "
    "0597-0599 059C-05A1 05A8-05A9 05AB-05AC 05AF 05C4 0610-0617 0657-065B 065D-065E 06D6-06DC 06DF-06E2 "
    "06E4 06E7-06E8 06EB-06EC 0730 0732-0733 0735-0736 073A 073D 073F-0741 0743 0745 0747 0749-074A "
    "07EB-07F1 07F3 0816-0819 081B-0823 0825-0827 0829-082D 0951 0953-0954 0F82-0F83 0F86-0F87 135D-135F "
    "17DD 193A 1A17 1A75-1A7C 1B6B 1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC "
    "1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7 20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D "
    "A6F0-A6F1 A8E0-A8E5"
)
"""The protocol's marks: the first stands for row or column 0."""
MOST_CELLS = 256
"""Rows, or columns, that the marks can tell."""


async def draws_itself(environment: Mapping[str, str]) -> bool:
    """Whether this terminal is known to draw pictures; in tmux: whether that passes them on to such a one.

    A terminal is not asked: its answer would come among the keys that are typed.
    """
    if "NO_COLOR" in environment or environment.get("COLORTERM") not in ("truecolor", "24bit"):
        return False  # the number would not arrive
    if "STY" in environment:
        return False
    if "TMUX" not in environment:
        return environment.get("TERM") in _TERMINALS
    passes, _, terminal = (await _tmux_says("#{allow-passthrough} #{client_termname}")).partition(" ")
    return passes in _PASSES and terminal in _TERMINALS


async def _tmux_says(what: str) -> str:
    """What tmux answers within a second; empty: nothing."""
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux", "display-message", "-p", what, stdout=asyncio.subprocess.PIPE
        )
    except OSError:
        return ""
    try:
        async with asyncio.timeout(TMUX_S):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return ""
    return said.decode("utf-8", "replace").strip()


def sent(picture: Picture, number: int, columns: int, lines: int) -> list[str]:
    """The messages that bring a picture to the terminal, to be seen in so many cells. Costs 50 ms at most."""
    width, height, dots = _as_rgb(picture)
    head = f"a=T,U=1,i={number},c={columns},r={lines},f=24,o=z,s={width},v={height},q=2"
    data = base64.standard_b64encode(zlib.compress(dots, 1)).decode()
    chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
    heads = [head, *["q=2"] * (len(chunks) - 1)]
    return [
        _message(f"{one},m={int(at < len(chunks) - 1)};{chunk}")
        for at, (one, chunk) in enumerate(zip(heads, chunks, strict=True))
    ]


def forgotten(number: int) -> str:
    """The message by which the terminal lets go of a picture."""
    return _message(f"a=d,d=I,i={number},q=2")


def passed_on(message: str) -> str:
    """The same for tmux to pass on to the terminal."""
    doubled = message.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def cells(number: int, line: int, columns: int) -> list[Segment]:
    """The cells of one line in which the picture is seen, each by itself: they may be covered one by one."""
    style = Style(color=Color.from_rgb(number >> 16 & 0xFF, number >> 8 & 0xFF, number & 0xFF))
    marks = _marks()
    return [Segment(_PLACEHOLDER + marks[line] + marks[column], style) for column in range(columns)]


@cache
def _marks() -> tuple[str, ...]:
    found: list[str] = []
    for part in _MARKS.split():
        first, _, last = part.partition("-")
        found += map(chr, range(int(first, 16), int(last or first, 16) + 1))
    return tuple(found)


def _message(body: str) -> str:
    return f"\x1b_G{body}\x1b\\"


def _as_rgb(picture: Picture) -> tuple[int, int, bytes]:
    """Width, height, and three bytes a dot; of a large picture each second or third row and column."""
    step = 1
    while (picture.width // step) * (picture.height // step) > MOST_DOTS:
        step += 1
    pixels, width, height = bytes(picture.pixels), picture.width, picture.height
    if step > 1:
        starts = range(0, height * width, width * step)
        rows = [pixels[start : start + width : step] for start in starts]
        pixels, width, height = b"".join(rows), len(rows[0]), len(rows)
    dots = bytearray(3 * len(pixels))
    for part, table in enumerate(_tables()):
        dots[part::3] = pixels.translate(table)
    return width, height, bytes(dots)


@cache
def _tables() -> tuple[bytes, ...]:
    colours = [rgb(pixel) for pixel in range(256)]
    return tuple([bytes([colour[part] for colour in colours]) for part in range(3)])
