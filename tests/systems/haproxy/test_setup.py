"""What is set up on a balancer: read from what its programs print, and never kept whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from systems.errors import SudoRefused
from systems.haproxy.setup import BalancerSetup, Section, listeners, proof_line, read_setup, sections_of
from systems.haproxy.unit import CONFIG, loaded
from systems.shell import Output, Probe, Reader, Sink
from tests.builders import NOON

DEBIAN = """global
	stats socket /run/haproxy/admin.sock mode 660 level admin
	user haproxy
defaults
	mode http
frontend web
	bind :80,10.0.0.1:443 ssl crt /x
	# bind :3306
listen stats # its page
	bind [::]:8404
	stats auth ops:sesame
	bind :9001-9003
backend app
	server a 10.0.0.2:80
"""
LISTENING = """LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))
LISTEN 0 80 [::]:80 [::]:* users:(("haproxy",pid=2,fd=5),("haproxy",pid=3,fd=5))
LISTEN 0 80 127.0.0.1:11211 0.0.0.0:*
"""
NODES = {"db1": ("10.77.0.11", 3306), "db2": ("10.77.0.12", 3307)}


class Told:
    """A balancer whose programs print this, by the begin of the line; the status is 0 unless it is told."""

    host = "lb1"

    def __init__(self, answers: Mapping[str, str | tuple[str, int]], error: Exception | None = None) -> None:
        self._answers, self._error = answers, error

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        for begin, told in self._answers.items():
            if begin in probe.line:
                text, status = told if isinstance(told, tuple) else (told, 0)
                return Output(text, "", status, NOON)
        return Output("", f"{probe.line}: not found", 127, NOON)

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        return tuple([self._error or await self.read(probe) for probe in probes])

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        raise NotImplementedError


ANSWERS: Mapping[str, str | tuple[str, int]] = {
    "haproxy -v": "HAProxy version 2.6.12-1+deb12u1 2023/12/16 - https://haproxy.org/",
    "systemctl show": "ActiveState=active\nUnitFileState=enabled\n",
    f"cat {CONFIG}": DEBIAN,
    "haproxy -c": "Configuration file is valid",
    "ss -Hltnp": LISTENING,
    "command -v": "/usr/bin/socat\n",
    "socat -u /dev/null TCP:10.77.0.11:3306": "",
    "socat -u /dev/null TCP:10.77.0.12:3307": ("", 1),
    "route get 10.77.0.11": "10.77.0.11 dev eth0 src 10.77.0.21 uid 0 \\    cache \n",
    "ip -o addr": "2: eth0    inet 10.77.0.21/24 scope global eth0\n2: eth0    inet6 fe80::1/64 scope link\n",
    "TCP:10.77.0.11:9200": "HTTP/1.1 503 Service Unavailable\r\n\r\nnot Synced\r\n",
    "TCP:10.77.0.12:9200": ("", 1),
}


async def seen(**changes: str | tuple[str, int]) -> BalancerSetup:
    reader: Reader = Told({**ANSWERS, **changes})
    return await read_setup(reader, NODES, 9200)


async def test_a_balancer_as_its_package_leaves_it() -> None:
    setup = await seen()
    assert (setup.version, setup.runs, setup.enabled, setup.refused) == ("2.6.12", True, "enabled", "")
    assert setup.sockets == ("/run/haproxy/admin.sock",)
    assert setup.binds(443) == Section("frontend", "web", (80, 443))
    assert setup.binds(3306) is None
    assert setup.named("app") == Section("backend", "app")
    assert setup.listening == {22: "sshd", 80: "haproxy", 11211: "another program"}


async def test_nodes_are_seen_as_the_balancer_reaches_them() -> None:
    nodes = (await seen()).nodes
    assert (nodes["db1"].opens, nodes["db1"].check, nodes["db1"].is_taken) == (True, 503, True)
    assert (nodes["db2"].opens, nodes["db2"].check, nodes["db2"].is_taken) == (False, None, False)


async def test_without_socat_a_port_is_tried_with_nc() -> None:
    answers = {key: told for key, told in ANSWERS.items() if "socat" not in key and "TCP" not in key}
    answers |= {"command -v": "/usr/bin/nc\n", "nc -z -w 2 10.77.0.11 3306": ""}
    nodes = (await read_setup(Told(answers), NODES, 9200)).nodes
    assert (nodes["db1"].opens, nodes["db2"].opens) == (True, False)


async def test_addresses_are_its_own_and_those_that_it_asks_from() -> None:
    setup = await seen()
    assert setup.addresses == ("10.77.0.21", "fe80::1")
    assert [setup.nodes[host].source for host in ("db1", "db2")] == ["10.77.0.21", ""]


RED_HAT = (
    "ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -Ws -f $CONFIG -f ${CFGDIR} -p $PIDFILE "
    "$OPTIONS ; ignore_errors=no ; start_time=[n/a] ; pid=0 }\n"
    'Environment=CONFIG=/etc/haproxy/haproxy.cfg "CFGDIR=/etc/haproxy/conf.d" PIDFILE=/run/haproxy.pid\n'
)


async def test_a_folder_that_the_unit_has_it_read_is_read_and_proven_too() -> None:
    proof = "haproxy -c -f /etc/haproxy/haproxy.cfg -f /etc/haproxy/conf.d"
    more: dict[str, str | tuple[str, int]] = {
        "systemctl show": RED_HAT,
        "grep -rhs '' /etc/haproxy/conf.d": "listen orders\n  bind :3306\n",
    }
    reader = Told({proof: "valid", "haproxy -c": ("[ALERT] not all of it", 1), **ANSWERS, **more})
    setup = await read_setup(reader, NODES, 9200)
    assert setup.refused == ""
    assert setup.loads == (CONFIG, "/etc/haproxy/conf.d")
    assert setup.binds(3306) == setup.named("orders") == Section("listen", "orders", (3306,))
    assert proof_line(setup.loads, '"$1"') == 'haproxy -c -f "$1" -f /etc/haproxy/conf.d'


def test_what_the_environment_file_says_is_what_the_unit_reads() -> None:
    unit = dict(line.partition("=")[::2] for line in RED_HAT.splitlines())
    assert loaded(unit, '# CONFIG=/no\nCONFIG="/srv/lb.cfg"\n')[0] == "/srv/lb.cfg"
    assert loaded(unit, 'OPTIONS="-f /srv/more"\n')[-1] == "/srv/more"
    assert loaded({}, "") == (CONFIG,)


async def test_a_password_in_the_configuration_is_kept_nowhere() -> None:
    assert "sesame" not in repr(await seen())


async def test_what_haproxy_says_against_its_configuration_is_told() -> None:
    said = "[NOTICE] x\n[ALERT] (1) : parsing [haproxy.cfg:9]: unknown keyword 'bnid'\n"
    setup = await seen(**{"haproxy -c": (said, 1)})
    assert setup.refused.startswith("[ALERT]")


async def test_a_host_without_haproxy_has_no_version() -> None:
    setup = await read_setup(Told({"systemctl": "ActiveState=inactive\n"}), NODES, 9200)
    assert (setup.version, setup.runs, setup.can_ask) == ("", False, False)
    assert setup.nodes["db1"].opens is None


async def test_a_host_that_cannot_be_asked_is_an_answer() -> None:
    error = SudoRefused("lb1: sudo asks for a password")
    assert (await read_setup(Told({}, error), NODES, 9200)).error is error


def test_ranges_of_ports_and_comments_are_read() -> None:
    assert sections_of(DEBIAN)[1] == Section("listen", "stats", (8404, 9001, 9002, 9003))


def test_lines_that_say_nothing_are_passed() -> None:
    assert listeners("\nx\n") == {}
