"""Helpers for tests of screens: what stands there, and waiting for it with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from tests.scenes import Stage

DEADLINE_S = 10.0


def shown(app: App[Any]) -> str:
    """The screen as text, trailing blanks left out."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str = "") -> None:
    """Wait until the condition holds; fails after a deadline, with what stands there."""
    loop = asyncio.get_running_loop()
    end = loop.time() + DEADLINE_S
    while not condition():
        if loop.time() > end:
            message = f"not seen within {DEADLINE_S:g} s: {what}\n{shown(pilot.app)}"
            raise AssertionError(message)
        await pilot.pause()
        await asyncio.sleep(0.01)


async def see(pilot: Pilot[Any], *texts: str) -> None:
    """Wait until all these texts stand on the screen."""
    for text in texts:
        await until(pilot, partial(_is_shown, pilot, text), repr(text))


def _is_shown(pilot: Pilot[Any], text: str) -> bool:
    return text in shown(pilot.app)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type a text, letter by letter."""
    await pilot.press(*("space" if char == " " else char for char in text))


@asynccontextmanager
async def console_of(
    scene: Callable[[], Stage], size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[Stage, Pilot[Any]]]:
    """The scene on a terminal of that size, its first answers shown."""
    app = scene()
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.desk.works is not None, "the works")
        await until(pilot, lambda: not app._renewing, "the first answers")
        await pilot.pause()
        yield app, pilot
