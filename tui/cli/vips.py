"""`quarterdeck vips list|set`: what is so with the members of a virtual address, and taking them out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tui.cli.opening import carry_out, estate_of, opened, working
from tui.cli.runbook_options import ARM, JOURNAL, JSON
from tui.cli.said import NONE, REFUSED, UNREAD, USAGE, WARNING, complain, fail, say_json
from tui.cli.vips_telling import lines_of, record, status_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runbooks.vips.change import Changed, Wish
    from runbooks.vips.look import Member, VipLook
    from systems.estate import LoadedEstate
    from systems.haproxy.socket import StatsSocket

LEFT_EVERY_S = 1.0


@click.group()
def vips() -> None:
    """Show what load balancers believe of their members beside what these say, and take members out."""


@vips.command("list")
@click.argument("names", nargs=-1)
@JSON
@click.pass_context
def list_(ctx: click.Context, names: tuple[str, ...], *, as_json: bool) -> None:
    """Say what is so with every member of the virtual addresses NAMES, or of all: one line a member.

    Exit status: 0 all well, 1 a warning, 2 something critical, 3 no load balancer could be read.
    """
    estate = estate_of(ctx)
    chosen = _named(estate, names)
    looks = carry_out(lambda: _look(estate, chosen))
    if as_json:
        say_json({"estate": estate.settings.name, "vips": [record(look) for look in looks]})
    else:
        click.echo("\n".join([line for look in looks for line in lines_of(look)]))
    raise SystemExit(max([status_of(look) for look in looks], default=NONE))


@vips.command("set")
@click.argument("name")
@click.argument("member")
@click.argument("wish", metavar="ready|drain|maint|weight=N")
@click.option("--on", "only", multiple=True, metavar="HOST", help="Only on this load balancer.")
@click.option("--wait", "wait_s", type=float, default=0.0, help="Seconds to wait for its sessions to end.")
@click.option("--yes-to", "agreed", default="", metavar="MEMBER", help="Take out the last that serves.")
@ARM
@JOURNAL
@click.pass_context
def set_(
    ctx: click.Context,
    name: str,
    member: str,
    wish: str,
    *,
    only: tuple[str, ...],
    wait_s: float,
    agreed: str,
    reason: str,
    place: str | None,
) -> None:
    """Drain MEMBER of the virtual address NAME, take it out (maint), bring it back (ready), or weigh it.

    It is done on every load balancer in turn, each asked afterwards whether it is so. Needs --arm "reason",
    which stands in the journal with it; the line that undoes it is printed.

    Exit status: 0 done and verified, 1 sessions left after --wait, 3 not verified, 4 refused, 64 wrong call.
    """
    from runbooks.vips.change import Wish

    estate = estate_of(ctx)
    _named(estate, (name,))
    if unknown := set(only) - set(estate.vip(name).hosts):
        fail(f"{', '.join(sorted(unknown))} is no load balancer of {name}", USAGE)
    try:
        wished = Wish.of(wish)
    except ValueError as error:
        fail(str(error), USAGE)
    if not reason:
        fail(
            f'nothing was sent: give --arm "reason" to set {member} to {wished}; it will be journalled.',
            USAGE,
        )
    order = _Order(name, member, wished, only, wait_s, agreed, reason, place)
    raise SystemExit(carry_out(lambda: _set(estate, order)))


@vips.command("undo")
@click.argument("name")
@ARM
@JOURNAL
@click.pass_context
def undo_(ctx: click.Context, name: str, *, reason: str, place: str | None) -> None:
    """Take back the newest act on the virtual address NAME that the journal tells, and verify it.

    Needs --arm "reason"; without it, what would be taken back is told, and nothing is sent.

    Exit status: 0 done and verified, 3 not verified, 4 there is nothing to take back, 64 wrong call.
    """
    estate = estate_of(ctx)
    _named(estate, (name,))
    raise SystemExit(carry_out(lambda: _undo(estate, name, reason, place)))


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be changed where."""

    name: str
    member: str
    wish: Wish
    only: tuple[str, ...]
    """Load balancers; empty: all of them."""
    wait_s: float
    agreed: str
    """The member's name again, where it is the last one that serves."""
    reason: str
    place: str | None
    """The journal's file."""


def _named(estate: LoadedEstate, names: tuple[str, ...]) -> tuple[str, ...]:
    known = tuple(balancers.name for balancers in estate.balancers)
    if not known:
        fail(f"{estate.path} names no load balancer: add a [[haproxy]] table (docs/vips.md)", USAGE)
    for name in names:
        if name not in known:
            fail(f"{estate.path} has no virtual address {name!r}; it has: {', '.join(known)}", USAGE)
    return names or known


