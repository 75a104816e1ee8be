"""The base of every screen: the frame around it, keys that say why they cannot act, bugs that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, on
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.frame import FrameHeader, FrameHints, FrameRule, Hint, Tab
from tui.keys import places
from widgets.layout import row
from widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui.desk import Desk

Result = TypeVar("Result")
LEAST_WIDTH, LEAST_HEIGHT = 40, 10
HELP_WORDS = "keys"
"""What the binding of the help is called; it stands at the end of the hints, however narrow they are."""


class ConsoleScreen(Screen[Result]):
    """A screen within the frame. Its body comes from `body`; what time changes, from `renew`."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    ConsoleScreen {
        layout: vertical;
        &.-tiny > * { display: none; }
        &.-tiny > #tiny { display: block; }
        & > #tiny { display: none; }
    }
    """

    class Seen(Message):
        """Other readings can be seen now than a moment ago."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._header = FrameHeader(desk.facts(), signs=desk.signs)
        self._rule = FrameRule(signs=desk.signs)
        self._hints = FrameHints(signs=desk.signs)
        self._hinted: object = None

    def compose(self) -> ComposeResult:
        demo = self.desk.demo
        yield self._header
        yield self._rule
        if demo is not None:
            yield demo.above(self.desk)
        yield from self.body()
        if demo is not None:
            yield demo.below(self.desk)
        yield self._hints

    def body(self) -> Iterator[Widget]:
        """What stands between the rule and the hints."""
        yield from ()

    def tabs(self) -> Sequence[Tab]:
        """What stands on the rule."""
        return ()

    @property
    def reads(self) -> frozenset[str]:
        """Names of the systems whose readings can be seen here; those are asked, others are not."""
        return frozenset()

    def renew(self) -> None:
        """Show what is known now. Called when something was learnt, and each second for the ages."""

    def why_not(self, action: str) -> str:  # noqa: ARG002
        """Why that action cannot be done now, as a sentence; empty: it can."""
        return ""

    def copy_text(self) -> str:
        """What `y` copies; empty: there is nothing to copy here."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Grey out what cannot act now."""
        return None if self.why_not(action) else True

    def tick(self) -> None:
        """Renew the frame, once a second."""
        self._header.tell(self.desk.facts())
        if self.desk.demo is not None:
            self.desk.demo.renew(self.desk, self)
        if self.hint_state() != self._hinted:
            self.show_hints()

    def hint_state(self) -> object:
        """What the line of keys depends on; it is only made anew when this is another."""
        return id(self.focused)

    def on_mount(self) -> None:
        self._rule.tell(self.tabs())
        self.bindings_updated_signal.subscribe(self, lambda _: self.show_hints())

    async def on_resize(self, event: events.Resize) -> None:
        """Say so where the terminal is too small to be of use, until it grows."""
        width, height = event.size
        tiny = width < LEAST_WIDTH or height < LEAST_HEIGHT
        if tiny:
            least = f"{LEAST_WIDTH}x{LEAST_HEIGHT}"
            words = f"This terminal is {width}x{height}. Make it {least} or larger; ctrl+q leaves."
            found = self.query("#tiny").results(Lines)
            for lines in found:
                lines.show([row(words)])
            if not self.query("#tiny"):
                await self.mount(Lines([row(words)], signs=self.desk.signs, id="tiny"))
        self.set_class(tiny, "-tiny")

    def on_screen_resume(self) -> None:
        self.tick()
        self._rule.tell(self.tabs())
        self.call_after_refresh(self.show_hints)
        self.post_message(self.Seen())

    def show_hints(self) -> None:
        """Renew the line of keys."""
        if not self.is_current:
            return
        self._hinted = self.hint_state()
        keys = [key for place in places(self) for key in place.keys]
        hints = [Hint(key.keys[0], key.words.lower(), key.why_not) for key in keys if key.show]
        helps = [hint for hint in hints if hint.words == HELP_WORDS]
        self._hints.tell([hint for hint in hints if hint not in helps], helps[0] if helps else Hint("", ""))
        if self.desk.demo is not None:
            self.desk.demo.renew(self.desk, self)

    @on(Worker.StateChanged)
    def show_bug(self, event: Worker.StateChanged) -> None:
        """Say that a worker broke: a bug of the console, which must never be silent."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            event.stop()
            self.app.notify(
                f"A bug in the console: {event.worker.name}: {event.worker.error!r}",
                title="This should not happen",
                severity="error",
                markup=False,
            )
