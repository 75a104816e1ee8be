"""The first words of SPICE: enough to prove that a guest's screen is behind a link (spice-protocol, link)."""

from __future__ import annotations

import struct

from systems.consoles.link import Link
from systems.errors import NotUnderstood

MAGIC = b"REDQ"
_HEAD = struct.Struct("<4sIII")
_MESSAGE = struct.Struct("<IBBIII")
_MAIN = 1
_LARGEST = 4096
_ERRORS = {
    1: "an error of its own",
    2: "it does not know that magic",
    3: "it speaks another version",
    4: "it wants TLS (require_secure)",
    5: "it wants no TLS",
    7: "it asks for a password",
    8: "it does not know that connection",
    9: "it has no such channel",
}


def greeting() -> bytes:
    """What a client says first: version 2.2, a new connection, the main channel, no capabilities."""
    message = _MESSAGE.pack(0, _MAIN, 0, 0, 0, _MESSAGE.size)
    return _HEAD.pack(MAGIC, 2, 2, len(message)) + message


def parse_reply(data: bytes) -> str | None:
    """What a server answers, in words; None: more of it has to come. Raises `NotUnderstood`."""
    if data[:4] != MAGIC[: len(data)]:
        raise NotUnderstood(f"what answers is no SPICE server: it says {data[:16]!r}")
    if len(data) < _HEAD.size + 4:
        return None
    _, major, minor, size = _HEAD.unpack_from(data)
    if not 4 <= size <= _LARGEST:
        raise NotUnderstood(f"what answers is no SPICE server: its reply would have {size} bytes")
    (error,) = struct.unpack_from("<I", data, _HEAD.size)
    if error:
        raise NotUnderstood(f"the SPICE server refuses: {_ERRORS.get(error, f'error {error}')}")
    return f"SPICE {major}.{minor}"


async def greet(link: Link) -> str:
    """Greet over a link and return the server's version in words; raises a `SystemsError`."""
    await link.send(greeting())
    data = b""
    while (told := parse_reply(data)) is None:
        data += await link.receive()
    return told
