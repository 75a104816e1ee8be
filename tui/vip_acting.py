"""An act on a member, carried out by an armed console or command, and what was proven written down."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbooks.journal.entries import Draft, Kind
from runbooks.journal.port import Filter
from runbooks.vips.change import Changed, Wish, carry_out, left_words
from runbooks.vips.history import CHANGES, PastAct, act_data, past_acts
from systems.errors import SystemsError

if TYPE_CHECKING:
    from runbooks.vips.look import Member
    from systems.shell import Hands
    from tui.works import Works


async def act_on(
    works: Works, vip: str, targets: Sequence[Member], wish: Wish, *, undoes: str = ""
) -> list[Changed]:
    """Do it on each balancer in turn, and write what was proven into the journal.

    Raises `NotArmed` and journal errors: then nothing was sent. `undoes`: the act that it takes back.
    """
    if works.vips is None:
        raise SystemsError("this console has no load balancers; nothing was sent")
    works.arming.require()
    member = targets[0].server.name
    step = f"{wish} {member}"
    data = act_data(secrets.token_hex(6), wish, targets, undoes=undoes)
    permit = works.arming.permit(works.redact, system=vip, step=step, data=data)

    def hands(host: str) -> Hands:
        return works.hosts.hands(host, permit)

    done = await carry_out(wish, targets, works.vips.sockets(vip), hands)
    for one in done:
        draft = Draft(
            Kind.UNVERIFIED if one.problem else Kind.VERIFIED,
            system=vip,
            host=one.balancer,
            step=step,
            data={"sentence": works.redact(told(member, wish, one))},
        )
        await works.aside(works.journal.append, draft)
    return done


async def undo_act(works: Works, vip: str, past: PastAct, members: Sequence[Member]) -> list[Changed]:
    """Put back how it was on each balancer that the act changed; the first that is not verified ends it."""
    done: list[Changed] = []
    for balancer, wish in past.undo.items():
        own = [
            one
            for one in members
            if (one.balancer, one.server.backend, one.server.name) == (balancer, past.backend, past.member)
        ]
        if not own:
            raise SystemsError(f"{balancer} does not tell {past.member} now; nothing was sent to it")
        done += await act_on(works, vip, own, wish, undoes=past.act)
        if done[-1].problem:
            break
    return done


async def acts_on(works: Works, vip: str) -> list[PastAct]:
    """What was done to members of an address, newest first. Raises `JournalError`."""
    wanted = Filter(system=vip, kinds=CHANGES, last=200)
    return await works.aside(lambda: past_acts(works.journal.entries(wanted)))


def told(member: str, wish: Wish, one: Changed) -> str:
    """What came of it on one balancer, in a sentence."""
    if one.problem:
        return f"{one.balancer}: {member} is not proven to be {wish}: {one.problem}"
    left = f"; {left_words(one.sessions)}" if wish.takes_out else ""
    return f"{one.balancer}: {member} is set to {wish}{left}"
