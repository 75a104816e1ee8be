"""Output that streams in while keys are pressed: `stream spool|log|richlog|idle LINES_PER_S`.

Every key that is handled shows as a rising number, `k000001`, painted together with what the key does.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable

from widgets.tempo import set_tempo

set_tempo()

from textual import events  # noqa: E402
from textual.app import App, ComposeResult  # noqa: E402
from textual.binding import Binding  # noqa: E402
from textual.geometry import Region  # noqa: E402
from textual.widget import Widget  # noqa: E402
from textual.widgets import Static  # noqa: E402

from systems.shell import Stream  # noqa: E402
from systems.spool import Spool  # noqa: E402
from widgets.spool_view import SpoolView  # noqa: E402
from widgets.tight_paint import TightPaint  # noqa: E402

WRITER = """
import os, sys, time
rate = int(sys.argv[1])
line = b"2026-11-22 14:01:46.120 14 [Note] WSREP: view(view_id(PRIM,6f3a,14) memb {0,0} joined {} left {})\\n"
began, written = time.monotonic(), 0
while True:
    due = int((time.monotonic() - began) * rate)
    os.write(1, line * (due - written))
    written = due
    time.sleep(0.005)
"""
READ_BYTES = 1 << 18


class CountedView(SpoolView):
    """Our view; its title counts the keys that moved it."""

    keys = 0

    def _go(self, position: int, *, top: int | None = None) -> None:
        super()._go(position, top=top)
        self.keys += 1
        self.title_text = f"k{self.keys:06d}"
        self._refresh_status()
        self.refresh(Region(0, 0, self.size.width, 1))


class Streaming(TightPaint, App[None]):
    """One sink of streaming output, ours or a peer's."""

    BINDINGS = [Binding("q", "quit", "Quit")]  # noqa: RUF012

    def __init__(self, kind: str, rate: int) -> None:
        super().__init__()
        self.kind, self.rate = kind, rate
        self.spool = Spool()
        self.keys = 0
        self.counter = Static("k000000")
        self.sink: Widget | None = None
        self.writer: subprocess.Popen[bytes] | None = None

    def compose(self) -> ComposeResult:
        if self.kind == "spool":
            self.sink = CountedView(self.spool, title="k000000")
        elif self.kind == "log":
            from textual.widgets import Log

            self.sink = Log()
        elif self.kind == "richlog":
            from textual.widgets import RichLog

            self.sink = RichLog()
        if self.kind != "spool":
            yield self.counter
        if self.sink is not None:
            yield self.sink

    def on_mount(self) -> None:
        if self.sink is not None:
            self.sink.focus()
        if self.rate:
            self.writer = subprocess.Popen(
                [sys.executable, "-c", WRITER, str(self.rate)], stdout=subprocess.PIPE
            )
            assert self.writer.stdout is not None
            take, fd = self.taker(), self.writer.stdout.fileno()
            asyncio.get_running_loop().add_reader(fd, lambda: take(os.read(fd, READ_BYTES)))

    def on_unmount(self) -> None:
        if self.writer is not None:
            self.writer.kill()

    def taker(self) -> Callable[[bytes], object]:
        """How the sink takes a chunk of bytes."""
        from textual.widgets import Log, RichLog

        sink = self.sink
        if isinstance(sink, Log):
            return lambda chunk: sink.write(chunk.decode())
        if isinstance(sink, RichLog):
            return lambda chunk: [sink.write(line) for line in chunk.decode().splitlines()]
        return lambda chunk: self.spool.data("db1", Stream.STDOUT, chunk)

    def on_key(self, event: events.Key) -> None:
        if self.kind != "spool" and event.key in ("up", "down"):
            self.keys += 1
            self.counter.update(f"k{self.keys:06d}")


if __name__ == "__main__":
    Streaming(sys.argv[1], int(sys.argv[2])).run()
