"""How a script leaves what it is in: a shell, a function, a loop; and how much it may run."""

from __future__ import annotations

import asyncio

MOST_STEPS = 400_000


class Leave(Exception):
    """The shell ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Return(Exception):
    """A function, or a file that is read by the dot command, ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Break(Exception):
    """A loop ends, or goes on with its next round."""

    def __init__(self, levels: int, *, goes_on: bool) -> None:
        super().__init__(levels)
        self.levels = levels
        self.goes_on = goes_on


class Budget:
    """How many commands may still be run, shared by a shell and those it starts."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    async def spend(self) -> None:
        """Count one command. Lets others run now and then."""
        self.left -= 1
        if self.left < 0:
            raise Leave(137)
        if self.left % 50 == 0:
            await asyncio.sleep(0)
