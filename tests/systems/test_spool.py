"""The spool against a naive model: whatever the chunks, the same lines."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems.shell import Stream
from systems.spool import NoRoom, Source, Spool, growing_file, lines, words
from tests.examples import examples

AT_MS = 1_700_000_000_000
HOSTS = [("db1", Stream.STDOUT), ("db1", Stream.STDERR), ("db2", Stream.STDOUT)]

chunks = st.lists(
    st.tuples(
        st.integers(0, 2), st.lists(st.sampled_from([b"a", b"\n", b"bc", b"\xff"]), max_size=12).map(b"".join)
    ),
    max_size=40,
)


@dataclass
class Naive:
    """What the spool must be, in the simplest words."""

    longest: int
    lines: list[tuple[int, int, bytes]] = field(default_factory=list)
    rest: dict[int, bytes] = field(default_factory=dict)

    def append(self, source: int, chunk: bytes, at_ms: int) -> None:
        for byte in chunk:
            rest = self.rest.get(source, b"")
            if byte == ord("\n"):
                self.lines.append((source, at_ms, rest))
                self.rest[source] = b""
                continue
            if len(rest) == self.longest:
                self.lines.append((source, at_ms, rest))
                rest = b""
            self.rest[source] = rest + bytes([byte])


def kept(spool: Spool) -> list[tuple[Source, int, bytes]]:
    return [(line.source, line.at_ms, line.text) for line in spool.read(0, spool.lines)]


@settings(deadline=None)
@given(chunks, st.integers(1, 9))
def test_any_chunks_give_the_lines_of_the_naive_model(parts: list[tuple[int, bytes]], longest: int) -> None:
    spool, naive = Spool(longest_line=longest), Naive(longest)
    ids = [spool.source(host, stream) for host, stream in HOSTS]
    for at_ms, (which, chunk) in enumerate(parts, AT_MS):
        spool.append(ids[which], chunk, at_ms)
        naive.append(which, chunk, at_ms)
    assert kept(spool) == [(Source(*HOSTS[which]), at, text) for which, at, text in naive.lines]
    assert spool.unfinished == any(naive.rest.values())
    spool.close()


@settings(deadline=None)
@given(chunks, st.lists(st.integers(1, 7), min_size=1))
def test_one_stream_gives_the_same_lines_however_it_is_cut(
    parts: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    whole = b"".join(chunk for _, chunk in parts) + b"\n"
    spool = Spool(longest_line=5)
    source = spool.source("db1", Stream.STDOUT)
    start = 0
    while start < len(whole):
        size = cuts[start % len(cuts)]
        spool.append(source, whole[start : start + size], AT_MS)
        start += size
    at_once = Spool(longest_line=5)
    at_once.append(at_once.source("db1", Stream.STDOUT), whole, AT_MS)
    assert kept(spool) == kept(at_once)
    spool.close()
    at_once.close()


@examples(25)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40_000)), min_size=1, max_size=30), st.data())
def test_every_line_is_found_again_across_blocks(sizes: list[tuple[int, int]], data: st.DataObject) -> None:
    """Blocks are 64 KiB: lines of every length up to and beyond one, and empty ones."""
    spool, naive = Spool(), Naive(1 << 20)
    ids = [spool.source(host, stream) for host, stream in HOSTS]
    for number, (which, size) in enumerate(sizes):
        chunk = (b"%d" % number) * size + b"\n" * (1 + size % 3)
        spool.append(ids[which], chunk, AT_MS + number)
        naive.append(which, chunk, AT_MS + number)
    first = data.draw(st.integers(0, len(naive.lines)))
    count = data.draw(st.integers(0, 50))
    expected = naive.lines[first : first + count]
    assert [
        (ids.index(spool.source(line.source.host, line.source.stream)), line.at_ms, line.text)
        for line in spool.read(first, count)
    ] == expected
    assert [line.text for line in spool.read(first, count, clip=10)] == [text[:10] for _, _, text in expected]
    assert [line.number for line in spool.read(first, count)] == list(range(first, first + len(expected)))
    spool.close()


@settings(deadline=None)
@given(st.lists(st.integers(0, 300), max_size=60).map(sorted), st.integers(0, 301))
def test_rising_numbers_are_found_by_bisection(numbers: list[int], wanted: int) -> None:
    kept_numbers = words.RisingNumbers()
    old, words.PAGE_WORDS = words.PAGE_WORDS, 4
    try:
        for number in numbers:
            kept_numbers.append(number)
        assert [kept_numbers[i] for i in range(len(kept_numbers))] == numbers
        assert kept_numbers.slice(2, 9) == numbers[2:9]
        below = [number for number in numbers if number < wanted]
        assert kept_numbers.first_not_below(wanted) == len(below)
        assert kept_numbers.first_above(wanted) == len(below) + numbers.count(wanted)
    finally:
        words.PAGE_WORDS = old
        kept_numbers.close()


@settings(deadline=None)
@given(st.binary(max_size=300).map(lambda data: data.replace(b"\x00", b"\n")), st.data())
def test_the_nth_newline_is_found_by_halving(text: bytes, data: st.DataObject) -> None:
    if count := text.count(b"\n"):
        which = data.draw(st.integers(1, count))
        assert text[: lines.after_newline(text, which)].count(b"\n") == which
        assert text[lines.after_newline(text, which) - 1 :][:1] == b"\n"


def test_a_line_in_pieces_waits_for_its_end_while_others_go_on() -> None:
    spool = Spool()
    spool.data("db1", Stream.STDOUT, b"half of a ")
    spool.data("db2", Stream.STDOUT, b"whole\n")
    spool.data("db1", Stream.STDOUT, b"line\nrest")
    assert [line.text for line in spool.read(0, 9)] == [b"whole", b"half of a line"]
    spool.finish()
    assert spool.read(2, 1)[0].text == b"rest"
    assert not spool.unfinished


def test_a_prompt_becomes_a_line_once_it_is_idle() -> None:
    now = 100.0
    spool = Spool(clock=lambda: now)
    spool.data("db1", Stream.STDOUT, b"Password: ")
    now = 100.2
    spool.finish_idle(0.3)
    assert spool.lines == 0
    now = 100.4
    spool.finish_idle(0.3)
    assert [(line.text, line.at_ms) for line in spool.read(0, 1)] == [(b"Password: ", 100_000)]


def test_lines_of_one_moment_are_one_segment_and_interleaved_hosts_one_each() -> None:
    spool = Spool()
    one = spool.source("db1", Stream.STDOUT)
    two = spool.source("db2", Stream.STDOUT)
    for _ in range(1000):
        spool.append(one, b"x\n" * 10, AT_MS)
    assert len(spool.segments) == 1
    for number in range(1000):
        spool.append((one, two)[number % 2], b"y\n", AT_MS)
    assert len(spool.segments) == 1000


def test_at_its_limit_the_spool_keeps_what_fits_and_says_what_it_does_not() -> None:
    spool = Spool(limit_bytes=10)
    spool.data("db1", Stream.STDOUT, b"abc\ndef\nghi\n")
    spool.data("db1", Stream.STDOUT, b"j\n")
    assert [line.text for line in spool.read(0, 9)] == [b"abc", b"def"]
    notice = spool.notice or ""
    assert notice.startswith(
        "the first 2 lines are kept, 2 later lines (6 bytes) are not; its limit of 10 bytes"
    )
    spool.clear()
    assert (str(spool.notice), spool.lines, spool.generation) == ("None", 0, 1)
    spool.data("db1", Stream.STDOUT, b"again\n")
    assert spool.read(0, 1)[0].text == b"again"


FILLS_ITS_DISK = """
import resource
from systems.shell import Stream
from systems.spool import Spool
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
spool = Spool()
for number in range(100):
    spool.data("db1", Stream.STDOUT, b"%06d" % number * 1000 + b"\\n")
