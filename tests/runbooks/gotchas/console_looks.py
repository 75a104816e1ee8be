"""For each gotcha of SPICE consoles with a detector: where it bites, where not, where nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from runbooks.model import Look
from systems.errors import Unreachable
from systems.nova.readings import Firewall, NovaHost, Wall
from systems.nova.walls import iptables_rule
from tests.builders import a_survey
from tests.nova_builders import COMPUTE_CONF, a_compute, a_control, a_nova, a_screen, a_unit
from tests.runbooks.gotchas.looks import Looks

NOBODY = replace(a_survey(), nodes=())
UNREAD = ("cmp2", Unreachable("cmp2 does not answer over SSH"))


def hosts(*some: NovaHost, unread: bool = False) -> Look:
    told = some or (a_control(), a_compute())
    return Look(NOBODY, found=a_nova(*told, *((UNREAD,) if unread else ())))


def compute(**changed: object) -> Look:
    return hosts(a_control(), a_compute(**changed))  # type: ignore[arg-type]


def conf(before: str, after: str) -> Look:
    assert before in COMPUTE_CONF
    return compute(text=COMPUTE_CONF.replace(before, after))


def looks(yes: Look, *, says: str = "cmp1", no: Look | None = None) -> Looks:
    return Looks(yes, no=no or hosts(), unknown=hosts(unread=True), says=says)


REFUSING = ("-A INPUT -j REJECT --reject-with icmp-host-prohibited",)
FOR_PROXY = iptables_rule("5900:5901", "10.77.0.10/32")
TWO = (a_screen("old", "vnc"), a_screen("old", "spice"))
OPEN = COMPUTE_CONF.replace("server_listen = {address}", "server_listen = 0.0.0.0")
FILTERED = Firewall(Wall.IPTABLES, (FOR_PROXY, *REFUSING), (FOR_PROXY, *REFUSING), refuses=True)

CONSOLE_LOOKS: Mapping[str, Looks] = {
    "SPICE-01": looks(compute(screens=(a_screen("old", "vnc"),)), says="old were started before"),
    "SPICE-02": looks(compute(screens=(a_screen(listen="127.0.0.1"),)), says="instance-1 on 127.0.0.1"),
    "SPICE-03": looks(compute(text=OPEN), no=compute(text=OPEN, firewall=FILTERED), says="E15"),
    "SPICE-04": looks(
        conf("proxyclient_address = {address}", "proxyclient_address = 10.77.0.99"), says="E10"
    ),
    "SPICE-05": looks(hosts(a_control(cert_exists=True), a_compute()), says="speaks TLS"),
    "SPICE-06": looks(compute(screens=TWO), says="old have two screens"),
    "SPICE-07": looks(compute(firewall=replace(FILTERED, saved=REFUSING)), says="gone after the next boot"),
    "SPICE-08": looks(
        hosts(a_control(release=11), a_compute()),
        no=hosts(a_control(release=11, units=(a_unit("openstack-nova-consoleauth"),)), a_compute(release=11)),
        says="nova-consoleauth, which does not run",
    ),
    "SPICE-10": looks(compute(units=(a_unit("nova-compute", started_at=1.0),)), says="nova-compute began"),
    "SPICE-11": looks(conf("[vnc]", "keymap = de\n[vnc]"), says="keymap stands in [DEFAULT]"),
    "SPICE-12": looks(
        compute(firewall=FILTERED, screens=(a_screen(), a_screen("many", port=5907))), says="5907"
    ),
    "SPICE-13": looks(
        hosts(a_control(), a_compute(), a_compute("cmp2", spice_capable=False)), says="do not start on cmp2"
    ),
}
