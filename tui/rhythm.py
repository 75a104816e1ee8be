"""Asks again and again in a steady rhythm: one, or several side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Broken:
    """An error of the console's own: it must reach whoever iterates, and not die in a task."""

    error: Exception


async def side_by_side(asks: Sequence[Callable[[], Awaitable[T]]], every_s: float) -> AsyncGenerator[T, None]:
    """All answers as they arrive, each asked for in a rhythm of its own, until closed."""
    arrived: asyncio.Queue[T | _Broken] = asyncio.Queue(maxsize=max(len(asks), 1))

    async def bring(ask: Callable[[], Awaitable[T]]) -> None:
        try:
            async for answer in again(ask, every_s):
                await arrived.put(answer)
        except Exception as error:  # noqa: BLE001 - see _Broken
            await arrived.put(_Broken(error))

    tasks = [asyncio.create_task(bring(ask)) for ask in asks]
    try:
        while True:
            answer = await arrived.get()
            if isinstance(answer, _Broken):
                raise answer.error
            yield answer
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
