"""What a store of leases can do, and the named ways in which it says no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from systems.errors import SystemsError


@dataclass(frozen=True, slots=True)
class Lease:
    """The exclusive right to change one system. Times are aware, UTC."""

    system: str
    token: str
    """Known to its holder only by chance of reading it; what a renewal must bring."""
    owner: str
    bastion: str
    process: str
    """The process that holds it, so that its death is seen on the same machine (`runbooks.lease.process`)."""
    run: str
    what: str
    """What is being done: the runbook's name."""
    since: datetime
    heartbeat: datetime
    expires: datetime

    def is_live(self, now: datetime) -> bool:
        return now < self.expires

    def __str__(self) -> str:
        return (
            f"{self.owner} on {self.bastion} since {self.since:%Y-%m-%d %H:%M:%S} UTC "
            f"({self.what}, run {self.run}), good until {self.expires:%H:%M:%S}"
        )


class LeaseTaken(SystemsError):
    """Somebody else has the right to change this system; nothing was changed."""

    def __init__(self, sentence: str, lease: Lease | None = None, *, way_on: str = "") -> None:
        super().__init__(sentence)
        self.lease = lease
        self.way_on = way_on or "wait for it, or break the lease with a reason"


class LeaseLost(SystemsError):
    """The lease was broken, or it expired and somebody else took it; nothing more is changed."""


class Leases(Protocol):
    """One store of leases, shared by all consoles that use it. Safe to use from any thread; calls block."""

    def take(self, system: str, *, run: str, what: str) -> Lease:
        """Take a free or expired one, or that of the same run when its holder is gone.

        Journalled. Raises `LeaseTaken`, which names the holder, or `JournalUnwritable`.
        """
        ...

    def renew(self, lease: Lease) -> Lease:
        """Move its end; raises `LeaseLost` when it is no longer this one."""
        ...

    def release(self, lease: Lease) -> None:
        """Give it back; journalled. One that is lost already is left alone."""
        ...

    def break_up(self, system: str, reason: str) -> Lease:
        """Take a live one away from its holder, with a reason; journalled.

        Raises `ValueError` without a reason and `LookupError` when there is none.
        """
        ...

    def holder(self, system: str) -> Lease | None:
        """The live lease of a system."""
        ...

    def of_run(self, run: str) -> Lease | None:
        """The live lease of a run, while its holder is not known to be dead."""
        ...

    def live(self) -> tuple[Lease, ...]: ...
