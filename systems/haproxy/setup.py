"""What is set up on one load balancer: HAProxy, its configuration, who listens, which nodes it reaches.

The configuration is read for its sections and addresses only: it may hold passwords, and is kept nowhere.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from systems.errors import SystemsError
from systems.haproxy.unit import CONFIG, UNIT, loaded
from systems.shell import Output, Probe, Reader
from systems.text import visible

GET = r"printf 'GET / HTTP/1.0\r\n\r\n'"
_SECTION = re.compile(
    r"(listen|frontend|backend|defaults|global|peers|resolvers|userlist|cache|program|mailers|ring)\b"
    r"[ \t]*(\S*)"
)
_VERSION = re.compile(r"version (\d+\.\d+(?:\.\d+)?)")
_HTTP = re.compile(r"HTTP/\d(?:\.\d)? (\d{3})\b")
_SOURCE = re.compile(r"\bsrc ([0-9a-f.:]+)")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a configuration that has a name, and the ports that it binds."""

    kind: str
    name: str
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeSeen:
    """What a balancer sees of one node."""

    opens: bool | None
    """Its SQL port opens; None: there is neither socat nor nc to try it with."""
    check: int | None
    """HTTP status of its check port; None: nobody answers HTTP there."""
    is_taken: bool = False
    """Somebody listens on the check port, whether it answers HTTP or not."""
    source: str = ""
    """The balancer's own address on the way there; empty: it does not tell."""


@dataclass(frozen=True, slots=True)
class BalancerSetup:
    """One load balancer as it is now."""

    host: str
    version: str = ""
    """Of HAProxy; empty: it is not installed."""
    active: str = ""
    """ActiveState of its unit."""
    enabled: str = ""
    sections: tuple[Section, ...] = ()
    sockets: tuple[str, ...] = ()
    """Paths of stats sockets that the configuration opens with level admin, or any other level."""
    refused: str = ""
    """What `haproxy -c` says against the configuration as it is; empty: it takes it."""
    listening: Mapping[int, str] = field(default_factory=dict)
    """TCP port -> program that listens there."""
    nodes: Mapping[str, NodeSeen] = field(default_factory=dict)
    loads: tuple[str, ...] = (CONFIG,)
    """The files and folders that its unit has HAProxy read, in its order."""
    addresses: tuple[str, ...] = ()
    """Its own, without their prefix."""
    can_ask: bool = True
    """socat or nc is there, without which no stats socket can be asked."""
    error: SystemsError | None = None
    """Why it could not be looked at; then all else is empty."""

    @property
    def runs(self) -> bool:
        return self.active in ("active", "reloading")

    def binds(self, port: int) -> Section | None:
        """The section that binds this port."""
        return next((one for one in self.sections if port in one.ports), None)

    def named(self, *names: str) -> Section | None:
        """The first section of one of these names."""
        return next((one for one in self.sections if one.name in names), None)


async def read_setup(
    reader: Reader, nodes: Mapping[str, tuple[str, int]], check_port: int, *, timeout_s: float = 20.0
) -> BalancerSetup:
    """Look at one balancer. `nodes`: host -> (address, SQL port). An error is an answer."""
    try:
        return await _read(reader, nodes, check_port, timeout_s)
    except SystemsError as error:
        return BalancerSetup(reader.host, error=error)


async def _read(
    reader: Reader, nodes: Mapping[str, tuple[str, int]], check_port: int, timeout_s: float
) -> BalancerSetup:
    probes = [
        Probe("haproxy -v", as_root=True, accepts=None),
        Probe(
            f"systemctl show -p ActiveState -p UnitFileState -p ExecStart -p Environment {UNIT}", accepts=None
        ),
        Probe("cat /etc/default/haproxy /etc/sysconfig/haproxy", as_root=True, accepts=None),
        Probe(f"cat {CONFIG}", as_root=True, accepts=None),
        Probe("ss -Hltnp", as_root=True, accepts=None),
        Probe("command -v socat nc", accepts=None),
        Probe("ip -o addr show", accepts=None),
    ]
    answers = [_output(one) for one in await reader.read_many(probes, timeout_s=timeout_s)]
    version, unit, variables, config, listening, tools, addresses = answers
    found = _VERSION.search(version.stdout)
    states = dict(line.partition("=")[::2] for line in unit.stdout.splitlines())
    loads = loaded(states, variables.stdout)
    beside, proof = await _proven(reader, loads, timeout_s)
    tool = "socat" if "socat" in tools.stdout else "nc" if tools.stdout.strip() else ""
    seen = {host: await _see(reader, *place, check_port, tool) for host, place in nodes.items()}
    return BalancerSetup(
        host=reader.host,
        version=found[1] if found and not version.status else "",
        active=states.get("ActiveState", ""),
        enabled=states.get("UnitFileState", ""),
        sections=sections_of(f"{config.stdout}\n{beside}"),
        sockets=tuple(re.findall(r"(?m)^[ \t]*stats[ \t]+socket[ \t]+(?:unix@)?(/\S+)", config.stdout)),
        refused=_refusal(config, proof),
        listening=listeners(listening.stdout),
        nodes=seen,
        loads=loads,
        addresses=tuple(re.findall(r"\binet6? ([0-9a-f.:]+)", addresses.stdout)),
        can_ask=bool(tool),
    )


