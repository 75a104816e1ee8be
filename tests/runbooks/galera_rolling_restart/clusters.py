"""Clusters for tests of the rolling restart: Percona or MariaDB, busy or quiet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from runbooks.model import Plan, Refusal, Step
from systems.galera.readings import ClusterSurvey, Flavour, NodeSurvey
from tests.builders import NOON, a_node, a_survey, a_unit
from tests.runbooks.plans import answer

NAME = "galera-rolling-restart"
HOSTS = ("db1", "db2", "db3")
FREEZE = "gcache.freeze_purge_at_seqno"


def a_percona(host: str, *, frozen: str = "-1", mode: str = "DISABLED", **changes: Any) -> NodeSurvey:
    """A Synced node of Percona XtraDB Cluster; `changes` as in `a_node`."""
    options = {"gcache.size": "128M", "gcache.recover": "no", FREEZE: frozen}
    variables = {
        "flavour": Flavour.PXC,
        "version": "8.0.36-28.1",
        "provider_options": options,
        "pxc_maint_mode": mode,
    }
    evidence = {
        "flavour": Flavour.PXC,
        "server_version": "mysqld  Ver 8.0.36-28.1 for Linux on x86_64",
        "units": {"mysql": a_unit("mysql")},
        **changes.pop("evidence", {}),
    }
    return a_node(host, variables=variables | changes.pop("variables", {}), evidence=evidence, **changes)


def percona(**changes: Any) -> ClusterSurvey:
    """Three of them; `changes` for each."""
    return a_survey(*(a_percona(host, **changes) for host in HOSTS))


def writing(
    bytes_a_second: int, *others: NodeSurvey, seconds: int = 10, hosts: tuple[str, ...] = HOSTS
) -> ClusterSurvey:
    """Synced nodes that all take that many bytes a second, seen twice; `others` come after them.

    A transaction has a thousand bytes, so that the default cache (128 MiB) holds about 133,000 of them.
    """

    def look(second: int) -> list[NodeSurvey]:
        at = NOON - timedelta(seconds=seconds - second)
        status = {
            "received_bytes": 1_000_000 + bytes_a_second * second,
            "all": {"wsrep_received": "1000"},
        }
        return [a_node(host, at=at, status=status) for host in hosts]

    return a_survey(*look(seconds), *others, before=a_survey(*look(0), *others))


def planned(survey: ClusterSurvey, **values: str) -> Plan:
    """What the runbook plans; fails when it refuses."""
    found = answer(survey, values, runbook=NAME)
    assert isinstance(found, Plan), found
    return found


def refused(survey: ClusterSurvey, **values: str) -> Refusal:
    """Why it refuses; fails when it plans."""
    found = answer(survey, values, runbook=NAME)
    assert isinstance(found, Refusal), [step.key for step in found.steps]
    return found


def restarts(plan: Plan) -> list[str]:
    """The nodes in the order in which they are stopped."""
    return [step.key.removeprefix("stop:") for step in plan.steps if step.key.startswith("stop:")]


def is_stop(step: Step) -> bool:
    """Whether it takes a database down."""
    return any(act.command.line.startswith("systemctl stop") for act in step.acts)
