"""Why no address may be set up here now: each reason a sentence, its evidence and a way on (GOTCHAS D.2)."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.inputs import is_on, number
from runbooks.lb_vip import inputs
from runbooks.lb_vip.situation import DISABLED, Situation
from runbooks.model import Holds, Refusal
from runbooks.steps.checks import all_synced
from runbooks.vips.inputs import IDLE
from runbooks.words import listed
from systems.haproxy.unit import CONFIG

Reason = Callable[[Situation], Refusal | None]
_FEWEST_TO_STOP = 3


def refuse(seen: Situation) -> Refusal | None:
    """The first reason against; None: it may be set up."""
    for reason in _REASONS:
        if refused := reason(seen):
            return refused
    return None


def _serves(seen: Situation) -> Refusal | None:
    found = seen.found
    if not found.serves:
        return Refusal(
            f"the estate file does not say which cluster {found.vip} serves",
            (),
            'Give its [[haproxy]] table serves = "NAME" of a [[galera]] table.',
        )
    if len(found.nodes) < 2:
        return Refusal(
            f"{found.serves} has one node: an address before it takes nobody anywhere else",
            (f"nodes: {listed(found.nodes)}",),
            "Join more nodes first (galera-bootstrap), or have clients connect to the node itself.",
        )
    return None


def _whole(seen: Situation) -> Refusal | None:
    answer = all_synced(seen.found.nodes)(seen.look)
    if answer.holds is not Holds.YES:
        return Refusal(
            f"{seen.found.serves} is not whole: {answer.evidence}",
            (),
            "Mend the cluster first (galera-recover): a proof of the address needs every node.",
            ("LB-13",),
        )
    nowhere = [host for host in seen.found.nodes if host not in seen.hosts]
    if not nowhere:
        return None
    return Refusal(
        f"{listed(nowhere)} cannot be set up: its host does not answer over SSH, or it tells no address",
        (),
        "Make every host of the cluster answer over SSH, as root or with sudo; set wsrep_node_address.",
    )


def _balancers(seen: Situation) -> Refusal | None:
    for one in seen.balancers:
        if one.error is not None:
            return Refusal(
                f"{one.host} could not be looked at: {one.error}",
                (),
                "Make it answer over SSH, as root or with sudo: its configuration is root's.",
            )
        if not one.version:
            return Refusal(
                f"{one.host} has no HAProxy",
                (),
                "Install the package haproxy, and socat; this runbook installs nothing. A load balancer of a "
                "cloud is made by octavia-vip.",
            )
        if not one.can_ask:
            return Refusal(
                f"{one.host} has neither socat nor nc, so that its HAProxy cannot be asked",
                (),
                "Install socat there.",
            )
    return None


def _configurations(seen: Situation) -> Refusal | None:
    for one in seen.balancers:
        if CONFIG not in one.loads:
            return Refusal(
                f"{one.host}: its unit has HAProxy read {listed(one.loads)}, not {CONFIG}",
                (),
                f"Have the unit read {CONFIG} (`systemctl cat haproxy`): it is the only file written here.",
            )
        if one.refused:
            return Refusal(
                f"{one.host}: HAProxy does not take its configuration as it is now",
                (one.refused,),
                f"Mend {CONFIG} until `haproxy -c -f {CONFIG}` takes it.",
            )
        if seen.found.socket not in one.sockets:
            return Refusal(
                f"{one.host}: its configuration opens no stats socket {seen.found.socket}, to prove it by",
                (f"sockets: {listed(one.sockets)}",) if one.sockets else (),
                f"Add `stats socket {seen.found.socket} mode 660 level admin` to its global section, or name "
                "the one it has in the estate file.",
            )
    return None


def _ports(seen: Situation) -> Refusal | None:
    if (
        len({*seen.ports, seen.check_port}) != len(seen.ports) + 1
        or max(*seen.ports, seen.check_port) > 65535
    ):
        return Refusal(
            f"the ports {listed(map(str, (*seen.ports, seen.check_port)))} are not ports of their own",
            (),
            "Give port, reader_port and check_port three numbers up to 65535.",
        )
    for one in seen.balancers:
        if (there := one.named(*seen.sections)) is not None:
            return Refusal(
                f"{one.host}: {CONFIG} has a {there.kind} {there.name} already",
                (),
                "It is never changed from here: take it out, or name another `backend` in the estate file.",
            )
        for port in seen.ports:
            if (section := one.binds(port)) is not None or port in one.listening:
                who = f"{section.kind} {section.name}" if section else one.listening[port]
                return Refusal(
                    f"{one.host}: port {port} is taken by {who}", (), "Choose another port, or free this one."
                )
    return None


def _reached(seen: Situation) -> Refusal | None:
    for one, member in ((one, member) for one in seen.balancers for member in seen.members):
        node = one.nodes.get(member.host)
        if node is None or not node.opens:
            return Refusal(
                f"{one.host} does not reach {member.host} at {member.address}, port {member.port}",
                (),
                f"Open it between them: `nc -zv {member.address} {member.port}` on {one.host} must say so.",
                ("LB-15",),
            )
        if not node.source:
            return Refusal(
                f"{one.host} does not tell from which address it asks {member.host}",
                (),
                f"`ip -o route get {member.address}` on {one.host} must tell its src: nobody else gets an "
                "answer of the check (install iproute2).",
            )
    return None


def _checks(seen: Situation) -> Refusal | None:
    """A check that is there and not well is somebody's: it is told, and never replaced."""
    for member in seen.unchecked:
        found = seen.found.checks.get(member.host)
        if found is None or found.error is not None:
            why = found.error if found else "it was not asked"
            return Refusal(
                f"{member.host}: its check could not be looked at: {why}", (), "Let root in by sudo."
            )
        if found.listens:
            codes = {one.nodes[member.host].check for one in seen.balancers if member.host in one.nodes}
            said = listed(f"HTTP {code}" if code else "nothing in HTTP" for code in sorted(codes, key=str))
            file = f"; the disable file {DISABLED} is there" if found.disabled else ""
            return Refusal(
                f"{member.host}: port {seen.check_port} belongs to {found.listens}, which answers {said} "
                f"though the node is Synced{file}",
                (),
                "Mend that check (its account, its disable file, who may ask it), or another check_port.",
                ("LB-09", "LB-13", "LB-14"),
            )
    return None


