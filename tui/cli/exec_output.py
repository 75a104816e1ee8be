"""Prints the output of many hosts as it arrives: whole lines, each with its host, nothing obeyed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from systems.shell import Stream
from systems.spool.tail import Tail
from systems.text import visible
from tui.cli.said import json_text

LONGEST_LINE = 1 << 20
"""Bytes after which a line is broken, so that one without end does not fill the memory."""


@dataclass(slots=True)
class LinePrinter:
    """A `Sink` that prints each line at once: `db1: text`, or one JSON object a line."""

    write: Callable[[str], object]
    as_json: bool
    _tails: dict[tuple[str, Stream], Tail] = field(default_factory=dict)

    def data(self, host: str, stream: Stream, chunk: bytes) -> None:
        """Print the lines that this chunk completes."""
        tail = self._tails.setdefault((host, stream), Tail(LONGEST_LINE))
        for block in tail.take(chunk, time.time_ns() // 1_000_000):
            self._print(host, stream, block)

    def finish(self, host: str) -> None:
        """Print what a host left without a newline."""
        for stream in Stream:
            tail = self._tails.pop((host, stream), None)
            if tail is not None and (rest := tail.finish()):
                self._print(host, stream, rest)

    def _print(self, host: str, stream: Stream, block: bytes) -> None:
        lines = block.decode("utf-8", "replace").split("\n")[:-1]
        self.write("".join(self._line(host, stream, line) for line in lines))

    def _line(self, host: str, stream: Stream, text: str) -> str:
        if self.as_json:
            at = datetime.now(UTC).isoformat()
            record = {"host": host, "stream": stream.name.lower(), "at": at, "line": text}
            return json_text(record) + "\n"
        mark = ":" if stream is Stream.STDOUT else "!"
        return f"{host}{mark} {visible(text)}\n"
