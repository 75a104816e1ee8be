"""What the engine tells while it works: one record for everything that happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from runbooks.engine.cards import RunResult, StepCard, StepResult
from runbooks.model import Act, Look, Plan, Sighting
from systems.shell import JobState, Output


@dataclass(frozen=True, slots=True)
class RunBegan:
    run: str
    plan: Plan
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """All nodes were surveyed."""

    look: Look


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan was made: the first one, or anew after a step that replans. `done` keys stand before it."""

    plan: Plan
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepBegan:
    """The engine turns to this step: looks, judges, checks; nothing is changed yet."""

    key: str
    number: int
    total: int
    title: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Gotchas and check of a step were judged, before or again after the confirmation."""

    card: StepCard


@dataclass(frozen=True, slots=True)
class ActBegan:
    """A command is being sent; its journal entry is written by the hand that sends it."""

    key: str
    job: str
    act: Act
    index: int
    """From 0, within the step."""


@dataclass(frozen=True, slots=True)
class ActEnded:
    key: str
    job: str
    act: Act
    output: Output
    accepted: bool


@dataclass(frozen=True, slots=True)
class ActUnseen:
    """The link was lost, or the deadline passed, with the command on its way: now its host is asked."""

    key: str
    job: str
    act: Act
    sentence: str


@dataclass(frozen=True, slots=True)
class JobRead:
    """The host told what it knows of the job, or could not be asked (`state` None)."""

    key: str
    job: str
    host: str
    state: JobState | None
    sentence: str
    left_s: float
    """Seconds until the engine gives up asking and turns to the operator."""


@dataclass(frozen=True, slots=True)
class Verifying:
    """The verify was asked once; it is asked again until `left_s` is 0 or it says yes."""

    key: str
    sighting: Sighting
    left_s: float


@dataclass(frozen=True, slots=True)
class StepEnded:
    result: StepResult


@dataclass(frozen=True, slots=True)
class Told:
    """Something an operator should know, in one sentence: a marker not written, a lease renewed late."""

    sentence: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    result: RunResult


Event: TypeAlias = (
    RunBegan
    | Looked
    | Planned
    | StepBegan
    | Checked
    | ActBegan
    | ActEnded
    | ActUnseen
    | JobRead
    | Verifying
    | StepEnded
    | Told
    | RunEnded
)