def _names(seen: Situation) -> Refusal | None:
    given = (seen.writer, seen.stopped)
    if strange := [name for name in dict.fromkeys(given) if name and name not in seen.hosts]:
        return Refusal(
            f"{listed(strange)}: no node of {seen.found.serves} has that name",
            (),
            f"The nodes are {listed(seen.hosts)}; an arbitrator is no member.",
        )
    return (_idle(seen) if seen.idle_proof_s else None) or (_stop(seen) if seen.stopped else None)


def _idle(seen: Situation) -> Refusal | None:
    if not seen.can_try:
        return _untried(seen, "No session is left idle")
    if seen.idle_proof_s >= (cut_s := number(seen.values, IDLE)):
        return Refusal(
            f"a session that is idle for {seen.idle_proof_s} s would be cut as asked, after {cut_s} s",
            (),
            "Give idle_proof_s less than idle_s; 60 is enough to show that the usual 50 s do not hold.",
            ("LB-03",),
        )
    return None


def _untried(seen: Situation, what: str) -> Refusal:
    return Refusal(
        f"{what}: {seen.found.vip} cannot be tried from here",
        (f"address: {seen.found.address or 'none'}; probe.user: {seen.found.probe or 'none'}",),
        f'Give it address = "HOST:{seen.port}" and probe = {{ user, password }} (docs/vips.md).',
    )


def _stop(seen: Situation) -> Refusal | None:
    host = seen.stopped
    if not seen.can_try:
        return _untried(seen, f"{host} is not stopped without counting")
    if len(seen.members) < _FEWEST_TO_STOP:
        return Refusal(
            f"{host} is one of {len(seen.members)}: the node that is left would serve alone",
            (),
            "Begin without stop_node.",
        )
    if host == seen.writer and not is_on(seen.values, inputs.KILL_WRITER):
        return Refusal(
            f"{host} takes the writes: to stop it cuts every client off",
            (),
            "Name another node, or set stop_writer to yes.",
            ("LB-04",),
        )
    return None


_REASONS: tuple[Reason, ...] = (
    _serves,
    _balancers,
    _configurations,
    _whole,
    _names,
    _ports,
    _reached,
    _checks,
)
