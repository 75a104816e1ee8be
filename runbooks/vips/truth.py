"""The truth of a virtual address: what the balancer believes of a member beside what the node says of itself.

Pure. One sentence a member; GOTCHAS LB-01, LB-02, LB-09, LB-10, LB-13 and L ("Load balancer", question 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from runbooks.model import Severity
from runbooks.vips.checks import asks_state, check_words
from runbooks.vips.node_word import Condition, NodeWord, node_word
from runbooks.words import count
from systems.galera.readings import NodeSurvey
from systems.haproxy.readings import Admin, Server, ServerState

_KIND = {
    Condition.DONOR: "donors",
    Condition.DESYNCED: "desynced nodes",
    Condition.REJECTING: "nodes that reject queries",
    Condition.MAINTENANCE: "nodes in maintenance",
    Condition.CUT_OFF: "nodes outside the Primary component",
    Condition.JOINING: "nodes that are not Synced",
    Condition.NOT_READY: "nodes that are not ready",
}
_SERVES_QUERIES = frozenset({Condition.DONOR, Condition.DESYNCED})
"""Such a node answers, though late: clients get old data and no errors."""


class Truth(NamedTuple):
    """What is so with one member, and how bad."""

    severity: Severity
    sentence: str
    agrees: bool
    """The balancer does with it what its own word asks for."""
    gotcha: str = ""
    """The one of GOTCHAS D that bites here (LB-01, ...); empty: none of them."""


def truth(server: Server, survey: NodeSurvey | None) -> Truth:
    """Hold one server of a balancer against the node behind it; None: nothing is known of such a node."""
    word = node_word(survey) if survey is not None else None
    name = server.name
    if server.state is ServerState.MAINT:
        return _by_order(name, f"is out of the VIP because {_maint_reason(server)}", word)
    if server.state in (ServerState.DRAIN, ServerState.NOLB) or _has_no_weight(server):
        return _by_order(name, f"gets no new session because {_drain_reason(server)}", word)
    if server.state is ServerState.DOWN:
        return _down(server, word)
    if server.state is ServerState.UNKNOWN:
        return Truth(
            Severity.WARNING, f"{name} has a state that is not known here: {server.status}", agrees=False
        )
    return _up(server, word)


def member_hosts(servers: Mapping[str, Server], addresses: Mapping[str, str]) -> dict[str, str]:
    """Which host each server is: by its address, else by its name. `addresses`: of nodes, to their hosts."""
    hosts = set(addresses.values())
    found = {}
    for name, server in servers.items():
        host = addresses.get(server.address) or (name if name in hosts else "")
        if host:
            found[name] = host
    return found


def _by_order(name: str, sentence: str, word: NodeWord | None) -> Truth:
    if word is None:
        return Truth(Severity.WARNING, f"{name} {sentence}", agrees=True)
    own = "it" if word.condition is Condition.FIT else "and it"
    return Truth(Severity.WARNING, f"{name} {sentence}; {own} {word.words}", agrees=True)


def _maint_reason(server: Server) -> str:
    admin = server.admin or Admin.NONE
    if admin & Admin.CONFIGURED_MAINT and not admin & Admin.FORCED_MAINT:
        return "HAProxy's configuration disables it"
    if admin & (Admin.RESOLUTION_MAINT | Admin.HOSTNAME_MAINT):
        return "its name is not resolved"
    if admin & Admin.INHERITED_MAINT:
        return f"the server that it follows is in maint ({server.status})"
    return "somebody put it in maint"


def _drain_reason(server: Server) -> str:
    left = "no session is left" if not server.sessions else f"{count(server.sessions, 'session')} left"
    if server.state is ServerState.NOLB:
        return f"its check asks for that ({server.status}), {left}"
    if server.state is ServerState.DRAIN and server.weight != 0:
        return f"somebody drains it, {left}"
    return f"its weight is 0, {left}"


def _has_no_weight(server: Server) -> bool:
    return server.state in (ServerState.UP, ServerState.UNCHECKED) and server.weight == 0


def _down(server: Server, word: NodeWord | None) -> Truth:
    name, said = server.name, check_words(server.check) or "no check answers"
    out, own = f"{name} is out of the VIP", f", and it {word.words}" if word else ""
    if "/" in server.status:
        passed = server.status.removeprefix("DOWN ")
        return Truth(
            Severity.INFO, f"{name} comes back into the VIP: {passed} checks passed{own}", agrees=True
        )
    if word is not None and word.condition is Condition.FIT:
        sentence = f"{out} though it {word.words}: its check failed ({said}); see what answers it there"
        return Truth(Severity.WARNING, sentence, agrees=False, gotcha="LB-09")
    gotcha = ""
    if word is None or word.condition is Condition.UNREAD:
        reason = f"its check failed: {said}{own}"
    elif word.condition is Condition.SILENT:
        reason = f"it {word.words}"
    else:
        reason, gotcha = f"it {word.words}, and the check treats {_KIND[word.condition]} as down", "LB-10"
    return Truth(Severity.WARNING, f"{out} because {reason}", agrees=True, gotcha=gotcha)


def _up(server: Server, word: NodeWord | None) -> Truth:
    here = f"{server.name} is in the VIP{' as backup' if server.is_backup else ''}"
    unchecked = server.state is ServerState.UNCHECKED
    if word is None or word.condition is Condition.FIT:
        return _up_and_well(server, here, f" and {word.words}" if word else "", unchecked=unchecked)
    if word.condition is Condition.UNREAD:
        said = "nothing checks it (LB-02)" if unchecked else f"its check {_said(server)}"
        return Truth(Severity.WARNING, f"{here}, {said}, though it {word.words} from here", agrees=False)
    severity = Severity.WARNING if word.condition in _SERVES_QUERIES else Severity.CRITICAL
    why, gotcha = _blind(server, word)
    return Truth(severity, f"{here} though it {word.words}: {why}", agrees=False, gotcha=gotcha)


def _up_and_well(server: Server, here: str, own: str, *, unchecked: bool) -> Truth:
    if unchecked:
        return Truth(
            Severity.WARNING, f"{here}{own}, but nothing checks it (LB-02)", agrees=True, gotcha="LB-02"
        )
    if server.check.status == "INI":
        return Truth(Severity.INFO, f"{here}{own}; its first check is still to come", agrees=True)
    if "/" in server.status:
        sentence = f"{here}{own}, though about to leave it ({server.status}): its check {_said(server)}"
        return Truth(Severity.WARNING, sentence, agrees=False)
    return Truth(Severity.INFO, here + (own or f"; its check {_said(server)}"), agrees=True)


def _blind(server: Server, word: NodeWord) -> tuple[str, str]:
    """Why the balancer does not see what the node says, and the gotcha that it is."""
    if server.state is ServerState.UNCHECKED:
        return "nothing checks it (LB-02)", "LB-02"
    if "/" in server.status:
        return f"the check has noticed, and it leaves after the next ones ({server.status})", ""
    if word.condition is Condition.SILENT:
        return "the check has not noticed yet", ""
    if asks_state(server.check):
        return f"the check treats {_KIND[word.condition]} as up", "LB-10"
    return _asks_too_little(server)


def _asks_too_little(server: Server) -> tuple[str, str]:
    if asks_state(server.check) is False:
        return "the check only opens the port (LB-01)", "LB-01"
    if server.check.is_under_way:
        return "what its check asks for is told when the one that is under way has answered", ""
    return f"the check does not ask for the state of Galera, it says: {_said(server)} (LB-01)", "LB-01"


def _said(server: Server) -> str:
    return check_words(server.check) or "not told"
