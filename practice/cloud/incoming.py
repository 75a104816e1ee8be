"""Bytes that come in pieces, read by their count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

Receive = Callable[[], Awaitable[bytes]]
Send = Callable[[bytes], Awaitable[None]]


class Incoming:
    """See the module. Raises what `receive` raises."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._buffer = bytearray()

    async def read(self, count: int) -> bytes:
        """Exactly so many."""
        while len(self._buffer) < count:
            self._buffer += await self._receive()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data
