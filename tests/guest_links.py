"""Links to a guest's consoles in memory: what the guest says, and what it was sent."""

from __future__ import annotations

import asyncio
import struct

from systems.consoles.picture import Picture
from systems.errors import SystemsError
from tests.systems.consoles import spices
from tests.systems.consoles.pictures import drawn

LOGIN = b"\r\nDebian GNU/Linux 12 web-1 ttyS0\r\n\r\nweb-1 login: "
BOOT = (
    "[    1.903211] EXT4-fs (vda1): mounted filesystem with ordered data mode",
    "[    2.114870] EXT4-fs error (device vda1): deleted inode referenced: 1402",
    'You are in emergency mode. After logging in, type "journalctl -xb" to view',
    'system logs, "systemctl reboot" to reboot, or exit to continue bootup.',
    "Give root password for maintenance",
    "(or press Control-D to continue):",
)


class FakeLink:
    """What it was given to say comes one piece after the other; then it is silent, until `cut`."""

    def __init__(self, *says: bytes) -> None:
        self._says: asyncio.Queue[bytes | SystemsError] = asyncio.Queue()
        self.sent: list[bytes] = []
        self.is_closed = False
        self.others: list[FakeLink] = []
        self.opened: list[FakeLink] = []
        for data in says:
            self._says.put_nowait(data)

    @property
    def typed(self) -> bytes:
        """All that it was sent."""
        return b"".join(self.sent)

    def say(self, data: bytes) -> None:
        self._says.put_nowait(data)

    def cut(self, error: SystemsError) -> None:
        self._says.put_nowait(error)

    async def receive(self) -> bytes:
        said = await self._says.get()
        if isinstance(said, SystemsError):
            raise said
        return said

    async def send(self, data: bytes) -> None:
        self.sent.append(data)

    async def another(self) -> FakeLink:
        """One more, of those that it was given for that."""
        self.opened.append(self.others.pop(0))
        return self.opened[-1]

    async def close(self) -> None:
        self.is_closed = True


def a_link(kind: str) -> FakeLink:
    """One of a guest that is well enough to show something."""
    if kind == "serial":
        return FakeLink(LOGIN)
    return a_screen(drawn(*BOOT)) if kind == "novnc" else a_spice_screen(spices.display_of(drawn(*BOOT)))


def a_screen(picture: Picture) -> FakeLink:
    """A VNC server that shows one picture."""
    name = b"guest"
    size = struct.pack(">HH16xI", picture.width, picture.height, len(name)) + name
    return FakeLink(b"RFB 003.008\n\x01\x01", bytes(4), size, shows(picture))


def a_spice_screen(display: bytes) -> FakeLink:
    """A SPICE server whose display channel says that; its keyboard is the last link that was opened."""
    link = FakeLink(spices.link_reply(), bytes(4), spices.main_init())
    link.others = [
        FakeLink(spices.link_reply(), bytes(4), display),
        FakeLink(spices.link_reply(), bytes(4), spices.said(101, b"\0\0")),
    ]
    return link


def shows(picture: Picture) -> bytes:
    """The update that shows all of it."""
    head = struct.pack(">BxHHHHHi", 0, 1, 0, 0, picture.width, picture.height, 0)
    return head + bytes(picture.pixels)


def is_key_event(sent: bytes) -> bool:
    """Whether it presses a key at a VNC server (RFC 6143, 7.5.4), or at one of SPICE."""
    is_of_vnc = len(sent) % 8 == 0 and sent[:1] == b"\x04"
    is_of_spice = len(sent) % 10 == 0 and sent[:6] in (
        spices.said(101, bytes(4))[:6],
        spices.said(102, bytes(4))[:6],
    )
    return is_of_vnc or is_of_spice
