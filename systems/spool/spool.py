"""The output of many hosts, kept on disk line by line, read back by line number."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from systems.shell import Stream
from systems.spool.growing_file import GrowingFile, NoRoom
from systems.spool.lines import BLOCK, LineIndex
from systems.spool.segments import MOST_SOURCES, Segments
from systems.spool.tail import Tail

LIMIT_BYTES = 4 << 30
LONGEST_LINE = 1 << 20
"""Bytes after which a line is broken: without it a host that sends no newline would fill the memory."""


@dataclass(frozen=True, slots=True)
class Source:
    """One stream of one host. `stream` None: a note of the console itself, no host can write there."""

    host: str
    stream: Stream | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it came: bytes are data, and go through `systems.text.visible_bytes` before a screen."""

    number: int
    source: Source
    at_ms: int
    """When its end arrived: milliseconds since 1970, UTC."""
    text: bytes
    """Without its newline; the beginning only, when it was read with `clip`."""

    @property
    def at(self) -> datetime:
        """When its end arrived, to the millisecond."""
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)


class Spool:
    """Takes chunks as they arrive and gives back whole lines. Memory does not grow with the lines.

    A line that comes in pieces is put together before it is stored, so lines of different hosts never mix;
    their order is the order in which they were complete. It is a `systems.shell.Sink`. Not for use from
    several threads. Nothing here raises for want of space: `notice` says what is not kept, and why.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        limit_bytes: int = LIMIT_BYTES,
        longest_line: int = LONGEST_LINE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open nameless files in `directory` (None: the folder for temporary files), or raise `NoRoom`.

        `clock` tells seconds since 1970.
        """
        self._directory = directory
        self._limit = limit_bytes
        self._longest = longest_line
        self._clock = clock
        self._file = GrowingFile(directory)
        self._file.open()
        self._index = LineIndex(self._file)
        self._segments = Segments(directory)
        self._sources: list[Source] = []
        self._ids: dict[tuple[str, Stream | None], int] = {}
        self._tails: list[Tail] = []
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._stopped: str | None = None
        self.lost_lines = 0
        """Lines that arrived and are not kept."""
        self.lost_bytes = 0
        self.generation = 0
        """Rises with each `clear`: line numbers of an earlier one mean nothing any more."""

    # Taking

    def source(self, host: str, stream: Stream | None) -> int:
        """The number of a source, new or known; a host that is told here counts even when it stays silent."""
        known = self._ids.get((host, stream))
        if known is not None:
            return known
        if len(self._sources) == MOST_SOURCES:
            raise NoRoom(f"more than {MOST_SOURCES // 2} hosts cannot stream into one view: choose fewer")
        self._ids[host, stream] = len(self._sources)
        self._sources.append(Source(host, stream))
        self._tails.append(Tail(self._longest))
        return len(self._sources) - 1

    def data(self, host: str, stream: Stream, chunk: bytes) -> None:
        """Take what one host wrote, now (`Sink`)."""
        self.append(self.source(host, stream), chunk, int(self._clock() * 1000))

    def note(self, host: str, text: str) -> None:
        """Add a line of the console's own about a host, such as its exit status."""
        line = text.replace("\n", " ").encode() + b"\n"
        self.append(self.source(host, None), line, int(self._clock() * 1000))

    def append(self, source: int, chunk: bytes, at_ms: int) -> None:
        """Take a chunk of any size from a source; its last line may be unfinished."""
        tail = self._tails[source]
        for lines in tail.take(chunk, at_ms):
            self._keep(source, lines, at_ms)
        for listener in self._listeners:
            listener()

    def finish(self, source: int | None = None) -> None:
        """The source (None: every one) has ended: what it left unfinished becomes a line."""
        self._finish(range(len(self._tails)) if source is None else [source])

    def finish_idle(self, idle_s: float) -> None:
        """Make a line of what has waited for its newline longer than this, such as a prompt."""
        before_ms = int((self._clock() - idle_s) * 1000)
        self._finish(number for number, tail in enumerate(self._tails) if tail.at_ms <= before_ms)

    def _finish(self, sources: Iterable[int]) -> None:
        for source in sources:
            tail = self._tails[source]
            if rest := tail.finish():
                self._keep(source, rest, tail.at_ms)
                for listener in self._listeners:
                    listener()

    @property
    def unfinished(self) -> bool:
        """Whether any source is in the middle of a line."""
        return any(self._tails)

    def _keep(self, source: int, lines: bytes, at_ms: int) -> None:
        """Store whole lines, as many as there is room for."""
        if self._stopped is None and self._file.size + len(lines) > self._limit:
            kept = lines.rfind(b"\n", 0, self._limit - self._file.size) + 1
            self._store(source, lines[:kept], at_ms)
            lines = lines[kept:]
            self._stopped = f"its limit of {_size(self._limit)} is reached: save what you need, then clear"
        if self._stopped is not None:
            self.lost_lines += lines.count(b"\n")
            self.lost_bytes += len(lines)
            return
        self._store(source, lines, at_ms)

    def _store(self, source: int, lines: bytes, at_ms: int) -> None:
        if lines:
            self._segments.append(self._index.append(lines), source, at_ms)
        if error := self._file.error or self._segments.error:
            where = self._directory or "the folder for temporary files (TMPDIR)"
            self._stopped = f"{where}: {error.strerror}: make room there, then clear"

    @property
    def notice(self) -> str | None:
        """One sentence when output is being lost, and what to do; None while all is kept."""
        if self._stopped is None:
            return None
        lost = f"{self.lost_lines:,} later lines ({_size(self.lost_bytes)})"
        return f"the first {self.lines:,} lines are kept, {lost} are not; {self._stopped}"

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each chunk; it must only take note. Returns what ends it."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return stop

    # Reading back

    @property
    def lines(self) -> int:
        """Lines kept; they are numbered from 0."""
        return self._index.lines

    @property
    def size_bytes(self) -> int:
        """Bytes kept."""
        return self._file.size

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source told of so far; its position is its number."""
        return tuple(self._sources)

    @property
    def segments(self) -> Segments:
        """Who wrote which lines."""
        return self._segments

    @property
    def index(self) -> LineIndex:
        """Where each line begins."""
        return self._index

    def read_bytes(self, offset: int, length: int) -> bytes:
        """Stored bytes: lines, each with its newline."""
        return self._file.read(offset, length)

    def read(self, first: int, count: int, *, clip: int | None = None) -> list[Line]:
        """Lines from number `first` on, fewer at the end; of each at most `clip` bytes.

        With `clip` a line of a megabyte costs no more than a short one.
        """
        stop = min(first + count, self.lines)
        texts = self._texts(first, stop, clip)
        out: list[Line] = []
        for segment in self._segments.between(first, stop):
            source = self._sources[segment.source]
            for number in range(segment.first, segment.stop):
                out.append(Line(number, source, segment.at_ms, texts[number - first]))  # noqa: PERF401
        return out

    def _texts(self, first: int, stop: int, clip: int | None) -> list[bytes]:
        texts: list[bytes] = []
        offset = self._index.start_of(first) if first < stop else 0
        while (wanted := stop - first - len(texts)) > 0:
            data = self._file.read(offset, BLOCK)
            *whole, rest = data.split(b"\n", wanted)
            texts += whole
            offset += len(data) - len(rest)
            if not whole:  # longer than a block: the index knows where the next one begins
                after = self._index.start_of(first + len(texts) + 1)
                texts.append(rest if clip is not None else self._file.read(offset, after - offset - 1))
                offset = after
        return texts if clip is None else [text[:clip] for text in texts]

    # Ending

    def clear(self) -> None:
        """Forget all lines and give the space back; sources, and lines still unfinished, stay."""
        self._file.clear()
        self._index.clear()
        self._segments.clear()
        self._stopped = None
        self.lost_lines = self.lost_bytes = 0
        self.generation += 1
        for listener in self._listeners:
            listener()

    def close(self) -> None:
        """Give the space back for good."""
        self._file.close()
        self._segments.close()


def _size(count: int) -> str:
    """Bytes for people: 1.5 GiB."""
    size = float(count)
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
