"""The load balancers of one cloud as one tree, in few requests: four lists, and the members of the pools.

Octavia lists a pool with the ids of its members only, and its /status tree knows neither weight nor
admin_state_up: so members are read a pool, the worst pools first, until the time for it is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from systems.errors import NotUnderstood, SystemsError
from systems.openstack.access import Api, NotInCatalogue
from systems.openstack.asking import Asks, Question, Reply, lbaas_path
from systems.openstack.decoding import Asked
from systems.openstack.octavia_parse import (
    Lists,
    grow,
    parse_balancer,
    parse_generation,
    parse_member,
)
from systems.openstack.octavia_readings import (
    Balancer,
    BalancersReading,
    BalancersSurvey,
    Generation,
    Member,
)
from systems.openstack.octavia_wire import (
    WireBalancers,
    WireLink,
    WireListeners,
    WireMembers,
    WireMonitors,
    WirePool,
    WirePools,
)
from systems.openstack.readings import Answer
from systems.openstack.refusals import refusal
from systems.openstack.wire import decoded

MOST_PAGES = 50
LIST_S = 20.0
"""For one page of a list."""
MEMBERS_S = 15.0
"""For the members of all pools together: what is not read by then is told as not read."""
AT_ONCE = 2
"""A share of a cloud's threads: an Octavia that hangs leaves the others to instances and operator."""

_I_co = TypeVar("_I_co", bound="_HasId", covariant=True)


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


class _Page(Protocol[_I_co]):
    @property
    def items(self) -> Sequence[_I_co]: ...

    @property
    def links(self) -> Sequence[WireLink]: ...


class BalancerReader:
    """Reads the load balancers of one cloud; nothing here can change anything. Errors are `SystemsError`s."""

    def __init__(self, api: Asks, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._api, self._now = api, now
        self._old: Generation | None = None
        """What the cloud has instead of Octavia, once that is known."""

    @property
    def name(self) -> str:
        return self._api.cloud

    async def survey(self) -> BalancersSurvey:
        """Look once; what could not be read is an error in its place, nothing raises."""
        try:
            answer: Answer[BalancersReading] = await self.balancers()
        except SystemsError as error:
            answer = error
        return BalancersSurvey(self.name, self._now(), answer)

    async def balancers(self, *, only: str = "") -> BalancersReading:
        """All load balancers that the account can see, with what hangs below them.

        `only`: an id; members are read for the pools of that one alone.
        """
        try:
            lists = await self._lists()
        except NotInCatalogue:
            return BalancersReading(self._now(), await self._generation())
        wanted = [one for one in lists.pools if not only or only in [ref.id for ref in one.loadbalancers]]
        members = await self._members(wanted)
        return BalancersReading(self._now(), Generation.OCTAVIA, grow(lists, members))

    async def balancer(self, balancer: Balancer) -> Balancer:
        """One load balancer, read anew, without what hangs below it."""
        asked = Asked(f"the state of {balancer.name}", balancer.name, status=balancer.standing.provisioning)
        return parse_balancer(await self._good(lbaas_path("loadbalancers", balancer.id), asked))

    async def _lists(self) -> Lists:
        balancers = await self._pages("loadbalancers", "the list of load balancers", WireBalancers)
        if not balancers:
            return Lists(())
        return Lists(
            balancers,
            await self._pages("listeners", "the list of listeners", WireListeners),
            await self._pages("pools", "the list of pools", WirePools),
            await self._pages("healthmonitors", "the list of health monitors", WireMonitors),
        )

    async def _pages(self, kind: str, what: str, shape: type[_Page[_I_co]]) -> tuple[_I_co, ...]:
        """A list, page by page; what moved between two pages stands once."""
        found: dict[str, _I_co] = {}
        query = ""
        for _ in range(MOST_PAGES):
            reply = await self._good(f"/lbaas/{kind}{query}", Asked(what))
            page = decoded(reply, shape, what)
            before = len(found)
            found |= {one.id: one for one in page.items}
            if len(found) == before or not any(link.rel == "next" for link in page.links):
                return tuple(found.values())
            query = f"?marker={page.items[-1].id}"
        raise NotUnderstood(
            f"{self.name}: {what} does not end: {len(found)} were read in {MOST_PAGES} pages. Name a project "
            "of its own for this console in clouds.yaml."
        )

    async def _members(self, pools: Iterable[WirePool]) -> dict[str, Answer[tuple[Member, ...]]]:
        waiting = iter(sorted([one for one in pools if one.members], key=_is_well))
        read: dict[str, Answer[tuple[Member, ...]]] = {}

        async def work() -> None:
            for pool in waiting:
                try:
                    read[pool.id] = await self._members_of(pool)
                except SystemsError as error:
                    read[pool.id] = error

        try:
            async with asyncio.timeout(MEMBERS_S), asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(work())
        except TimeoutError:
            pass  # the pools that are missing in `read` are told as not read
        return read

    async def _members_of(self, pool: WirePool) -> tuple[Member, ...]:
        what = f"the list of members of the pool {pool.name or pool.id}"
        try:
            path = lbaas_path("pools", pool.id, "/members")
        except ValueError as error:
            raise self._no_id(error) from error
        found = await self._pages(path.removeprefix("/lbaas/"), what, WireMembers)
        return tuple([parse_member(one) for one in found])

    def _no_id(self, error: ValueError) -> NotUnderstood:
        return NotUnderstood(
            f"{self.name}: Octavia names an object in a way that cannot be asked for: {error}. Nothing was "
            "asked with it: is it really Octavia that answers?"
        )

    async def _generation(self) -> Generation:
        """What the cloud has instead of Octavia: Neutron lists its own LBaaS among its extensions."""
        if self._old is None:
            try:
                asked = Asked("the list of Neutron's extensions")
                self._old = parse_generation(await self._good("/extensions", asked, api=Api.NETWORK))
            except NotInCatalogue:
                self._old = Generation.NONE
        return self._old

    async def _good(self, path: str, asked: Asked, *, api: Api = Api.BALANCERS) -> Reply:
        try:
            question = Question(path, api=api)
        except ValueError as error:
            raise self._no_id(error) from error
        reply = await self._api.ask(question, timeout_s=LIST_S)
        if reply.status != 200:
            raise refusal(reply, asked)
        return reply


def _is_well(pool: WirePool) -> bool:
    return pool.operating_status == "ONLINE" and pool.provisioning_status == "ACTIVE"
