"""A history in a line of text."""

import math

from hypothesis import given
from hypothesis import strategies as st

from widgets.signs import ASCII, UNICODE
from widgets.sparkline import History, sparkline

numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)


def test_values_rise_from_the_lowest_to_the_highest_level() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert sparkline([0, 7], 4, signs=ASCII) == "  _#"


def test_what_is_not_known_is_a_dot_and_never_a_zero() -> None:
    assert sparkline([1, None, 2], 3) == "▁·█"
    assert sparkline([None], 2) == " ·"
    assert sparkline([], 3) == "   "


def test_equal_values_lie_at_the_bottom_and_a_fixed_scale_tells_their_height() -> None:
    assert sparkline([5, 5], 2) == "▁▁"
    assert sparkline([50, 100, 900, -3], 4, low=0, high=100) == "▅██▁"


@given(st.integers(1, 9), st.lists(numbers, max_size=30))
def test_a_history_is_the_last_values_in_order(capacity: int, values: list[float | None]) -> None:
    history = History(capacity, values)
    known = [value if value is not None and math.isfinite(value) else None for value in values]
    assert list(history) == known[-capacity:]
    assert len(history) == min(capacity, len(values))


@given(st.lists(numbers, max_size=30), st.integers(0, 20), st.sampled_from([ASCII, UNICODE]))
def test_a_line_has_its_width_whatever_the_values(
    values: list[float | None], width: int, signs: object
) -> None:
    line = History(12, values).line(width, signs=ASCII if signs is ASCII else UNICODE)
    assert len(line) == width
