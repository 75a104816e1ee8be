"""An act on a member, carried out by an armed console or command, and what was proven written down."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from runbooks.journal.entries import Draft, Kind
from runbooks.journal.port import Filter
from runbooks.vips.change import Changed, Wish, carry_out, left_words, why_refused
from runbooks.vips.history import TELLING, PastAct, act_data, past_acts
from runbooks.vips.look import VipLook, members
from runbooks.words import listed
from systems.errors import SystemsError

if TYPE_CHECKING:
    from runbooks.vips.look import Member
    from systems.haproxy.socket import StatsSocket
    from systems.shell import Hands
    from tui.works import Works


async def act_on(
    works: Works,
    vip: str,
    targets: Sequence[Member],
    wish: Wish,
    *,
    undoes: str = "",
    may_be_last: bool = False,
) -> list[Changed]:
    """Do it on each balancer in turn, and write what was proven into the journal.

    The balancers are read again first: what was agreed to may have been true a while ago. Raises a
    `SystemsError`, such as `NotArmed` or `LeaseTaken`: then nothing was sent. `undoes`: the act that it takes
    back; `may_be_last`: it was agreed to take out the last member that serves.
    """
    if works.vips is None or works.leases is None:
        raise SystemsError("this console has no load balancers; nothing was sent")
    if len(backends := sorted({one.server.backend for one in targets})) > 1:
        message = (
            f"nothing was sent: {targets[0].server.name} is a member of the backends {listed(backends)}; "
            f"name one of them as backend of {vip} in the estate file"
        )
        raise SystemsError(message)
    works.arming.require()
    step, act = f"{wish} {targets[0].server.name}", secrets.token_hex(6)
    leases, sockets = works.leases, works.vips.sockets(vip)
    lease = await works.aside(leases.take, vip, run=act, what=step)
    try:
        now = await _read_again(sockets, targets, wish, may_be_last=may_be_last)
        permit = works.arming.permit(
            works.redact,
            system=vip,
            step=step,
            leases=leases,
            lease=lease,
            data=act_data(act, wish, now, undoes=undoes),
        )

        def hands(host: str) -> Hands:
            return works.hosts.hands(host, permit)

        done = await carry_out(wish, now, sockets, hands)
        await _write(works, vip, act, now[0].server.name, done)
    finally:
        await works.aside(leases.release, lease)
    return done


async def _read_again(
    sockets: Mapping[str, StatsSocket], targets: Sequence[Member], wish: Wish, *, may_be_last: bool
) -> list[Member]:
    """The same members as they are now; raises a `SystemsError` where one is not told, or is the last."""
    answers = await asyncio.gather(*(sockets[one.balancer].look() for one in targets))
    now: list[Member] = []
    for one, answer in zip(targets, answers, strict=True):
        if isinstance(answer.answer, SystemsError):
            raise SystemsError(f"nothing was sent, since {one.balancer} cannot be read: {answer.answer}")
        found = members(VipLook("", answer.at, (answer,), backend=one.server.backend))
        own = next((other for other in found if other.server.name == one.server.name), None)
        if own is None:
            message = f"nothing was sent: {one.balancer} does not tell {one.server.name} any more"
            raise SystemsError(message)
        refusal = why_refused(wish, [own], found)
        if refusal and not may_be_last:
            raise SystemsError(f"nothing was sent: {refusal}; it was not so when this was agreed to")
        now.append(own)
    return now


async def _write(works: Works, vip: str, act: str, member: str, done: Sequence[Changed]) -> None:
    """What was proven, beside the entries of the changes."""
    for one in done:
        draft = Draft(
            Kind.UNVERIFIED if one.problem else Kind.VERIFIED,
            system=vip,
            host=one.balancer,
            step=f"{one.wish} {member}",
            data={"act": act, "sentence": works.redact(told(member, one))},
        )
        await works.aside(works.journal.append, draft)


async def undo_act(works: Works, vip: str, past: PastAct, members: Sequence[Member]) -> list[Changed]:
    """Put back how it was on each balancer where that is left to do; the first that fails ends it.

    Raises a `SystemsError` where nothing was sent to any of them.
    """
    done: list[Changed] = []
    for balancer, wish in past.left.items():
        try:
            own = [_own(balancer, past, members)]
            done += await act_on(works, vip, own, wish, undoes=past.act, may_be_last=True)
        except SystemsError as error:
            if not done:
                raise
            done.append(Changed(balancer, wish, wish, 0, str(error)))
        if done[-1].problem:
            break
    return done


def _own(balancer: str, past: PastAct, members: Sequence[Member]) -> Member:
    wanted = (balancer, past.backend, past.member)
    for one in members:
        if (one.balancer, one.server.backend, one.server.name) == wanted:
            return one
    raise SystemsError(f"{balancer} does not tell {past.member} now; nothing was sent to it")


async def acts_on(works: Works, vip: str) -> list[PastAct]:
    """What was done to members of an address, newest first. Raises `JournalError`."""
    wanted = Filter(system=vip, kinds=TELLING, last=400)
    return await works.aside(lambda: past_acts(works.journal.entries(wanted)))


def told(member: str, one: Changed) -> str:
    """What came of it on one balancer, in a sentence."""
    if one.problem:
        return f"{one.balancer}: {member} is not proven to be {one.wish}: {one.problem}"
    left = f"; {left_words(one.sessions)}" if one.wish.takes_out else ""
    return f"{one.balancer}: {member} is set to {one.wish}{left}"
