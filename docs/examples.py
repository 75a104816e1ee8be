"""One example a runbook for its page: a look at a cluster, and what somebody who has it would type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from runbooks.model import Look
from systems.nova.readings import Firewall, Wall
from tests.builders import a_stopped_node, a_survey
from tests.nova_builders import a_compute, a_control, a_nova, a_unit
from tests.preparation_builders import a_preparation
from tests.runbooks.lb_vip.addresses import a_vip_look
from tests.runbooks.octavia_vip.looks import VALUES as OCTAVIA_VALUES
from tests.runbooks.octavia_vip.looks import an_octavia_look

HOSTS = ("db1", "db2", "db3")


@dataclass(frozen=True, slots=True)
class Example:
    """What a runbook is shown on; its plan is made by the code that makes real ones."""

    story: str
    """The situation, in a sentence or two."""
    look: Look
    values: Mapping[str, str] = field(default_factory=dict)


def _power_loss() -> Look:
    """Nobody runs, each host ended elsewhere, no saved view is left."""
    positions = zip(HOSTS, (1311, 1227, 1309), strict=True)
    return Look(a_survey(*[a_stopped_node(host, recovered=seqno) for host, seqno in positions]))


def _fresh_hosts() -> Look:
    """Packages are installed; no cluster was ever here."""
    fresh = [
        a_stopped_node(host, seqno=0, grastate=None, grastate_error="there is no grastate.dat")
        for host in HOSTS
    ]
    return Look(a_survey(*fresh), {host: a_preparation(host) for host in HOSTS})


REFUSE = "-A INPUT -j REJECT --reject-with icmp-host-prohibited"


def _vnc_alone() -> Look:
    """As packages leave it, with a firewall that refuses: VNC on, SPICE off, no proxy running."""
    wall = Firewall(Wall.IPTABLES, (REFUSE,), (REFUSE,), "/etc/sysconfig/iptables", "5a" * 32, refuses=True)
    idle = a_unit("openstack-nova-spicehtml5proxy", active="inactive", enabled="disabled", started_at=None)
    control = a_control(units=(idle,), text="[DEFAULT]\n[spice]\n", firewall=wall)
    compute = a_compute(units=(a_unit("openstack-nova-compute"),), text="[DEFAULT]\n[spice]\n", firewall=wall)
    return Look(replace(a_survey(name="kilo"), nodes=()), found=a_nova(control, compute))


EXAMPLES: Mapping[str, Example] = {
    "galera-recover": Example(
        "All three nodes lost their power. Each recovered another position, and db1 has the highest.",
        _power_loss(),
    ),
    "galera-bootstrap": Example(
        "Three hosts with MariaDB's packages and nothing else on them.",
        _fresh_hosts(),
        {"sst_method": "rsync"},
    ),
    "galera-rolling-restart": Example("Three nodes, all Synced.", Look(a_survey())),
    "spice-console": Example(
        "A control and a compute host as their packages leave them, behind firewalls that refuse.",
        _vnc_alone(),
        {"control": "ctl1", "compute": "cmp1", "instance": "web-1", "users": "192.0.2.0/24"},
    ),
    "lb-vip": Example(
        "Three nodes, all Synced; two hosts with HAProxy as its package configures it.", a_vip_look()
    ),
    "octavia-vip": Example(
        "Three nodes, all Synced, whose checks answer; a cloud with Octavia that has nothing of that name.",
        an_octavia_look(),
        OCTAVIA_VALUES,
    ),
}
