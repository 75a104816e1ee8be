"""The programs that simulated hosts have. Anything else answers 127, like a shell."""

from __future__ import annotations

from collections.abc import Callable

from practice.shell.programs import Program

PROGRAMS: dict[str, tuple[str, Program]] = {}
"""By name: the folder it stands in, and what it does."""


def program(*names: str, folder: str = "/usr/bin") -> Callable[[Program], Program]:
    """Let a function be a program of every host."""

    def add(run: Program) -> Program:
        PROGRAMS.update(dict.fromkeys(names, (folder, run)))
        return run

    return add
