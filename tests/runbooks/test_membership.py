"""Who is in the cluster, by what its members say of it and what the hosts prove."""

from __future__ import annotations

import pytest

from runbooks.membership import counts_the_dead
from systems.galera.readings import NodeSurvey
from tests.builders import a_lost_node, a_node, a_stopped_node, a_survey

LEFT = {"incoming_addresses": ("10.77.0.11:3306", "10.77.0.12:3306")}


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        pytest.param((a_node("db1"), a_node("db2"), a_stopped_node("db3")), True, id="killed a moment ago"),
        pytest.param((a_node("db1"), a_stopped_node("db2"), a_stopped_node("db3")), True, id="two at once"),
        pytest.param(
            (
                a_node("db1", size=2, status=LEFT),
                a_node("db2", size=2, status=LEFT),
                a_stopped_node("db3"),
            ),
            False,
            id="noticed",
        ),
        pytest.param((a_node("db1"), a_node("db2"), a_lost_node("db3")), False, id="unseen is not down"),
        pytest.param((), False, id="all are there"),
    ],
)
def test_a_cluster_that_has_not_noticed_who_is_down_is_told_from_one_that_has(
    nodes: tuple[NodeSurvey, ...], told: bool
) -> None:
    assert counts_the_dead(a_survey(*nodes)) is told
