"""The failover of a load balancer: sent once, and proven by reading until it is ACTIVE again (LB-18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from runbooks.clock import Clock, SystemClock
from runbooks.journal.entries import Draft, Kind
from runbooks.journal.port import Journal
from systems.errors import LinkLost, NotUnderstood, Refused, SystemsError, TimedOut, Unreachable
from systems.openstack.asking import FailoverOrder
from systems.openstack.decoding import Asked
from systems.openstack.hands import CloudHands
from systems.openstack.octavia import BalancerReader
from systems.openstack.octavia_readings import Balancer

NAME = "failover"
MEANS = (
    "Octavia boots new amphorae one after the other, moves the address to them and deletes the old ones. "
    "Connections through an amphora break when it goes; with a single one the address is silent until the "
    "new one is up: minutes."
)
DEADLINE_S = 900.0
"""Two amphorae, one after the other, on a busy cloud."""
EVERY_S = 2.0
_BEGINS_IN = ("ACTIVE", "ERROR")
"""octavia/common/constants.py: FAILOVERABLE_STATUSES."""
_UNABLE = frozenset({"ovn"})
"""Providers that carry no amphora and have nothing to fail over."""

MakesHands: TypeAlias = Callable[[Balancer], CloudHands]
"""Makes the hands of a cloud for this one act, with a permit of an armed session."""


@dataclass(frozen=True, slots=True)
class FailoverResult:
    """What came of it."""

    kind: Kind
    """VERIFIED, UNVERIFIED, FAILED, or BLOCKED: then nothing was sent."""
    sentence: str
    balancer: Balancer
    """As it was last read."""

    @property
    def is_verified(self) -> bool:
        return self.kind is Kind.VERIFIED


def order_of(balancer: Balancer) -> FailoverOrder:
    """What is sent."""
    return FailoverOrder(balancer.id)


def why_not(balancer: Balancer) -> str:
    """Why it cannot be failed over now, completing "Not now: "; empty: it can."""
    standing = balancer.standing
    if standing.is_pending:
        return f"{balancer.name} is locked: {standing.provisioning}; Octavia is at work on it (LB-18)"
    if standing.provisioning not in _BEGINS_IN:
        return f"{balancer.name} is {standing.provisioning}, and to fail over it must be ACTIVE or ERROR"
    if balancer.provider in _UNABLE:
        return f"{balancer.name} is of the provider {balancer.provider}, which has no amphorae to replace"
    return ""


async def carry_out_failover(
    balancer: Balancer,
    reader: BalancerReader,
    make_hands: MakesHands,
    tell: Callable[[str], object] = lambda _: None,
    *,
    clock: Clock | None = None,
) -> FailoverResult:
    """Read it anew, send the order once, and read until it is ACTIVE again or the time is over.

    Raises what the first reading raises, `NotArmed` and journal errors. An answer that did not come is no
    failure: the load balancer is read, and says what became of it.
    """
    time = clock or SystemClock()
    before = await reader.balancer(balancer)
    if why := why_not(before):
        return FailoverResult(Kind.BLOCKED, f"Nothing was sent: {why}.", before)
    asked = Asked(f"a failover of {before.name}", before.name, status=before.standing.provisioning)
    hands = make_hands(before)
    unseen = ""
    try:
        await hands.change(order_of(before), asked, job=f"{NAME}-{before.id}")
    except (TimedOut, LinkLost, NotUnderstood) as error:
        unseen = f" Whether Octavia took the order was not seen: {error}"
        tell(unseen.strip())
    except (Refused, Unreachable) as error:
        return FailoverResult(Kind.FAILED, str(error), before)
    result = await _watch(before, reader, tell, time, was_taken=not unseen)
    if result.kind is Kind.UNVERIFIED:
        return replace(result, sentence=result.sentence + unseen)
    return result


async def _watch(
    before: Balancer,
    reader: BalancerReader,
    tell: Callable[[str], object],
    time: Clock,
    *,
    was_taken: bool,
) -> FailoverResult:
    """`was_taken`: Octavia said so. Else only a lock that was seen proves that it was."""
    begun_s, now, said, was_pending = time.steady_s(), before, "", False
    while True:
        try:
            now = await reader.balancer(before)
            state = f"{now.standing.provisioning}, operating {now.standing.operating}"
        except SystemsError as error:
            if isinstance(error, Refused) and error.status == 404:
                return FailoverResult(Kind.FAILED, str(error), now)
            state = str(error)
        took_s = time.steady_s() - begun_s
        standing = now.standing
        was_pending = was_pending or standing.is_pending
        was_written = standing.changed_at != before.standing.changed_at
        is_other = was_pending or (was_taken and was_written)
        if is_other and standing.provisioning == "ACTIVE":
            return FailoverResult(Kind.VERIFIED, f"{now.name} is {state} after {took_s:.0f} s.", now)
        if is_other and standing.provisioning == "ERROR":
            words = (
                f"{now.name} went into ERROR after {took_s:.0f} s: the log of octavia-worker says why no new "
                "amphora came up."
            )
            return FailoverResult(Kind.FAILED, words, now)
        if took_s >= DEADLINE_S:
            words = f"{now.name} is {state} after {took_s:.0f} s; nobody knows what it will become."
            return FailoverResult(Kind.UNVERIFIED, words, now)
        if state != said:
            said = state
            tell(f"{now.name}: {state}")
        await time.sleep(EVERY_S)


def journal_failover(
    journal: Journal, hide: Callable[[str], str], cloud: str, result: FailoverResult
) -> None:
    """Write what was proven beside the entries of the change; blocks."""
    data = {"sentence": hide(result.sentence), "balancer": result.balancer.name, "id": result.balancer.id}
    step = f"{NAME} {result.balancer.name}"
    journal.append(Draft(result.kind, system=cloud, host=cloud, step=step, data=data))
