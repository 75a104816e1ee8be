"""Learns the glyphs of the VGA text mode from a guest's own screen.

python -m lab.learn_glyphs > systems/consoles/vga.font, while the guest of lab/guest.sh is up: it writes all
256 places of its font to its screen, which is then read by VNC. What is written is the font of the emulated
graphics adapter, of 8x16 dots; characters are named as code page 437 names them.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from systems.consoles.address import ConsoleAddress
from systems.consoles.link import Trust, open_link
from systems.consoles.picture import Picture
from systems.consoles.rfb import RfbScreen

GUEST = Path(__file__).parent / "guest.sh"
A_ROW = 64
LOW = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"
"""What code page 437 draws where ASCII has its controls."""
DEADLINE_S = 20.0
DONE = "all written"


def name_of(code: int) -> str:
    """The character at that place of the font."""
    if code < len(LOW):
        return LOW[code]
    return "⌂" if code == 0x7F else bytes([code]).decode("cp437")


def line_of(row: int) -> str:
    """A line for the guest's shell that writes 64 places of the font into a row of its screen."""
    direct = "".join(
        [chr(0xF000 + row * A_ROW + at) for at in range(A_ROW)]
    ).encode()  # U+F0xx: the place itself
    escaped = "".join([f"\\x{byte:02x}" for byte in direct])
    start = "\\033[?25l\\033[2J" if row == 0 else ""
    return f"printf '{start}\\033[{row + 1};1H{escaped}' >/dev/tty1\r"


def glyph_of(picture: Picture, code: int) -> bytes:
    """Its 16 rows, one byte each."""
    row, column = divmod(code, A_ROW)
    dots = picture.cut(column * 9, row * 16, 8, 16)
    paper = 0
    return bytes([sum((dots[y * 8 + x] != paper) << (7 - x) for x in range(8)) for y in range(16)])


async def learn(ports: dict[str, str]) -> Picture:
    """Have it written, and look."""
    _, writer = await asyncio.open_connection("127.0.0.1", int(ports["serial"]))
    for row in range(256 // A_ROW):
        writer.write(line_of(row).encode())
        await writer.drain()
        await asyncio.sleep(1.0)
    where = f"127.0.0.1:{ports['vnc_ws']}"
    link = await open_link(ConsoleAddress("novnc", f"ws://{where}/", f"http://{where}", where), Trust())
    screen = RfbScreen(link)
    await screen.start()
    await screen.update()
    writer.close()
    await link.close()
    return screen.picture


def main() -> None:
    """Print the font."""
    said = subprocess.run([GUEST, "ports"], check=True, capture_output=True, text=True).stdout
    picture = asyncio.run(learn(dict(part.split("=") for part in said.split())))
    if (picture.width, picture.height) != (720, 400):
        sys.exit(
            f"the guest's screen is {picture.width} x {picture.height}, not 720 x 400: is it in text mode?"
        )
    print("# The font of the VGA text mode, 8x16 dots: learnt from a guest's screen by lab/learn_glyphs.py")
    print("# code point, then 16 rows of 8 dots each")
    for code in range(1, 256):
        if name_of(code) not in " \u00a0":
            print(f"{ord(name_of(code)):04x} {glyph_of(picture, code).hex()}")


if __name__ == "__main__":
    main()
