"""What a simulated process reads from and writes to: pipes, files, texts, nothing."""

from __future__ import annotations

import asyncio
import errno
from collections import deque

from practice.host.errors import KernelError
from practice.host.files import Entry, Files

_PIPE_BYTES = 65536
_CHUNK = 65536


class Stream:
    """An open file: several descriptors may share it, the last of them closes it."""

    def __init__(self) -> None:
        self.users = 0

    def opened(self) -> Stream:
        """Count one more descriptor."""
        self.users += 1
        return self

    def closed(self) -> None:
        """Count one less."""
        self.users -= 1
        if self.users == 0:
            self.close()

    def close(self) -> None:
        """No descriptor is left."""

    async def read(self, most: int = _CHUNK) -> bytes:
        """Read some; nothing at its end."""
        raise KernelError(errno.EBADF)

    async def read_line(self) -> bytes:
        """Read up to a line feed, and no further."""
        line = bytearray()
        while chunk := await self.read(1):
            line += chunk
            if chunk == b"\n":
                break
        return bytes(line)

    async def read_all(self, most: int = 16 << 20) -> bytes:
        """Read to the end."""
        parts: list[bytes] = []
        size = 0
        while size < most and (chunk := await self.read()):
            parts.append(chunk)
            size += len(chunk)
        return b"".join(parts)

    async def write(self, data: bytes) -> None:
        """Write all of it."""
        raise KernelError(errno.EBADF)


class Nothing(Stream):
    """/dev/null."""

    async def read(self, most: int = _CHUNK) -> bytes:
        return b""

    async def write(self, data: bytes) -> None:
        pass


class Zeros(Nothing):
    """/dev/zero."""

    async def read(self, most: int = _CHUNK) -> bytes:
        await asyncio.sleep(0)
        return bytes(most)


class Full(Zeros):
    """/dev/full."""

    async def write(self, data: bytes) -> None:
        raise KernelError(errno.ENOSPC)


class TextSource(Stream):
    """A text that is read once."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data
        self._at = 0

    async def read(self, most: int = _CHUNK) -> bytes:
        chunk = self._data[self._at : self._at + most]
        self._at += len(chunk)
        return chunk

    async def read_line(self) -> bytes:
        end = self._data.find(b"\n", self._at)
        return await self.read((len(self._data) if end < 0 else end + 1) - self._at)


class TextSink(Stream):
    """Keeps what is written, up to a limit."""

    def __init__(self, most: int = 16 << 20) -> None:
        super().__init__()
        self.data = bytearray()
        self._most = most

    async def write(self, data: bytes) -> None:
        if len(self.data) + len(data) > self._most:
            raise KernelError(errno.EPIPE)
        self.data += data


class FileStream(Stream):
    """An open file of a simulated host."""

    def __init__(self, files: Files, path: str, entry: Entry, *, reads: bool, writes: bool) -> None:
        super().__init__()
        self._files, self.path, self.entry = files, path, entry
        self._reads, self._writes = reads, writes
        self._data = entry.content() if reads and entry.reads is not None else None
        self._at = 0

    async def read(self, most: int = _CHUNK) -> bytes:
        if not self._reads:
            raise KernelError(errno.EBADF, self.path)
        data = self._data if self._data is not None else self.entry.data
        chunk = data[self._at : self._at + most]
        self._at += len(chunk)
        return chunk

    async def read_line(self) -> bytes:
        data = self._data if self._data is not None else self.entry.data
        end = data.find(b"\n", self._at)
        return await self.read((len(data) if end < 0 else end + 1) - self._at)

    async def write(self, data: bytes) -> None:
        if not self._writes:
            raise KernelError(errno.EBADF, self.path)
        self._files.grow(self.path, self.entry, data)


class Pipe:
    """What one process writes and another reads."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._changed = asyncio.Event()
        self.reader: Stream = _ReadEnd(self)
        self.writer: Stream = _WriteEnd(self)
        self.is_read = True
        self.is_written = True

    def _notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def take(self, most: int) -> bytes:
        """Read some, waiting for it."""
        while not self._chunks and self.is_written:
            await self._changed.wait()
        if not self._chunks:
            return b""
        chunk = self._chunks.popleft()
        if len(chunk) > most:
            self._chunks.appendleft(chunk[most:])
            chunk = chunk[:most]
        self._size -= len(chunk)
        self._notify()
        return chunk

    async def take_line(self) -> bytes:
        """Read up to a line feed."""
        line = bytearray()
        while chunk := await self.take(_CHUNK):
            end = chunk.find(b"\n")
            line += chunk if end < 0 else chunk[: end + 1]
            if end >= 0:
                if rest := chunk[end + 1 :]:
                    self._chunks.appendleft(rest)
                    self._size += len(rest)
                break
        return bytes(line)

    async def put(self, data: bytes) -> None:
        """Write, waiting for room."""
        while self._size >= _PIPE_BYTES and self.is_read:
            await self._changed.wait()
        if not self.is_read:
            raise KernelError(errno.EPIPE)
        if data:
            self._chunks.append(data)
            self._size += len(data)
            self._notify()

    def end_reading(self) -> None:
        """Nobody reads any more."""
        self.is_read = False
        self._notify()

    def end_writing(self) -> None:
        """Nobody writes any more."""
        self.is_written = False
        self._notify()


class _ReadEnd(Stream):
    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    async def read(self, most: int = _CHUNK) -> bytes:
        return await self._pipe.take(most)

    async def read_line(self) -> bytes:
        return await self._pipe.take_line()

    def close(self) -> None:
        self._pipe.end_reading()


class _WriteEnd(Stream):
    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    async def write(self, data: bytes) -> None:
        await self._pipe.put(data)

    def close(self) -> None:
        self._pipe.end_writing()
