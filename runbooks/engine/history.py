"""Folds the journal's entries of one run into what is known of it: what was planned, sent, ended, proven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from runbooks.engine.api import Ending, Outcome, StepResult
from runbooks.journal.entries import Data, Entry, Json, Kind

_OUTCOMES: Mapping[Kind, Outcome] = {
    Kind.VERIFIED: Outcome.DONE,
    Kind.UNVERIFIED: Outcome.UNVERIFIED,
    Kind.FAILED: Outcome.FAILED,
    Kind.BLOCKED: Outcome.BLOCKED,
    Kind.UNKNOWN: Outcome.UNKNOWN,
    Kind.SKIPPED: Outcome.SKIPPED,
    Kind.UNDONE: Outcome.UNDONE,
}


@dataclass
class SentAct:
    """One command that was announced, and the newest that was written of its end."""

    entry: int
    job: str
    outcome: Data = field(default_factory=dict)

    @property
    def is_absent(self) -> bool:
        return self.outcome.get("state") == "absent"

    @property
    def is_lost(self) -> bool:
        return self.outcome.get("state") in ("lost", "forgotten")

    @property
    def has_ended(self) -> bool:
        return "status" in self.outcome


@dataclass
class SentAttempt:
    """What was sent of one attempt, by the index of the act."""

    number: int
    acts: dict[int, SentAct] = field(default_factory=dict)


@dataclass
class PlanRecord:
    """One plan as it was kept, and what it was made from."""

    plan: Mapping[str, Json]
    look: Mapping[str, Json]
    """Names the kept survey."""
    facts: dict[str, str]


@dataclass
class History:
    """One run as the journal tells it (`begun_at`, `ended_at`: aware, UTC)."""

    run: str
    begun_at: datetime
    operator: str
    target: str
    opening: Data
    ended_at: datetime | None = None
    ending: str = ""
    sentence: str = ""
    plans: list[PlanRecord] = field(default_factory=list)
    results: dict[str, StepResult] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    sent: dict[str, SentAttempt] = field(default_factory=dict)
    """By step; of its undo by "undo " and the step."""
    facts: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    last_step: str = ""
    """Title of the step that was begun last."""
    is_undoing: bool = False
    must_plan_anew: bool = True
    """There is no plan yet, or a step that replans was done and no plan came after it."""

    @property
    def runbook(self) -> str:
        return str(self.opening.get("runbook", ""))

    @property
    def values(self) -> dict[str, str]:
        return texts(self.opening.get("values"))

    @property
    def secrets(self) -> tuple[str, ...]:
        names = self.opening.get("secrets")
        return tuple(map(str, names)) if isinstance(names, list) else ()

    @property
    def is_done(self) -> bool:
        return self.ending in (Ending.DONE.value, Ending.UNDONE.value)


def texts(data: Json) -> dict[str, str]:
    """A table of texts out of an entry's data."""
    return {str(key): str(value) for key, value in data.items()} if isinstance(data, Mapping) else {}


def fold(entries: Iterable[Entry]) -> History | None:
    """What the entries of one run tell, oldest first; None when it never began."""
    folding = _Folding()
    for entry in entries:
        folding.take(entry)
    return folding.history


class _Folding:
    def __init__(self) -> None:
        self.history: History | None = None
        self._looks: dict[int, Mapping[str, Json]] = {}
        self._changes: dict[int, SentAct] = {}

    def take(self, entry: Entry) -> None:
        if entry.kind is Kind.RUN_BEGUN:
            self.history = History(entry.run, entry.at, entry.operator, entry.system, entry.data)
        history = self.history
        if history is None:
            return
        match entry.kind:
            case Kind.SURVEY:
                look = entry.data.get("look")
                self._looks[entry.number] = look if isinstance(look, Mapping) else {}
            case Kind.PLAN:
                self._plan(history, entry)
            case Kind.STEP_BEGUN | Kind.UNDO_BEGUN:
                self._begin(history, entry)
            case Kind.CHANGE:
                self._change(history, entry)
            case Kind.OUTCOME:
                if (sent := self._changes.get(entry.about)) is not None:
                    sent.outcome = entry.data
            case kind if kind in _OUTCOMES:
                self._end_step(history, entry)
            case _:
                self._turn(history, entry)

    def _turn(self, history: History, entry: Entry) -> None:
        """The run as a whole: it ends, is resumed, is being undone."""
        if entry.kind is Kind.RUN_ENDED:
            history.ended_at = entry.at
            history.ending = str(entry.data.get("ending", ""))
            history.sentence = str(entry.data.get("sentence", ""))
        elif entry.kind is Kind.RUN_RESUMED:
            history.ended_at, history.ending, history.sentence = None, "", ""
        elif entry.kind is Kind.NOTE and entry.data.get("undoing"):
            history.is_undoing = True

    def _plan(self, history: History, entry: Entry) -> None:
        plan = entry.data.get("plan")
        record = PlanRecord(
            plan=plan if isinstance(plan, Mapping) else {},
            look=self._looks.get(entry.about, {}),
            facts=texts(entry.data.get("facts")),
        )
        history.plans.append(record)
        history.left_out.clear()
        history.must_plan_anew = False

    def _begin(self, history: History, entry: Entry) -> None:
        key = f"undo {entry.step}" if entry.kind is Kind.UNDO_BEGUN else entry.step
        number = _number(entry.data.get("attempt"))
        history.last_step = str(entry.data.get("title", ""))
        history.attempts[key] = number
        if key not in history.sent or history.sent[key].number != number:
            history.sent[key] = SentAttempt(number)

    def _change(self, history: History, entry: Entry) -> None:
        """A command of a step; the marker of the lease is written as a change too, and is not one."""
        if entry.data.get("marker"):
            return
        key = f"undo {entry.step}" if entry.data.get("undo") else entry.step
        number = _number(entry.data.get("attempt"))
        attempt = history.sent.get(key)
        if attempt is None or attempt.number != number:
            attempt = history.sent[key] = SentAttempt(number)
        sent = SentAct(entry.number, str(entry.data.get("job", "")))
        attempt.acts[_number(entry.data.get("act"))] = self._changes[entry.number] = sent

    def _end_step(self, history: History, entry: Entry) -> None:
        data = entry.data
        result = StepResult(
            key=entry.step,
            title=str(data.get("title", "")),
            outcome=_OUTCOMES[entry.kind],
            sentence=str(data.get("sentence", "")),
            attempt=_number(data.get("attempt")),
            job=str(data.get("job", "")),
            host=entry.host,
            is_undo=bool(data.get("undo")),
        )
        history.results[entry.step] = result
        history.facts.update(texts(data.get("facts")))
        if result.outcome is Outcome.SKIPPED and not result.is_undo:
            history.left_out.add(entry.step)
        if result.outcome is Outcome.DONE and history.plans:
            history.must_plan_anew = _replans(history.plans[-1].plan, entry.step)


def _replans(plan: Mapping[str, Json], key: str) -> bool:
    steps = plan.get("steps")
    found = [step for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []
    return any(step.get("key") == key and step.get("replans") is True for step in found)


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0
