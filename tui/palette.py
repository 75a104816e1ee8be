"""The palette: anything by its name. Each hit shows its key, and one that cannot act now says why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input

from widgets.choices import Choices
from widgets.entry import Entry
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from widgets.signs import Signs

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that can be gone to or done."""

    kind: str
    """pane, node, host, runbook, step, gotcha, run, key"""
    name: str
    act: Callable[[], Awaitable[object] | None]
    more: str = ""
    """A few words beside the name."""
    key: str = ""
    why_not: str = ""


class Palette(ModalScreen[Hit | None]):
    """Type a part of a name; Enter goes there, or does it."""

    KEYS_TITLE = "Palette"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="palette.back"),
        Binding("down", "move(1)", "Next", id="palette.next", show=False),
        Binding("up", "move(-1)", "Previous", id="palette.previous", show=False),
        Binding("pagedown", "move(10)", "Further down", id="palette.page_down", show=False),
        Binding("pageup", "move(-10)", "Further up", id="palette.page_up", show=False),
    ]
    DEFAULT_CSS = """
    Palette {
        align: center top;
        & > Vertical {
            width: 90%; max-width: 110; height: auto; max-height: 80%; margin-top: 2;
            background: $panel; border: solid $primary;
            & > Input { padding: 0 1; background: $panel; }
            & > Choices { height: auto; max-height: 100%; background: $panel; margin-top: 1; }
        }
    }
    """

    def __init__(
        self, hits: Sequence[Hit], signs: Signs, *, asks: str = "pane, host, runbook, step, gotcha, run, key"
    ) -> None:
        """`asks`: what stands in the line while nothing is typed."""
        super().__init__()
        self._hits = tuple(hits)
        self._input = Entry(asks)
        self._list = Choices(self._rows(""), signs=signs)
        self._list.can_focus = False
        self._list.always_shows_cursor = True

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self._input
            yield self._list

    def on_mount(self) -> None:
        self._input.focus()

    @on(Input.Changed)
    def narrow(self, message: Input.Changed) -> None:
        """Show what matches, the best first."""
        self._list.show(self._rows(message.value))
        self._list.action_first()

    @on(Input.Submitted)
    def take(self) -> None:
        """Close with what is chosen."""
        self.dismiss(self._hits[int(self._list.key)] if self._list.key else None)

    @on(Choices.Opened)
    def take_clicked(self) -> None:
        """A double click is as good as Enter."""
        self.take()

    def action_move(self, by: int) -> None:
        self._list.action_move(by)

    def _rows(self, query: str) -> list[Row]:
        scored = [(score(query, hit), number) for number, hit in enumerate(self._hits)]
        best = sorted([(-points, number) for points, number in scored if points > 0])[:SHOWN]
        if not best:
            return [row((" nothing here has such a name", Tone.DIM))]
        return [_hit_row(self._hits[number], str(number)) for _, number in best]


LOOSE = 50.0
"""The most that a word counts which is not in the name: less than any that is."""


def score(query: str, hit: Hit) -> float:
    """How well it matches: 0 not at all. All words must be found, in any order."""
    words = query.split()
    text = f"{hit.kind} {hit.name} {hit.more}"
    total = 1.0 if not words else 0.0
    for word in words:
        if word.lower() in hit.name.lower():
            points = 100.0 - len(hit.name) / 10 + (50.0 if hit.name.lower().startswith(word.lower()) else 0.0)
        else:
            points = min(Matcher(word).match(text) * 10, LOOSE)
        if points <= 0:
            return 0.0
        total += points
    return total


def _hit_row(hit: Hit, key: str) -> Row:
    quiet = bool(hit.why_not)
    right: list[Piece] = [(hit.key, Tone.DIM if quiet else Tone.KEY)] if hit.key else []
    more = f"  not now: {hit.why_not}" if quiet else f"  {hit.more}" if hit.more else ""
    return row(
        (f" {hit.kind:<8} ", Tone.DIM),
        (hit.name, Tone.DIM if quiet else Tone.STRONG),
        (more, Tone.DIM),
        right=right,
        wrap=False,
        key=key,
    )
