"""Steps on each balancer: the section put in, HAProxy reloaded, all members up by its own word (D.3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from shlex import quote

from runbooks.lb_vip import files
from runbooks.lb_vip.situation import Situation
from runbooks.model import Act, Context, Sighting, Step, no, unknown, yes
from runbooks.vips.checks import check_words
from runbooks.words import count, listed
from systems.haproxy.readings import BalancerReading, Server, ServerState
from systems.haproxy.setup import BalancerSetup, proof_line, read_setup
from systems.haproxy.socket import StatsSocket
from systems.haproxy.unit import CONFIG, UNIT
from systems.put import put_with, take_out
from systems.shell import Command

_NEW = '"$1"'
"""The file that is proven, as a word of the shell that is given it."""


def section_step(seen: Situation, balancer: BalancerSetup) -> Step:
    """The new configuration beside the old one, proven by HAProxy itself, put in place, and taken up."""
    host = balancer.host
    if balancer.runs:
        begin, end = Command.of("systemctl", "reload", UNIT), Command.of("systemctl", "reload", UNIT)
    else:
        begin = Command.of("systemctl", "enable", "--now", UNIT)
        end = Command.of("systemctl", "disable", "--now", UNIT)
        if balancer.enabled == "enabled":
            end = Command.of("systemctl", "stop", UNIT)
    ports = listed(map(str, seen.ports))
    proof = f"sh -c {quote(proof_line(balancer.loads, _NEW))} sh"
    return Step(
        key=f"section:{host}",
        title=f"put {listed(seen.sections)} into {CONFIG} on {host}",
        why=_why(seen),
        check=partial(_can_begin, seen=seen, host=host),
        verify=partial(all_up, seen=seen, balancers=(host,)),
        acts=(
            Act(host, put_with(CONFIG, files.section(seen), proof=proof)),
            Act(host, begin),
        ),
        expects=f"{host} listens on {ports}; {listed(seen.hosts)} are up there by HTTP 200",
        gotchas=("LB-01", "LB-02", "LB-03", "LB-04", "LB-06", "LB-12"),
        answers=("LB-01", "LB-02", "LB-03", "LB-04", "LB-06", "LB-12"),
        verify_deadline_s=30.0 + 3 * seen.hung_within_s,
        undo=(Act(host, take_out(CONFIG, files.section(seen), proof=proof)), Act(host, end)),
        undone=partial(_is_out, seen=seen, host=host),
        undo_note=(
            f"Makes {CONFIG} what it was, byte for byte; if somebody wrote there since, only these lines go. "
            f"Clients that came through {ports} there are cut off."
        ),
        skippable=False,
    )


def _why(seen: Situation) -> str:
    how = (
        f"{seen.writer} takes all connections, the others when it is out" if seen.writer else "all take turns"
    )
    return (
        f"{count(len(seen.members), 'member')}, {how}; a node that fails is out within "
        f"{seen.leaves_within_s} s, one that hangs within {seen.hung_within_s} s. The old file stays until "
        "HAProxy has read the new one, and is kept."
    )


async def _can_begin(context: Context, seen: Situation, host: str) -> Sighting:
    """The ports are free, no section has the name, and the configuration as it is now is good."""
    now = await read_setup(context.reader(host), {}, seen.check_port)
    if now.error is not None:
        return unknown(str(now.error), host)
    if now.refused:
        return no(f"{host}: HAProxy does not take its configuration as it is: {now.refused}", host)
    if (there := now.named(*seen.sections)) is not None:
        return no(f"{host}: {CONFIG} has a {there.kind} {there.name} already", host)
    for port in seen.ports:
        if port in now.listening:
            return no(f"{host}: {now.listening[port]} listens on {port} already", host)
    return yes(
        f"{host}: HAProxy {now.version} takes its configuration; {listed(map(str, seen.ports))} is free", host
    )


async def _is_out(context: Context, seen: Situation, host: str) -> Sighting:
    return await _can_begin(context, seen, host)


async def all_up(context: Context, seen: Situation, balancers: tuple[str, ...]) -> Sighting:
    """Every member on every one of these balancers is up because its check answered HTTP 200."""
    for host in balancers:
        for section in seen.sections:
            servers = await servers_of(context, seen, host, section)
            if isinstance(servers, Sighting):
                return servers
            for member in seen.hosts:
                server = servers.get(member)
                if server is None:
                    return no(f"{host}: {section} has no member {member}", host)
                if server.state is not ServerState.UP or not is_by_http(server):
                    words = check_words(server.check) or "not checked"
                    return no(f"{host}: {section}/{member} is {server.status}: {words}", host)
    return yes(
        f"{listed(seen.hosts)} are up on {listed(balancers)}, each by HTTP 200 of its check", *balancers
    )


def is_by_http(server: Server) -> bool:
    """Its newest check was asked by HTTP and passed; while another is under way the code is not told."""
    return server.check.status == "L7OK" and (server.check.code == 200 or server.check.is_under_way)


async def servers_of(
    context: Context, seen: Situation, host: str, section: str
) -> Mapping[str, Server] | Sighting:
    """The servers of one section by name, as HAProxy tells them; a sighting where it does not."""
    answer = (await StatsSocket(context.reader(host), seen.found.socket).look()).answer
    if not isinstance(answer, BalancerReading):
        return unknown(str(answer), host)
    backend = answer.backend(section)
    if backend is None:
        return no(f"{host}: HAProxy that runs has no section {section}", host)
    return {server.name: server for server in backend.servers}
