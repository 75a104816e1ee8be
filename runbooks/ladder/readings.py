"""The rungs that are judged from what was read already: address, check, wsrep, unit, disk. Pure.

GOTCHAS D (LB-01, LB-02, LB-09, LB-10), B.6 and L, the first questions to each system.
"""

from __future__ import annotations

from runbooks.ladder.rungs import Rung, State, Subject, unasked
from runbooks.vips.checks import check_words
from runbooks.vips.look import VipLook, members, verdict
from runbooks.vips.node_word import Condition, node_word
from runbooks.words import listed, size
from systems.errors import SystemsError
from systems.galera.readings import Filesystem, HostEvidence, NodeSurvey, UnitState
from systems.haproxy.readings import BalancerReading, ServerState
from systems.host import HostReading

_BY_ORDER = (ServerState.MAINT, ServerState.DRAIN, ServerState.NOLB)
_FULL_SHARE = 0.99
_OWN = frozenset(
    {Condition.DONOR, Condition.DESYNCED, Condition.REJECTING, Condition.MAINTENANCE, Condition.JOINING}
)
"""What a node says of itself that needs no deeper reason."""


def address(subject: Subject) -> Rung:
    """Whether its load balancers answer, and whether anybody serves behind them."""
    look = subject.look
    if look is None:
        return unasked("address", "no virtual address leads to it")
    silent = [one for one in look.balancers if not isinstance(one.answer, BalancerReading)]
    evidence = tuple(str(one.answer) for one in silent)
    if len(silent) == len(look.balancers) and silent:
        names = listed([one.host for one in silent])
        sentence = f"no load balancer of {look.name} can be asked ({names})"
        return Rung("address", State.BROKEN, sentence, evidence)
    state = State.WELL if _serves(look) and not silent else State.RED
    said = verdict(look)[1].partition("; ")[0]
    return Rung("address", state, f"{look.name}: {said}", evidence)


def check(subject: Subject) -> Rung:
    """What its balancers do with it, by order or by their check."""
    if subject.look is None:
        return unasked("check", "no virtual address leads to it")
    if not subject.members:
        return unasked("check", "no member of it is this host")
    evidence = tuple(
        f"{one.balancer}: {one.server.backend}/{one.server.name} {one.server.status}, "
        f"{check_words(one.server.check) or 'not checked'}"
        for one in subject.members
    )
    ordered = [one for one in subject.members if one.server.state in _BY_ORDER or one.server.weight == 0]
    if ordered:
        sentence = ordered[0].truth.sentence.partition(" because ")[2].partition(";")[0]
        where = listed([one.balancer for one in ordered])
        return Rung("check", State.BROKEN, f"{sentence} ({where})", evidence)
    down = [one for one in subject.members if one.server.state is ServerState.DOWN]
    if down:
        said = check_words(down[0].server.check) or "no check answers"
        where = listed([one.balancer for one in down])
        return Rung("check", State.RED, f"its check fails on {where}: {said}", evidence)
    blind = [one for one in subject.members if not one.truth.agrees]
    if blind:
        return Rung("check", State.RED, blind[0].truth.sentence.partition(": ")[2], evidence)
    return Rung("check", State.WELL, "its balancers give it what it should get", evidence)


def wsrep(subject: Subject) -> Rung:
    """What the node says of itself."""
    node = subject.node
    if node is None:
        return unasked("wsrep", "it is no node of a cluster")
    word = node_word(node)
    if word.condition is Condition.UNREAD:
        evidence = tuple(str(one) for one in (node.status, node.evidence) if isinstance(one, SystemsError))
        return Rung("wsrep", State.RED, f"it {word.words}", evidence)
    if word.condition is Condition.FIT:
        return Rung("wsrep", State.WELL, f"it {word.words}", _wsrep_evidence(node))
    state = State.BROKEN if word.condition in _OWN else State.RED
    return Rung("wsrep", state, f"it {word.words}", _wsrep_evidence(node))


def _wsrep_evidence(node: NodeSurvey) -> tuple[str, ...]:
    status, told = node.status, node.variables
    if isinstance(status, SystemsError):
        return (str(status),)
    lines = [
        f"{node.host}: wsrep_local_state_comment {status.state_comment}, wsrep_cluster_status "
        f"{status.cluster_status}, size {status.cluster_size}"
    ]
    if not isinstance(told, SystemsError):
        refusal = told.reject_queries or "NONE"
        lines.append(
            f"{node.host}: wsrep_desync {'ON' if told.desync else 'OFF'}, wsrep_reject_queries {refusal}"
        )
    return tuple(lines)


