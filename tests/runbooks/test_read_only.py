"""Read-only cannot leak: all that looks, judges, checks and verifies, on hosts that fail on any change."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

from runbooks.engine.api import Ending, Stop
from runbooks.gotchas import CATALOGUE
from runbooks.library import RUNBOOKS
from runbooks.model import Holds, Look, Plan, Sighting
from systems.readonly import is_read_only
from systems.shell import Hands, JobReading, Jobs, JobState, Output, Permit, Probe, Reader, Sink
from tests.builders import NOON
from tests.runbooks.doubles import World
from tests.runbooks.rigs import Rig
from tests.runbooks.test_library import SITUATIONS

ROOT = Path(__file__).parents[2]
CHANGING = {
    "runbooks/engine/acting.py",
    "runbooks/engine/leasing.py",
    "tui/cli/exec.py",
    "tui/stream/job.py",
}
"""The only modules that may ask for `Hands`; each passes a permit of `Arming`."""


class Changed(AssertionError):
    """Something tried to change a host."""


class ReadOnlyHosts:
    """A `Hosts` whose every host answers "nothing", and fails the test on any change."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def reader(self, host: str) -> Reader:
        return _Reader(host, self.asked)

    def jobs(self, host: str) -> Jobs:
        return _Jobs()

    def hands(self, host: str, permit: Permit) -> Hands:
        raise Changed(f"somebody asked for the hands of {host}")

    async def close(self) -> None:
        return None


class _Reader:
    def __init__(self, host: str, asked: list[str]) -> None:
        self.host, self._asked = host, asked

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        if not is_read_only(probe.line):
            raise Changed(probe.line)
        self._asked.append(probe.line)
        return Output("", "", 0 if probe.accepts is None else probe.accepts[-1], NOON)

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        return tuple([await self.read(probe) for probe in probes])

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        return (await self.read(probe)).status


class _Jobs:
    async def job(self, job: str, *, timeout_s: float = 10.0) -> JobReading:
        return JobReading(job, JobState.ABSENT, None, "", "", NOON)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path, World("db1", "db2", "db3"), CATALOGUE, armed=False)
    rig.use(ReadOnlyHosts())
    return rig


@pytest.mark.parametrize("name", SITUATIONS)
async def test_no_plan_check_verify_or_detector_changes_anything(rig: Rig, name: str) -> None:
    survey, values = SITUATIONS[name]
    rig.survey_is(survey)
    book = RUNBOOKS["galera-recover"]
    plan = await rig.engine.prepare(book, survey.name, values)
    assert isinstance(plan, Plan), plan
    eyes = rig.context(book, survey.name)
    for step in plan.steps:
        for question in (step.check, step.verify):
            answer: Sighting = await eyes.ask(question)
            assert isinstance(answer.holds, Holds)
            assert "Changed" not in answer.evidence, f"{step.key}: {answer.evidence}"
    for gotcha in CATALOGUE.values():
        if gotcha.detector is not None:
            gotcha.detector(Look(survey))


@pytest.mark.parametrize("name", SITUATIONS)
async def test_a_read_only_session_reaches_no_host(rig: Rig, name: str) -> None:
    survey, values = SITUATIONS[name]
    rig.survey_is(survey)
    result = await rig.engine.run(RUNBOOKS["galera-recover"], survey.name, values, rig.steering())
    assert result.ending is Ending.REFUSED


async def test_listing_resuming_and_undoing_reach_no_host_either(rig: Rig) -> None:
    assert await rig.engine.runs() == ()
    assert (await rig.engine.resume("r1", RUNBOOKS, rig.steering())).ending is Ending.REFUSED
    assert (await rig.engine.undo("r1", RUNBOOKS, rig.steering())).ending is Ending.REFUSED


async def test_the_walk_itself_can_fail(rig: Rig) -> None:
    """An armed session does reach for the hands, at the marker of its lease at the latest."""
    rig.arming.arm("the test wants it")
    survey, values = SITUATIONS["R-1G"]
    rig.survey_is(survey)
    with pytest.raises(Changed):
        await rig.engine.run(
            RUNBOOKS["galera-recover"], survey.name, values, rig.steering(confirms={"": [Stop()]})
        )


def test_only_named_modules_ask_for_hands() -> None:
    found = set()
    for folder in ("systems", "runbooks", "widgets", "tui"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Attribute) and called.attr == "hands":
                    found.add(str(path.relative_to(ROOT)))
    assert found <= CHANGING