def proof_line(loads: tuple[str, ...], config: str) -> str:
    """`haproxy -c` on all that its unit reads, with `config` (a word of the shell) in place of `CONFIG`."""
    files = (config if path == CONFIG else shlex.quote(path) for path in loads)
    return " ".join(("haproxy -c", *(f"-f {file}" for file in files)))


async def _proven(reader: Reader, loads: tuple[str, ...], timeout_s: float) -> tuple[str, Output]:
    """What stands in the files beside the configuration, and what HAProxy says of all of them."""
    beside = " ".join(shlex.quote(path) for path in loads if path != CONFIG)
    probes = [Probe(f"{proof_line(loads, CONFIG)} 2>&1", as_root=True, accepts=None)]
    if beside:
        probes.append(Probe(f"grep -rhs '' {beside}", as_root=True, accepts=None))
    proof, *others = [_output(one) for one in await reader.read_many(probes, timeout_s=timeout_s)]
    return "".join(one.stdout for one in others), proof


def _output(answer: Output | Exception) -> Output:
    if isinstance(answer, Exception):
        raise answer
    return answer


def _refusal(config: Output, proof: Output) -> str:
    if config.status:
        return visible(
            config.stderr.strip().splitlines()[-1] if config.stderr.strip() else "it cannot be read"
        )
    if not proof.status:
        return ""
    alerts = [line for line in proof.stdout.splitlines() if "ALERT" in line]
    return visible((alerts or proof.stdout.splitlines() or ["it said nothing"])[0].strip())[:300]


def sections_of(config: str) -> tuple[Section, ...]:
    """The named sections of a configuration with the ports that they bind."""
    found: list[tuple[str, str, list[int]]] = []
    for line in config.splitlines():
        text = line.split("#", 1)[0].rstrip()
        if text and not text[0].isspace() and (head := _SECTION.match(text)):
            found.append((head[1], head[2], []))
        elif found and (words := text.split()) and words[0] == "bind":
            for address in words[1].split(",") if len(words) > 1 else ():
                first, _, last = address.rpartition(":")[2].partition("-")
                if first.isascii() and first.isdigit() and len(first) <= 5:
                    end = int(last) if last.isascii() and last.isdigit() and len(last) <= 5 else int(first)
                    found[-1][2].extend(range(int(first), min(end, 65535) + 1))
    return tuple(Section(kind, name, tuple(ports)) for kind, name, ports in found if name)


def listeners(told: str) -> dict[int, str]:
    """TCP port -> program, from `ss -Hltnp`."""
    found: dict[int, str] = {}
    for line in told.splitlines():
        words = line.split()
        if len(words) < 4:
            continue
        port = words[3].rpartition(":")[2]
        program = re.search(r'\(\("([^"]+)"', line)
        if port.isascii() and port.isdigit():
            found.setdefault(int(port), program[1] if program else "another program")
    return found


def get_line(tool: str, address: str, port: int) -> str:
    """Ask for the root of a port by HTTP, as HAProxy's check does."""
    if tool == "nc":
        return f"{GET} | nc -w 3 {address} {port}"
    there = f"[{address}]" if ":" in address else address
    return f"{GET} | socat -t3 - TCP:{there}:{port},connect-timeout=3"


def open_line(tool: str, address: str, port: int) -> str:
    """Open a TCP port and close it again: whether that can be done."""
    if tool == "nc":
        return f"nc -z -w 2 {address} {port}"
    there = f"[{address}]" if ":" in address else address
    return f"socat -u /dev/null TCP:{there}:{port},connect-timeout=2"


async def see_node(reader: Reader, address: str, port: int, check_port: int) -> NodeSeen:
    """Look at one node as a balancer would, from any host; raises a `SystemsError`.

    `NodeSeen.opens` is None where that host has neither socat nor nc.
    """
    tools = await reader.read(Probe("command -v socat nc", accepts=None))
    tool = "socat" if "socat" in tools.stdout else "nc" if tools.stdout.strip() else ""
    return await _see(reader, address, port, check_port, tool)


async def _see(reader: Reader, address: str, port: int, check_port: int, tool: str) -> NodeSeen:
    if not tool:
        return NodeSeen(None, None)
    probes = (
        Probe(open_line(tool, address, port), accepts=None),
        Probe(get_line(tool, address, check_port), accepts=None),
        Probe(f"ip -o route get {address}", accepts=None),
    )
    sql, web, route = [_output(one) for one in await reader.read_many(probes)]
    status, source = _HTTP.match(web.stdout), _SOURCE.search(route.stdout)
    return NodeSeen(
        opens=not sql.status,
        check=int(status[1]) if status else None,
        is_taken=not web.status or bool(web.stdout),
        source=source[1] if source else "",
    )
