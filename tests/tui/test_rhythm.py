"""What is asked again and again: one that hangs delays no other, and nothing is asked once it is closed."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from functools import partial

import pytest

from tui.rhythm import side_by_side


async def test_one_that_hangs_delays_no_other_and_is_not_asked_again_meanwhile() -> None:
    asked: Counter[str] = Counter()

    async def ask(name: str) -> str:
        asked[name] += 1
        if name == "dead":
            await asyncio.Event().wait()
        return name

    came: list[str] = []
    asks = [partial(ask, name) for name in ("dead", "well")]
    async with asyncio.timeout(10.0), aclosing(side_by_side(asks, 0.001)) as answers:
        async for name in answers:
            came.append(name)
            if len(came) == 5:
                break
    assert set(came) == {"well"}
    assert asked["dead"] == 1


async def test_an_error_of_the_consoles_own_reaches_whoever_iterates() -> None:
    async def ask() -> str:
        raise ZeroDivisionError

    async def hangs() -> str:
        await asyncio.Event().wait()
        return "never"

    async with asyncio.timeout(10.0):
        with pytest.raises(ZeroDivisionError):
            await anext(side_by_side([hangs, ask], 0.001))


async def test_whoever_is_cancelled_leaves_nobody_asking() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def ask() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def watch() -> None:
        async for _ in side_by_side([ask], 0.001):
            pass

    async with asyncio.timeout(10.0):
        watching = asyncio.create_task(watch())
        await begun.wait()
        watching.cancel()
        await ended.wait()
        await asyncio.wait([watching])
    assert watching.cancelled()
