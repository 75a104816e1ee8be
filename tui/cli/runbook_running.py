"""`quarterdeck runbook run|resume|undo|runs`: what changes something, unattended, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import asdict
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from tui.cli.opening import carry_out, estate_of, opened, target_of
from tui.cli.rehearsal_use import expected_of_resume, expected_of_run
from tui.cli.runbook_inputs import named, plain_values, secret_values
from tui.cli.runbook_options import (
    ARM,
    JOURNAL,
    JSON,
    MINUTES,
    SECRET,
    SET,
    TARGET,
    WITHOUT_REHEARSAL,
    YES_TO,
)
from tui.cli.said import NONE, REFUSED, STOPPED, complain, say_json

if TYPE_CHECKING:
    from runbooks.engine.api import RunResult, Steering
    from runbooks.model import Runbook
    from tui.access import Access
    from tui.works import Works

T = TypeVar("T")


@click.command()
@JSON
@TARGET
@SET
@SECRET
@ARM
@MINUTES
@YES_TO
@WITHOUT_REHEARSAL
@JOURNAL
@click.argument("name")
@click.pass_context
def run(
    ctx: click.Context,
    name: str,
    *,
    target: str,
    settings: tuple[str, ...],
    references: tuple[str, ...],
    reason: str,
    minutes: float,
    names: tuple[str, ...],
    without_rehearsal: bool,
    place: str | None,
    as_json: bool,
) -> None:
    """Run a procedure unattended; it stops at anything that it was not given beforehand.

    Where it was rehearsed, it also stops where a step is otherwise than it was then.
    """
    book = named(name)
    values = plain_values(book, settings)

    async def carry(works: Works) -> RunResult:
        secrets = await secret_values(references)
        expected = None if without_rehearsal else await expected_of_run(works, book, target, values)
        await _arm(works, reason, minutes)
        steering = _steering(names, as_json=as_json)
        return await works.engine.run(book, target, {**values, **secrets}, steering, expected=expected)

    _end(with_works(ctx, place, carry, target=target, book=book))


@click.command()
@JSON
@SECRET
@ARM
@MINUTES
@YES_TO
@WITHOUT_REHEARSAL
@JOURNAL
@click.argument("run_id", metavar="RUN")
@click.pass_context
def resume(
    ctx: click.Context,
    run_id: str,
    *,
    references: tuple[str, ...],
    reason: str,
    minutes: float,
    names: tuple[str, ...],
    without_rehearsal: bool,
    place: str | None,
    as_json: bool,
) -> None:
    """Go on with a run that was stopped, handed over or cut off: reads first what has become of it."""

    async def carry(works: Works) -> RunResult:
        secrets = await secret_values(references)
        expected = None if without_rehearsal else await expected_of_resume(works, run_id)
        await _arm(works, reason, minutes)
        steering = _steering(names, as_json=as_json)
        return await works.engine.resume(run_id, works.runbooks, steering, secrets, expected=expected)

    _end(with_works(ctx, place, carry))


@click.command()
@JSON
@SECRET
@ARM
@MINUTES
@YES_TO
@JOURNAL
@click.argument("run_id", metavar="RUN")
@click.pass_context
def undo(
    ctx: click.Context,
    run_id: str,
    *,
    references: tuple[str, ...],
    reason: str,
    minutes: float,
    names: tuple[str, ...],
    place: str | None,
    as_json: bool,
) -> None:
    """Undo what a run has done, newest step first, up to a point of no return."""

    async def carry(works: Works) -> RunResult:
        secrets = await secret_values(references)
        await _arm(works, reason, minutes)
        steering = _steering(names, as_json=as_json)
        return await works.engine.undo(run_id, works.runbooks, steering, secrets, reason=reason)

    _end(with_works(ctx, place, carry))


@click.command()
@JSON
@JOURNAL
@click.option("--last", default=20, show_default=True, help="So many of the newest.")
@click.pass_context
def runs(ctx: click.Context, *, last: int, place: str | None, as_json: bool) -> None:
    """List runs of the journal, newest first, with those that can be resumed."""
    from systems.text import visible

    found = with_works(ctx, place, lambda works: works.engine.runs(last=last))
    if as_json:
        say_json([{**asdict(one), "can_resume": one.can_resume} for one in found])
        return
    for one in found:
        resumable = "  (can be resumed)" if one.can_resume else ""
        line = f"{one.run}  {one.runbook:<24} {one.target:<16} {one.ending}{resumable}: {one.sentence}"
        click.echo(visible(line))


def _steering(names: tuple[str, ...], *, as_json: bool) -> Steering:
    from tui.cli.policy import Unattended
    from tui.cli.telling import Teller

    return Unattended(names, Teller(as_json).tell)


async def _arm(works: Works, reason: str, minutes: float) -> None:
    """Arm the session when a reason was given; without one the engine refuses with its own sentence."""
    if reason:
        await works.aside(works.arming.arm, reason, minutes)


def with_works(
    ctx: click.Context,
    place: str | None,
    work: Callable[[Works], Awaitable[T]],
    *,
    target: str = "",
    book: Runbook | None = None,
    is_dry: bool = False,
) -> T:
    """`with_access`, for what reads and changes through the engine only."""

    async def without_access(works: Works, access: Access) -> T:
        del access
        return await work(works)

    return with_access(ctx, place, without_access, target=target, book=book, is_dry=is_dry)


def with_access(
    ctx: click.Context,
    place: str | None,
    work: Callable[[Works, Access], Awaitable[T]],
    *,
    target: str = "",
    book: Runbook | None = None,
    is_dry: bool = False,
) -> T:
    """Open estate, journal and engine for one command, and close them after it.

    `is_dry`: it writes nothing down, and so goes on, with a sentence, where the journal cannot be opened.
    """
    estate = estate_of(ctx)
    if book is not None:
        target_of(estate, target, book.about)

    async def carried() -> T:
        with ExitStack() as stack:
            return await worked(stack if is_dry else None)

    async def worked(stack: ExitStack | None) -> T:
        async with opened(estate) as access:
            works = await asyncio.to_thread(_open, access, place, stack)
            try:
                return await work(works, access)
            finally:
                works.close()

    return carry_out(carried)


def _open(access: Access, place: str | None, stack: ExitStack | None) -> Works:
    """With a `stack`, a journal that cannot be opened is replaced by one that goes with it."""
    from runbooks.journal.port import JournalError
    from tui.open_works import open_works

    try:
        return open_works(access, journal=place)
    except JournalError as error:
        if stack is None:
            raise
        complain(f"quarterdeck: {error}; this dry run goes on without it, a run would be refused.")
        folder = stack.enter_context(TemporaryDirectory(prefix="quarterdeck-dry-"))
        return open_works(access, journal=f"{folder}/journal.sqlite")


def _end(result: RunResult) -> NoReturn:
    from runbooks.engine.api import Ending

    if result.ending in (Ending.DONE, Ending.UNDONE):
        raise SystemExit(NONE)
    raise SystemExit(REFUSED if result.ending is Ending.REFUSED else STOPPED)
