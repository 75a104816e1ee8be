"""Output of many hosts: whole lines, each with its host, whatever the pieces; nothing is obeyed."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from systems.shell import Stream
from systems.text import is_harmless
from tui.cli.exec_output import LinePrinter


def printed(pieces: list[tuple[str, bytes]], *, as_json: bool = False) -> list[str]:
    out: list[str] = []
    printer = LinePrinter(out.append, as_json)
    for host, piece in pieces:
        printer.data(host, Stream.STDOUT, piece)
    for host in dict.fromkeys(host for host, _ in pieces):
        printer.finish(host)
    return "".join(out).splitlines()


def test_lines_of_two_hosts_never_mix() -> None:
    pieces = [("db1", b"a"), ("db2", b"x\ny"), ("db1", b"b\n"), ("db2", b"z")]
    assert printed(pieces) == ["db2: x", "db1: ab", "db2: yz"]


def test_stderr_is_told_apart_without_colour() -> None:
    out: list[str] = []
    LinePrinter(out.append, as_json=False).data("db1", Stream.STDERR, b"no\n")
    assert out == ["db1! no\n"]


def test_an_escape_sequence_is_shown() -> None:
    (line,) = printed([("db1", b"\x1b]52;c;aGk=\x07[/red]\n")])
    assert "\x1b" not in line
    assert "[/red]" in line


def test_json_lines_name_host_and_stream() -> None:
    (line,) = printed([("db1", b"\xff hi\n")], as_json=True)
    record = json.loads(line)
    assert (record["host"], record["stream"], record["line"]) == ("db1", "stdout", "\ufffd hi")


def test_json_carries_no_control_that_a_terminal_would_obey() -> None:
    said = "\x9b31m\u202e"
    (line,) = printed([("db1", said.encode() + b"\n")], as_json=True)
    assert is_harmless(line)
    assert json.loads(line)["line"] == said


@given(
    st.binary(max_size=200).map(lambda data: data.replace(b"\r", b"")),
    st.lists(st.integers(1, 7), max_size=60),
)
def test_any_chunking_prints_the_same(data: bytes, sizes: list[int]) -> None:
    pieces, start = [], 0
    for size in sizes:
        pieces.append(("db1", data[start : start + size]))
        start += size
    pieces.append(("db1", data[start:]))
    assert printed(pieces) == printed([("db1", data)])
