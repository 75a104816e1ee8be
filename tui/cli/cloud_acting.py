"""A guarded act on one object of a cloud, from the command line: shown, agreed to by name, armed, proven."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import click

from tui.cli.opening import carry_out, opened, working
from tui.cli.said import NONE, REFUSED, STOPPED, UNREAD, USAGE, complain, fail, say_json

if TYPE_CHECKING:
    from runbooks.journal.entries import Kind
    from systems.estate import LoadedEstate
    from systems.openstack.asking import AnyOrder
    from tui.access import Access
    from tui.works import Works


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _Result(Protocol):
    @property
    def kind(self) -> Kind: ...

    @property
    def sentence(self) -> str: ...


T = TypeVar("T", bound=_Named)
R = TypeVar("R", bound=_Result)


@dataclass(frozen=True, slots=True)
class Act(Generic[T, R]):
    """What is to be done to which object."""

    words: str
    """Completing "to": "stop web-7"."""
    noun: str
    """What the object is: "instance"."""
    to: str
    """Who gets the order: "Nova of kilo"."""
    means: str
    """What comes of it, in sentences."""
    find: Callable[[Access], Awaitable[T]]
    order: Callable[[T], AnyOrder]
    why_not: Callable[[T], str]
    """Why it cannot be done now, completing "not now: "; empty: it can."""
    do: Callable[[Works, T], Awaitable[R]]
    """Carry it out with what is armed."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Why, who said yes to it by name, and where that is written down."""

    reason: str
    yes_to: str
    place: str | None


def act_by(estate: LoadedEstate, act: Act[T, R], agreement: Agreement) -> R:
    """Do what was agreed to; without a reason it is only shown, and the command ends."""
    if not agreement.reason:
        _show(act, carry_out(lambda: _found(estate, act)))
        raise SystemExit(REFUSED)
    if not agreement.yes_to:
        fail(f'to {act.words} give its exact name with --yes-to "NAME", too; nothing was sent.', USAGE)
    return carry_out(lambda: _armed(estate, act, agreement))


async def _found(estate: LoadedEstate, act: Act[T, R]) -> T:
    async with opened(estate) as access:
        return await act.find(access)


def _show(act: Act[T, R], found: T) -> None:
    from systems.text import visible

    click.echo(f"would send to {act.to}: {act.order(found).line}")
    if why := act.why_not(found):
        click.echo(visible(f"not now: {why}."))
    click.echo(f'{act.means}\nnothing was sent: give --arm "reason" and --yes-to NAME to do it.')


async def _armed(estate: LoadedEstate, act: Act[T, R], agreement: Agreement) -> R:
    async with opened(estate) as access:
        found = await act.find(access)
        if agreement.yes_to != found.name:
            words = f"--yes-to says {agreement.yes_to!r}, and the {act.noun} is {found.name!r}"
            fail(f"{words}; nothing was sent.", USAGE)
        async with working(access, agreement.place, agreement.reason) as works:
            return await act.do(works, found)


def end_with(result: _Result, words: str, *, as_json: bool, **state: str) -> None:
    """Tell what came of it, and end with its exit status. `state`: how the object stands, for programs."""
    from runbooks.journal.entries import Kind

    if as_json:
        say_json({"outcome": result.kind.value, "sentence": result.sentence, **state})
    else:
        complain(f"{words}: {result.sentence}")
    outcomes = {Kind.VERIFIED: NONE, Kind.UNVERIFIED: UNREAD, Kind.BLOCKED: REFUSED}
    raise SystemExit(outcomes.get(result.kind, STOPPED))
