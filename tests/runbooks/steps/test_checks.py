"""What shared checks tell of a node that is on its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from runbooks.model import Look
from runbooks.steps.checks import synced
from systems.galera.readings import ClusterSurvey
from tests.builders import NOON, a_node, a_stopped_node, a_survey, a_unit

STARTING = {"mariadb": a_unit(active="activating", sub="start")}


def copying(size: int | None, *, after_s: float, in_progress: bool = True) -> ClusterSurvey:
    """db2 gives db3 a full copy, of which so much is there."""
    joiner = a_stopped_node(
        "db3",
        units=STARTING,
        mysqld_pids=(77,),
        sst_pids=(78,),
        sst_in_progress=in_progress,
        datadir_bytes=size,
    )
    at = NOON + timedelta(seconds=after_s)
    return a_survey(a_node("db1"), a_node("db2", state="Donor/Desynced"), joiner, at=at)


@pytest.mark.parametrize("host", ["db2", "db3"])
@pytest.mark.parametrize(
    ("was", "now", "moves"),
    [(1_000, 2_000, True), (2_000, 2_000, False), (2_000, 1_000, False), (None, 2_000, False)],
)
def test_a_full_copy_that_grows_moves_on_both_of_its_ends(
    host: str, was: int | None, now: int, moves: bool
) -> None:
    survey = replace(copying(now, after_s=30), before=copying(was, after_s=0))
    assert synced(host)(Look(survey)).moves is moves


def test_a_directory_that_grows_without_a_copy_is_no_progress_of_one() -> None:
    before = copying(1_000, after_s=0, in_progress=False)
    survey = replace(copying(2_000, after_s=30, in_progress=False), before=before)
    assert not synced("db3")(Look(survey)).moves
