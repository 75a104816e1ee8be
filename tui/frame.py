"""What stands around every screen: who, where, read-only or armed, how old; and the keys that apply here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from systems.text import visible
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.signs import UNICODE, Signs
from widgets.tones import Piece, Tone


class FrameFacts(NamedTuple):
    """What the header tells."""

    estate: str
    who: str
    """user@bastion"""
    now: datetime
    armed_left_s: float | None = None
    """None: read-only."""
    oldest_s: float | None = None
    """Age of the oldest reading on screen; None: none has come yet."""
    unread: int = 0
    """Nodes that did not answer at the last look."""
    paused: bool = False
    """Nothing is read, since no pane that shows readings can be seen."""
    frozen: bool = False
    runs: int = 0
    """Runs under way."""


def age(seconds: float) -> str:
    """How old: "2 s", "14 min", "3 h 05 min", "2 days"."""
    whole = max(int(seconds), 0)
    if whole < 100:
        return f"{whole} s"
    if whole < 6000:
        return f"{whole // 60} min"
    if whole < 172800:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} days"


def left(seconds: float) -> str:
    """How long still: "13:20"."""
    whole = max(int(seconds), 0)
    return f"{whole // 60}:{whole % 60:02d}"


def header_row(facts: FrameFacts, width: int, signs: Signs) -> Row:
    """The header for that width: what it cannot hold falls away, never whether the console is armed."""
    bar: Piece = (f" {signs.bar}", Tone.FRAME)
    forms = ((True, True, "%H:%M:%S UTC"), (False, True, "%H:%M:%S"), (False, False, ""))
    for wide, middling, clock in forms:
        state = [bar, _armed(facts, middling=middling), bar, _freshness(facts, wide=wide)]
        if facts.runs:
            state += [bar, (f"{facts.runs} running", Tone.WARNING)]
        who = [bar, (visible(facts.who), Tone.PLAIN)] if wide else []
        right: list[Piece] = [(facts.now.strftime(clock), Tone.DIM)] if clock else []
        taken = _cells([*who, *state]) + (_cells(right) + 2 if right else 0)
        name = f" {visible(facts.estate)} "
        if cell_len(name) + taken <= width or not clock:
            room = max(width - taken, 6)
            if cell_len(name) > room:
                name = set_cell_size(name, room - 1) + signs.cut
            return Row(((name, Tone.BLOCK), *who, *state), tuple(right), wrap=False)
    raise AssertionError("the last form fits any width")


def _armed(facts: FrameFacts, *, middling: bool) -> Piece:
    if facts.armed_left_s is None:
        return "READ-ONLY", Tone.GOOD
    return f" ARMED {left(facts.armed_left_s)}{' left' if middling else ''} ", Tone.ARMED


def _freshness(facts: FrameFacts, *, wide: bool) -> Piece:
    if facts.frozen:
        return ("FROZEN, f goes on", Tone.WARNING) if wide else ("FROZEN", Tone.WARNING)
    if facts.oldest_s is None:
        return "no reading yet", Tone.DIM
    words = f"oldest reading {age(facts.oldest_s)}" if wide else f"{age(facts.oldest_s)} old"
    if facts.paused:
        return f"{words}, reading paused" if wide else f"{words}, paused", Tone.DIM
    return words, Tone.WARNING if facts.oldest_s >= 30 else Tone.PLAIN


class FrameLine(Lines, can_focus=False):
    """One line of the frame, which fills it whatever the width."""

    DEFAULT_CSS = """
    FrameLine { height: 1; overflow: hidden hidden; scrollbar-gutter: auto; }
    """


class FrameHeader(FrameLine, can_focus=False):
    """The first line of every screen."""

    def __init__(self, facts: FrameFacts, *, signs: Signs = UNICODE) -> None:
        super().__init__(signs=signs)
        self._facts = facts

    def tell(self, facts: FrameFacts) -> None:
        """Renew what the header says."""
        self._facts = facts
        self.renew()

    def rows_for(self, width: int) -> Sequence[Row]:
        return [header_row(self._facts, width, self.signs)]


class Tab(NamedTuple):
    """One pane in the rule below the header, or one step of the way to where one is."""

    label: str
    digit: str = ""
    here: bool = False


class FrameRule(FrameLine, can_focus=False):
    """A line in the estate's colour with the panes on it, or with the way to this screen."""

    def __init__(self, tabs: Iterable[Tab] = (), *, signs: Signs = UNICODE) -> None:
        super().__init__(signs=signs)
        self._tabs = tuple(tabs)

    def tell(self, tabs: Iterable[Tab]) -> None:
        """Renew the tabs."""
        self._tabs = tuple(tabs)
        self.renew()

    def rows_for(self, width: int) -> Sequence[Row]:
        sign = self.signs.rule
        full = self._tab_pieces(short=False)
        pieces = full if _cells(full) <= width else self._tab_pieces(short=True)
        pieces.append((sign * max(width - _cells(pieces), 0), Tone.FRAME))
        return [Row(tuple(pieces), wrap=False)]

    def _tab_pieces(self, *, short: bool) -> list[Piece]:
        """The tabs; where room is short, those one is not on by their digits alone."""
        pieces: list[Piece] = []
        for tab in self._tabs:
            words = f"{tab.digit} {tab.label}" if tab.digit else tab.label
            pieces.append((self.signs.rule, Tone.FRAME))
            if tab.here:
                pieces.append((f"[{words}]", Tone.STRONG))
            else:
                pieces.append((f" {tab.digit if short and tab.digit else words} ", Tone.DIM))
        return pieces


class Hint(NamedTuple):
    """A key that applies here."""

    key: str
    words: str
    why_not: str = ""
    """Why it cannot act now; empty: it can."""


class FrameHints(FrameLine, can_focus=False):
    """The last line: as many keys as fit; the way to all of them always does."""

    def __init__(self, *, signs: Signs = UNICODE) -> None:
        super().__init__(signs=signs)
        self._hints: tuple[Hint, ...] = ()
        self._last = Hint("?", "keys")

    def tell(self, hints: Iterable[Hint], last: Hint) -> None:
        """Renew the keys; `last` stands at the end however narrow the line is."""
        self._hints, self._last = tuple(hints), last
        self.renew()

    def rows_for(self, width: int) -> Sequence[Row]:
        end = _hint_pieces(self._last)
        room = width - 1 - _cells(end)
        pieces: list[Piece] = [(" ", Tone.PLAIN)]
        for hint in self._hints:
            more = [*_hint_pieces(hint), ("  ", Tone.PLAIN)]
            if _cells(more) > room:
                break
            room -= _cells(more)
            pieces += more
        return [row(*pieces, *end, wrap=False)]


def _hint_pieces(hint: Hint) -> list[Piece]:
    if hint.why_not:
        return [(f"({hint.key} {hint.words})", Tone.DIM)]
    return [(hint.key, Tone.KEY), (f" {hint.words}", Tone.PLAIN)]


def _cells(pieces: Iterable[Piece]) -> int:
    return sum([cell_len(text) for text, _ in pieces])
