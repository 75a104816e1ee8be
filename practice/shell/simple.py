"""Runs one simple command: assignments, redirections, then a builtin, a function or a program."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.shell import tree
from practice.shell.builtins import BUILTINS
from practice.shell.expand import fields_of, text_of
from practice.shell.flow import Leave, Return
from practice.shell.programs import execute
from practice.shell.redirects import applied, kept, restored
from practice.shell.special import SPECIAL

if TYPE_CHECKING:
    from practice.shell.interpreter import Shell
    from practice.shell.streams import Stream


async def run_simple(shell: Shell, node: tree.Simple) -> int:
    """Run it; returns its exit status."""
    shell.substituted = 0
    argv = await fields_of(shell, node.words)
    saved: dict[int, Stream | None] = {}
    try:
        if not await applied(shell, node.redirects, saved):
            if argv and argv[0] in SPECIAL:
                raise Leave(2)
            return 2
        if not argv:
            for name, word in node.assigns:
                shell.set(name, await text_of(shell, word))
            return shell.substituted
        values = {name: await text_of(shell, word) for name, word in node.assigns}
        if argv[0] == "exec":
            return await _exec(shell, argv[1:], values, saved)
        return await call(shell, argv, values)
    finally:
        restored(shell, saved)


async def call(shell: Shell, argv: list[str], values: dict[str, str] | None = None) -> int:
    """Run a builtin, a function or a program, with `values` set for it alone."""
    values = values or {}
    name = argv[0]
    if name in SPECIAL:
        shell.variables.update(values)
        return await SPECIAL[name](shell, argv)
    if name in shell.functions:
        return await _function(shell, argv, values)
    if name in BUILTINS:
        before = {key: shell.variables.get(key) for key in values}
        shell.variables.update(values)
        try:
            return await BUILTINS[name](shell, argv)
        except KernelError as error:
            if error.number == errno.EPIPE:
                raise
            await shell.complain(f"{name}: {error.text}")
            return 2
        finally:
            for key, value in before.items():
                if value is None:
                    shell.variables.pop(key, None)
                else:
                    shell.variables[key] = value
    return await execute(shell, argv, values)


async def _function(shell: Shell, argv: list[str], values: dict[str, str]) -> int:
    before = shell.arguments
    shell.variables.update(values)
    shell.arguments = argv[1:]
    try:
        return await shell.run(shell.functions[argv[0]])
    except Return as end:
        return end.status
    finally:
        shell.arguments = before


async def _exec(
    shell: Shell, argv: list[str], values: dict[str, str], saved: dict[int, Stream | None]
) -> int:
    kept(saved)
    if argv and argv[0] == "--":
        argv = argv[1:]
    if not argv:
        shell.variables.update(values)
        return 0
    shell.process.argv = tuple(argv)
    raise Leave(await execute(shell, argv, values))
