"""What no practice copy can show is refused in a sentence, before a step of it is begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from runbooks.library import RUNBOOKS
from runbooks.model import Look, Plan, Refusal, Runbook
from runbooks.rehearsal.record import StepRecord
from systems.galera.readings import ClusterSurvey
from tests.builders import a_node, a_stopped_node, a_survey
from tests.runbooks.galera_bootstrap.blanks import PXC_VALUES, of_pxc
from tests.runbooks.galera_rolling_restart.clusters import percona
from tui.access import Access
from tui.cli.rehearsal_refusals import refuse_kind
from tui.cli.rehearsing import Part, rehearse
from tui.works import Works


class Nobody:
    """Is told how a rehearsal gets on; here it must not begin."""

    def begun(self, plan: Plan) -> None:
        raise AssertionError(plan.sentence)

    def step(self, record: StepRecord) -> None:
        raise AssertionError(record)


async def answer(look: Look, book: str, **values: str) -> Refusal:
    """Rehearse a runbook on a cluster of which this is every look."""

    async def prepare(book: Runbook, target: str, values: Mapping[str, str]) -> Plan | Refusal:
        settled = {item.name: values.get(item.name, "") or item.default for item in book.inputs}
        return book.plan(look, settled, {})

    async def survey(target: str) -> ClusterSurvey:
        return look.survey

    works = cast("Works", SimpleNamespace(engine=SimpleNamespace(prepare=prepare)))
    access = cast("Access", SimpleNamespace(survey=survey))
    part = Part(RUNBOOKS[book], look.survey.name, values)
    found = await rehearse(works, access, part, speed=20.0, news=Nobody())
    assert isinstance(found, Refusal)
    assert "\n" not in found.sentence
    return found


async def test_an_arbitrator_is_said_to_be_no_part_of_a_copy() -> None:
    survey = replace(a_survey(*(a_node(f"db{n}", size=4) for n in (1, 2, 3))), arbitrators=1)
    refused = await answer(Look(survey), "galera-rolling-restart")
    assert "has an arbitrator, which a practice copy has not" in refused.sentence
    assert "runbook plan" in refused.way_on


async def test_a_member_that_no_estate_file_names_is_said_to_be_no_part_of_a_copy() -> None:
    down = a_stopped_node("db3")
    refused = await answer(
        Look(a_survey(a_node("db1", size=4), a_node("db2", size=4), down)), "galera-recover", node="db3"
    )
    assert "has 1 member that its estate file does not name" in refused.sentence
    assert "`arbitrators`" in refused.way_on


async def test_the_maintenance_mode_of_xtradb_cluster_is_said_to_have_no_copy() -> None:
    refused = await answer(Look(percona()), "galera-rolling-restart")
    assert "is Percona XtraDB Cluster, and a practice copy is MariaDB" in refused.sentence
    assert "db1" in refused.sentence
    assert "cannot be rehearsed" in refused.sentence


@pytest.mark.whole
async def test_the_bootstrap_of_xtradb_cluster_is_said_to_have_no_copy() -> None:
    refused = await answer(of_pxc("8.0"), "galera-bootstrap", **PXC_VALUES)
    assert "is Percona XtraDB Cluster, and a practice copy is MariaDB" in refused.sentence


def test_what_is_about_a_cloud_has_no_practice_copy_and_says_so() -> None:
    refusal = refuse_kind(RUNBOOKS["spice-console"])
    assert refusal is not None
    assert refusal.sentence == (
        "spice-console is about a cloud, and practice copies are made of clusters only"
    )
    assert refuse_kind(RUNBOOKS["galera-recover"]) is None
