"""What must be true before a node is taken out, each with the way on where it is not (GOTCHAS C.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runbooks.galera_rolling_restart.fuse import long_enough
from runbooks.model import Holds, Look, Sighting, no, unknown, yes
from runbooks.rates import paused_now
from runbooks.steps.checks import Judge, all_of, all_synced, one_primary, synced, told_by
from runbooks.steps.flags import no_flags
from runbooks.steps.prove import QUEUE
from runbooks.steps.start import can_start, has_room, knows_peers
from runbooks.triage.writes import schema_changes
from runbooks.words import count, share, span
from systems.galera.readings import Flavour, HostEvidence, NodeSurvey, WsrepStatus
from systems.galera.status import switch_or_none

_PAUSED_SHARE = 0.05
_LONG_STATEMENT_S = 60.0
SEE_ALL = "GRANT PROCESS ON *.* to the account in the estate file."


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition, what to do where it does not hold, and the gotchas that it is about."""

    judge: Judge
    way_on: str
    gotchas: tuple[str, ...] = ()
    is_refused_unknown: bool = True
    """Whether not knowing it refuses the plan too; each stop asks it again, and then it always blocks."""


def of_cluster(hosts: tuple[str, ...]) -> tuple[Guard, ...]:
    """What must hold of the cluster, whoever is taken out."""
    return (
        Guard(
            not_donating(hosts),
            "Wait for the backup or the transfer to end, or set a forgotten wsrep_desync back to OFF.",
            ("ROLL-04", "ROLL-13", "REC-14"),
        ),
        Guard(
            whole(hosts),
            "Bring every node back first (galera-recover); an arbitrator must be named in the estate.",
            ("ROLL-01", "ROLL-12"),
        ),
        Guard(
            commandable(hosts),
            "Open the way to that host first, as root (quarterdeck doctor tells the line for sudo): a node "
            "that is stopped must be started again from here.",
            ("REC-07",),
        ),
        Guard(
            short_queues(hosts),
            "Wait until it has applied them; if it never does, it is too slow to carry the load of another.",
            ("REC-29", "REC-30"),
        ),
        Guard(
            no_schema_change,
            "Wait for it to end: it holds all writes, and to stop a node in the middle makes them differ. "
            f"Where it cannot be seen: {SEE_ALL}",
            ("PXC-30",),
        ),
    )


def of_node(host: str, downtime_s: float, despite: str, *, with_fuse: bool = True) -> tuple[Guard, ...]:
    """What must hold of the node that is taken out."""
    fuse = Guard(
        long_enough(host, downtime_s, despite=despite),
        "Choose a calmer hour, enlarge gcache.size on the others (takes a restart of each), freeze one of "
        "their caches (freeze=yes, Percona XtraDB Cluster), or say why a full copy is acceptable "
        "(despite_short_window).",
        ("ROLL-02",),
        is_refused_unknown=False,
    )
    return (
        Guard(
            no_long_statement(host),
            "Wait for it to end, or end it by its number: a stop would wait for it, or roll it back. "
            f"Where it cannot be seen: {SEE_ALL}",
            ("ROLL-06",),
        ),
        Guard(
            no_flags(host),
            "galera-recover takes old bootstrap flags away; one in an option file is taken out by hand.",
            ("REC-05", "PXC-03"),
        ),
        Guard(
            comes_back(host),
            "Put that right first: it is easier while the node still runs.",
            ("PXC-01", "PXC-02", "REC-28"),
        ),
        *((fuse,) if with_fuse else ()),
    )


def whole(hosts: tuple[str, ...]) -> Judge:
    """All nodes of the inventory are Synced in one Primary component, and nobody else is (ROLL-01)."""
    judged = all_synced(hosts)

    def judge(look: Look) -> Sighting:
        answer = judged(look)
        if answer.holds is not Holds.YES:
            return answer
        members = len(hosts) + look.survey.arbitrators
        return yes(f"all {count(len(hosts), 'node')} are Synced, size {members}", *hosts)

    return judge


def not_donating(hosts: tuple[str, ...]) -> Judge:
    """No node is Donor/Desynced: in a backup, in a transfer, or forgotten there (ROLL-04)."""

    def judge(look: Look) -> Sighting:
        for host in hosts:
            status = look.survey.node(host).status
            if isinstance(status, WsrepStatus) and status.is_primary and status.local_state == 2:
                return no(
                    f"{host} is {status.state_comment}: a backup or a state transfer is at work, or "
                    "wsrep_desync was left on (ROLL-04)",
                    host,
                )
        return yes("nobody is desynced", *hosts)

    return judge


