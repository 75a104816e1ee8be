"""A nameless file that only grows; a full disk loses nothing that was accepted before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from systems.errors import SystemsError

WRITE_BYTES = 1 << 16
"""Small appends are gathered up to this size: one write(2) for many."""


class NoRoom(SystemsError):
    """Output cannot be kept on disk: the folder is missing, not writable, or full."""


class GrowingFile:
    """Bytes on disk (mode 0600, no name, gone with the process) and a short tail of them in memory.

    An append never raises. When the disk refuses, `error` is set, and what was taken so far stays readable,
    the part that found no place on disk from memory; so a caller that looks at `error` after each append
    holds at most one append too much.
    """

    def __init__(self, directory: Path | None = None) -> None:
        """Live in `directory` (None: the folder for temporary files) once there is enough to write."""
        self._directory = directory
        self._descriptor: int | None = None
        self._on_disk = 0
        self._tail = bytearray()
        self.error: OSError | None = None

    def open(self) -> None:
        """Open now, or raise `NoRoom`: for who must know at the start that there is a place."""
        folder = str(self._directory) if self._directory is not None else tempfile.gettempdir()
        try:
            self._descriptor = self._opened()
        except OSError as error:
            raise NoRoom(
                f"output cannot be kept in {folder}: {error.strerror}; set TMPDIR to a folder with space"
            ) from error

    def _opened(self) -> int:
        with tempfile.TemporaryFile("w+b", buffering=0, dir=self._directory) as file:
            return os.dup(file.fileno())

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._on_disk + len(self._tail)

    def append(self, data: bytes) -> None:
        """Take bytes at the end."""
        self._tail += data
        if len(self._tail) >= WRITE_BYTES and self.error is None:
            self._write()

    def _write(self) -> None:
        tail = self._tail
        try:
            if self._descriptor is None:
                self._descriptor = self._opened()
            while tail:
                written = os.write(self._descriptor, tail)
                self._on_disk += written
                del tail[:written]
        except OSError as error:
            self.error = error

    def read(self, offset: int, length: int) -> bytes:
        """Read up to `length` bytes; fewer at the end."""
        in_tail = offset - self._on_disk
        if in_tail >= 0 or self._descriptor is None:
            return bytes(self._tail[in_tail : in_tail + length])
        data = os.pread(self._descriptor, min(length, -in_tail), offset)
        if len(data) < length and offset + len(data) == self._on_disk:
            data += self._tail[: length - len(data)]
        return data

    def clear(self) -> None:
        """Forget everything and give the space back."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
        self._on_disk = 0
        self._tail.clear()
        self.error = None

    def close(self) -> None:
        """Forget everything for good."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._on_disk = 0
        self._tail.clear()

    def __del__(self) -> None:
        self.close()
