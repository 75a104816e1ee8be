"""What the engine and those who steer it say to each other. The wizard and the headless policy build on this.

    engine = Engine(hosts, surveyor, journal=..., arming=..., leases=..., redactor=..., catalogue=...)
    plan   = await engine.prepare(runbook, target, values)   # dry run, Plan | Refusal: changes nothing
    arming.arm("db1 lost its power")                                  # runbooks/arming.py
    result = await engine.run(runbook, target, values, steering, approved=plan)
    result = await engine.resume(run_id, runbooks, steering, secrets) # after a crash, a stop, a hand-over
    result = await engine.undo(run_id, runbooks, steering, secrets)

The engine asks `Steering` at every step and tells it everything that happens. It calls these in the event
loop it runs in, one at a time. Cancelling the task that awaits `run` stops it: between two commands at
once, during one by leaving the command to its host; `resume` then reads what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from runbooks.engine.cards import Ending, Judged, Outcome, RunResult, RunSummary, StepCard, StepResult
from runbooks.engine.events import (
    ActBegan,
    ActEnded,
    ActUnseen,
    Checked,
    Event,
    JobRead,
    Looked,
    Planned,
    RunBegan,
    RunEnded,
    StepBegan,
    StepEnded,
    Told,
    Verifying,
)
from runbooks.model import Clouds, Look, Step

if TYPE_CHECKING:
    from systems.openstack.hands import CloudHands
    from systems.shell import Permit

__all__ = [
    "ActBegan",
    "ActEnded",
    "ActUnseen",
    "Checked",
    "Choice",
    "CloudHandsOf",
    "Confirmation",
    "Ending",
    "Event",
    "Expecting",
    "Go",
    "HandOver",
    "JobRead",
    "Judged",
    "Limits",
    "Looked",
    "Outcome",
    "Planned",
    "Redactor",
    "Retry",
    "RunBegan",
    "RunEnded",
    "RunResult",
    "RunSummary",
    "Skip",
    "Steering",
    "StepBegan",
    "StepCard",
    "StepEnded",
    "StepResult",
    "Stop",
    "Surveyor",
    "Told",
    "Undo",
    "Verifying",
]

# --- what the operator answers ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Go:
    """Do this step. For a point of no return `typed` is what the operator typed: compared exactly."""

    typed: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Once more: looks and checks again first, verifies first when it was unverified.

    With `act` the commands are sent anew, as another attempt, if the verify still says no, and only when the
    last attempt is known to have ended or never to have begun. Without it the engine only reads again: waits
    for the verify, or asks the host for the command whose end is unknown.
    """

    act: bool = True


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave this step out; the reason is journalled. Only where `step.skippable`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo from here: this step and those before it, newest first, up to a point of no return."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run here; it can be resumed."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """End the run here for somebody else to resume; `note` is added to the hand-over note."""

    to: str = ""
    note: str = ""


Confirmation: TypeAlias = Go | Skip | Stop | HandOver
Choice: TypeAlias = Retry | Skip | Undo | Stop | HandOver


# --- the ports ----------------------------------------------------------------------------------------


class Steering(Protocol):
    """Who decides: the wizard's operator, or the policy of an unattended run."""

    async def confirm(self, card: StepCard) -> Confirmation:
        """Asked once for every step that acts and every undo; a `Go` is good for this card only.

        A step without acts is not asked for.
        """
        ...

    async def failed(self, step: Step, result: StepResult) -> Choice:
        """Asked when a step did not come to DONE; asked again after a choice that is not possible."""
        ...

    def tell(self, event: Event) -> None:
        """Must not block and must not raise."""
        ...


class Surveyor(Protocol):
    """Surveys all nodes of a system, side by side. Whatever a node answers is in the look; nothing raises."""

    async def look(self, target: str, *, preparation: bool = False) -> Look: ...


class CloudHandsOf(Clouds, Protocol):
    """The clouds of the estate, to be asked and to be changed."""

    def hands(self, cloud: str, permit: Permit) -> CloudHands: ...


class Redactor(Protocol):
    """Hides known secrets by value (`systems.secrets`)."""

    def add(self, value: str) -> None: ...

    def redact(self, text: str) -> str: ...


class Expecting(Protocol):
    """What a run is held against, step by step; whence it is known is no matter of the engine's."""

    @property
    def source(self) -> str:
        """Whence it is known, in words: written down with the run."""
        ...

    async def begun(self, step: Step) -> None:
        """The engine turns to this step. Told before `before`, as `done` is before `after`."""
        ...

    async def done(self, step: Step) -> None:
        """This step is done and verified."""
        ...

    def before(self, step: Step, look: Look, facts: Mapping[str, str]) -> str:
        """What is otherwise than it was to be before this step, and what to do; empty: nothing. Pure."""
        ...

    def after(self, step: Step, look: Look, facts: Mapping[str, str]) -> str:
        """The same, of what the step was to bring about."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the engine waits for what, in seconds."""

    look_max_age_s: float = 30.0
    """No step acts on an older look (DESIGN 5.1)."""
    recheck_after_s: float = 5.0
    """A confirmation that took longer has the step checked again."""
    check_s: float = 60.0
    """Deadline of one check or one verify."""
    resolve_s: float = 180.0
    """How long a host is asked again for a job whose end was not seen."""
    resolve_every_s: float = 2.0
    settle_s: float = 15.0
    """How long what is otherwise than expected may take to become so."""
    settle_every_s: float = 1.0
    heartbeat_s: float = 20.0
