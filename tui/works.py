"""What changes systems and what remembers it, as the console uses it; opened after the first frame."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from runbooks.arming import Arming
    from runbooks.engine.api import Expecting, RunResult, RunSummary, Steering
    from runbooks.journal.port import Journal
    from runbooks.lease.port import Leases
    from runbooks.model import Gotcha, Plan, Refusal, Runbook
    from systems.consoles.link import Link
    from systems.haproxy.attempt import Client
    from systems.haproxy.socket import StatsSocket
    from systems.openstack.cloud import CloudReader
    from systems.openstack.hands import CloudHands
    from systems.openstack.octavia import BalancerReader
    from systems.openstack.readings import Instance
    from systems.shell import Hosts, Permit
    from tui.rehearser import Rehearser

T = TypeVar("T")
P = ParamSpec("P")


class Engine(Protocol):
    """Runs runbooks: the part of `runbooks.engine` that a wizard needs."""

    async def prepare(self, runbook: Runbook, target: str, values: Mapping[str, str]) -> Plan | Refusal:
        """A dry run: survey and plan; changes nothing."""
        ...

    async def run(
        self,
        runbook: Runbook,
        target: str,
        values: Mapping[str, str],
        steering: Steering,
        *,
        approved: Plan | None = None,
        expected: Expecting | None = None,
    ) -> RunResult:
        """Carry it out, asking `steering` at every step; where it is otherwise than `expected`, it stops."""
        ...

    async def resume(
        self,
        run: str,
        runbooks: Mapping[str, Runbook],
        steering: Steering,
        secrets: Mapping[str, str],
        *,
        expected: Expecting | None = None,
    ) -> RunResult:
        """Go on with a run that was stopped, handed over or cut off; it verifies first what was done."""
        ...

    async def undo(
        self,
        run: str,
        runbooks: Mapping[str, Runbook],
        steering: Steering,
        secrets: Mapping[str, str],
        *,
        reason: str = ...,
    ) -> RunResult:
        """Undo what a run has done, newest step first, up to a point of no return."""
        ...

    async def runs(self, *, last: int = ...) -> Sequence[RunSummary]:
        """The runs of the journal, newest first."""
        ...


class Clouds(Protocol):
    """The clouds of the estate by name."""

    def reader(self, cloud: str) -> CloudReader: ...

    def balancers(self, cloud: str) -> BalancerReader: ...

    def hands(self, cloud: str, permit: Permit) -> CloudHands: ...

    async def link(self, cloud: str, instance: Instance, kind: str) -> Link: ...


class Vips(Protocol):
    """The load balancers of the estate, by the name of their virtual address."""

    def sockets(self, vip: str) -> Mapping[str, StatsSocket]: ...

    async def client(self, vip: str, *, origin: str = "") -> Client: ...

    async def opens(self, host: str, address: str, port: int) -> bool | None: ...


@dataclass(slots=True)
class Works:
    """All of it, made once."""

    arming: Arming
    journal: Journal
    hosts: Hosts
    engine: Engine
    runbooks: Mapping[str, Runbook]
    catalogue: Mapping[str, Gotcha]
    redact: Callable[[str], str] = lambda text: text
    """Hides known secrets by value."""
    ssh_config: str = ""
    """The estate's own ssh_config file; empty: the operator's."""
    journal_name: str = ""
    """How the journal is called on screen; empty: by its place."""
    rehearser: Rehearser | None = None
    """None: nothing here can make practice copies."""
    clouds: Clouds | None = None
    """None: this console has none."""
    vips: Vips | None = None
    """None: this console has none."""
    leases: Leases | None = None
    """The exclusive right to change a system, for acts that are no run; None: nothing here takes one."""
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="works")
    )

    async def aside(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what blocks, such as the journal, off the event loop; one call after the other."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: call(*args, **kwargs))

    def close(self) -> None:
        """Let the thread go; what it has begun is carried out."""
        self._thread.shutdown(wait=False)
        self.journal.close()
