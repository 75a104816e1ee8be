"""Holds the lease of a run: in the store with a heartbeat, and as a marker on every host that answers."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from runbooks.engine.api import Told
from runbooks.engine.work import Work, job_id
from runbooks.journal.entries import Kind
from runbooks.journal.port import Filter, JournalError
from runbooks.lease import marker
from runbooks.lease.port import Lease, LeaseLost, LeaseTaken
from systems.errors import NotUnderstood, Refused, SystemsError
from systems.shell import Command

_READ_S = 15.0
_NEVER = datetime.min.replace(tzinfo=UTC)
_LEASE_KINDS = frozenset({Kind.LEASE_TAKEN, Kind.LEASE_RELEASED, Kind.LEASE_BROKEN})


class Leasing:
    """The lease of one run, from its beginning to its end."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._beats: asyncio.Task[None] | None = None
        self._marked: dict[str, datetime] = {}
        self._writes = 0
        self._token = uuid.uuid4().hex[:6]

    async def take(self, hosts: Iterable[str]) -> None:
        """Take it, and see that no other bastion is at work; raises `LeaseTaken`, and then holds nothing."""
        work = self._work
        lease = await work.gear.aside(
            work.gear.leases.take, work.target, run=work.run, what=work.runbook.name
        )
        try:
            found = await self._markers(hosts)
        except BaseException:
            await work.gear.aside(work.gear.leases.release, lease)
            raise
        work.lease = lease
        self._marked = {host: at for host, at in found.items() if at is not None}
        self._beats = asyncio.create_task(self._beat(lease), name=f"heartbeat of {work.run}")

    async def _markers(self, hosts: Iterable[str]) -> dict[str, datetime | None]:
        """Hosts that answer, with the time of a marker that is expired or our own; foreign ones refuse."""
        names = tuple(hosts)
        answers = await asyncio.gather(*(self._marker(host) for host in names))
        for answer in answers:
            if isinstance(answer, LeaseTaken):
                raise answer
        return {
            host: answer
            for host, answer in zip(names, answers, strict=True)
            if not isinstance(answer, SystemsError)
        }

    async def _marker(self, host: str) -> datetime | SystemsError | None:
        reader = self._work.gear.hosts.reader(host)
        try:
            async with asyncio.timeout(_READ_S):
                found = await marker.read_marker(reader, self._work.target)
        except (NotUnderstood, Refused) as error:
            return LeaseTaken(f"whether somebody else is at work on {host} is unknown: {error}")
        except SystemsError as error:
            return error
        except TimeoutError:
            return SystemsError(f"{host} did not answer within {_READ_S:g} s")
        if found is None:
            return None
        is_free = found.run == self._work.run or found.expires <= self._work.gear.clock.now()
        if is_free or await self._work.gear.aside(self._is_given_up, found.run):
            return _NEVER
        way_on = f"ask {found.owner}; if nobody is at work: rm {marker.path_of(self._work.target)} there"
        return LeaseTaken(f"{found}; nothing was changed", way_on=way_on)

    def _is_given_up(self, run: str) -> bool:
        """Whether our own journal says that a run lost its lease or gave it back: its marker was left behind.

        So a host that did not answer at the end of a run does not stop the next one, and a lease that was
        broken with a reason is broken on the hosts as well.
        """
        last = list(self._work.gear.journal.entries(Filter(run=run, kinds=_LEASE_KINDS, last=1)))
        return bool(last) and last[0].kind is not Kind.LEASE_TAKEN

    async def mark(self, hosts: Iterable[str]) -> None:
        """Write the markers of a run that begins, a journalled change on each host.

        Raises `LeaseTaken` when another console was quicker, and what a permit raises.
        """
        lease, now = self._lease(), self._work.gear.clock.now()

        async def write(host: str) -> None:
            command = (marker.renew if host in self._marked else marker.create)(lease, now)
            status = await self._change(host, command)
            if status == 0:
                self._marked[host] = now
            elif status is not None:
                raise LeaseTaken(f"{host} was marked by somebody else just now: nothing was changed")

        await _each(hosts, write)

    async def refresh(self) -> None:
        """Write markers anew that are old; a host that does not answer keeps its old one."""
        lease, now = self._lease(), self._work.gear.clock.now()

        async def write(host: str) -> None:
            if await self._change(host, marker.renew(lease, now)) == 0:
                self._marked[host] = now

        await _each([host for host, at in self._marked.items() if now - at > marker.RENEW_AFTER], write)

    async def give_back(self, *, keep: bool) -> None:
        """Stop the heartbeat, remove the markers, release the lease.

        `keep`: a command may still be running, so both stay until they expire.
        """
        self.stop_beating()
        if (lease := self._work.lease) is None or keep:
            return
        if self._work.gear.arming.is_armed:

            async def take_away(host: str) -> None:
                await self._change(host, marker.remove(lease))

            await _each(list(self._marked), take_away)
        await self._work.gear.aside(self._work.gear.leases.release, lease)
        self._work.lease = None

    def stop_beating(self) -> None:
        """End the heartbeat, which is all that a lease needs to run out."""
        if self._beats is not None:
            self._beats.cancel()

    async def _change(self, host: str, command: Command) -> int | None:
        """Change one host's marker; None when the host does not answer, which is told and not fatal."""
        self._writes += 1
        job = job_id(self._work.run, f"lease-{self._token}-{host}", self._writes, 1)
        permit = self._work.permit("lease", {"attempt": 1, "marker": True})
        try:
            output = await self._work.gear.hosts.hands(host, permit).change(
                command, job=job, timeout_s=_READ_S
            )
        except (LeaseLost, JournalError):
            raise
        except SystemsError as error:
            self._work.tell(Told(f"the marker on {host} was not written: {error}"))
            return None
        return output.status

    def _lease(self) -> Lease:
        if self._work.lease is None:
            raise LeaseLost("there is no lease: nothing is changed")
        return self._work.lease

    async def _beat(self, lease: Lease) -> None:
        """Renew it until it is lost; a change asks again anyway, and is refused then."""
        while True:
            await asyncio.sleep(self._work.gear.limits.heartbeat_s)
            try:
                await self._work.gear.aside(self._work.gear.leases.renew, lease)
            except LeaseLost as error:
                self._work.tell(Told(str(error)))
                return
            except JournalError as error:
                self._work.tell(Told(f"the heartbeat of the lease failed: {error}"))


async def _each(hosts: Iterable[str], do: Callable[[str], Awaitable[None]]) -> None:
    """Side by side; the first thing that goes wrong is raised when all have come to their end."""
    results = await asyncio.gather(*(do(host) for host in hosts), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
