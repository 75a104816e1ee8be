"""Checks and verifies that steps share: each reads one fresh look and answers in one sentence."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.membership import is_down, is_primary, moving_unit, primary_groups, runs
from runbooks.model import Check, Context, Holds, Look, Sighting, no, unknown, yes
from runbooks.words import count, listed, short, subject
from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey, WsrepStatus, WsrepVariables

Judge = Callable[[Look], Sighting]
"""Pure: what a look says. Every check here is one of these on a look that was taken for it."""


def of(judge: Judge) -> Check:
    """A check that judges a look of its own."""

    async def check(context: Context) -> Sighting:
        return judge(await context.look())

    return check


def every(*judges: Judge) -> Check:
    """Yes when all say yes; else the first that does not."""
    return of(all_of(*judges))


def all_of(*judges: Judge) -> Judge:
    """Combine: the first answer that is not a yes, else what all of them saw."""

    def judge(look: Look) -> Sighting:
        seen: list[str] = []
        for one in judges:
            answer = one(look)
            if answer.holds is not Holds.YES:
                return answer
            seen.append(answer.evidence)
        return yes("; ".join(seen))

    return judge


async def nothing_to_check(_: Context) -> Sighting:
    """For steps that only read: they can always begin."""
    return yes("it only reads")


def host_answers(host: str) -> Judge:
    """The host can be reached and looked at."""

    def judge(look: Look) -> Sighting:
        node = look.survey.node(host)
        if isinstance(node.evidence, HostEvidence):
            return yes(f"{host} answers over SSH", host)
        return unknown(f"{host} does not answer over SSH: {node.evidence}", host)

    return judge


def told_by(host: str, judged: Callable[[HostEvidence], Sighting]) -> Judge:
    """Judge by what only the host knows; unknown while it does not answer over SSH."""

    def judge(look: Look) -> Sighting:
        evidence = look.survey.node(host).evidence
        if not isinstance(evidence, HostEvidence):
            return unknown(f"{host} does not answer over SSH", host)
        return judged(evidence)

    return judge


def down(host: str) -> Judge:
    """No server process there, and none on its way (REC-07, REC-11)."""

    def judge(look: Look) -> Sighting:
        node = look.survey.node(host)
        if runs(node) is None:
            return unknown(f"{host}: nobody could look whether its database runs: {node.evidence}", host)
        if is_down(node):
            return yes(f"{host}: no database process", host)
        return no(f"{host}: {_what_runs(node)}", host)

    return judge


def running(host: str) -> Judge:
    """A server process is there; nothing is said of the cluster."""

    def judge(look: Look) -> Sighting:
        node = look.survey.node(host)
        if runs(node):
            return yes(f"{host}: its database runs", host)
        return (unknown if runs(node) is None else no)(f"{host}: {_what_runs(node)}", host)

    return judge


def no_primary(look: Look) -> Sighting:
    """No node anywhere is in a Primary component (REC-01)."""
    groups = primary_groups(look.survey)
    if groups:
        return no(f"{listed(groups[0].hosts)} are in a Primary component already", *groups[0].hosts)
    asked = sum(1 for node in look.survey.nodes if runs(node) is not None)
    return yes(f"no Primary on {asked} of {count(len(look.survey.nodes), 'node')}")


def one_primary(look: Look) -> Sighting:
    """Exactly one Primary component exists to join."""
    groups = primary_groups(look.survey)
    if len(groups) == 1:
        group = groups[0]
        return yes(f"{subject(group.hosts, 'is', 'are')} Primary, size {group.size}", *group.hosts)
    if not groups:
        return no("there is no Primary component to join")
    sides = " and ".join(listed(group.hosts) for group in groups)
    return no(f"there are {len(groups)} Primary components: {sides}")


def free_donor(look: Look) -> Sighting:
    """A member could give its state away now, and none is doing so: one joiner at a time (PXC-29, REC-14)."""
    group = primary_groups(look.survey)
    members = [look.survey.node(host) for one in group for host in one.hosts]
    told = [(node, node.status) for node in members if isinstance(node.status, WsrepStatus)]
    busy = [node.host for node, status in told if status.local_state in (1, 2) and not _is_desynced(node)]
    if busy:
        return no(f"{listed(busy)} is in a state transfer: one at a time", *busy)
    able = [node.host for node, status in told if status.is_synced]
    if not able:
        return no("no member is Synced, so none can be a donor")
    return yes(f"{listed(able)} can be a donor", *able)


def _is_desynced(node: NodeSurvey) -> bool:
    return isinstance(node.variables, WsrepVariables) and node.variables.desync


def synced(host: str, *, with_hosts: tuple[str, ...] = ()) -> Judge:
    """The node is Synced in the one Primary component, beside `with_hosts` where they are given.

    A full copy that grows is told as moving, for the one that takes it and for its donor.
    """

    def judge(look: Look) -> Sighting:
        node = look.survey.node(host)
        if not isinstance(node.status, WsrepStatus):
            return Sighting(Holds.NO, f"{host}: {_what_runs(node)}", (host,), moves=copy_grows(look.survey))
        if not (is_primary(node) and node.status.is_synced and node.status.ready):
            words = f"{host}: {status_words(node.status)}"
            return Sighting(Holds.NO, words, (host,), moves=copy_grows(look.survey))
        found = one_primary(look)
        if found.holds is not Holds.YES:
            return found
        missing = [other for other in with_hosts if other not in found.hosts]
        if missing:
            return no(f"{host} is Synced without {listed(missing)}: {found.evidence}", host)
        return yes(f"{host}: {status_words(node.status)}", host)

    return judge


def copy_grows(survey: ClusterSurvey) -> bool:
    """Some node that takes a full copy has more of it than in the look before."""
    before = survey.before
    return before is not None and any(_grows(before.node(node.host), node) for node in survey.nodes)


def _grows(before: NodeSurvey, now: NodeSurvey) -> bool:
    were, are = before.evidence, now.evidence
    if not (isinstance(were, HostEvidence) and isinstance(are, HostEvidence)):
        return False
    sizes = (were.datadir_bytes, are.datadir_bytes)
    return are.sst_in_progress and None not in sizes and (sizes[1] or 0) > (sizes[0] or 0)


def all_synced(hosts: tuple[str, ...], *, beside: int = 0) -> Judge:
    """All of these are Synced, in one component, with one state UUID and one view (A.5-1).

    `beside`: members that the cluster counts and this console cannot reach.
    """

    def judge(look: Look) -> Sighting:
        together = (synced(host, with_hosts=hosts) for host in hosts)
        answer = all_of(*map(synced, hosts), *together)(look)
        if answer.holds is not Holds.YES:
            return answer
        group = primary_groups(look.survey)[0]
        members = len(hosts) + look.survey.arbitrators + beside
        if group.size != members:
            return no(f"the cluster counts {group.size} members; {members} were expected", *hosts)
        views = {
            node.host: (node.status.state_uuid, node.status.conf_id)
            for node in look.survey.nodes
            if node.host in hosts and isinstance(node.status, WsrepStatus)
        }
        if len(set(views.values())) != 1:
            told = (f"{host}: {short(uuid)}, view {view}" for host, (uuid, view) in views.items())
            return no(f"they do not tell one state UUID and view: {'; '.join(told)}", *hosts)
        uuid, view = next(iter(views.values()))
        return yes(f"{listed(hosts)} are Synced, size {group.size}, history {uuid}, view {view}", *hosts)

    return judge


def status_words(status: WsrepStatus) -> str:
    """Say a node's own status in one clause."""
    size = "–" if status.cluster_size is None else status.cluster_size
    comment = status.state_comment or "no state told"
    ready = "" if status.ready else ", ready OFF"
    return f"{status.cluster_status}, size {size}, {comment}{ready}"


def _what_runs(node: NodeSurvey) -> str:
    unit = moving_unit(node)
    if isinstance(node.evidence, HostEvidence):
        transfer = ", a state transfer is running" if node.evidence.sst_pids else ""
        if unit is not None:
            return f"unit {unit.name} is {unit.active}/{unit.sub}{transfer}"
        if node.evidence.is_running:
            return f"its database runs and says {node.status}{transfer}"
        failed = [name for name, state in node.evidence.units.items() if state.active == "failed"]
        if failed:
            why = node.evidence.units[failed[0]].result
            return f"unit {failed[0]} has failed ({why})"
        return "its database does not run"
    return f"it is not known whether its database runs: {node.evidence}"
