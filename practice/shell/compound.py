"""Runs the commands that are made of others: lists, pipelines, loops, conditions, functions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from practice.shell import tree
from practice.shell.expand import fields_of, pieces_of, text_of
from practice.shell.flow import Break, Budget, Leave
from practice.shell.patterns import fits
from practice.shell.streams import Nothing, Pipe, Stream

if TYPE_CHECKING:
    from practice.shell.interpreter import Shell


async def run_node(shell: Shell, node: tree.Command) -> int:  # noqa: C901, PLR0912 - one arm for each kind
    """Run one command; returns its exit status."""
    match node:
        case tree.Sequence(commands):
            status = 0
            for command in commands:
                status = await shell.run(command)
                if status and "e" in shell.options and not isinstance(command, (tree.AndOr, tree.Background)):
                    raise Leave(status)
            return status
        case tree.Simple():
            from practice.shell.simple import run_simple

            return await run_simple(shell, node)
        case tree.AndOr(parts):
            return await _and_or(shell, parts)
        case tree.Pipeline(commands, negated):
            status = await (shell.run(commands[0]) if len(commands) == 1 else _pipeline(shell, commands))
            return int(not status) if negated else status
        case tree.Background(body):
            return _background(shell, body)
        case tree.Subshell(body):
            return await _subshell(shell, body)
        case tree.Compound(body, redirects):
            return await _redirected(shell, body, redirects)
        case tree.If(arms, otherwise):
            for condition, body in arms:
                if await _condition(shell, condition) == 0:
                    return await shell.run(body)
            return await shell.run(otherwise) if otherwise is not None else 0
        case tree.Loop(condition, body, until):
            return await _loop(shell, condition, body, until=until)
        case tree.For():
            return await _for(shell, node)
        case tree.Case(word, arms):
            return await _case(shell, word, arms)
        case tree.Function(name, body):
            shell.functions[name] = body
            return 0
    raise AssertionError


async def _condition(shell: Shell, body: tree.Command) -> int:
    kept = "e" in shell.options
    shell.options.discard("e")
    try:
        return await shell.run(body)
    finally:
        if kept:
            shell.options.add("e")


async def _and_or(shell: Shell, parts: tuple[tuple[str, tree.Command], ...]) -> int:
    status = 0
    for op, command in parts:
        if op == "" or (op == "&&") == (status == 0):
            status = await _condition(shell, command)
            shell.status = status
    return status


async def _pipeline(shell: Shell, commands: tuple[tree.Command, ...]) -> int:
    tasks: list[asyncio.Task[int]] = []
    before: Stream | None = None
    for at, command in enumerate(commands):
        member = shell.fork()
        if before is not None:
            member.process.set_fd(0, before)
        if at < len(commands) - 1:
            pipe = Pipe()
            member.process.set_fd(1, pipe.writer)
            before = pipe.reader
        tasks.append(shell.machine.processes.start(member.process, member.guarded(command)))
    try:
        statuses = [await task for task in tasks]
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    return statuses[-1]


def _background(shell: Shell, body: tree.Command) -> int:
    inner = shell.fork()
    inner.budget = Budget()
    inner.process.set_fd(0, Nothing())
    shell.last_background = inner.process.pid
    shell.jobs[inner.process.pid] = shell.machine.processes.start(inner.process, inner.guarded(body))
    return 0


async def _subshell(shell: Shell, body: tree.Command) -> int:
    inner = shell.fork()
    return await _wait_for(shell, inner, body)


async def _wait_for(shell: Shell, inner: Shell, body: tree.Command) -> int:
    """Run commands in a forked shell, and end it."""
    try:
        return await inner.guarded(body)
    finally:
        shell.machine.processes.end(inner.process)


async def _redirected(shell: Shell, body: tree.Command, redirects: tuple[tree.Redirect, ...]) -> int:
    from practice.shell.redirects import applied, restored

    saved: dict[int, Stream | None] = {}
    try:
        if not await applied(shell, redirects, saved):
            return 2
        return await shell.run(body)
    finally:
        restored(shell, saved)


async def _loop(shell: Shell, condition: tree.Command, body: tree.Command, *, until: bool) -> int:
    status = 0
    while True:
        try:
            if (await _condition(shell, condition) == 0) == until:
                return status
            status = await shell.run(body)
        except Break as signal:
            _another_round(signal)
            if not signal.goes_on:
                return 0


async def _for(shell: Shell, node: tree.For) -> int:
    status = 0
    values = list(shell.arguments) if node.words is None else await fields_of(shell, node.words)
    for value in values:
        shell.set(node.name, value)
        try:
            status = await shell.run(node.body)
        except Break as signal:
            _another_round(signal)
            if not signal.goes_on:
                return 0
    return status


def _another_round(signal: Break) -> None:
    """Let an outer loop take a signal that is meant for it."""
    if signal.levels > 1:
        raise Break(signal.levels - 1, goes_on=signal.goes_on)


async def _case(
    shell: Shell, word: tree.Word, arms: tuple[tuple[tuple[tree.Word, ...], tree.Sequence], ...]
) -> int:
    text = await text_of(shell, word)
    for patterns, body in arms:
        for pattern in patterns:
            if fits(await pieces_of(shell, pattern), text):
                return await shell.run(body)
    return 0
