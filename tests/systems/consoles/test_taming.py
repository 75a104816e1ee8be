"""What of a guest's output may reach a terminal: text, colour, movement; nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.consoles.taming import MOST_CHARS, Taming

KEPT = re.compile(r"\x1b(?:\[[0-9;?]{0,60}[@-~]|[()][0AB]|[78DEHMc=>])")


def tamed(*parts: bytes, answers: bool = False) -> str:
    taming = Taming(answers=answers)
    return "".join([taming.feed(part) for part in parts])


@pytest.mark.parametrize(
    "kept",
    [
        "login: \r\n",
        "\x1b[31;1mred\x1b[0m",
        "\x1b[2J\x1b[H",
        "\x1b[?25l\x1b[?1049h",
        "\x1b(0qqq\x1b(B",
        "é ✔",
    ],
)
def test_text_colour_and_movement_stay(kept: str) -> None:
    assert tamed(kept.encode()) == kept


@pytest.mark.parametrize(
    "taken",
    [
        "\x1b]0;title\x07",
        "\x1b]52;c;ZXZpbA==\x1b\\",
        "\x1bP+q544e\x1b\\",
        "\x1b_Gi=1;AAAA\x1b\\",
        "\x1b^privacy\x1b\\",
        "\x9d0;title\x9c",
        "\x1b[?1003h",
        "\x1b[8;50;200t",
        "\x1b[5i",
        "\x1b[>c",
        "\x1b[6n",
        "\x1b[c",
        "\x1b#8",
        "\x07\x05\x7f",
        "\u202e\u200b",
        "\x1b[" + "1;" * 200 + "m",
    ],
)
def test_whatever_does_more_is_taken_out(taken: str) -> None:
    assert tamed(f"before{taken}after".encode()) == "beforeafter"


@pytest.mark.parametrize(
    "taken", ["\x1b]52;c;ZXZpbA==\x07", "\x1b[?1003h", "\x1b[31m", "\x1bPdata\x1b\\", "✔"]
)
def test_where_it_is_cut_in_two_makes_no_difference(taken: str) -> None:
    whole = tamed(f"a{taken}b".encode())
    data = f"a{taken}b".encode()
    for at in range(len(data)):
        assert tamed(data[:at], data[at:]) == whole


def test_a_string_that_does_not_end_takes_no_memory_and_an_escape_ends_it() -> None:
    taming = Taming()
    taming.feed(b"\x1b]52;c;")
    for _ in range(100):
        assert taming.feed(b"A" * 10_000) == ""
    assert len(taming._pending) <= MOST_CHARS
    assert taming.feed(b"\x1b[1mback") == "\x1b[1mback"


def test_what_asks_the_terminal_stays_for_an_emulator_only() -> None:
    assert tamed(b"\x1b[6n", answers=True) == "\x1b[6n"


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_no_bytes_at_all_bring_anything_else_through(parts: list[bytes]) -> None:
    left = KEPT.sub("", tamed(*parts))
    assert not re.search("[\x00-\x07\x10-\x1f\x7f-\x9f]", left)
