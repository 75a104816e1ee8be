"""A serial line as a terminal's screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from systems.consoles.terminal import KEPT_LINES, Look, Terminal


def test_text_stands_where_it_was_written_with_its_look() -> None:
    terminal = Terminal(20, 3)
    terminal.feed(b"plain \x1b[31;1mred\x1b[0m\r\n\x1b[7minv\x1b[0m")
    assert terminal.row(0) == (("plain ", Look()), ("red", Look(fg="red", bold=True)))
    assert terminal.row(1) == (("inv", Look(reverse=True)),)
    assert (terminal.text, terminal.cursor) == ("plain red\ninv", (3, 1))


def test_lines_that_go_out_at_the_top_are_kept_up_to_a_number() -> None:
    terminal = Terminal(10, 2)
    terminal.feed(b"".join([f"{number}\r\n".encode() for number in range(KEPT_LINES + 50)]))
    assert terminal.gone == KEPT_LINES
    assert terminal.history_line(0) == "49"


def test_another_size_keeps_what_is_there() -> None:
    terminal = Terminal(80, 24)
    terminal.feed(b"login: ")
    terminal.resize(100, 30)
    assert terminal.size == (100, 30)
    terminal.resize(100_000, 0)
    assert terminal.size == (250, 2)
    assert terminal.text == "login:"


def test_a_smaller_size_takes_nothing_while_there_is_room_and_keeps_what_it_takes() -> None:
    terminal = Terminal(80, 24)
    terminal.feed(b"one\r\ntwo\r\nlogin: ")
    terminal.resize(80, 5)
    assert (terminal.text, terminal.cursor, terminal.gone) == ("one\ntwo\nlogin:", (7, 2), 0)
    terminal.resize(80, 2)
    assert (terminal.text, terminal.cursor, terminal.history) == ("two\nlogin:", (7, 1), ("one",))


def test_line_drawing_of_a_vt220_is_drawn() -> None:
    terminal = Terminal(20, 2)
    terminal.feed(b"\x1b(0lqk\x1b(B")
    assert terminal.text == "┌─┐"


def test_what_the_guest_asks_is_answered_once_and_not_without_end() -> None:
    terminal = Terminal(80, 24)
    terminal.feed(b"\x1b[5;9H\x1b[6n")
    assert terminal.answers() == b"\x1b[5;9R"
    assert terminal.answers() == b""
    terminal.feed(b"\x1b[6n" * 1000)
    assert len(terminal.answers()) < 200


def test_marks_that_pile_up_on_one_cell_do_not_grow_it() -> None:
    terminal = Terminal(20, 2)
    terminal.feed(("e" + "\u0301" * 5000).encode())
    assert terminal.text == "é"


def test_an_escape_in_a_title_reaches_nobody() -> None:
    terminal = Terminal(40, 2)
    terminal.feed(b"\x1b]0;\x1b]52;c;ZXZpbA==\x07login: ")
    assert terminal.text == "login:"


@given(st.lists(st.binary(max_size=80), max_size=8))
def test_no_bytes_at_all_break_it(parts: list[bytes]) -> None:
    terminal = Terminal(20, 5)
    for part in parts:
        terminal.feed(part)
    assert all(len(row) <= 20 for row in terminal.text.splitlines())
    assert terminal.cursor is None or terminal.cursor[0] < 20
