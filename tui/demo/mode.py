"""The demo as the console knows it: lines of the frame, hits of the palette, and when something breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from systems.errors import SystemsError
from tui.demo.hints import Hint, lesson_of, next_thing, runs_done
from tui.demo.lines import DemoBanner, DemoHint
from tui.palette import Hit
from tui.report import ReportScreen

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

    from tui.app import QuarterdeckApp
    from tui.demo.control import Fault, Faults
    from tui.desk import Desk

FIRST_FAULT = "kill-one"
"""Small, seen at once, and put right by one step."""


class Demo:
    """Given to the console by whoever started the practice estate."""

    def __init__(self, faults: Faults, *, after_s: float) -> None:
        """`after_s`: when something small breaks by itself; 0: nothing does."""
        self._faults = faults
        self._after_s = after_s
        self._listed: tuple[Fault, ...] = ()
        self._has_broken = False
        """Somebody ordered a fault: there is enough to look at."""
        self._has_report = False
        self._runs_done = 0
        self._repaired_at: datetime | None = None

    # The frame

    def above(self, desk: Desk) -> Widget:
        """What stands below the rule of every screen."""
        return DemoBanner(signs=desk.signs)

    def below(self, desk: Desk) -> Widget:
        """What stands above its keys."""
        return DemoHint(signs=desk.signs)

    def renew(self, desk: Desk, screen: Screen[Any]) -> None:
        """Say what may be tried now on this screen."""
        hint = self.next_thing(desk, screen)
        for line in screen.query(DemoHint).results(DemoHint):
            line.tell(hint)

    def next_thing(self, desk: Desk, screen: Screen[Any]) -> Hint:
        """The next key on the way from red to a report."""
        self._has_report = self._has_report or isinstance(screen, ReportScreen)
        if (done := runs_done(desk)) > self._runs_done:
            self._runs_done, self._repaired_at = done, desk.now()
        lesson = lesson_of(
            desk,
            repaired_at=self._repaired_at,
            has_report=self._has_report,
            breaks_soon=bool(self._after_s) and not self._has_broken,
        )
        return next_thing(screen, lesson)

    # Breaking and healing

    def attend(self, app: QuarterdeckApp) -> None:
        """Begin: learn the faults, and break something after a while."""
        self._order(app, self._carry_on)

    def hits(self, app: QuarterdeckApp) -> Iterator[Hit]:
        """What the palette finds besides."""
        for fault in self._listed:
            act = partial(self._order, app, partial(self._break, app, fault))
            yield Hit("demo", f"break {fault.name}", act, more=fault.what)
        if self._listed:
            act = partial(self._order, app, partial(self._heal_all, app))
            yield Hit("demo", "heal all", act, more="Take the causes of all faults away.")

    async def _carry_on(self) -> None:
        self._listed = await self._faults.listed()
        self._has_broken = self._has_broken or any(fault.is_there for fault in self._listed)
        if self._after_s:
            await asyncio.sleep(self._after_s)
            if not self._has_broken:
                self._has_broken = True
                await self._faults.break_(FIRST_FAULT)

    async def _break(self, app: QuarterdeckApp, fault: Fault) -> None:
        self._has_broken = True
        host = await self._faults.break_(fault.name)
        app.say(f"{fault.name}{f' on {host}' if host else ''}: {fault.what}")

    async def _heal_all(self, app: QuarterdeckApp) -> None:
        await self._faults.heal_all()
        app.say("The causes are gone; what they left behind is yours to repair.")

    def _order(self, app: QuarterdeckApp, act: Callable[[], Awaitable[None]]) -> None:
        app.run_worker(self._safely(app, act), name="demo", exit_on_error=False, group="demo")

    async def _safely(self, app: QuarterdeckApp, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except SystemsError as error:
            app.say(str(error), severity="error")
