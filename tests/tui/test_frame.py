"""The frame: who, where, read-only or armed, how old; never wider than the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reading_builders import NOON
from tui.frame import FrameFacts, age, header_row, left
from widgets.layout import lay_out
from widgets.signs import ASCII, UNICODE


def facts(**changes: object) -> FrameFacts:
    return FrameFacts(**{"estate": "north", "who": "ana@bastion1", "now": NOON, "oldest_s": 2.0} | changes)  # type: ignore[arg-type]


def line(facts: FrameFacts, width: int = 100) -> str:
    return lay_out([header_row(facts, width, UNICODE)], width)[0].text


def test_the_header_says_read_only_until_it_is_armed() -> None:
    assert "READ-ONLY" in line(facts())
    assert "ARMED 13:20 left" in line(facts(armed_left_s=800.9))


def test_the_header_says_how_old_the_oldest_reading_is() -> None:
    assert "oldest reading 2 s" in line(facts())
    assert "no reading yet" in line(facts(oldest_s=None))
    assert "oldest reading 3 min, reading paused" in line(facts(oldest_s=185.0, paused=True))
    assert "FROZEN" in line(facts(frozen=True))


@given(st.integers(1, 200), st.booleans(), st.text(max_size=40), st.floats(0, 1e7))
def test_what_is_armed_is_said_at_any_width_that_can_hold_it(
    width: int, armed: bool, estate: str, oldest_s: float
) -> None:
    told = facts(estate=estate, armed_left_s=800.0 if armed else None, oldest_s=oldest_s)
    for signs in (UNICODE, ASCII):
        laid = lay_out([header_row(told, width, signs)], width)
        assert len(laid) == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (99, "99 s"), (100, "1 min"), (5999, "99 min"), (6000, "1 h 40 min"), (172800, "2 days")],
)
def test_ages_are_told_in_the_unit_that_matters(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_the_time_left_counts_down_in_minutes_and_seconds() -> None:
    assert [left(seconds) for seconds in (900, 59.9, 0, -3)] == ["15:00", "0:59", "0:00", "0:00"]
