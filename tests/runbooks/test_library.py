"""What holds of all runbooks: their gotchas are in the catalogue, and none stops a step that answers it."""

from __future__ import annotations

from typing import Any

import pytest

from runbooks.engine.judging import without
from runbooks.gotchas import CATALOGUE, of_section
from runbooks.library import RUNBOOKS
from runbooks.model import Holds, InputKind, Look, Plan
from systems.galera.readings import ZERO_UUID, ClusterSurvey
from tests.builders import (
    FOREIGN,
    a_filesystem,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
)
from tests.runbooks.plans import answer


@pytest.mark.parametrize("name", RUNBOOKS)
def test_every_gotcha_of_its_section_belongs_to_a_runbook(name: str) -> None:
    book = RUNBOOKS[name]
    assert book.name == name
    assert set(of_section(book.section)) <= set(book.gotchas)
    assert set(book.gotchas) <= set(CATALOGUE)


@pytest.mark.parametrize("name", RUNBOOKS)
def test_every_input_tells_what_it_is_for(name: str) -> None:
    for wanted in RUNBOOKS[name].inputs:
        assert wanted.title
        assert wanted.help
        assert bool(wanted.choices) == (wanted.kind is InputKind.CHOICE)


def members(*others: Any) -> ClusterSurvey:
    return a_survey(a_node("db1", size=2), a_node("db2", size=2), *others)


SITUATIONS: dict[str, tuple[ClusterSurvey, dict[str, str]]] = {
    "R-1G": (members(a_stopped_node("db3", seqno=990)), {}),
    "R-1C": (members(a_stopped_node("db3", recovered=990)), {}),
    "R-1Z": (members(a_stopped_node("db3", uuid=ZERO_UUID)), {}),
    "R-SST": (members(a_stopped_node("db3", sst_in_progress=True, grastate=None)), {}),
    "R-FOR": (members(a_stopped_node("db3", uuid=FOREIGN, seqno=7)), {}),
    "R-VOTE": (members(a_node("db3", state="Inconsistent")), {}),
    "R-NET": (members(a_node("db3", state="Initialized")), {}),
    "full": (members(a_stopped_node("db3", recovered=990, filesystem=a_filesystem(free_bytes=1000))), {}),
    "R-3": (a_survey(*(a_stopped_node(f"db{number}", seqno=number) for number in (1, 2, 3))), {}),
    "R-6": (a_survey(*(a_stopped_node(f"db{number}", recovered=number) for number in (1, 2, 3))), {}),
    "R-6 unknown": (a_survey(*(a_stopped_node(f"db{number}") for number in (1, 2, 3))), {}),
    "R-6 without": (
        a_survey(a_stopped_node("db1", recovered=1), a_stopped_node("db2", recovered=2), a_lost_node("db3")),
        {"without": "db3"},
    ),
    "R-6 zero": (
        a_survey(
            a_stopped_node("db1", uuid=ZERO_UUID, safe_to_bootstrap=True),
            a_stopped_node("db2", recovered=2),
            a_stopped_node("db3", recovered=1),
        ),
        {},
    ),
    "R-7A": (a_survey(*(a_stopped_node(f"db{number}", gvwstate=True) for number in (1, 2, 3))), {}),
    "R-5": (
        a_survey(
            a_node("db1", state="Initialized"),
            a_stopped_node("db2", recovered=990),
            a_stopped_node("db3", recovered=990),
        ),
        {},
    ),
    "R-5 without": (
        a_survey(
            a_node("db1", state="Initialized"), a_stopped_node("db2", recovered=990), a_lost_node("db3")
        ),
        {"without": "db3"},
    ),
    "R-SB": (
        members(a_node("db3", size=1, status={"incoming_addresses": ("10.77.0.13:3306",)})),
        {"keep": "db1"},
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_no_gotcha_stops_the_step_that_deals_with_it(name: str) -> None:
    """Of the first step that acts: what blocks it must be what it does not answer, and nothing here is."""
    survey, values = SITUATIONS[name]
    plan = answer(survey, values)
    assert isinstance(plan, Plan)
    for step in plan.steps:
        assert set(step.answers) <= set(step.gotchas)
        look = without(Look(survey), step.leaves_out)
        for gotcha in (CATALOGUE[id_] for id_ in step.gotchas if id_ not in step.answers):
            if gotcha.blocks and gotcha.detector:
                sighting = gotcha.detector(look)
                assert sighting.holds is Holds.NO, f"{step.key}: {gotcha.id}: {sighting.evidence}"
