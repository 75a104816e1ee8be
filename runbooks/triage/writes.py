"""Why writes hang in a cluster that looks whole: flow control, DDL, a lock, conflicts (B.3)."""

from __future__ import annotations

import re

from runbooks.membership import Group
from runbooks.model import Severity
from runbooks.rates import apart_s, conflicts_per_s, grown, paused_now, stands_still
from runbooks.triage.scenario import Case, Scenario
from runbooks.words import count, listed, share, span
from systems.galera.processlist import SCHEMA_CHANGE
from systems.galera.readings import ClusterSurvey, NodeSurvey, Writer, WsrepStatus

_HELD_SHARE = 0.1
"""Below this share of paused time nobody notices."""
_STALL_SHARE = 0.5
_LONG_DDL_S = 5.0
_CONFLICTS_PER_S = 1.0
_WAITS_FOR_ORDER = re.compile(r"isolation|\bTOI\b|total order", re.IGNORECASE)
_WAITS_FOR_LOCK = re.compile(
    r"waiting for (global read|commit|backup|table metadata|table level|.*metadata) lock", re.IGNORECASE
)
_LOCKS = re.compile(
    r"\s*(FLUSH\s+(NO_WRITE_TO_BINLOG\s+|LOCAL\s+)?TABLES?\b.*\bREAD\s+LOCK|LOCK\s+TABLES?|BACKUP\s+STAGE)",
    re.I,
)


def write_cases(survey: ClusterSurvey, group: Group, *, locked: tuple[str, ...]) -> tuple[Case, ...]:
    """The cases of a group's writes; `locked`: nodes of which a lock is known already."""
    members = tuple(survey.node(host) for host in group.hosts)
    held = _flow_control(survey, members)
    ddl = _ddl(survey, members)
    told = {*locked, *(host for case in held for host in case.hosts[:1])}
    locks = [] if ddl else [case for node in members if node.host not in told for case in _lock(node)]
    return (*held, *ddl, *locks, *_conflicts(survey, members))


def schema_changes(node: NodeSurvey) -> tuple[Writer, ...]:
    """The statements on a node that change a schema now, those left out that still wait for their turn."""
    return tuple(
        row
        for row in node.writers
        if SCHEMA_CHANGE.match(row.statement)
        and not _WAITS_FOR_ORDER.search(row.state)
        and not _WAITS_FOR_LOCK.search(row.state)
    )


def _flow_control(survey: ClusterSurvey, members: tuple[NodeSurvey, ...]) -> list[Case]:
    told = [(node, node.status) for node in members if isinstance(node.status, WsrepStatus)]
    shares = {node.host: paused_now(survey, node.host) for node, _ in told}
    worst = max((part for part in shares.values() if part is not None), default=None)
    signs = any(status.flow_control_active or status.flow_control_requested for _, status in told)
    if not signs and (worst is None or worst < _HELD_SHARE):
        return []
    slow = _slow_nodes(survey, told)
    hosts = tuple(node.host for node, _ in slow)
    queue = max((status.recv_queue or 0 for _, status in slow), default=0)
    paused = f"; paused {share(worst)} of the last {_apart(survey, told)}" if worst is not None else ""
    who = listed(hosts) if hosts else "a member that does not answer"
    sentence = (
        f"{who} holds back the writes of all (flow control): it applies "
        f"too slowly, {count(queue, 'write-set')} in its queue{paused}"
    )
    proof = [_flow_line(node, status, shares[node.host]) for node, status in told]
    for node, _ in slow:
        proof += [_writer_line(node, writer) for writer in _culprits(node)]
    severe = worst is None or worst >= _STALL_SHARE
    severity = Severity.CRITICAL if severe else Severity.WARNING
    others = tuple(node.host for node, _ in told if node.host not in hosts)
    return [Case(Scenario.FLOW_CONTROL, hosts or others, sentence, tuple(proof), severity)]


def _slow_nodes(
    survey: ClusterSurvey, told: list[tuple[NodeSurvey, WsrepStatus]]
) -> list[tuple[NodeSurvey, WsrepStatus]]:
    """Who asks the others to wait: by its own word, by what it sent since, by its queue."""
    asking = [pair for pair in told if pair[1].flow_control_requested]
    if asking:
        return asking
    sent = {node.host: _sent(survey, node.host) for node, _ in told}
    if any(sent.values()):
        return [max(told, key=lambda pair: sent[pair[0].host])]
    longest = max(told, key=lambda pair: pair[1].recv_queue or 0)
    return [longest] if longest[1].recv_queue else []


