"""A host is read in three round trips, and what it says is told apart: units, screens, firewall, release."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import pytest

from systems.errors import NotUnderstood, Refused
from systems.nova import options as o
from systems.nova.collect import read_nova, release_of
from systems.nova.domains import capability, parse_screens
from systems.nova.options import Side
from systems.nova.readings import Listener, Wall
from systems.nova.units import config_files, parse_units, started_at
from systems.nova.walls import lets_in, open_to_all, read_wall
from systems.shell import Output, Probe, Sink
from tests.builders import NOON
from tests.systems.nova.confs import MAIN

CONF = "[DEFAULT]\ntransport_url = rabbit://nova:hidden@mq/\n[spice]\nenabled = True\n"
UNITS = """\
Id=nova-compute.service
LoadState=not-found
ActiveState=inactive

Id=openstack-nova-compute.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled
MainPID=42
ExecStart={ path=/usr/bin/nova-compute ; argv[]=/usr/bin/nova-compute }
"""
DOMAIN = """\
<domain><name>instance-0001</name><uuid>u-1</uuid><devices>
<graphics type='spice' port='5901'><listen type='address' address='10.77.0.21'/></graphics>
</devices></domain>"""
CAPABLE = (
    "<domainCapabilities><devices><graphics supported='yes'><enum name='type'>{}</enum></graphics>"
    "</devices></domainCapabilities>"
)
BOTH = CAPABLE.format("<value>vnc</value><value>spice</value>")
TABLES = """\
*nat
:PREROUTING ACCEPT [0:0]
-A INPUT -j ACCEPT
COMMIT
*filter
:INPUT ACCEPT [0:0]
[3:180] -A INPUT -i lo -j ACCEPT
-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 6082 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT
COMMIT
"""


class Told:
    """A host that answers lines as it was told to; others with status 1 and nothing."""

    host = "cmp1"

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers
        self.trips = 0

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        raise NotImplementedError

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        self.trips += 1
        return tuple(self._answer(probe.line) for probe in probes)

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        raise NotImplementedError

    def _answer(self, line: str) -> Output:
        for start, text in self._answers.items():
            if line.startswith(start):
                return Output(text, "", 0, NOON)
        return Output("", "", 1, NOON)


ANSWERS = {
    "date": "2000.5\n",
    "cat /proc/uptime": "1000.5 900.0\n",
    "ip -o": "1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.77.0.21/24 brd 10.77.0.255\n",
    "systemctl show": UNITS,
    "find": f"{MAIN}\n/etc/nova/nova.conf.d/50-local.conf\n/etc/nova/api-paste.conf\n",
    "cat /etc/os-release": 'ID="centos"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"\n',
    "rpm": "openstack-nova-common 2015.1.2\npackage nova-common is not installed\nspice-html5 0.1.7\n",
    "ss": "LISTEN 0 128 0.0.0.0:6082 0.0.0.0:*\nLISTEN 0 1 [::1]:5900 [::]:*\n",
    "virsh -r domcapabilities": BOTH,
    "virsh -r list": "instance-0001\n\n",
    "virsh -r dumpxml": DOMAIN,
    "iptables-save": TABLES,
    "cat /etc/sysconfig/iptables": TABLES,
    "sha256sum /etc/sysconfig/iptables": "ab" * 32 + "  /etc/sysconfig/iptables\n",
    f"cat {MAIN}.d/": "[spice]\nenabled = False\n",
    f"cat {MAIN}": CONF,
    "sha256sum": hashlib.sha256(CONF.encode()).hexdigest() + "  x\n",
    "stat": "1500.25\n",
    "cat /proc/42/stat": "42 (nova (x) y) S " + " ".join(["0"] * 18) + " 25000 0\n",
    "test -e /usr/share/spice-html5": "",
}


async def test_a_host_is_read_in_three_round_trips() -> None:
    reader = Told(ANSWERS)
    host = await read_nova("cmp1", reader, frozenset({Side.COMPUTE}))
    assert reader.trips == 3
    assert host.conf.setting(o.SPICE_ENABLED).where == f"{MAIN}.d/50-local.conf:2"
    assert host.release == o.KILO
    assert host.system == "CentOS Linux 7 (Core)"
    assert host.addresses == ("127.0.0.1", "10.77.0.21")
    assert host.compute is not None
    assert host.compute.name == "openstack-nova-compute"
    assert host.compute.started_at == 1250.0
    assert host.is_stale(host.compute)
    assert host.listeners == (Listener("0.0.0.0", 6082), Listener("::1", 5900))
    assert host.screens is not None
    assert [(one.kind, one.listen, one.port) for one in host.screens] == [("spice", "10.77.0.21", 5901)]
    assert (host.spice_capable, host.page_exists, host.cert_exists) == (True, True, False)
    assert host.firewall.wall is Wall.IPTABLES
    assert host.firewall.saved_sha256 == "ab" * 32
    assert "hidden" not in repr(host)


async def test_a_host_without_nova_is_told_so() -> None:
    with pytest.raises(Refused, match=r"cmp1 has no /etc/nova/nova\.conf"):
        await read_nova("cmp1", Told({**ANSWERS, "find": ""}), frozenset({Side.COMPUTE}))


async def test_a_host_that_does_not_say_the_time_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="what time it is"):
        await read_nova("cmp1", Told({}), frozenset({Side.COMPUTE}))


@pytest.mark.parametrize(
    ("line", "release"),
    [
        ("openstack-nova-common 2015.1.2", 11),
        ("openstack-nova-common 2014.1.5", 9),
        ("nova-common 3:33.0.0-1", 33),
        ("spice-html5 0.3.0", None),
        ("nova-common unknown", None),
    ],
)
def test_a_release_is_told_by_its_package(line: str, release: int | None) -> None:
    assert release_of([line]) == release


@pytest.mark.parametrize(
    ("xml", "system", "capable"),
    [
        (BOTH, "", True),
        (CAPABLE.format("<value>vnc</value>"), "", False),
        ("", 'ID="rocky"\nVERSION_ID="9.4"\n', False),
        ("", 'VERSION_ID="24.04"\nID=ubuntu\n', False),
        ("", 'ID=ubuntu\nVERSION_ID="22.04"\n', None),
        ("", 'ID="centos"\nVERSION_ID="7"\n', None),
        (BOTH, 'ID="rhel"\nVERSION_ID="9.4"\n', True),
        ("<!DOCTYPE x><domainCapabilities/>", "", None),
        ("no xml", "", None),
    ],
)
def test_whether_a_hypervisor_has_spice(xml: str, system: str, capable: bool | None) -> None:
    found, word = capability(Output(xml, "", 0, NOON), system)
    assert found is capable
    assert word


def test_a_domain_that_declares_entities_has_no_screen() -> None:
    assert parse_screens('<!DOCTYPE d [<!ENTITY a "b">]>' + DOMAIN) == ()
    assert (
        parse_screens("<domain><devices><graphics type='vnc' port='-1'/></devices></domain>")[0].port is None
    )


def test_files_come_in_the_order_in_which_nova_reads_them() -> None:
    dist, compute = "/usr/share/nova/nova-dist.conf", "/etc/nova/nova-compute.conf"
    found = "\n".join((compute, f"{MAIN}.d/b.conf", MAIN, f"{MAIN}.d/a.conf", dist))
    assert config_files(UNITS, found) == (
        "/usr/share/nova/nova-dist.conf",
        MAIN,
        "/etc/nova/nova-compute.conf",
        f"{MAIN}.d/a.conf",
        f"{MAIN}.d/b.conf",
    )
    line = "LoadState=loaded\nExecStart=nova-compute --config-file /srv/x.conf --config-dir=/srv/more\n"
    assert config_files(line, "/srv/x.conf\n/srv/more/y.conf\n") == ("/srv/x.conf", "/srv/more/y.conf")


def test_units_that_are_not_there_are_left_out() -> None:
    assert [unit.name for unit in parse_units(UNITS)] == ["openstack-nova-compute"]


@pytest.mark.parametrize("text", ["", "42 (x) S 1", "42 (x) S " + "x " * 30])
def test_a_process_that_is_gone_has_no_start(text: str) -> None:
    assert started_at(Output(text, "", 0, NOON), 0.0) is None


RULES = (
    "-A INPUT -i lo -j ACCEPT",
    "-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 6082 -j ACCEPT",
    "-A INPUT -p tcp -m multiport --dports 22,5900:5910 -j ACCEPT",
    "-A INPUT -j REJECT --reject-with icmp-host-prohibited",
    "-A INPUT -p tcp -m tcp --dport 7000 -j ACCEPT",
)


@pytest.mark.parametrize(
    ("port", "network", "is_in"),
    [
        (6082, "10.1.0.0/16", True),
        (6082, "192.0.2.0/24", False),
        (6082, "0.0.0.0/0", False),
        (5905, "0.0.0.0/0", True),
        (5911, "10.0.0.1/32", False),
        (7000, "10.0.0.1/32", False),
        (22, "not a network", False),
    ],
)
def test_rules_are_judged_in_their_order(port: int, network: str, is_in: bool) -> None:
    assert lets_in(RULES, port, network) is is_in
    assert open_to_all(RULES, 5900)


def said(text: str | None) -> Output:
    return Output(text or "", "", 0 if text is not None else 1, NOON)


@pytest.mark.parametrize(
    ("answers", "wall", "refuses"),
    [
        ((TABLES, None, None, None, None), Wall.IPTABLES, True),
        (
            ("*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n", *[None] * 4),
            Wall.IPTABLES,
            True,
        ),
        (("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", None, None, None, ""), Wall.NONE, False),
        (
            (None, "running\n", "public (active)\n  ports: 22/tcp\n", "public\n  ports: \n", None),
            Wall.FIREWALLD,
            True,
        ),
        (
            (None, None, None, None, "table inet f { chain i { type filter hook input; drop } }"),
            Wall.NFTABLES,
            True,
        ),
        ((None, None, None, None, None), Wall.UNKNOWN, False),
    ],
)
def test_which_firewall_it_is(answers: Sequence[str | None], wall: Wall, refuses: bool) -> None:
    found = read_wall([said(one) for one in answers], ["", ""], ["", ""])
    assert (found.wall, found.refuses) == (wall, refuses)
