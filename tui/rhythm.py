"""Asks again and again in a steady rhythm: one, or several side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


async def again(ask: Callable[[], Awaitable[T]], every_s: float) -> AsyncGenerator[T, None]:
    """Ask again and again, until closed; what is slow to answer is asked at most half of the time."""
    clock = asyncio.get_running_loop().time
    while True:
        begun = clock()
        answer = await ask()
        took = clock() - begun
        yield answer
        await asyncio.sleep(max(every_s - took, min(took, every_s)))


async def side_by_side(asks: Sequence[Callable[[], Awaitable[T]]], every_s: float) -> AsyncGenerator[T, None]:
    """All answers as they arrive, each asked for in a rhythm of its own, until closed."""
    arrived: asyncio.Queue[T] = asyncio.Queue(maxsize=max(len(asks), 1))

    async def bring(ask: Callable[[], Awaitable[T]]) -> None:
        async for answer in again(ask, every_s):
            await arrived.put(answer)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(bring(ask)) for ask in asks]
        try:
            while True:
                yield await arrived.get()
        finally:
            for task in tasks:
                task.cancel()
