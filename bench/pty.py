"""Measures a terminal program from outside: what it writes to a pseudo-terminal, when, and at what cost.

No terminal emulator runs while the clock runs: chunks are kept with their time and replayed afterwards.
Like a terminal, it answers the questions that programs ask (device attributes, modes, colours): a program
that waits for an answer would otherwise wait for its timeout. CPU time is the kernel's, in nanoseconds.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import shutil
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

import pyte

now_ns = time.perf_counter_ns

_QUESTION = re.compile(
    rb"\x1b\[0?c|\x1b\[>0?c|\x1b\[5n|\x1b\[\??6n|\x1b\[\?(?P<mode>\d+)\$p|\x1b\[>0?q"
    rb"|\x1b\](?P<colour>1[01]);\?(?:\x07|\x1b\\)|\x1b\[18t"
)
_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\|\x1b[ -/]*[0-~]"
)
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<=>][0-?]*[ -/]*[@-~]|\x1b\[\??[0-9;]*\$[a-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    rb"|\x1bP[^\x1b]*\x1b\\|\x1b\[[0-9;]* q|\x1b\[[0-9]*b"
)
_LONGEST_SEQUENCE = 64


def without_sequences(data: bytes) -> bytes:
    """The text alone."""
    return _SEQUENCE.sub(b"", data)


def _answer(question: re.Match[bytes], columns: int, lines: int) -> bytes:
    asked = question.group()
    if mode := question["mode"]:
        return b"\x1b[?%s;%d$y" % (mode, 2 if mode == b"2026" else 0)  # synchronised output: known, off
    if colour := question["colour"]:
        return b"\x1b]%s;rgb:0000/0000/0000\x1b\\" % colour
    if asked.startswith(b"\x1b[>"):
        return b"\x1b[>0;276;0c" if asked.endswith(b"c") else b"\x1bP>|bench\x1b\\"
    if asked.endswith(b"c"):
        return b"\x1b[?62;22c"
    if asked.endswith(b"t"):
        return b"\x1b[8;%d;%dt" % (lines, columns)
    return b"\x1b[0n" if asked == b"\x1b[5n" else b"\x1b[1;1R"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one read(2) gave, and when (`time.perf_counter_ns`)."""

    at_ns: int
    data: bytes


class Screen:
    """What a terminal would show after the bytes fed so far."""

    def __init__(self, columns: int, lines: int) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take bytes; a sequence cut in two waits for its end."""
        data = self._rest + data
        cut = data.rfind(b"\x1b", max(0, len(data) - _LONGEST_SEQUENCE))
        self._rest = b""
        if cut >= 0 and not _SEQUENCE.match(data, cut):
            self._rest, data = data[cut:], data[:cut]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))

    def cells(self, line: int) -> list[str]:
        """The cells of one line; behind a wide character stands an empty one."""
        buffer = self._screen.buffer[line]
        return [buffer[column].data for column in range(self._screen.columns)]

    @property
    def lines(self) -> list[str]:
        """The lines, trailing spaces included."""
        return list(self._screen.display)


class Session:
    """A program on a terminal of its own. Use it in a `with`: the program ends with the block."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 120,
        lines: int = 40,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.columns, self.lines = columns, lines
        self.chunks: list[Chunk] = []
        self.bytes_read = 0
        self.ended = False
        self._unanswered = b""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("TERM_PROGRAM", "TMUX", "STY", "COLUMNS", "LINES", "NO_COLOR")
        }
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"} | dict(
            env or {}
        )
        self._fd, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        name = os.ttyname(slave)
        self.started_ns = now_ns()
        self.pid = os.posix_spawn(
            shutil.which(argv[0]) or argv[0],
            list(argv),
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
            ],
            setsid=True,
        )
        os.close(slave)
        os.set_blocking(self._fd, False)
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, timeout_s: float) -> bytes:
        """What the program wrote next; empty when nothing came in time, or when it ended."""
        if self.ended or not self._poll.poll(timeout_s * 1000):
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:  # EIO: the last process on this terminal is gone
            data = b""
        at_ns = now_ns()
        self.ended = not data
        if data:
            self.bytes_read += len(data)
            self.chunks.append(Chunk(at_ns, data))
            self._answer_questions(data)
        return data

    def _answer_questions(self, data: bytes) -> None:
        buffer = self._unanswered + data
        end = 0
        for question in _QUESTION.finditer(buffer):
            self._write(_answer(question, self.columns, self.lines))
            end = question.end()
        cut = buffer.rfind(b"\x1b", max(end, len(buffer) - 16))
        self._unanswered = buffer[cut:] if cut >= 0 and not _SEQUENCE.match(buffer, cut) else b""

    def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                select.select([], [self._fd], [], 1)

    def send(self, data: bytes) -> int:
        """Press keys; returns the time just before."""
        at_ns = now_ns()
        self._write(data)
        return at_ns

    def run_for(self, seconds: float) -> None:
        """Read for this long."""
        until = now_ns() + int(seconds * 1e9)
        while not self.ended and (left := until - now_ns()) > 0:
            self.read(left / 1e9)

    def settle(self, quiet_s: float = 0.3, timeout_s: float = 20.0) -> None:
        """Read until the program has been quiet for so long."""
        until = now_ns() + int(timeout_s * 1e9)
        while not self.ended and now_ns() < until and self.read(quiet_s):
            pass

    def wait_for(self, text: str, timeout_s: float = 20.0) -> int:
        """Read until `text` was written, sequences aside; returns when. Raises `TimeoutError`."""
        wanted = text.encode()
        seen = b"".join(chunk.data for chunk in self.chunks)
        until = now_ns() + int(timeout_s * 1e9)
        while wanted not in without_sequences(seen):
            if self.ended or now_ns() > until:
                raise TimeoutError(f"{text!r} did not appear; the screen:\n" + "\n".join(self.screen().lines))
            seen += self.read(0.05)
        return self.chunks[-1].at_ns

    def screen(self) -> Screen:
        """The screen as it is now."""
        screen = Screen(self.columns, self.lines)
        for chunk in self.chunks:
            screen.feed(chunk.data)
        return screen

    def cpu_ms(self) -> float:
        """CPU time so far of the program, its threads and its living children."""
        return sum(cpu_ms_of(pid) for pid in descendants(self.pid))

    def memory_mib(self) -> float:
        """Resident memory of the program and its living children."""
        return sum(memory_mib_of(pid) for pid in descendants(self.pid))

    def close(self) -> None:
        """End the program: asked to, then made to."""
        for how, patience_s in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
            with suppress(ProcessLookupError):
                os.kill(self.pid, how)
            until = now_ns() + int(patience_s * 1e9)
            while now_ns() < until:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self._fd)
                    return
                if not self.read(0.01):
                    time.sleep(0.005)


def descendants(pid: int) -> list[int]:
    """The process and its living descendants."""
    found, todo = [], [pid]
    while todo:
        found.append(one := todo.pop())
        with suppress(OSError):
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as children:
                    todo += map(int, children.read().split())
    return found


def cpu_ms_of(pid: int) -> float:
    """CPU time so far of one process and its threads."""
    total = 0
    with suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as schedstat:
                total += int(schedstat.read().split()[0])
    return total / 1e6


def memory_mib_of(pid: int) -> float:
    """Resident memory of one process."""
    with suppress(OSError), open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share (0 to 1) of them lies, the nearest one."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
