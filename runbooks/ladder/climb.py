"""Climbs the ladder: the rungs that were read already, then those that are asked now. Reads only."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from runbooks.ladder import readings
from runbooks.ladder.rungs import NAMES, Ladder, Rung, State, Subject, unasked
from runbooks.vips.node_word import Condition, node_word
from runbooks.words import listed
from systems.errors import Refused, SystemsError, ToolMissing
from systems.galera.readings import HostEvidence, WsrepVariables
from systems.shell import Probe, Reader

DEADLINE_S = 10.0
"""Seconds for what one host is asked."""
_SQL_PORT, _GROUP_PORT, _CHECK_PORT = 3306, 4567, 9200
Readers = Callable[[str], Reader]
Opens = Callable[[str, str, int], Awaitable["bool | None"]]
"""Whether an address and port open from a host, without a program there; None: that cannot be told."""


async def climb(
    subject: Subject,
    readers: Readers,
    tell: Callable[[Ladder], object] = lambda _: None,
    *,
    opens: Opens | None = None,
) -> Ladder:
    """Ask rung after rung from the top, and stop at the first broken one; `tell` is told as it goes.

    `opens` tries a port from hosts that have no `nc`; None: there is no other way.
    """
    rungs: list[Rung] = []
    steps: Sequence[Callable[[], Rung | Awaitable[Rung]]] = (
        lambda: readings.address(subject),
        lambda: readings.check(subject),
        lambda: readings.wsrep(subject),
        lambda: readings.unit(subject),
        lambda: readings.disk(subject),
        lambda: route(subject, readers, opens),
        lambda: certificate(subject, readers),
    )
    for step in steps:
        asked = step()
        rungs.append(asked if isinstance(asked, Rung) else await asked)
        if rungs[-1].state is State.BROKEN:
            break
        tell(_ladder(subject, rungs, is_whole=False))
    ladder = _ladder(subject, rungs, is_whole=True)
    tell(ladder)
    return ladder


def _ladder(subject: Subject, rungs: Sequence[Rung], *, is_whole: bool) -> Ladder:
    rest = [unasked(name) for name in NAMES[len(rungs) :]]
    return Ladder(subject.name, (*rungs, *rest), is_whole)


async def route(subject: Subject, readers: Readers, opens: Opens | None = None) -> Rung:
    """Whether its ports open: for its balancers, and for the other nodes where the cluster is cut."""
    node = subject.node
    if isinstance(subject.machine, SystemsError) and node is None:
        return Rung("route", State.BROKEN, "it cannot be reached over SSH", (str(subject.machine),))
    address = _address(subject)
    if not address:
        return unasked("route", "its address is not known")
    ways = [(host, port) for host in _balancers(subject) for port in _client_ports(subject)]
    condition = node_word(node).condition if node is not None else None
    if subject.survey is not None and condition in (Condition.CUT_OFF, Condition.UNREAD):
        ways += [(one.host, _GROUP_PORT) for one in subject.survey.nodes if one.host != subject.host]
    if not ways:
        return unasked("route", "nothing that could be asked should reach it")
    said_by = await asyncio.gather(*(_opens(readers(host), address, port, opens) for host, port in ways))
    tried = [(host, port, said) for (host, port), said in zip(ways, said_by, strict=True)]
    lines = tuple(
        f"{host}: {address} port {port} {said or 'could not be tried'}" for host, port, said in tried
    )
    shut = [(host, port, said) for host, port, said in tried if said not in ("opens", "")]
    unread = [said for _, _, said in tried if not said]
    if shut:
        hosts = listed(dict.fromkeys(host for host, _, _ in shut))
        ports = listed(dict.fromkeys(str(port) for _, port, _ in shut))
        # A database that is down opens no port: then the route is not what is broken.
        is_down = condition is Condition.SILENT and all(port != _CHECK_PORT for _, port, _ in shut)
        state = State.WELL if is_down else State.BROKEN
        sentence = f"{address} port {ports} does not open from {hosts}"
        return Rung("route", state, sentence if not is_down else "its host is reached", lines)
    if unread:
        return Rung("route", State.UNREAD, "no host could try its ports", lines)
    return Rung(
        "route", State.WELL, f"its ports open from {listed(dict.fromkeys(host for host, _ in ways))}", lines
    )


def _address(subject: Subject) -> str:
    node = subject.node
    if subject.members:
        return subject.members[0].server.address
    if node is not None and isinstance(node.variables, WsrepVariables):
        return node.variables.node_address.partition(":")[0]
    found = node.evidence.addresses if node is not None and isinstance(node.evidence, HostEvidence) else ()
    return next((one for one in found if one not in ("127.0.0.1", "::1")), "")


def _balancers(subject: Subject) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.balancer for one in subject.members))


def _client_ports(subject: Subject) -> tuple[int, ...]:
    """The port that clients use, and that of the check where it answers by HTTP (LB-09)."""
    port = next((one.server.port for one in subject.members if one.server.port), _SQL_PORT)
    by_http = any(one.server.check.code or one.server.check.status == "L4TOUT" for one in subject.members)
    return (port, _CHECK_PORT) if by_http else (port,)


async def _opens(reader: Reader, address: str, port: int, opens: Opens | None) -> str:
    """ "opens", "is shut", or empty: it could not be tried."""
    probe = Probe(f"nc -z -w 2 {shlex.quote(address)} {port}", accepts=(0, 1))
    try:
        output = await reader.read(probe, timeout_s=DEADLINE_S)
    except (ToolMissing, Refused):
        is_open = await opens(reader.host, address, port) if opens is not None else None
        return "" if is_open is None else "opens" if is_open else "is shut"
    except SystemsError:
        return ""
    return "is shut" if output.status else "opens"


async def certificate(subject: Subject, readers: Readers) -> Rung:
    """Whether a certificate that the node shows has run out; a node without TLS has none."""
    node = subject.node
    if node is None:
        return unasked("certificate", "it is no node of a cluster")
    files = _certificates(subject)
    if not files:
        return Rung("certificate", State.WELL, "no certificate is configured there")
    lines: list[str] = []
    over = ""
    for path in files:
        end = await _end_of(readers(subject.host), path)
        if end is None:
            lines.append(f"{subject.host}: {path} could not be read")
            continue
        lines.append(f"{subject.host}: {path} is good until {end:%Y-%m-%d %H:%M} UTC")
        if end <= datetime.now(UTC):
            over = over or path
    if over:
        sentence = f"its certificate {over} has run out"
        return Rung("certificate", State.BROKEN, sentence, tuple(lines))
    state = State.UNREAD if all("could not" in line for line in lines) else State.WELL
    sentence = "its certificates could not be read" if state is State.UNREAD else "its certificates are good"
    return Rung("certificate", state, sentence, tuple(lines))


def _certificates(subject: Subject) -> tuple[str, ...]:
    node = subject.node
    found: list[str] = []
    if node is not None and isinstance(node.variables, WsrepVariables):
        found.append(node.variables.provider_options.get("socket.ssl_cert", ""))
        found.append(node.variables.all.get("ssl_cert", ""))
    if node is not None and isinstance(node.evidence, HostEvidence):
        found.append(node.evidence.configured.get("ssl_cert", ""))
    return tuple(dict.fromkeys(path for path in found if path.startswith("/")))


async def _end_of(reader: Reader, path: str) -> datetime | None:
    probe = Probe(f"openssl x509 -noout -enddate -in {shlex.quote(path)}", as_root=True)
    try:
        output = await reader.read(probe, timeout_s=DEADLINE_S)
        text = output.stdout.strip().partition("=")[2].removesuffix(" GMT")
        return datetime.strptime(text, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except (SystemsError, ValueError):
        return None
