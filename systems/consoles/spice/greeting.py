"""The first words of SPICE, and no more: they prove that a guest's screen is behind a link.

Nobody logs in, so that whoever looks at that screen is not cut off, as by a second main channel.
"""

from __future__ import annotations

import struct

from systems.consoles.link import Link
from systems.consoles.spice.channel import MAGIC, MAIN, MOST_LINK_BYTES, VERSION, refuse_link_error
from systems.errors import NotUnderstood

_HEAD = struct.Struct("<4sIII")
_MESSAGE = struct.Struct("<IBBIII")


def greeting() -> bytes:
    """What a client says first: version 2.2, a new connection, the main channel, no capabilities."""
    message = _MESSAGE.pack(0, MAIN, 0, 0, 0, _MESSAGE.size)
    return _HEAD.pack(MAGIC, *VERSION, len(message)) + message


def parse_reply(data: bytes) -> str | None:
    """What a server answers, in words; None: more of it has to come. Raises a `SystemsError`."""
    if data[:4] != MAGIC[: len(data)]:
        raise NotUnderstood(f"what answers is no SPICE server: it says {data[:16]!r}")
    if len(data) < _HEAD.size + 4:
        return None
    _, major, minor, size = _HEAD.unpack_from(data)
    if not 4 <= size <= MOST_LINK_BYTES:
        raise NotUnderstood(f"what answers is no SPICE server: its reply would have {size} bytes")
    (error,) = struct.unpack_from("<I", data, _HEAD.size)
    refuse_link_error(error)
    return f"SPICE {major}.{minor}"


async def greet(link: Link) -> str:
    """Greet over a link and return the server's version in words; raises a `SystemsError`."""
    await link.send(greeting())
    data = b""
    while (told := parse_reply(data)) is None:
        data += await link.receive()
    return told
