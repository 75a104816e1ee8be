"""Looks at an address that is to be: three nodes, two balancers with HAProxy, nothing of ours anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

from runbooks.lb_vip.situation import CheckSeen, VipFound
from runbooks.library import RUNBOOKS
from runbooks.model import Look, Plan, Refusal
from systems.errors import Unreachable
from systems.estate_balancers import Balancers
from systems.estate_schema import Haproxy, VipProbe
from systems.galera.readings import ClusterSurvey
from systems.haproxy.setup import BalancerSetup, NodeSeen, Section
from tests.builders import a_survey

SOCKET = "/run/haproxy/admin.sock"
SOURCES = {"lb1": "10.77.0.21", "lb2": "10.77.0.22"}
ADDRESS = "10.77.0.100:3306"


def a_balancer(host: str = "lb1", **changes: Any) -> BalancerSetup:
    """A host with HAProxy as its package leaves it, which reaches all nodes; none answers its check."""
    setup = BalancerSetup(
        host,
        version="2.6.12",
        active="active",
        enabled="enabled",
        sections=(Section("frontend", "web", (80,)),),
        sockets=(SOCKET,),
        listening={22: "sshd", 80: "haproxy"},
        addresses=(SOURCES.get(host, "10.77.0.29"), "10.77.0.100"),
        nodes={
            f"db{number}": NodeSeen(opens=True, check=None, source=SOURCES.get(host, "10.77.0.29"))
            for number in (1, 2, 3)
        },
    )
    return replace(setup, **changes)


def a_vip_look(*balancers: BalancerSetup, survey: ClusterSurvey | None = None, **changes: Any) -> Look:
    """The look that lb-vip plans from; `changes` are fields of what was found beside the cluster."""
    survey = survey or a_survey()
    nodes = tuple(node.host for node in survey.nodes)
    found = VipFound(
        vip="orders-vip",
        section="orders",
        serves="orders",
        socket=SOCKET,
        address=ADDRESS,
        probe="probe",
        balancers=balancers or (a_balancer("lb1"), a_balancer("lb2")),
        checks={host: CheckSeen() for host in nodes},
        nodes=nodes,
    )
    return Look(survey, found=replace(found, **changes))


def answer(look: Look, **values: str) -> Plan | Refusal:
    return RUNBOOKS["lb-vip"].plan(look, values, {})


def planned(look: Look, **values: str) -> Plan:
    """What lb-vip plans; fails when it refuses."""
    found = answer(look, **values)
    assert isinstance(found, Plan), found
    return found


def refused(look: Look, **values: str) -> Refusal:
    """Why lb-vip refuses; fails when it plans."""
    found = answer(look, **values)
    assert isinstance(found, Refusal), [step.key for step in found.steps]
    return found


class TwoBalancers:
    """The estate's word on `orders-vip`, behind which nobody answers."""

    def balancers(self, vip: str) -> Balancers:
        probe = VipProbe(user="probe")
        table = Haproxy(
            name=vip, hosts="lb[1-2]", backend="orders", serves="orders", address=ADDRESS, probe=probe
        )
        return Balancers(vip, ("lb1", "lb2"), table)

    async def client(self, vip: str, *, origin: str = "") -> NoReturn:
        raise Unreachable(f"{vip}: nobody answers{f' from {origin}' if origin else ''}")
