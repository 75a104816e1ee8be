"""Opens the estate for one headless command, and closes it again whatever happens."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from systems.errors import SystemsError
from tui.cli.options import Options
from tui.cli.said import UNREAD, USAGE, fail

if TYPE_CHECKING:
    from runbooks.model import Target
    from systems.estate import LoadedEstate
    from tui.access import Access
    from tui.works import Works

T = TypeVar("T")

TERMINATED = 130
"""Ended by Ctrl-C, as shells count it."""


def estate_of(ctx: click.Context) -> LoadedEstate:
    """The estate that the command was given, or its sentence and the end."""
    from systems.estate import load

    options = ctx.find_object(Options)
    if options is None:
        raise click.UsageError("no estate file is named")
    try:
        return load(options.estate)
    except SystemsError as error:
        fail(str(error), USAGE)


def target_of(estate: LoadedEstate, named: str, about: Target) -> None:
    """End with a sentence when the estate has none of that name that a runbook could be about."""
    from runbooks.model import Target

    known = {
        Target.CLUSTER: [one.name for one in estate.clusters],
        Target.CLOUD: [one.name for one in estate.clouds],
        Target.VIP: [one.name for one in estate.balancers],
    }[about]
    if named not in known:
        kind = "system" if about is Target.CLUSTER else about.value
        fail(f"{estate.path} has no {kind} {named!r}; it has: {', '.join(known) or 'none'}", USAGE)


class Systems(NamedTuple):
    """Names of systems of an estate, by what they are."""

    clusters: tuple[str, ...]
    vips: tuple[str, ...]
    clouds: tuple[str, ...]


def systems_of(estate: LoadedEstate, named: tuple[str, ...]) -> Systems:
    """Those that were asked for, all of them by default; ends with a sentence for an unknown one."""
    known = Systems(
        tuple([one.name for one in estate.clusters]),
        tuple([one.name for one in estate.balancers]),
        tuple([one.name for one in estate.clouds]),
    )
    every = [name for names in known for name in names]
    for name in named:
        if name not in every:
            fail(f"{estate.path} has no system {name!r}; it has: {', '.join(every) or 'none'}", USAGE)
    return Systems(*[tuple([one for one in names if not named or one in named]) for names in known])


async def ask_secret(question: str) -> str:
    """Ask at the terminal, masked; raises `SystemsError` where there is none."""
    if not sys.stdin.isatty():
        message = f"{question} must be asked for, and there is no terminal: use env:, file: or cmd: instead"
        raise SystemsError(message)
    return str(await asyncio.to_thread(click.prompt, question, hide_input=True, err=True))


@asynccontextmanager
async def opened(estate: LoadedEstate) -> AsyncIterator[Access]:
    """The ways into the estate; connections end with the block."""
    from systems.secrets import Redactor
    from tui.access import Access

    access = Access(estate, Redactor(), ask=ask_secret)
    try:
        yield access
    finally:
        await access.close()


@asynccontextmanager
async def working(access: Access, place: str | None, reason: str = "") -> AsyncIterator[Works]:
    """Journal and engine, armed where there is a `reason`; closed with the block. `place`: the journal's.

    Raises `JournalError`: without a journal nothing may be changed.
    """
    from tui.open_works import open_works

    works = await asyncio.to_thread(open_works, access, journal=place)
    try:
        if reason:
            await works.aside(works.arming.arm, reason)
        yield works
    finally:
        works.close()


def carry_out(work: Callable[[], Awaitable[T]]) -> T:
    """Run a command's coroutine to its end; Ctrl-C and `SystemsError`s end it with a sentence."""

    async def run() -> T:
        return await work()

    try:
        return asyncio.run(run())
    except SystemsError as error:
        fail(str(error), UNREAD)
    except KeyboardInterrupt:
        fail("interrupted; nothing more was sent.", TERMINATED)
