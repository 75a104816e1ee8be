"""What a serial line said, as an asciicast of version 2: output only, never what was typed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

MOST_BYTES = 64 << 20
"""A flood would fill the disk of the bastion; then the recording ends."""


class Recording:
    """Written as it comes, into a file that only its owner can read. What is written was tamed before."""

    def __init__(self, path: Path, size: tuple[int, int], at: datetime, clock: Callable[[], float]) -> None:
        """Begin; raises `OSError`. `size`: columns and lines. `clock`: seconds."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", errors="replace")
        self.path, self.written = path, 0
        self._clock, self._begun_s = clock, clock()
        head = {"version": 2, "width": size[0], "height": size[1], "timestamp": int(at.timestamp())}
        self._write(json.dumps(head))

    @property
    def is_full(self) -> bool:
        return self.written >= MOST_BYTES

    def said(self, text: str) -> None:
        """Note what was said; nothing more once it is full. Raises `OSError`."""
        if text and not self.is_full:
            self._write(json.dumps([round(self._clock() - self._begun_s, 6), "o", text]))

    def resized(self, columns: int, lines: int) -> None:
        if not self.is_full:
            self._write(json.dumps([round(self._clock() - self._begun_s, 6), "r", f"{columns}x{lines}"]))

    def flush(self) -> None:
        """Let it reach the disk; raises `OSError`."""
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def _write(self, line: str) -> None:
        self.written += self._file.write(line + "\n")


def recording_name(instance: str, at: datetime) -> str:
    """A file name of letters that no shell minds: the instance's name comes from the cloud."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", instance).strip("._") or "instance"
    return f"{safe[:60]}-{at:%Y%m%d-%H%M%S}.cast"
