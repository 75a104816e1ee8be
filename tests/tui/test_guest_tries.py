"""How often a link to a guest that was cut is opened anew before the operator is asked."""

from __future__ import annotations

import pytest

from systems.errors import LinkLost, Refused, SystemsError, Unreachable
from tui.guest.tries import STEADY_S, WAITS_S, Tries


def waits(tries: Tries) -> list[float]:
    """Of all the tries that are left."""
    found = []
    while (again := tries.next()) is not None:
        found.append(again[0])
    return found


def test_only_a_link_that_was_open_once_is_waited_for() -> None:
    tries = Tries()
    assert not tries.go_on(LinkLost("cut"))
    tries.was_open(1.0)
    assert tries.go_on(LinkLost("cut"))


@pytest.mark.parametrize(
    ("error", "passes"), [(Unreachable("no route"), True), (Refused("no"), False), (SystemsError("?"), False)]
)
def test_what_does_not_pass_by_itself_is_not_waited_for(error: SystemsError, passes: bool) -> None:
    tries = Tries()
    tries.was_open(1.0)
    assert tries.go_on(error) is passes


@pytest.mark.parametrize(("held_s", "left"), [(STEADY_S + 1.0, list(WAITS_S)), (STEADY_S - 1.0, [])])
def test_a_link_that_held_begins_the_tries_anew_and_one_that_is_cut_soon_does_not(
    held_s: float, left: list[float]
) -> None:
    tries = Tries()
    assert waits(tries) == list(WAITS_S)
    tries.was_open(held_s)
    assert waits(tries) == left
