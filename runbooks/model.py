"""What a procedure is made of: gotcha, finding, step, plan, runbook. Data and types; nothing here runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from runbooks.acts import Act, CloudOrder
from runbooks.inputs import Input, InputKind
from runbooks.ports import Clouds, Vips
from runbooks.sighting import Holds, Sighting, no, unknown, yes
from systems.galera.preparation import PreparationReading
from systems.galera.readings import Answer, ClusterSurvey
from systems.shell import Output, Reader

if TYPE_CHECKING:
    from systems.estate_balancers import Balancers

__all__ = [
    "Act",
    "Check",
    "CloudOrder",
    "Clouds",
    "Context",
    "Detector",
    "Finding",
    "Found",
    "Gotcha",
    "Holds",
    "Input",
    "InputKind",
    "Look",
    "Plan",
    "Refusal",
    "Runbook",
    "Severity",
    "Sighting",
    "Step",
    "Target",
    "Vips",
    "no",
    "unknown",
    "yes",
]


class Severity(IntEnum):
    """How bad it is; the higher, the sooner it is shown."""

    INFO = 0
    WARNING = 1
    CRITICAL = 2


class Found(Protocol):
    """What the survey of a runbook's own found: a record of data, so that it can be kept and read again."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts that the run is about: the lease marks them."""
        ...

    @property
    def answering(self) -> tuple[str, ...]:
        """Those that answer over SSH."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """What detectors judge: one survey of all nodes, and their preparation where somebody asked for it."""

    survey: ClusterSurvey
    """Of the cluster, or of the one that a virtual address serves; without nodes where there is none."""
    preparation: Mapping[str, Answer[PreparationReading]] = field(default_factory=dict)
    found: Found | None = None
    """What `Runbook.survey` or `Runbook.beside` found; None: only the cluster was surveyed."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts that a run from this look is about."""
        return tuple(node.host for node in self.survey.nodes) if self.found is None else self.found.hosts

    @property
    def answering(self) -> tuple[str, ...]:
        """Those that answer over SSH."""
        if self.found is not None:
            return self.found.answering
        return tuple(node.host for node in self.survey.nodes if node.answers_ssh)


Detector: TypeAlias = Callable[[Look], Sighting]
"""Pure: says whether its gotcha's condition is true in this look. YES means that it bites."""


@dataclass(frozen=True, slots=True)
class Gotcha:
    """One thing that goes wrong, as GOTCHAS tells it. With a detector it lights up when it is true now."""

    id: str
    """REC-01, PXC-13, ...; never reused."""
    title: str
    symptom: str
    cause: str
    fix: str
    severity: Severity
    source: str
    """Document and section, bug, or source file."""
    detector: Detector | None = None
    why_no_detector: str = ""
    """Said where there is none: what an operator must look at instead."""
    blocks: bool = False
    """A step that lists it does not start while it holds, or while it is unknown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that holds now: one sentence, its evidence, and the runbook that answers it."""

    id: str
    """A scenario card (R-1C) or a gotcha (ROLL-03)."""
    severity: Severity
    system: str
    """Name of the cluster."""
    hosts: tuple[str, ...]
    sentence: str
    """What is wrong, in one sentence an operator understands at three in the morning."""
    evidence: tuple[str, ...]
    """Readings that prove it, one a line: host, what, value."""
    advice: str
    """What to do, or what not to do, in one sentence."""
    runbook: str | None = None
    """Name of the runbook that answers it; None: there is none, `advice` says what else."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Inputs of that runbook that follow from the finding."""


class Context(Protocol):
    """What checks, verifies and surveys are given: they can read, and nothing else (DESIGN 3)."""

    @property
    def values(self) -> Mapping[str, str]:
        """The run's inputs, secrets left out."""
        ...

    @property
    def facts(self) -> Mapping[str, str]:
        """What steps of this run have learnt so far, such as recovered positions."""
        ...

    def reader(self, host: str) -> Reader: ...

    @property
    def clouds(self) -> Clouds:
        """Raises a `SystemsError` where there are none."""
        ...

    @property
    def vips(self) -> Vips:
        """Raises a `SystemsError` where there are none."""
        ...

    async def look(self, *, max_age_s: float = 0.0, preparation: bool = False) -> Look:
        """Survey all nodes now; a look no older than `max_age_s` may be given again."""
        ...


Check: TypeAlias = Callable[[Context], Awaitable[Sighting]]
"""Reads only. As a check: YES lets the step begin. As a verify: YES proves that it worked."""


