"""What tests of runbooks share: a plan's commands at a glance, and a context whose looks are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runbooks.library import RUNBOOKS
from runbooks.model import Clouds, Look, Plan, Refusal, Step, Vips
from systems.errors import SystemsError, Unreachable
from systems.galera.readings import ClusterSurvey
from systems.shell import Output, Probe, Reader, Sink
from tests.builders import NOON

FRAME = ("survey", "keep", "prove:")
"""Keys of the steps around what a plan is about."""


def answer(
    survey: ClusterSurvey,
    values: Mapping[str, str] | None = None,
    facts: Mapping[str, str] | None = None,
    *,
    runbook: str = "galera-recover",
) -> Plan | Refusal:
    return RUNBOOKS[runbook].plan(Look(survey), values or {}, facts or {})


def planned(survey: ClusterSurvey, *, facts: Mapping[str, str] | None = None, **values: str) -> Plan:
    """What galera-recover plans; fails when it refuses."""
    found = answer(survey, values, facts)
    assert isinstance(found, Plan), found
    return found


def refused(survey: ClusterSurvey, **values: str) -> Refusal:
    """Why galera-recover refuses; fails when it plans."""
    found = answer(survey, values)
    assert isinstance(found, Refusal), [step.key for step in found.steps]
    return found


def core(plan: Plan) -> list[Step]:
    """The steps that the plan is about, without survey, copies and proof."""
    return [step for step in plan.steps if not step.key.startswith(FRAME)]


def keys(plan: Plan) -> list[str]:
    return [step.key for step in core(plan)]


def lines(*steps: Step) -> list[str]:
    """Every command as "HOST: LINE"."""
    return [f"{act.host}: {act.command.line}" for step in steps for act in step.acts]


def step_of(plan: Plan, key: str) -> Step:
    return next(step for step in plan.steps if step.key.startswith(key))


class ScriptedReader:
    """A host whose answers stand by a word of the line; anything else is out of reach."""

    def __init__(self, host: str, answers: Mapping[str, str]) -> None:
        self._host, self._answers = host, answers
        self.asked: list[str] = []

    @property
    def host(self) -> str:
        return self._host

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        self.asked.append(probe.line)
        for word, text in self._answers.items():
            if word in probe.line:
                return Output(text, "", 0, NOON)
        raise Unreachable(f"{self._host}: nothing is known to answer {probe.line!r}")

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        return tuple([await self.read(probe, timeout_s=timeout_s) for probe in probes])

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        raise NotImplementedError


class ScriptedContext:
    """Gives looks one after the other, the last one again and again."""

    def __init__(
        self,
        *surveys: ClusterSurvey,
        values: Mapping[str, str] | None = None,
        facts: Mapping[str, str] | None = None,
        answers: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._surveys = list(surveys)
        self.values: Mapping[str, str] = values or {}
        self.facts: Mapping[str, str] = facts or {}
        self._answers = answers or {}

    def reader(self, host: str) -> Reader:
        return ScriptedReader(host, self._answers.get(host, {}))

    @property
    def clouds(self) -> Clouds:
        raise SystemsError("no cloud can be asked from here")

    @property
    def vips(self) -> Vips:
        raise SystemsError("no virtual address is known here")

    async def look(self, *, max_age_s: float = 0.0, preparation: bool = False) -> Look:
        survey = self._surveys.pop(0) if len(self._surveys) > 1 else self._surveys[0]
        return Look(survey)
