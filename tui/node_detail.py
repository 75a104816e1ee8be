"""All that is known of one node, in groups; imported when one is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from runbooks.words import clock, share, size, span
from systems.galera.readings import Grastate, HostEvidence, UnitState, WsrepStatus
from tui.frame import age
from tui.node_cells import hold_s, odd_ones, speaks
from widgets.layout import Row, row
from widgets.sparkline import History
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from tui.picture import ClusterView, NodeView
    from widgets.signs import Signs

LABEL = 26
SPARK_WIDTH = 22


def detail_rows(
    node: NodeView, view: ClusterView, now: datetime, signs: Signs
) -> tuple[list[Row], list[Row]]:
    """The page of one node in two columns: what is wrong and what it says, and what its host knows."""
    said = [*_findings(node, view, signs), *_database(node, view, now, signs), *_options(node, view, signs)]
    return said, [*_trends(node, signs), *_host(node, now), *_log(node, now)]


def _title(words: str, *more: Piece) -> list[Row]:
    return [row(), row((words, Tone.STRONG), *more)]


def _line(label: str, text: str, tone: Tone = Tone.PLAIN, *more: Piece) -> Row:
    return row((f"  {label}".ljust(LABEL), Tone.DIM), (text, tone), *more, hang=LABEL)


def _findings(node: NodeView, view: ClusterView, signs: Signs) -> Iterator[Row]:
    from tui.finding_rows import finding_rows

    about = [finding for finding in view.findings if node.host in finding.hosts]
    for number, finding in enumerate(about):
        yield from finding_rows(finding, f"finding {number}", signs, evidence_shown=2)
    if not about:
        words = "Nothing is found against this node." if view.survey else "Not looked at completely yet."
        yield row((f" {signs.good if view.survey else signs.unknown} ", Tone.GOOD), words)


def _database(node: NodeView, view: ClusterView, now: datetime, signs: Signs) -> Iterator[Row]:
    status = node.status
    stale: list[Piece] = []
    if node.sql_error is not None and status is not None:
        stale = [(f"  as of {age((now - status.taken_at).total_seconds())} ago", Tone.WARNING)]
    yield from _title("Database", *stale)
    if node.sql_error is not None:
        yield _line("no answer", str(node.sql_error), Tone.CRITICAL)
    if status is None:
        return
    tone = Tone.DIM if node.sql_error is not None else Tone.PLAIN
    others = {
        other.host: other.status
        for other in view.nodes.values()
        if speaks(other) and other.status is not None
    }
    for label, name in STATUS_LINES.items():
        yield _status_line(label, name, status, others, tone, signs)
    held = hold_s(node)
    if held is not None:
        yield _line("gcache holds", f"{span(held)} of writes at the present rate", tone)


STATUS_LINES = {
    "cluster status": "cluster_status",
    "state": "state_comment",
    "cluster size": "cluster_size",
    "conf id": "conf_id",
    "state uuid": "state_uuid",
    "last committed": "last_committed",
    "ready": "ready",
    "connected": "connected",
    "index": "local_index",
    "receive queue": "recv_queue",
    "send queue": "send_queue",
    "flow control active": "flow_control_active",
    "asks others to hold": "flow_control_requested",
    "desync count": "desync_count",
    "cached down to": "cached_downto",
    "certification failures": "cert_failures",
    "brute-force aborts": "bf_aborts",
    "evicted": "evict_list",
    "provider": "provider_version",
    "protocol": "protocol_version",
}
SHOULD_AGREE = frozenset(
    {"cluster_status", "cluster_size", "conf_id", "state_uuid", "provider_version", "protocol_version"}
)


def _status_line(  # noqa: PLR0917
    label: str,
    name: str,
    status: WsrepStatus,
    others: Mapping[str, WsrepStatus],
    tone: Tone,
    signs: Signs,
) -> Row:
    value = getattr(status, name)
    said = {host: getattr(other, name) for host, other in others.items()}
    if name in SHOULD_AGREE and tone is Tone.PLAIN and value in odd_ones(list(said.values())):
        words = "; ".join(f"{host} {_words(theirs)}" for host, theirs in said.items() if theirs != value)
        differs: Piece = (f"   the others: {words}", Tone.DIM)
        return _line(label, f"{signs.differs} {_words(value)}", Tone.DIFFERS, differs)
    return _line(label, _words(value), tone)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "ON" if value else "OFF"
    if isinstance(value, Enum):
        return str(value.value)
    return "not told" if value is None else str(value) or "none"


def _trends(node: NodeView, signs: Signs) -> Iterator[Row]:
    trends = node.trends
    lines: list[tuple[str, History, str]] = [
        ("commits a second", trends.commits, "{:.1f}"),
        ("held by flow control", trends.paused, "{:.1%}"),
        ("receive queue", trends.recv_queue, "{:.0f}"),
        ("send queue", trends.send_queue, "{:.0f}"),
        ("bytes a second, out", trends.written_bytes, "{:,.0f}"),
        ("bytes a second, in", trends.received_bytes, "{:,.0f}"),
    ]
    if not any(value is not None for _, history, _ in lines for value in history):
        return
    yield from _title("Lately", ("  each cell one answer, newest at the right", Tone.DIM))
    for label, history, form in lines:
        values = [value for value in history if value is not None]
        newest = form.format(values[-1]) if values else signs.none
        most = form.format(max(values)) if values else signs.none
        high = 1.0 if history is trends.paused else None
        spark = history.line(SPARK_WIDTH, low=0.0, high=high, signs=signs)
        yield _line(label, spark, Tone.PLAIN, (f"  {newest:>9}", Tone.STRONG), (f"  most {most}", Tone.DIM))


def _host(node: NodeView, now: datetime) -> Iterator[Row]:
    evidence = node.evidence
    stale: list[Piece] = []
    if node.ssh_error is not None and evidence is not None:
        stale = [(f"  as of {age((now - evidence.taken_at).total_seconds())} ago", Tone.WARNING)]
    yield from _title("Host", *stale)
    if node.ssh_error is not None:
        yield _line("no answer", str(node.ssh_error), Tone.CRITICAL)
    if evidence is None:
        return
    running = f"pid {', '.join(map(str, evidence.mysqld_pids))}" if evidence.is_running else "no process"
    yield _line("mysqld", running, Tone.PLAIN if evidence.is_running else Tone.CRITICAL)
    for unit in evidence.units.values():
        yield _line(f"unit {unit.name}", _unit_words(unit, now), _unit_tone(unit))
    yield from _saved_state(evidence, now)
    if evidence.filesystem is not None:
        filesystem = evidence.filesystem
        words = f"{size(filesystem.free_bytes)} free of {size(filesystem.size_bytes)} on {filesystem.target}"
        yield _line("disk of the datadir", f"{words} ({share(filesystem.used_share)} used)")
    yield _line("listens on", ", ".join(map(str, evidence.listening)) or "none of 3306, 4444, 4567, 4568")
    if evidence.booted_at is not None:
        yield _line("up since", clock(evidence.booted_at, now=now))
    yield _line("clock", f"{evidence.clock_offset_s:+.1f} s against this console")
    if evidence.bootstrap_flags:
        yield _line("bootstrap flags", "; ".join(evidence.bootstrap_flags), Tone.CRITICAL)
    for line in evidence.oom_kills:
        yield _line("out of memory", line, Tone.CRITICAL)


def _unit_words(unit: UnitState, now: datetime) -> str:
    words = f"{unit.active}/{unit.sub}"
    if unit.result not in ("success", ""):
        words += f", {unit.result}"
    if unit.exit_status:
        words += f" {unit.exit_status}"
    if unit.since is not None:
        words += f" since {clock(unit.since, now=now)}"
    return f"{words}, {unit.enabled}" if unit.enabled else words


def _unit_tone(unit: UnitState) -> Tone:
    return {"active": Tone.PLAIN, "failed": Tone.CRITICAL}.get(unit.active, Tone.DIM)


def _saved_state(evidence: HostEvidence, now: datetime) -> Iterator[Row]:
    yield _line("datadir", evidence.datadir or "not known")
    if evidence.grastate_error:
        yield _line("grastate.dat", evidence.grastate_error, Tone.WARNING)
    elif evidence.grastate is None:
        yield _line("grastate.dat", "there is none", Tone.WARNING)
    else:
        yield _line("grastate.dat", _grastate_words(evidence.grastate, now))
    if evidence.gvwstate_error:
        yield _line("gvwstate.dat", evidence.gvwstate_error, Tone.WARNING)
    else:
        view = evidence.gvwstate
        yield _line("gvwstate.dat", f"view of {len(view.members)} members" if view else "there is none")
    if evidence.recovered is not None:
        yield _line("recovered position", str(evidence.recovered))
    if evidence.sst_in_progress:
        yield _line("state transfer", "sst_in_progress is there", Tone.WARNING)
    if evidence.gra_logs:
        yield _line("apply errors", ", ".join(evidence.gra_logs), Tone.WARNING)


def _grastate_words(grastate: Grastate, now: datetime) -> str:
    safe = {True: "1", False: "0", None: "absent"}[grastate.safe_to_bootstrap]
    written = f", written {clock(grastate.modified_at, now=now)}" if grastate.modified_at else ""
    return f"{grastate.position}, safe_to_bootstrap {safe}{written}"


def _log(node: NodeView, now: datetime) -> Iterator[Row]:
    hits = node.evidence.log_hits if node.evidence else ()
    if not hits:
        return
    yield from _title("Log, lines that mean something")
    for hit in hits[-12:]:
        at = clock(hit.at, now=now) if hit.at else ""
        yield row((f"  {at:<14}", Tone.DIM), (hit.meaning, Tone.WARNING), hang=16)
        yield row(" " * 16, (hit.line, Tone.DIM), hang=16)


def _options(node: NodeView, view: ClusterView, signs: Signs) -> Iterator[Row]:
    variables = node.variables
    if variables is None:
        return
    yield from _title("Options", ("  as the server runs with them", Tone.DIM))
    for label, name in VARIABLE_LINES.items():
        said = [
            getattr(other.variables, name)
            for other in view.nodes.values()
            if speaks(other) and other.variables is not None
        ]
        value = getattr(variables, name)
        if name not in OWN and node.sql_error is None and value in odd_ones(said):
            yield _line(label, f"{signs.differs} {_words(value)}", Tone.DIFFERS)
        else:
            yield _line(label, _words(value))
    for name in PROVIDER_OPTIONS:
        if name in variables.provider_options:
            yield _line(name, variables.provider_options[name])
    if node.evidence is not None and node.evidence.configured_twice:
        yield _line("set twice", "; ".join(node.evidence.configured_twice), Tone.WARNING)


VARIABLE_LINES = {
    "flavour": "flavour",
    "version": "version",
    "node name": "node_name",
    "node address": "node_address",
    "cluster name": "cluster_name",
    "cluster address": "cluster_address",
    "SST method": "sst_method",
    "SST donor": "sst_donor",
    "desync": "desync",
    "reject queries": "reject_queries",
    "dirty reads": "dirty_reads",
    "sync wait": "sync_wait",
    "wsrep_on": "wsrep_on",
    "ignore apply errors": "ignore_apply_errors",
    "schema changes by": "osu_method",
    "maintenance mode": "pxc_maint_mode",
    "strict mode": "pxc_strict_mode",
    "read only": "read_only",
}
OWN = frozenset({"node_name", "node_address", "sst_donor", "desync"})
"""Each node has its own of these."""
PROVIDER_OPTIONS = (
    "gcache.size",
    "gcache.recover",
    "gcs.fc_limit",
    "pc.weight",
    "pc.recovery",
    "pc.ignore_quorum",
    "pc.ignore_sb",
    "evs.auto_evict",
    "gmcast.segment",
)
