"""Permits for tests: one that lets everything through and keeps what it heard, one that refuses."""

from __future__ import annotations

from systems.errors import NotArmed
from systems.shell import Command, Output


class Armed:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.told: list[Output | Exception] = []

    def before(self, host: str, command: Command, job: str) -> int:
        self.asked.append((host, command.line, job))
        return len(self.asked)

    def after(self, entry: int, result: Output | Exception) -> None:
        assert entry == len(self.asked)
        self.told.append(result)


class Unarmed:
    def before(self, host: str, command: Command, job: str) -> int:
        raise NotArmed("the session is read-only: arm it first")

    def after(self, entry: int, result: Output | Exception) -> None:
        raise AssertionError("nothing began")
