"""One host that runs commands: what can read and what can change are different types (`Reader`, `Hands`)."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from systems.readonly import refuse_unless_read_only


@dataclass(frozen=True, slots=True)
class Command:
    """One shell line, exactly as it is shown and run. It may change something, so only `Hands` take it."""

    line: str
    """What an operator would type at that host's prompt. Holds no secret, ever."""
    as_root: bool = True
    """Run by root: as it is for a root login, else by `sudo -n`; a sudo that asks is answered or refused."""
    stdin: str | None = None
    """What the line reads from its standard input; shown with it. The one place where a secret may stand."""

    @classmethod
    def of(cls, *argv: str, as_root: bool = True, stdin: str | None = None) -> Command:
        """Quote an argument list as a shell needs it."""
        return cls(shlex.join(argv), as_root=as_root, stdin=stdin)


@dataclass(frozen=True, slots=True)
class Probe:
    """One shell line that is proven to only read: building any other raises `ValueError`.

    The proof is `systems.readonly`: every program in the line stands on its list, with arguments that read.
    """

    line: str
    as_root: bool = False
    """As for `Command`. When sudo refuses, the probe raises `SudoRefused`; it never waits for a password."""
    accepts: tuple[int, ...] | None = (0,)
    """Exit statuses that count as an answer; None: all of them."""

    def __post_init__(self) -> None:
        refuse_unless_read_only(self.line)

    @classmethod
    def of(cls, *argv: str, as_root: bool = False, accepts: tuple[int, ...] | None = (0,)) -> Probe:
        """Quote an argument list as a shell needs it."""
        return cls(shlex.join(argv), as_root=as_root, accepts=accepts)


@dataclass(frozen=True, slots=True)
class Output:
    """What a command wrote, and when its answer was complete (`at`: aware, UTC). Text is as it came: data."""

    stdout: str
    stderr: str
    status: int
    at: datetime


class Stream(Enum):
    """Where a chunk of output came from."""

    STDOUT = 1
    STDERR = 2


class Sink(Protocol):
    """Takes raw output as it arrives, in big chunks; must not block."""

    def data(self, host: str, stream: Stream, chunk: bytes) -> None: ...


class Reader(Protocol):
    """A host that can be asked and cannot be changed. Screens, probes, detectors and checks get this."""

    @property
    def host(self) -> str: ...

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        """Run to the end, or raise a `SystemsError`."""
        ...

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        """Run several in one round trip; one answer each, in order: an `Output` or its `SystemsError`.

        Raises a `SystemsError` when the host as a whole does not answer.
        """
        ...

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        """Send output to `sink` as it comes; return the exit status. None: until it ends or is cancelled."""
        ...


class JobState(Enum):
    """What a host knows of a job. Only ABSENT proves that the command never began."""

    ABSENT = "absent"
    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"
    """It began; the host was restarted, or its process is gone without having written a status."""
    FORGOTTEN = "forgotten"
    """It is not there, and would not be if it had begun: the host was started anew since, or cleans up."""


@dataclass(frozen=True, slots=True)
class JobReading:
    """One job as its host tells it (`taken_at`: aware, UTC)."""

    job: str
    state: JobState
    status: int | None
    """Exit status, when ENDED."""
    stdout: str
    stderr: str
    taken_at: datetime


class Permit(Protocol):
    """Proof that the session is armed: asked before every change, told what came of it.

    Implemented by the journal's side (`runbooks.arming`); the adapters only know this much of it.
    """

    def before(self, host: str, command: Command, job: str) -> int:
        """Write the journal entry and return its number, or raise `NotArmed`; then nothing is run."""
        ...

    def after(self, entry: int, result: Output | Exception) -> None:
        """Write the outcome beside the entry."""
        ...


class Hands(Protocol):
    """A host that can be changed. Exists only with a `Permit`; the one choke point of every change."""

    @property
    def host(self) -> str: ...

    async def change(self, command: Command, *, job: str, timeout_s: float = 60.0) -> Output:
        """Run once, as a job on the host that outlives the connection, and wait for its end.

        The same `job` never runs twice: asked again, it is followed instead of started. The command finds
        its name in QUARTERDECK_JOB.
        Raises `NotArmed` before anything; `LinkLost` or `TimedOut` when the end was not seen (it may be
        running on); other `SystemsError`s when it never began. A status that is not 0 is an `Output` too.
        """
        ...

    async def stream(self, command: Command, sink: Sink, *, timeout_s: float | None = None) -> int:
        """Run in the foreground of this connection, sending output to `sink`; return the exit status."""
        ...


class Jobs(Protocol):
    """Reads what became of a job. A reading: needs no permit."""

    async def job(self, job: str, *, ordered_at: datetime | None, timeout_s: float = 10.0) -> JobReading:
        """Ask the host, or raise a `SystemsError`.

        `ordered_at` (aware): when the command was ordered, by the clock here; without it, a job that is not
        there is never told as ABSENT.
        """
        ...


class Hosts(Protocol):
    """The hosts of an estate by name: opens sessions when first needed and keeps them."""

    def reader(self, host: str) -> Reader: ...

    def jobs(self, host: str) -> Jobs: ...

    def hands(self, host: str, permit: Permit) -> Hands: ...

    async def close(self) -> None: ...