def _sent(survey: ClusterSurvey, host: str) -> int:
    return grown(survey, host, "flow_control_sent") or 0


def _ddl(survey: ClusterSurvey, members: tuple[NodeSurvey, ...]) -> list[Case]:
    running = [(node, row) for node in members for row in schema_changes(node) if row.time_s >= _LONG_DDL_S]
    waiting = [(node, row) for node in members for row in node.writers if _WAITS_FOR_ORDER.search(row.state)]
    if not running or not (waiting or all(stands_still(survey, node.host) for node in members)):
        return []
    node, longest = max(running, key=lambda pair: pair[1].time_s)
    sentence = (
        f"A schema change has run for {span(longest.time_s)} and all nodes wait "
        f"for it (total order isolation): {count(len(waiting), 'statement')} held"
    )
    proof = tuple(_writer_line(where, row) for where, row in (*running, *waiting))
    return [Case(Scenario.DDL, (node.host,), sentence, proof, Severity.CRITICAL)]


def _lock(node: NodeSurvey) -> list[Case]:
    held = [writer for writer in node.writers if _WAITS_FOR_LOCK.search(writer.state) and writer.time_s >= 1]
    appliers = [writer for writer in held if writer.user == "system user"]
    takers = [writer for writer in node.writers if _LOCKS.match(writer.statement)]
    if not appliers and not (takers and held):
        return []
    longest = max(held, key=lambda writer: writer.time_s)
    sentence = (
        f"A lock on {node.host} holds {count(len(held), 'thread')} for {span(longest.time_s)}, "
        f"{'replication' if appliers else 'writes'} among them: its queue grows until all must wait"
    )
    proof = tuple(_writer_line(node, writer) for writer in (*takers, *held))
    return [Case(Scenario.LOCK, (node.host,), sentence, proof, Severity.WARNING)]


def _conflicts(survey: ClusterSurvey, members: tuple[NodeSurvey, ...]) -> list[Case]:
    rates = {node.host: conflicts_per_s(survey, node.host) for node in members}
    hot = {host: rate for host, rate in rates.items() if rate is not None and rate >= _CONFLICTS_PER_S}
    if not hot:
        return []
    worst = max(hot, key=lambda host: hot[host])
    sentence = (
        f"Transactions collide between nodes: {hot[worst]:.0f} a second "
        f"are rolled back on {worst} (certification failures and aborts)"
    )
    proof = tuple(f"{host}: {rate:.1f} conflicts a second" for host, rate in hot.items())
    return [Case(Scenario.CERTIFICATION, tuple(hot), sentence, proof, Severity.WARNING)]


def _culprits(node: NodeSurvey) -> list[Writer]:
    """The rows that are likely to be the reason: lock waits, then what has run longest."""
    idle = ("Sleep", "Daemon")
    rows = [
        row
        for row in node.writers
        if row.time_s >= 1 and (row.command not in idle or _WAITS_FOR_LOCK.search(row.state))
    ]
    return sorted(rows, key=lambda row: (not _WAITS_FOR_LOCK.search(row.state), -row.time_s))[:3]


def _flow_line(node: NodeSurvey, status: WsrepStatus, part: float | None) -> str:
    now = "not known yet (one look)" if part is None else share(part)
    return (
        f"{node.host}: flow control active {_said(status.flow_control_active)}, requested "
        f"{_said(status.flow_control_requested)}, queue {status.recv_queue}, paused now {now}"
    )


def _said(flag: bool | None) -> str:
    return {True: "yes", False: "no", None: "–"}[flag]


def _writer_line(node: NodeSurvey, writer: Writer) -> str:
    text = f": {writer.statement}" if writer.statement else ""
    return (
        f"{node.host}: thread {writer.id} {writer.user}, "
        f"{span(writer.time_s)}, {writer.state or writer.command}{text}"
    )


def _apart(survey: ClusterSurvey, told: list[tuple[NodeSurvey, WsrepStatus]]) -> str:
    return span(max((apart_s(survey, node.host) or 0.0 for node, _ in told), default=0.0))
