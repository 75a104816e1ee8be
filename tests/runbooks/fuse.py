"""Kills a console, for tests, at any moment of its life."""

from __future__ import annotations


class Killed(BaseException):
    """The console was killed here: kill -9, which no `except Exception` sees."""


class Fuse:
    """Kills a console at its n-th breath: every journal write, read, change, look and question is one."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.points: list[str] = []
        self.blown = False

    def point(self, name: str) -> None:
        if self.blown:
            raise Killed(name)
        self.points.append(name)
        if len(self.points) == self.at:
            self.blown = True
            raise Killed(name)