def _serves(look: VipLook) -> bool:
    """Whether somebody serves on each balancer that answers."""
    serving = {one.balancer for one in members(look) if one.server.serves}
    return all(one.host in serving for one in look.balancers if isinstance(one.answer, BalancerReading))


def unit(subject: Subject) -> Rung:
    """What systemd says of the database, or of a host that is no node."""
    node = subject.node
    if node is None:
        return _failed_units(subject)
    evidence = node.evidence
    if not isinstance(evidence, HostEvidence):
        return Rung("unit", State.UNREAD, "its host could not be asked", (str(evidence),))
    lines = tuple(_unit_line(node.host, one) for one in evidence.units.values())
    units = [one for one in evidence.units.values() if one.load != "not-found"]
    if not units:
        return Rung("unit", State.WELL, "no unit of systemd runs a database there")
    if any(one.active == "active" for one in units):
        return Rung("unit", State.WELL, "its unit is active", lines)
    first = next((one for one in units if one.active != "inactive"), units[0])
    hits = tuple(f"{node.host}: {hit.meaning}: {hit.line}" for hit in evidence.log_hits[-1:])
    state = State.BROKEN if first.load == "masked" else State.RED
    return Rung("unit", state, _unit_sentence(first), (*lines, *hits))


def _unit_sentence(one: UnitState) -> str:
    if one.load == "masked":
        return f"its unit {one.name} is masked: it cannot be started"
    if one.active == "failed":
        return f"its unit {one.name} failed ({one.result})"
    if one.active == "inactive":
        return f"its unit {one.name} was stopped{'' if one.result == 'success' else f' ({one.result})'}"
    return f"its unit {one.name} is {one.active} ({one.sub})"


def _failed_units(subject: Subject) -> Rung:
    machine = subject.machine
    if not isinstance(machine, HostReading):
        return unasked("unit", "it is no node of a cluster")
    if not machine.failed_units:
        return Rung("unit", State.WELL, "no unit has failed there")
    names = listed(machine.failed_units)
    line = f"{subject.host}: systemctl --failed: {names}"
    return Rung("unit", State.BROKEN, f"units failed there: {names}", (line,))


def _unit_line(host: str, one: UnitState) -> str:
    since = f" since {one.since:%Y-%m-%d %H:%M:%S} UTC" if one.since else ""
    return f"{host}: {one.name} {one.active}/{one.sub}, result {one.result}, {one.enabled}{since}"


def disk(subject: Subject) -> Rung:
    """Whether there is room for data and memory for the server."""
    node = subject.node
    if node is None:
        return _root(subject)
    evidence = node.evidence
    if not isinstance(evidence, HostEvidence):
        return Rung("disk", State.UNREAD, "its host could not be asked", (str(evidence),))
    if evidence.oom_kills:
        line = f"{node.host}: {evidence.oom_kills[-1]}"
        return Rung("disk", State.BROKEN, "the kernel killed it for want of memory", (line,))
    if evidence.unmounted:
        line = f"{node.host}: {evidence.unmounted} is in fstab"
        return Rung("disk", State.BROKEN, f"the volume of {evidence.unmounted} is not mounted", (line,))
    return _room(node.host, evidence.filesystem)


def _room(host: str, room: Filesystem | None) -> Rung:
    if room is None:
        return Rung("disk", State.UNREAD, "how full its disk is was not told")
    line = f"{host}: {room.target} {room.used_share:.0%} used, {size(room.free_bytes)} free"
    if room.used_share >= _FULL_SHARE or room.inodes_free == 0:
        what = "no inode is left" if room.inodes_free == 0 else f"its disk is full ({room.target})"
        return Rung("disk", State.BROKEN, what, (line,))
    return Rung("disk", State.WELL, "there is room, and nothing was killed for memory", (line,))


def _root(subject: Subject) -> Rung:
    machine = subject.machine
    if not isinstance(machine, HostReading) or not machine.root_bytes or machine.root_free_bytes is None:
        return unasked("disk", "it is no node of a cluster")
    share = 1.0 - machine.root_free_bytes / machine.root_bytes
    line = f"{subject.host}: / {share:.0%} used, {size(machine.root_free_bytes)} free"
    if share >= _FULL_SHARE:
        return Rung("disk", State.BROKEN, "its disk is full (/)", (line,))
    return Rung("disk", State.WELL, "there is room on /", (line,))
