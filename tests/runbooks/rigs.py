"""A whole console without a screen, for tests of engine and runbooks: real journal, leases and arming."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runbooks.arming import Arming
from runbooks.engine.api import (
    Choice,
    CloudHandsOf,
    Confirmation,
    Event,
    Go,
    Limits,
    StepBegan,
    StepCard,
    StepEnded,
    StepResult,
    Stop,
)
from runbooks.engine.engine import Engine
from runbooks.engine.eyes import Eyes
from runbooks.journal.entries import Draft, Entry, Who
from runbooks.journal.sqlite import SqliteJournal
from runbooks.lease.sqlite import SqliteLeases
from runbooks.model import Gotcha, Look, Runbook, Step, Vips
from runbooks.secret import Secrets
from systems.galera import readings
from systems.galera.preparation import PreparationReading
from systems.galera.readings import ClusterSurvey, NodeSurvey
from systems.shell import Hosts
from tests.builders import a_node, a_survey
from tests.runbooks.clocks import HandClock
from tests.runbooks.doubles import Fuse, World
from tests.runbooks.journals import ANA

Answer = Confirmation | Choice


class PlainRedactor:
    """A `Redactor` that knows what it was told."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def add(self, value: str) -> None:
        self._values.append(value)

    def redact(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, "«redacted»")
        return text


class FusedJournal(SqliteJournal):
    """The real journal, with a console around it that may die before or after each write."""

    fuse = Fuse()

    def hurry(self) -> None:
        """Do not wait for the disk: what is killed here is a console, not a machine."""
        with self.store.read() as link:
            link.execute("PRAGMA synchronous=OFF")

    def append(self, draft: Draft) -> Entry:
        self.fuse.point(f"before the entry {draft.kind.value} {draft.step}")
        entry = super().append(draft)
        self.fuse.point(f"after the entry {draft.kind.value} {draft.step}")
        return entry


@dataclass
class ScriptedSteering:
    """Answers as scripted: by step key, one answer after the other; else goes on, and stops at failures."""

    confirms: dict[str, list[Confirmation]] = field(default_factory=dict)
    failures: dict[str, list[Choice]] = field(default_factory=dict)
    cards: list[StepCard] = field(default_factory=list)
    failed_with: list[StepResult] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    fuse: Fuse = field(default_factory=Fuse)
    meanwhile: Callable[[StepCard], object] = lambda _card: None
    """What happens while the operator reads a card."""

    after_failure: Callable[[StepResult], object] = lambda _result: None
    """What happens while the operator thinks about a failure."""

    async def confirm(self, card: StepCard) -> Confirmation:
        self.fuse.point(f"confirm {card.step.key}")
        self.cards.append(card)
        self.meanwhile(card)
        answers = self.confirms.get(card.step.key)
        return answers.pop(0) if answers else Go(card.name_to_type)

    async def failed(self, step: Step, result: StepResult) -> Choice:
        self.fuse.point(f"failed {step.key}")
        self.failed_with.append(result)
        self.after_failure(result)
        answers = self.failures.get(step.key)
        return answers.pop(0) if answers else Stop("as scripted")

    def tell(self, event: Event) -> None:
        self.events.append(event)

    @property
    def ended(self) -> list[str]:
        """Outcomes of steps in the order they were told, as "key outcome"."""
        results = [event.result for event in self.events if isinstance(event, StepEnded)]
        return [f"{result.key} {result.outcome.value}" for result in results]

    @property
    def begun(self) -> list[str]:
        return [event.key for event in self.events if isinstance(event, StepBegan)]


@dataclass
class DoubleSurveyor:
    """A `Surveyor` of the world's hosts: `nodes` makes each node's survey; stamped with the world's time."""

    world: World
    node: Callable[[str, HandClock], NodeSurvey]
    fuse: Fuse
    looks: int = 0
    fixed: ClusterSurvey | None = None
    prepared: Mapping[str, readings.Answer[PreparationReading]] = field(default_factory=dict)

    async def look(self, target: str, *, preparation: bool = False) -> Look:
        self.fuse.point("look")
        self.looks += 1
        if self.fixed is not None:
            return Look(self.fixed, self.prepared)
        nodes = tuple(self.node(name, self.world.clock) for name in self.world)
        survey: ClusterSurvey = a_survey(*nodes, name=target)
        return Look(survey)


def a_healthy_node(name: str, clock: HandClock) -> NodeSurvey:
    return a_node(name, at=clock.now())


class Rig:
    """One console on a world: make another one on the same folder and world after a kill."""

    def __init__(
        self,
        folder: Path,
        world: World,
        catalogue: Mapping[str, Gotcha] | None = None,
        *,
        who: Who = ANA,
        fuse: Fuse | None = None,
        node: Callable[[str, HandClock], NodeSurvey] = a_healthy_node,
        limits: Limits | None = None,
        armed: bool = True,
        process: str = "this console",
    ) -> None:
        self.world, self.clock, self.fuse = world, world.clock, Fuse()
        journal = FusedJournal(folder / "journal.sqlite", who, estate="north", now=self.clock.now)
        self.journal = journal
        journal.hurry()
        self.arming = Arming(journal, clock=self.clock)
        if armed:
            self.arming.arm("the test wants it", minutes=240)
        self.fuse = journal.fuse = fuse or self.fuse
        self.leases = SqliteLeases(journal, now=self.clock.now, process=process)
        self.surveyor = DoubleSurveyor(world, node, self.fuse)
        self.hosts = world.hosts(self.fuse)
        self.redactor = PlainRedactor()
        self._catalogue, self._limits = catalogue or {}, limits
        self.use(self.hosts)

    def use(self, hosts: Hosts, clouds: CloudHandsOf | None = None, vips: Vips | None = None) -> None:
        """Make the engine anew on other hosts, on clouds, and with virtual addresses."""
        self.engine = Engine(
            hosts,
            self.surveyor,
            journal=self.journal,
            arming=self.arming,
            leases=self.leases,
            redactor=self.redactor,
            catalogue=self._catalogue,
            clock=self.clock,
            limits=self._limits,
            clouds=clouds,
            vips=vips,
        )

    def context(self, book: Runbook, target: str) -> Eyes:
        """What the checks and verifies of a run of that book are given."""
        return Eyes(self.engine._work(book, target, {}, Secrets(), self.steering()))

    def survey_is(self, survey: ClusterSurvey) -> None:
        """Every look from now on shows this, whatever the time."""
        self.surveyor.fixed = survey

    def steering(self, **scripted: object) -> ScriptedSteering:
        return ScriptedSteering(fuse=self.fuse, **scripted)  # type: ignore[arg-type]

    def kinds(self) -> list[str]:
        """The journal as "kind step", in order."""
        return [f"{entry.kind.value} {entry.step}".strip() for entry in self.journal.entries()]