@dataclass(frozen=True, slots=True)
class Step:
    """One act, with all that is needed to do it at three in the morning.

    check (reads) -> acts (change) -> verify (reads, polls to its deadline) -> undo, or point of no return.
    """

    key: str
    """Names the step within its run, the same after planning anew: "bootstrap:db1"."""
    title: str
    why: str
    """Why this, why here, why now: one or two sentences with the numbers that decided it."""
    check: Check
    verify: Check
    acts: tuple[Act, ...] = ()
    """Empty: the step only reads (a survey, a proof, a wait)."""
    expects: str = ""
    """What it should change, before it is run: "cluster size 1 -> 2; db3 Synced by IST"."""
    gotchas: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    """Those of its gotchas that it puts right, asks the operator's word for, or judges in its own check for
    the very node it is about: shown, they do not stop it."""
    leaves_out: tuple[str, ...] = ()
    """Nodes out of reach that are signed off by name: its gotchas are judged without them."""
    verify_deadline_s: float = 90.0
    verify_every_s: float = 1.0
    undo: tuple[Act, ...] = ()
    undone: Check | None = None
    """Proves that it is undone; None: its own check says yes again."""
    undo_note: str = ""
    """What undoing restores; or, where there is no undo, what is lost for good."""
    irreversible: bool = False
    """A point of no return: asks for `confirm` in full, on a survey younger than 30 s."""
    confirm: str = ""
    """The object's exact name, typed by the operator; of a step that can be undone, where it is bold."""
    confirm_because: str = ""
    replans: bool = False
    """After it the survey is taken anew and the rest of the plan is made from it."""
    learn: Callable[[Sequence[Output]], Mapping[str, str]] | None = None
    """Facts that the acts' outputs tell, for the steps that are planned after it; pure."""
    skippable: bool = True
    lasting: bool = True
    """Whether its verify still says yes once later steps are done: a resume proves it again. False for what
    a later step takes back, such as a stop before a start; that is proven again while it is the last."""
    takes_back: str = ""
    """Key of the step whose effect this one ends: until it is done, a run that ends early says so."""
    suspends: tuple[str, ...] = ()
    """Keys of earlier steps that do not hold from here on until this one is taken back: a resume in between
    does not prove them again."""

    def __post_init__(self) -> None:
        if self.irreversible and (self.undo or not self.confirm):
            message = f"{self.key}: a point of no return has no undo and asks for a name"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Refusal:
    """No plan, and why: the sentence, the evidence, and what would change the answer."""

    sentence: str
    evidence: tuple[str, ...]
    way_on: str
    gotchas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps with every command filled in, and what each should change."""

    runbook: str
    target: str
    sentence: str
    """What was decided and from what: "R-6 all crashed: db1 is the most advanced of 3 (1311)"."""
    steps: tuple[Step, ...]
    evidence: tuple[str, ...] = ()
    open: str = ""
    """What cannot be planned yet and why; said in the dry run. Empty: the plan is complete."""


class Target(Enum):
    """What a runbook is about: whose names of the estate its target is one of."""

    CLUSTER = "cluster"
    CLOUD = "cloud"
    VIP = "virtual address"


@dataclass(frozen=True, slots=True)
class Runbook:
    """A procedure: inputs, survey, steps. One file a runbook; its pages and wizard are made from this."""

    name: str
    title: str
    purpose: str
    """What it is for, when to use it, and when not: two or three sentences."""
    section: str
    """Its section of the domain catalogue: "B"."""
    gotchas: tuple[str, ...]
    """All gotchas of its section, whether a step lists them or not."""
    inputs: tuple[Input, ...]
    plan: Callable[[Look, Mapping[str, str], Mapping[str, str]], Plan | Refusal]
    """Pure: (look, values, facts) -> what to do. Called for the dry run, before the run, and after a step
    that `replans`; a step that is done already is not planned again."""
    needs_preparation: bool = False
    """Its survey takes each host's preparation (packages, tools, swap, SELinux, tables) too."""
    about: Target = Target.CLUSTER
    survey: Callable[[Context, str], Awaitable[Found]] | None = None
    """(context, target) -> what it plans from, where that is no cluster. Reads only; nothing raises, what a
    host or a cloud does not say is an error in its place."""
    beside: Callable[[Context, Balancers, ClusterSurvey], Awaitable[Found]] | None = None
    """Of one that is about a virtual address: what it plans from beside the survey of the cluster that is
    served, which it is given. As `survey` in all else."""
    before: Callable[[Context, str, ClusterSurvey], Awaitable[Found]] | None = None
    """Of one about a cloud that stands before a cluster: as `beside`, for the cluster that the input
    `cluster` names. One that the estate does not have is surveyed as a cluster without nodes."""
