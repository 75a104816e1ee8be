"""Hosts that are ill, on loopback: one that drops what comes, one that never speaks, one that is slow."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue

PAUSE_S = 0.25
"""How long the slow one keeps each chunk, in either direction."""
LOOPBACK = "127.0.0.1"


@contextmanager
def dead() -> Iterator[int]:
    """A port that answers no SYN: its queue of one is full and nobody accepts."""
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        listening.listen(0)
        port = int(listening.getsockname()[1])
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0)
            with suppress(OSError):
                one.connect((LOOPBACK, port))
        try:
            yield port
        finally:
            for one in waiting:
                one.close()


@contextmanager
def deaf() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        listening.listen(100)
        yield int(listening.getsockname()[1])


@contextmanager
def slow(address: str, port: int) -> Iterator[int]:
    """A port that leads to another one, late."""
    told: SimpleQueue[tuple[int, Callable[[], object]]] = SimpleQueue()

    async def serve() -> None:
        server = await asyncio.start_server(
            lambda reader, writer: _pass_on(reader, writer, address, port), LOOPBACK, 0
        )
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        told.put((server.sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(end.set)))
        await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    at, end_it = told.get()
    try:
        yield at
    finally:
        end_it()
        thread.join()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str, port: int
) -> None:
    try:
        there, back = await asyncio.open_connection(address, port)
        await asyncio.gather(_late(reader, back), _late(there, writer))
    except OSError:
        writer.close()


async def _late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(1 << 16):
        await asyncio.sleep(PAUSE_S)
        writer.write(chunk)
    writer.close()
