"""What a wizard knows of its run, made from the engine's events, without any screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from runbooks.engine.api import (
    ActBegan,
    ActEnded,
    ActUnseen,
    Checked,
    Event,
    JobRead,
    Looked,
    Outcome,
    Planned,
    RunBegan,
    RunEnded,
    RunResult,
    StepBegan,
    StepCard,
    StepEnded,
    StepResult,
    Told,
    Verifying,
)
from runbooks.model import Act, Plan, Refusal
from systems.shell import Output
from tui.wizard.rehearsal import RehearsalView


class Phase(Enum):
    """Where the run is."""

    LOOKING = "looking"
    """Surveys, and makes the plan of the dry run."""
    PLANNED = "planned"
    """The plan stands there; nothing was changed."""
    REFUSED = "refused"
    RUNNING = "running"
    CONFIRM = "confirm"
    """Waits for the operator's word on a step."""
    FAILED = "failed"
    """Waits for the operator's choice after a step that did not come to its end."""
    ENDED = "ended"


@dataclass(slots=True)
class Sent:
    """One command that was sent."""

    act: Act
    output: Output | None = None
    """None: its end was not seen yet."""
    accepted: bool = True
    sentence: str = ""
    """What is known of it while its end is not seen."""


@dataclass(slots=True)
class StepView:
    """One step and what became of it."""

    key: str
    title: str
    irreversible: bool = False
    result: StepResult | None = None
    sent: list[Sent] = field(default_factory=list)
    verifying: Verifying | None = None

    @property
    def is_over(self) -> bool:
        """Verified, or skipped with a reason, or undone."""
        done = (Outcome.DONE, Outcome.SKIPPED, Outcome.UNDONE)
        return self.result is not None and self.result.outcome in done


@dataclass(slots=True)
class WizardState:
    """One run from the first look to its end."""

    runbook: str
    target: str
    phase: Phase = Phase.LOOKING
    run: str = ""
    plan: Plan | None = None
    refusal: Refusal | None = None
    steps: dict[str, StepView] = field(default_factory=dict)
    current: str = ""
    card: StepCard | None = None
    failed: StepResult | None = None
    result: RunResult | None = None
    trouble: str = ""
    """Why it could not even be planned or begun."""
    told: list[str] = field(default_factory=list)
    looked_at: datetime | None = None
    resumed: bool = False
    rehearsal: RehearsalView | None = None
    """None: this plan was not rehearsed."""
    preface: str = ""
    """Of a run to be gone on with: whose it was and how it ended."""

    @property
    def here(self) -> StepView | None:
        """The step that the run is at."""
        return self.steps.get(self.current)

    @property
    def is_rehearsing(self) -> bool:
        return self.rehearsal is not None and self.rehearsal.is_under_way

    @property
    def is_over(self) -> bool:
        return self.phase in (Phase.ENDED, Phase.REFUSED)

    def outputs(self) -> list[tuple[StepView, Sent]]:
        """All commands that were sent, in the order of the steps."""
        return [(step, sent) for step in self.steps.values() for sent in step.sent]

    def take_plan(self, plan: Plan | Refusal) -> None:
        """The dry run came to its end."""
        if isinstance(plan, Refusal):
            self.refusal, self.phase = plan, Phase.REFUSED
        else:
            self.phase = Phase.PLANNED
            self._adopt(plan)

    def take(self, event: Event) -> None:
        """Something happened in the run."""
        match event:
            case RunBegan():
                self.run, self.resumed, self.phase = event.run, event.resumed, Phase.RUNNING
                self._adopt(event.plan)
            case Planned():
                self._adopt(event.plan, event.done)
            case Looked():
                self.looked_at = event.look.survey.taken_at
            case Told():
                self.told.append(event.sentence)
            case RunEnded():
                self.end(event.result)
            case _:
                self._take_of_step(event)

    def _take_of_step(self, event: Event) -> None:
        match event:
            case StepBegan():
                self.current, self.card = event.key, None
                self.phase = Phase.RUNNING
                view = self.steps.setdefault(event.key, StepView(event.key, event.title))
                view.sent, view.verifying = [], None
            case Checked():
                self.card = event.card
            case ActBegan():
                self._step(event.key).sent.append(Sent(event.act))
            case ActEnded():
                sent = self._sent(event.key, event.act)
                sent.output, sent.accepted, sent.sentence = event.output, event.accepted, ""
            case ActUnseen():
                self._sent(event.key, event.act).sentence = event.sentence
            case JobRead():
                step = self._step(event.key)
                if step.sent:
                    step.sent[-1].sentence = event.sentence
            case Verifying():
                self._step(event.key).verifying = event
            case StepEnded():
                self._step(event.result.key, event.result.title).result = event.result

    def ask(self, card: StepCard) -> None:
        """The operator's word is asked for."""
        self.card, self.current, self.phase = card, card.step.key, Phase.CONFIRM

    def ask_choice(self, result: StepResult) -> None:
        """The operator's choice is asked for."""
        self.failed, self.phase = result, Phase.FAILED

    def answered(self) -> None:
        """The operator has spoken; the run goes on."""
        self.failed, self.phase = None, Phase.RUNNING

    def end(self, result: RunResult) -> None:
        """The run is over, however it came."""
        self.result, self.phase = result, Phase.ENDED
        if result.refusal is not None:
            self.refusal = result.refusal

    def _adopt(self, plan: Plan, done: tuple[str, ...] = ()) -> None:
        self.plan = plan
        kept = {key: view for key, view in self.steps.items() if view.result is not None or key in done}
        for step in plan.steps:
            view = kept.get(step.key) or StepView(step.key, step.title, step.irreversible)
            view.title, view.irreversible = step.title, step.irreversible
            kept[step.key] = view
        self.steps = kept

    def _step(self, key: str, title: str = "") -> StepView:
        return self.steps.setdefault(key, StepView(key, title or key))

    def _sent(self, key: str, act: Act) -> Sent:
        step = self._step(key)
        for sent in reversed(step.sent):
            if sent.act == act:
                return sent
        step.sent.append(Sent(act))
        return step.sent[-1]
