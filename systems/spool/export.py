"""A copy of the spool, or of its filtered lines, in a file that can be read and grepped."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from systems.shell import Stream
from systems.spool.growing_file import NoRoom
from systems.spool.search import FilteredLines
from systems.spool.spool import Line, Spool

_NAMES = {Stream.STDOUT: b"out", Stream.STDERR: b"err", None: b"note"}
_BATCH = 1000


class Export:
    """Writes lines as `2026-11-22T14:01:46.120Z db1 err | text`, in slices.

    The text is written as it came, escape sequences included: it is evidence. Mode 0600.
    """

    def __init__(self, spool: Spool, path: Path, *, only: FilteredLines | None = None) -> None:
        """Make the file, or raise `NoRoom`; one that exists is never overwritten."""
        self._spool = spool
        self._only = only
        self._position = 0
        self._stop = len(only) if only is not None else spool.lines
        self.path = path
        self.lines = 0
        """Lines written so far."""
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            self._file = os.fdopen(os.open(path, flags, 0o600), "wb")
        except FileExistsError as error:
            raise NoRoom(f"{path} exists and is not overwritten: choose another name") from error
        except OSError as error:
            raise NoRoom(f"{path} cannot be written: {error.strerror}: choose another place") from error

    def advance(self, budget_s: float) -> bool:
        """Go on for about this long; True when the file is complete. Raises `NoRoom`: a full disk."""
        deadline = perf_counter() + budget_s
        try:
            while self._position < self._stop:
                for line in self._batch():
                    self._file.write(_written(line))
                    self.lines += 1
                if perf_counter() >= deadline:
                    return False
            self._file.close()
        except OSError as error:
            raise NoRoom(
                f"{self.path}: {error.strerror} after {self.lines:,} lines: the file is not complete"
            ) from error
        return True

    def _batch(self) -> list[Line]:
        start, self._position = self._position, min(self._position + _BATCH, self._stop)
        if self._only is None:
            return self._spool.read(start, self._position - start)
        return read_lines(self._spool, self._only.slice(start, self._position))


def read_lines(spool: Spool, numbers: list[int], *, clip: int | None = None) -> list[Line]:
    """Read lines by their rising numbers; neighbours are read together."""
    out: list[Line] = []
    start = 0
    for end in range(1, len(numbers) + 1):
        if end == len(numbers) or numbers[end] != numbers[end - 1] + 1:
            out += spool.read(numbers[start], end - start, clip=clip)
            start = end
    return out


def _written(line: Line) -> bytes:
    at = datetime.fromtimestamp(line.at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    head = f"{at}.{line.at_ms % 1000:03d}Z {line.source.host} "
    return head.encode() + _NAMES[line.source.stream] + b" | " + line.text + b"\n"
