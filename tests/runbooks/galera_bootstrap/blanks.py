"""Fresh hosts for tests of galera-bootstrap: looks at them, and what is planned or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runbooks.library import RUNBOOKS
from runbooks.model import Look, Plan, Refusal, Step
from runbooks.secret import marker
from systems.errors import SystemsError
from systems.galera.preparation import DatadirState, PreparationReading
from systems.galera.readings import Answer, Flavour, NodeSurvey
from tests.builders import a_filesystem, a_node, a_stopped_node, a_survey, a_unit
from tests.preparation_builders import a_preparation

HOSTS = ("db1", "db2", "db3")
BOOK = RUNBOOKS["galera-bootstrap"]
ROOM = a_filesystem(free_bytes=80_000_000_000, target="/var/lib")

PXC = {
    "5.7": "mysqld  Ver 5.7.44-48-57 for Linux on x86_64 (Percona XtraDB Cluster (GPL), Release 57)",
    "8.0.25": "mysqld  Ver 8.0.25-15.1 for Linux on x86_64 (Percona XtraDB Cluster (GPL))",
    "8.0": "mysqld  Ver 8.0.36-28.1 for Linux on x86_64 (Percona XtraDB Cluster (GPL))",
    "8.4": "mysqld  Ver 8.4.11-11 for Linux on x86_64 (Percona XtraDB Cluster (GPL))",
}


def blank(host: str, **changes: Any) -> NodeSurvey:
    """A MariaDB host with its package installed, nothing configured, no server; fields of `HostEvidence`."""
    fields: dict[str, Any] = {
        "grastate": None,
        "configured": {},
        "filesystem": ROOM,
        "units": {"mariadb": a_unit("mariadb", active="inactive", sub="dead", enabled="disabled")},
    }
    return a_stopped_node(host, seqno=0, **fields | changes)


def prepared(host: str, **changes: Any) -> PreparationReading:
    """The preparation of such a host; `changes` are fields of `PreparationReading`."""
    fields: dict[str, Any] = {"configured": {}, "enabled": {"mariadb": "disabled"}, "hostname": host}
    return a_preparation(host, **fields | changes)


def a_look(
    nodes: Mapping[str, NodeSurvey] | None = None,
    preparations: Mapping[str, Answer[PreparationReading]] | None = None,
    *,
    hosts: tuple[str, ...] = HOSTS,
) -> Look:
    """Three fresh hosts, some of them replaced."""
    survey = a_survey(*((nodes or {}).get(host, blank(host)) for host in hosts))
    return Look(survey, {host: (preparations or {}).get(host, prepared(host)) for host in hosts})


def with_evidence(host: str = "db2", **changes: Any) -> Look:
    """A look in which one host differs in fields of its evidence."""
    return a_look({host: blank(host, **changes)})


def with_preparation(host: str = "db2", **changes: Any) -> Look:
    """A look in which one host differs in fields of its preparation."""
    return a_look(preparations={host: prepared(host, **changes)})


def of_pxc(version: str, *, rpm: bool = True, empty: bool = True) -> Look:
    """Three fresh hosts with XtraDB Cluster; RPM packages leave an empty data directory."""
    units = {
        "mysql": a_unit("mysql", active="inactive", sub="dead", enabled="disabled"),
        "mysql@bootstrap": a_unit("mysql@bootstrap", active="inactive", sub="dead", enabled="disabled"),
    }
    number = PXC[version].split()[2]
    packages = {"percona-xtradb-cluster-server": f"{number}.el9" if rpm else f"{number}-1.bookworm"}
    state = DatadirState.EMPTY if empty else DatadirState.FRESH
    changes: dict[str, Any] = {
        "packages": packages,
        "datadir_state": state,
        "tools": {"socat": True, "xtrabackup": True, "rsync": True},
        "enabled": {"mysql": "disabled", "mysql@bootstrap": "disabled"},
    }
    return a_look(
        {host: blank(host, flavour=Flavour.PXC, server_version=PXC[version], units=units) for host in HOSTS},
        {host: prepared(host, **changes) for host in HOSTS},
    )


PXC_VALUES = {"certificates": "none", "root_password": marker("root_password")}
"""What a plan of XtraDB Cluster 8 cannot do without."""


def made(values: Mapping[str, str]) -> dict[str, str]:
    """Values as the engine gives them, defaults put in."""
    return {item.name: values.get(item.name, "") or item.default for item in BOOK.inputs}


def answer(look: Look, facts: Mapping[str, str] | None = None, /, **values: str) -> Plan | Refusal:
    return BOOK.plan(look, made(values), facts or {})


def planned(look: Look | None = None, facts: Mapping[str, str] | None = None, /, **values: str) -> Plan:
    """What is planned; fails when it is refused."""
    found = answer(look or a_look(), facts, **values)
    assert isinstance(found, Plan), found
    return found


def refused(look: Look, /, **values: str) -> Refusal:
    """Why it is refused; fails when it is planned."""
    found = answer(look, **values)
    assert isinstance(found, Refusal), [step.key for step in found.steps]
    return found


def step_of(plan: Plan, key: str, *, exact: bool = False) -> Step:
    return next(step for step in plan.steps if step.key == key or (step.key.startswith(key) and not exact))


def started_by_its_package(host: str) -> NodeSurvey:
    """A server that belongs to no cluster: it answers, and its wsrep is off."""
    status = {"cluster_status": "Disconnected", "cluster_size": 0, "state_uuid": "", "incoming_addresses": ()}
    evidence: dict[str, Any] = {
        "grastate": None,
        "gvwstate": None,
        "listening": (3306,),
        "filesystem": ROOM,
        "configured": {},
    }
    off = {"wsrep_on": False, "provider_options": {}}
    return a_node(host, state="Initialized", status=status, variables=off, evidence=evidence)


def option_file(plan: Plan, host: str = "db1") -> str:
    """What is written on that host."""
    return step_of(plan, f"configure:{host}").acts[0].command.stdin or ""


def without(look: Look, host: str, error: SystemsError) -> Look:
    """The same look without that host's preparation."""
    return replace(look, preparation={**look.preparation, host: error})
