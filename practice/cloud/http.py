"""HTTP as the services of a cloud speak it: JSON in, JSON out, connections kept. Loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl

_MOST_HEAD, _MOST_BODY = 1 << 16, 1 << 20
_IDLE_S = 120.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request; names of headers in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object = None
    """What its JSON said; None: it had none."""

    def part(self, *names: str) -> object:
        """What stands in the body below these names; None: nothing does."""
        found = self.body
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `body` None: an empty one."""

    status: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """The service says no: the answer as its envelope has it."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.response = Response(status, body, headers or {})


Handle = Callable[[Request], Awaitable[Response]]


class HttpServer:
    """One listener. Its port is chosen once and kept, so that it can be closed and be there again."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; twice is once."""
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=_MOST_HEAD)
            self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no more, and cut what is connected."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, ValueError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # what is no HTTP, or ends in the middle, gets no answer
        finally:
            self._open.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; returns whether another may follow."""
        async with asyncio.timeout(_IDLE_S):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            method, target, _ = first.split(" ")
            pairs = [line.partition(":") for line in lines]
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            size = int(headers.get("content-length") or 0)
            if not 0 <= size <= _MOST_BODY:
                return False
            body = await reader.readexactly(size)
        path, _, query = target.partition("?")
        answer = await self._answer(method, path, dict(parse_qsl(query)), headers, body)
        writer.write(_written(answer))
        await writer.drain()
        return headers.get("connection", "").lower() != "close"

    async def _answer(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
    ) -> Response:
        try:
            told = json.loads(body) if body else None
        except (ValueError, RecursionError):
            said = "Malformed request body"
            return Response(400, {"badRequest": {"code": 400, "message": said}})
        try:
            return await self._handle(Request(method, path, query, headers, told))
        except Refusal as refusal:
            return refusal.response


def _written(answer: Response) -> bytes:
    data = b"" if answer.body is None else json.dumps(answer.body).encode()
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(data)}",
        *[f"{name}: {value}" for name, value in answer.headers.items()],
    ]
    return "\r\n".join([*lines, "", ""]).encode() + data
