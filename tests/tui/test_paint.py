"""What a new reading costs on the line to the terminal: what it changed, and nothing else."""

from __future__ import annotations

import pytest
from rich.console import RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate
from textual.screen import Screen

from tests import scenes
from tests.tui.screens import console_of, see, until
from tui.app import QuarterdeckApp
from widgets.tight_paint import TightPaint, TightUpdate

WHOLE_SCREEN = 10_000
"""Bytes that painting all of it costs, or more."""


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes of every paint, as they come."""
    sizes: list[int] = []
    display = TightPaint._display

    def record(self: QuarterdeckApp, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate):
            update = TightUpdate(renderable.chops, renderable.spans, renderable.chop_ends)
            sizes.append(len(update.render_segments(self.console)))
        elif isinstance(renderable, CompositorUpdate):
            sizes.append(WHOLE_SCREEN)
        display(self, screen, renderable)

    monkeypatch.setattr(TightPaint, "_display", record)
    return sizes


def two_looks() -> scenes.Stage:
    """Each node has committed eleven transactions more at the second look."""
    return scenes.stage(scenes.looks_at("whole"), stepwise=True)


async def test_a_new_look_paints_what_it_changed_and_nothing_else(painted: list[int]) -> None:
    async with console_of(two_looks, (160, 50)) as (app, pilot):
        await see(pilot, "3 of 3 Synced, seqno 987347")
        painted.clear()
        app.source.go_on("orders")
        await until(pilot, lambda: len(app.desk.picture.clusters["orders"].nodes["db3"].trends.commits) > 1)
        app.tick()
        await see(pilot, "3 of 3 Synced, seqno 987795")
        await until(pilot, lambda: painted, "a paint")
        await pilot.pause()
        assert sum(painted) < 1500


async def test_a_tick_without_news_paints_nothing(painted: list[int]) -> None:
    async with console_of(two_looks, (160, 50)) as (app, pilot):
        await see(pilot, "3 of 3 Synced, seqno 987347")
        await pilot.pause()
        painted.clear()
        app.tick()
        await pilot.pause()
        assert painted == []