async def _look(estate: LoadedEstate, names: tuple[str, ...]) -> list[VipLook]:
    async with opened(estate) as access:
        return list(await asyncio.gather(*(access.look_at_vip(name) for name in names)))


async def _set(estate: LoadedEstate, order: _Order) -> int:
    from runbooks.vips.change import why_refused
    from runbooks.vips.look import members
    from tui.vip_acting import act_on

    async with opened(estate) as access:
        look = await access.look_at_vip(order.name)
        found = [one for one in members(look) if not order.only or one.balancer in order.only]
        targets = [one for one in found if one.server.name == order.member]
        missing = (set(order.only) or {answer.host for answer in look.balancers}) - {
            one.balancer for one in targets
        }
        if missing:
            complain(
                f"quarterdeck: refused, nothing was sent: {order.member} was not seen on "
                f"{', '.join(sorted(missing))}; name the others with --on"
            )
            return REFUSED
        refusal = why_refused(order.wish, targets, found)
        if refusal and order.agreed != order.member:
            complain(
                f"quarterdeck: refused, nothing was sent: {refusal}; --yes-to {order.member} agrees to it"
            )
            return REFUSED
        async with working(access, order.place, order.reason) as works:
            is_agreed = order.agreed == order.member
            done = await act_on(works, order.name, targets, order.wish, may_be_last=is_agreed)
        return await _tell(order, targets, access.sockets(order.name), done)


async def _undo(estate: LoadedEstate, name: str, reason: str, place: str | None) -> int:
    from runbooks.vips.history import newest_to_undo
    from runbooks.vips.look import members
    from tui.vip_acting import acts_on, told, undo_act

    async with opened(estate) as access, working(access, place) as works:
        past = newest_to_undo(await acts_on(works, name))
        if past is None:
            complain(f"quarterdeck: the journal tells no act on {name} that could be taken back")
            return REFUSED
        if not reason:
            fail(f'nothing was sent: give --arm "reason" to take back: {past.words}.', USAGE)
        look = await access.look_at_vip(name)
        await works.aside(works.arming.arm, reason)
        done = await undo_act(works, name, past, members(look))
        for one in done:
            (complain if one.problem else click.echo)(told(past.member, one))
        return UNREAD if any(one.problem for one in done) else NONE


async def _tell(
    order: _Order, targets: list[Member], sockets: Mapping[str, StatsSocket], done: list[Changed]
) -> int:
    from runbooks.vips.change import left_words, sessions_left
    from tui.vip_acting import told

    for one in done:
        (complain if one.problem else click.echo)(told(order.member, one))
        click.echo(
            f"  undo: quarterdeck vips set {order.name} {order.member} {one.undo} --on {one.balancer} "
            '--arm "undo"'
        )
    if any(one.problem for one in done):
        return UNREAD
    end = asyncio.get_running_loop().time() + order.wait_s
    while order.wish.takes_out and order.wait_s:
        counts = [await sessions_left(one, sockets[one.balancer]) for one in targets]
        known = [number for number in counts if number is not None]
        total = sum(known) if len(known) == len(counts) else None
        click.echo(left_words(total))
        if total == 0:
            break
        if asyncio.get_running_loop().time() >= end:
            return WARNING
        await asyncio.sleep(LEFT_EVERY_S)
    return NONE


@vips.command("probe")
@click.argument("name")
@click.option("--times", type=click.IntRange(1, 10_000), help="Fresh connections; three a member by default.")
@click.option("--for", "seconds", type=click.FloatRange(1, 86_400), help="Go on for so many seconds.")
@click.option(
    "--rate", type=click.FloatRange(0.1, 50), help="Connections a second with --for; 10 by default."
)
@click.option(
    "--from", "origin", default="", metavar="HOST", help="Host of the estate that connects, by SSH."
)
@JSON
@click.pass_context
def probe_(
    ctx: click.Context,
    name: str,
    *,
    times: int | None,
    seconds: float | None,
    rate: float | None,
    origin: str,
    as_json: bool,
) -> None:
    """Try the virtual address NAME with fresh connections, and tell where they landed and what failed.

    Each asks the server for its name with the account of the estate file (probe), which needs no right.

    Exit status: 0 well, 1 errors or an uneven landing, 2 none landed, 3 it cannot be tried.
    """
    from tui.cli.vips_probe import Way, probe

    estate = estate_of(ctx)
    _named(estate, (name,))
    if origin and origin not in estate.hosts:
        fail(f"{origin} is no host of {estate.path}", USAGE)
    if times and seconds:
        fail("--times and --for cannot be had together", USAGE)
    way = Way(name, times, seconds, rate, origin)
    raise SystemExit(carry_out(lambda: probe(estate, way, as_json=as_json)))
