"""The unfinished last line of one source, kept until its newline comes."""

from __future__ import annotations

from collections.abc import Iterator


class Tail:
    """Turns chunks into whole lines. One longer than `longest` bytes is broken, the same for any chunking."""

    __slots__ = ("_longest", "_rest", "at_ms")

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._rest = bytearray()
        self.at_ms = 0
        """When the rest last grew: milliseconds since 1970."""

    def __bool__(self) -> bool:
        return bool(self._rest)

    def take(self, chunk: bytes, at_ms: int) -> Iterator[bytes]:
        """Yield blocks of whole lines, each line with its newline; keep the rest."""
        self.at_ms = at_ms
        if len(chunk) <= self._longest:
            yield from self._take(chunk)
            return
        for start in range(0, len(chunk), self._longest):
            yield from self._take(chunk[start : start + self._longest])

    def _take(self, piece: bytes) -> Iterator[bytes]:
        """`piece` is at most `longest`: so only the line that the rest began can be too long."""
        end = piece.rfind(b"\n") + 1
        if self._rest:
            head = piece.find(b"\n") if end else len(piece)
            if len(self._rest) + head > self._longest:
                yield from self._break(bytes(self._rest) + piece)
                return
        if not end:
            self._rest += piece
            return
        lines = piece if end == len(piece) else piece[:end]
        if self._rest:
            lines = bytes(self._rest) + lines
            self._rest.clear()
        self._rest += piece[end:]
        yield lines

    def _break(self, data: bytes) -> Iterator[bytes]:
        start = 0
        while True:
            end = data.find(b"\n", start, start + self._longest + 1)
            if end >= 0:
                yield data[start : end + 1]
                start = end + 1
            elif len(data) - start > self._longest:
                yield data[start : start + self._longest] + b"\n"
                start += self._longest
            else:
                break
        self._rest = bytearray(data[start:])

    def finish(self) -> bytes:
        """End the unfinished line; empty when there is none."""
        if not self._rest:
            return b""
        lines = bytes(self._rest) + b"\n"
        self._rest.clear()
        return lines
