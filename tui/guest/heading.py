"""What stands above a guest's console: whose it is, how its link is, and to whom the keys go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runbooks.words import clock
from widgets.layout import Row, row
from widgets.signs import Signs
from widgets.tones import Piece, Tone


@dataclass(frozen=True, slots=True)
class State:
    """Of one console, as far as its heading tells it."""

    name: str
    """Of the instance."""
    noun: str
    since: datetime | None
    """When its link was opened; None: there is none."""
    trouble: tuple[str, bool] | None
    """Why there is no link, and whether it is tried again by itself."""
    leave: str
    """The key that gives the keyboard back; empty: keys do not go to the guest."""


def heading(state: State, now: datetime, signs: Signs) -> list[Row]:
    """Return its rows."""
    return [_first_row(state, now, signs), *_trouble_rows(state, signs)]


def _first_row(state: State, now: datetime, signs: Signs) -> Row:
    bar: Piece = (f" {signs.bar}", Tone.FRAME)
    pieces: list[Piece | str] = [(f" {state.name}", Tone.STRONG), bar, state.noun, bar]
    if state.since is None:
        return row(*pieces, ("no link" if state.trouble else "connecting", Tone.DIM))
    pieces += [(f"{signs.good} ", Tone.GOOD), f"since {clock(state.since, now=now)}", bar]
    if not state.leave:
        return row(*pieces, ("read-only", Tone.DIM))
    return row(*pieces, (f" KEYS GO TO {state.name} ", Tone.ARMED), f" {state.leave} gives them back")


def _trouble_rows(state: State, signs: Signs) -> list[Row]:
    if state.trouble is None:
        return []
    words, goes_on = state.trouble
    sign, tone = (signs.warning, Tone.WARNING) if goes_on else (signs.critical, Tone.CRITICAL)
    pieces: list[Piece | str] = [(f" {sign} ", tone), words]
    return [row(*pieces, *(() if goes_on else (" ", ("n", Tone.KEY), " connects anew.")), hang=3)]
