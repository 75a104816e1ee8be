"""The benchmarks: found, compared, and printed."""

import subprocess
import sys

from bench.__main__ import names
from bench.pty import Screen, Session, percentile, without_sequences
from bench.table import Row, Table


def test_every_module_with_a_run_is_a_benchmark() -> None:
    assert set(names()) == {
        *("demo", "hosts", "inflow", "instances", "panes", "spool", "ssh", "start", "streaming", "widgets"),
    }


def test_a_row_knows_its_ratio_and_whether_its_goals_are_reached() -> None:
    less = Row("bytes", 67, "bytes", peer="DataTable", theirs=9308, goal=150, goal_ratio=0.1)
    assert less.ratio == 67 / 9308
    assert less.reached is True
    assert Row("bytes", 200, "bytes", goal=150).reached is False
    assert Row("lines", 5, "M/s", peer="Log", theirs=1, goal_ratio=10, more_is_better=True).reached is False
    assert Row("lines", 5, "M/s").reached is None


def test_a_table_prints_ours_theirs_and_the_ratio() -> None:
    table = Table("Tables", [Row("one cell", 67, "bytes", peer="DataTable", theirs=9308, goal=150)])
    assert str(table).splitlines()[-1].split() == [
        *("one", "cell", "67", "bytes", "DataTable", "9,308", "0.0072", "x", "<=", "150", "reached"),
    ]


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "nosuch"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "no such benchmark: nosuch; there are: " in done.stderr


def test_the_harness_answers_a_terminal_program_and_sees_its_screen() -> None:
    program = (
        "import sys, termios, tty; tty.setraw(0); sys.stdout.write('\\x1b[c'); sys.stdout.flush();"
        "answer = sys.stdin.read(9); print('\\x1b[2J\\x1b[3;5Hgot', repr(answer)); sys.stdin.read(1)"
    )
    with Session([sys.executable, "-c", program], columns=60, lines=10) as session:
        session.wait_for("got")
        session.settle(0.1)
        assert session.screen().lines[2].startswith("    got '\\x1b[?62;22c'")
        assert session.cpu_ms() > 0
        assert session.memory_mib() > 1


def test_a_sequence_cut_in_two_is_put_together() -> None:
    screen = Screen(20, 2)
    for part in (b"a\x1b[", b"1mb\x1b]8;;", b"x\x1b\\c"):
        screen.feed(part)
    assert screen.lines[0].startswith("abc")
    assert without_sequences(b"\x1b[31mred\x1b[0m") == b"red"


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([1], 0.99) == 1
