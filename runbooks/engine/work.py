"""What all parts of the engine share: the ports it was given, and the one run that it works on."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from runbooks.arming import Arming
from runbooks.clock import Clock
from runbooks.engine.api import (
    CloudHandsOf,
    Event,
    Expecting,
    Limits,
    Outcome,
    Redactor,
    Steering,
    StepResult,
    Surveyor,
)
from runbooks.engine.attempt import Attempt
from runbooks.engine.values import plan_values
from runbooks.journal.entries import Data, Draft, Entry, Kind, hidden
from runbooks.journal.port import Journal
from runbooks.lease.port import Lease, Leases
from runbooks.model import Gotcha, Plan, Runbook, Step, Vips
from runbooks.permit import RunPermit
from runbooks.secret import Secrets
from systems.shell import Hosts

T = TypeVar("T")
P = ParamSpec("P")

_LONGEST = 40
"""Characters of a step's key within a job's name, which is a folder on the host."""


@dataclass(frozen=True)
class Gear:
    """The ports of one engine. What blocks is called in a thread of its own, one call after the other."""

    hosts: Hosts
    surveyor: Surveyor
    journal: Journal
    arming: Arming
    leases: Leases
    redactor: Redactor
    catalogue: Mapping[str, Gotcha]
    clock: Clock
    limits: Limits
    clouds: CloudHandsOf | None = None
    """None: no cloud can be asked or changed from here."""
    vips: Vips | None = None
    """None: no virtual address is known."""
    thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="journal")
    )

    async def aside(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what blocks, off the event loop; once begun it is carried out, whoever is cancelled."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, lambda: call(*args, **kwargs))


@dataclass
class Work:
    """One run while it is being worked on."""

    gear: Gear
    steering: Steering
    run: str
    runbook: Runbook
    target: str
    values: Mapping[str, str]
    """Inputs without the secret ones."""
    secrets: Secrets
    facts: dict[str, str] = field(default_factory=dict)
    results: dict[str, StepResult] = field(default_factory=dict)
    """The last result of each step, in the order in which steps were first begun."""
    attempts: dict[str, int] = field(default_factory=dict)
    """The highest attempt of each step of which a command may have been sent."""
    open: dict[str, Attempt] = field(default_factory=dict)
    """The newest attempt at each step that was begun."""
    doubts: list[str] = field(default_factory=list)
    """What was done and could not be proven again, for the hand-over note."""
    plan: Plan | None = None
    plans: int = 0
    """How many were made in this run."""
    left_out: set[str] = field(default_factory=set)
    """Keys skipped since the last plan; a new plan asks for them again."""
    steps: dict[str, Step] = field(default_factory=dict)
    """Every step that was planned in this run; of one that was planned again, the newest."""
    lease: Lease | None = None
    expected: Expecting | None = None
    """What the run is held against; None: nothing but its own checks and verifies."""

    @property
    def planning_values(self) -> Mapping[str, str]:
        return plan_values(self.values, self.secrets)

    def is_done(self, key: str) -> bool:
        """Verified in this run, and not undone since."""
        result = self.results.get(key)
        return result is not None and result.outcome is Outcome.DONE

    def hide(self, text: str) -> str:
        """Text without any secret that this run or this console knows."""
        return self.gear.redactor.redact(self.secrets.hide(text))

    def tell(self, event: Event) -> None:
        self.steering.tell(event)

    async def write(
        self, kind: Kind, *, step: str = "", host: str = "", about: int = 0, data: Data | None = None
    ) -> Entry:
        """Append to the journal; raises `JournalUnwritable`, after which nothing is changed."""
        draft = Draft(
            kind,
            run=self.run,
            system=self.target,
            step=step,
            host=host,
            about=about,
            data=hidden(data or {}, self.hide),
        )
        return await self.gear.aside(self.gear.journal.append, draft)

    def permit(self, step: str, data: Data) -> RunPermit:
        """The permit for one command of this run."""
        return self.gear.arming.permit(
            self.hide,
            run=self.run,
            system=self.target,
            step=step,
            leases=self.gear.leases,
            lease=self.lease,
            data=data,
        )


def job_id(run: str, key: str, index: int, attempt: int, *, undo: bool = False) -> str:
    """Names one command of one attempt, the same for ever: RUN.STEP.ACT.ATTEMPT, in harmless letters."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", key)
    if plain != key or len(plain) > _LONGEST:
        plain = f"{plain[:_LONGEST]}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
    return f"{run}.{'undo-' if undo else ''}{plain}.{index}.{attempt}"