def commandable(hosts: tuple[str, ...]) -> Judge:
    """Every host obeys over SSH, so that what is stopped can be started, and all can be watched.

    All of them, not only the next: a run that begins and cannot end leaves a cluster half restarted.
    """

    def judge(look: Look) -> Sighting:
        for host in hosts:
            evidence = look.survey.node(host).evidence
            if not isinstance(evidence, HostEvidence):
                return unknown(f"{host} could not be started again from here: {evidence}", host)
            if evidence.root_refused:
                return no(f"{host} could not be started again from here: {evidence.root_refused}", host)
        return yes("every host obeys", *hosts)

    return judge


def short_queues(hosts: tuple[str, ...]) -> Judge:
    """Nobody is behind, and flow control holds nothing back (C.1).

    Who is behind is told first: the pause that one causes is counted by all of them.
    """
    judged = not_behind(hosts)

    def judge(look: Look) -> Sighting:
        answer = judged(look)
        if answer.holds is not Holds.YES:
            return answer
        for host in hosts:
            paused = paused_now(look.survey, host)
            if paused is not None and paused >= _PAUSED_SHARE:
                return no(f"{host}: flow control holds writes back {share(paused)} of the time", host)
        return answer

    return judge


def not_behind(hosts: tuple[str, ...]) -> Judge:
    """Each of them has applied what it received, but for a handful."""

    def judge(look: Look) -> Sighting:
        for host in hosts:
            status = look.survey.node(host).status
            queue = status.recv_queue if isinstance(status, WsrepStatus) else None
            if queue is None:
                return unknown(f"{host} does not tell its receive queue", host)
            if queue > QUEUE:
                return no(f"{host} is behind: {count(queue, 'write-set')} in its receive queue", host)
        return yes("queues are short", *hosts)

    return judge


def no_schema_change(look: Look) -> Sighting:
    """No DDL runs in total order anywhere (PXC-30)."""
    for node in look.survey.nodes:
        for row in schema_changes(node):
            told = f"{row.statement[:80]} for {span(row.time_s)}"
            return no(f"a schema change runs on {node.host}: {told}", node.host)
    for node in look.survey.nodes:
        if node.writers_hidden:
            return _unseen(node, "whether a schema change runs")
    return yes("no schema change runs")


def _unseen(node: NodeSurvey, what: str) -> Sighting:
    return unknown(f"{what} on {node.host} is not known: {node.writers_hidden}", node.host)


def no_long_statement(host: str) -> Judge:
    """No client's statement has run for a minute on the node that is to be stopped."""

    def judge(look: Look) -> Sighting:
        node = look.survey.node(host)
        for row in node.writers:
            if row.time_s >= _LONG_STATEMENT_S and row.user != "system user":
                statement = row.statement[:80] or row.state or row.command
                return no(
                    f"{host}: connection {row.id} of {row.user} has run for {span(row.time_s)}: {statement}",
                    host,
                )
        if node.writers_hidden:
            return _unseen(node, "what clients run")
        return yes(f"no long statement on {host}", host)

    return judge


def comes_back(host: str) -> Judge:
    """Its next start would bring it back as a member: unit, peers, wsrep_on, room, the same data."""
    judged = all_of(
        can_start(host), knows_peers(host), replicates(host), has_room(host), is_on_its_volume(host)
    )

    def judge(look: Look) -> Sighting:
        answer = judged(look)
        if answer.holds is not Holds.YES:
            return replace(answer, evidence=f"{host} would not come back: {answer.evidence}")
        return yes(f"{host} would come back as a member", host)

    return judge


def replicates(host: str) -> Judge:
    """Its option files switch wsrep on; left out, MariaDB has it off and the others on."""

    def judge(evidence: HostEvidence) -> Sighting:
        told = evidence.configured.get("wsrep_on")
        default = evidence.flavour is not Flavour.MARIADB
        if not (default if told is None else switch_or_none(told)):
            return no(f"wsrep_on is {told or 'not set'} in its option files: it would start alone", host)
        return yes("wsrep is on in its option files", host)

    return told_by(host, judge)


def is_on_its_volume(host: str) -> Judge:
    """Its data does not lie on the bare mount point of a volume that another boot would mount (HOST-06)."""

    def judge(evidence: HostEvidence) -> Sighting:
        if evidence.unmounted:
            return no(f"{evidence.unmounted} is in fstab and not mounted: its data lies below it", host)
        return yes("its data is on its volume", host)

    return told_by(host, judge)


def is_member(hosts: tuple[str, ...]) -> Judge:
    """Every node is in the one Primary component, in whatever state: what is not is no matter of waiting."""

    def judge(look: Look) -> Sighting:
        found = one_primary(look)
        if found.holds is not Holds.YES:
            return found
        for host in hosts:
            if host not in found.hosts:
                return replace(synced(host)(look), hosts=(host,))
        return yes(f"all {count(len(hosts), 'node')} are members", *hosts)

    return judge
