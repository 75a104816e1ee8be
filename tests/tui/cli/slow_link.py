"""A terminal at the far end of a slow link: what either side writes arrives later, whole and in order."""

from __future__ import annotations

import os
import time
from collections import deque

from bench.pty import Chunk, Session, now_ns

_LOOK_S = 0.01


class SlowLink(Session):
    """A `Session` that keeps every byte back for a while, in both directions, as a relay far away does."""

    delay_s = 0.3

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._outward: deque[tuple[float, bytes]] = deque()
        self._inward: deque[tuple[float, bytes]] = deque()
        self._is_over = False
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def read(self, timeout_s: float) -> bytes:
        until = time.monotonic() + timeout_s
        while not self.ended:
            self._relay()
            now = time.monotonic()
            if self._inward and self._inward[0][0] <= now:
                return self._arrived(self._inward.popleft()[1])
            if self._is_over and not self._inward:
                self.ended = True
            elif now >= until:
                break
            else:
                self._poll.poll(0 if self._is_over else min(_LOOK_S, until - now) * 1000)
        return b""

    def _arrived(self, data: bytes) -> bytes:
        self.bytes_read += len(data)
        self.chunks.append(Chunk(now_ns(), data))
        self._answer_questions(data)
        return data

    def _relay(self) -> None:
        """Let what is due out, and take what there is in."""
        now = time.monotonic()
        while self._outward and self._outward[0][0] <= now:
            super()._write(self._outward.popleft()[1])
        while not self._is_over and self._poll.poll(0):
            try:
                data = os.read(self._fd, 1 << 16)
            except OSError:  # EIO: the last process on this terminal is gone
                data = b""
            self._is_over = not data
            if data:
                self._inward.append((now + self.delay_s, data))

    def _write(self, data: bytes) -> None:
        self._outward.append((time.monotonic() + self.delay_s, data))
