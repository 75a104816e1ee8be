"""The console: its frame, its panes, and what holds for all of them."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType

from tui.deck import Deck
from tui.desk import Desk, utc_now
from tui.poller import Poller
from tui.screen import ConsoleScreen
from tui.themes import frame_colour, full_theme, plain_theme
from widgets.signs import ASCII, UNICODE, needs_ascii
from widgets.tight_paint import TightPaint

if TYPE_CHECKING:
    from tui.source import Inventory, Source

TICK_S = 1.0


class QuarterdeckApp(TightPaint, App[None]):
    """The console on one estate; read-only until it is armed."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "quarterdeck"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Keys", id="console.help"),
        Binding("ctrl+q", "quit", "Quit", id="console.quit", show=False),
    ]

    def __init__(
        self,
        inventory: Inventory,
        source: Source,
        *,
        who: str,
        ascii_only: bool = False,
        now: Callable[[], datetime] = utc_now,
        every_s: float | None = TICK_S,
        few_colours: bool | None = None,
    ) -> None:
        """`every_s`: None for a console in which time stands still, as scenes need it.

        `few_colours`: None asks the terminal how many it has, and NO_COLOR whether they are wanted.
        """
        super().__init__()
        self._source = source
        self._every_s = every_s
        signs = ASCII if ascii_only or needs_ascii() else UNICODE
        self.desk = Desk(inventory.name, who, signs=signs, now=now)
        self.desk.picture.plan(inventory.clusters, inventory.hosts)
        self._poller = Poller(source, self.desk.picture, self._renew_soon)
        self._renewing = False
        if few_colours is None:
            few_colours = self.no_color or self.console.color_system not in ("256", "truecolor")
        theme = plain_theme(inventory.colour) if few_colours else full_theme(frame_colour(inventory.colour))
        self.register_theme(theme)
        self.theme = theme.name

    def get_default_screen(self) -> Deck:
        return Deck(self.desk)

    def on_mount(self) -> None:
        self.call_after_refresh(self.start_reading)

    @work(name="start", exit_on_error=False)
    async def start_reading(self) -> None:
        """After the first frame: import what is heavy, then ask what can be seen."""
        await self._source.open()
        gc.freeze()
        gc.enable()
        self.tick()
        if self._every_s is not None:
            self.set_interval(self._every_s, self.tick)

    def tick(self) -> None:
        """The one tick of all panes: judge what came, renew what is seen, ask what is seen."""
        screen = self.screen
        self._poller.digest()
        if not isinstance(screen, ConsoleScreen):
            return
        self._poller.attend(screen.reads)
        self.desk.paused = not screen.reads
        screen.tick()
        if not self.desk.frozen:
            screen.renew()

    def _renew_soon(self) -> None:
        """Show first answers at once: several that come together are shown together."""
        if not self._renewing:
            self._renewing = True
            self.call_later(self._renew_now)

    def _renew_now(self) -> None:
        self._renewing = False
        self.tick()

    async def on_unmount(self) -> None:
        await self._poller.stop()
        await self._source.close()