texts = [line.text for line in spool.read(0, 1000)]
assert texts == [b"%06d" % number * 1000 for number in range(spool.lines)], "what was kept is whole"
assert 300_000 <= spool.size_bytes < 450_000, spool.size_bytes
print(spool.notice)
"""


def test_a_full_disk_loses_nothing_that_was_kept_and_says_so() -> None:
    """The kernel itself refuses, by a limit on the size of files: what a full disk does, without one."""
    done = subprocess.run(
        [sys.executable, "-c", FILLS_ITS_DISK], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert re.match(
        r"the first \d+ lines are kept, \d+ later lines .* are not; .*: File too large: make room",
        done.stdout,
    )


def test_a_folder_that_cannot_be_written_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(NoRoom, match=r"cannot be kept in .*gone: No such file or directory; set TMPDIR"):
        Spool(tmp_path / "gone")


def test_the_files_have_no_name_and_end_with_the_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.data("db1", Stream.STDOUT, b"x" * growing_file.WRITE_BYTES + b"\n")
    assert list(tmp_path.iterdir()) == []
    descriptors = len(os.listdir("/proc/self/fd"))
    spool.close()
    assert len(os.listdir("/proc/self/fd")) < descriptors


def test_a_note_of_the_console_cannot_be_mistaken_for_what_a_host_wrote() -> None:
    spool = Spool()
    spool.note("db1", "exit status 1\nafter 2.3 s")
    assert spool.read(0, 1)[0].source == Source("db1", None)
    assert spool.read(0, 1)[0].text == b"exit status 1 after 2.3 s"


def test_a_listener_hears_of_every_chunk_until_it_stops() -> None:
    spool = Spool()
    heard: list[int] = []
    stop = spool.listen(lambda: heard.append(spool.lines))
    spool.data("db1", Stream.STDOUT, b"a\nb\n")
    spool.clear()
    stop()
    spool.data("db1", Stream.STDOUT, b"c\n")
    assert heard == [2, 0]
