"""The cells of one node's row. Imported with the first survey, since it needs the readings' types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from runbooks.membership import database_units, is_shut, moving_unit, runs
from runbooks.words import span
from systems.galera.readings import UNDEFINED, NodeSurvey, UnitState
from systems.galera.sizes import parse_bytes
from tui.frame import age
from widgets.live_table import Cell
from widgets.tones import Tone

if TYPE_CHECKING:
    from tui.picture import ClusterView, NodeView
    from widgets.signs import Signs

V = TypeVar("V", bound=Hashable)
STALE_S = 20.0
"""An answer older than this is told in the tone of a warning."""


def node_row(node: NodeView, view: ClusterView, now: datetime, signs: Signs) -> Mapping[str, Cell]:
    """All cells of one node. What did not answer keeps its last good cells, dimmed, with their age."""
    survey = node.survey
    if survey is None:
        return {"node": Cell(node.host, Tone.STRONG), "state": Cell(f"{signs.unknown} asking", Tone.DIM)}
    dim = node.sql_error is not None
    return {
        "node": Cell(node.host, Tone.STRONG),
        "state": state_cell(node, survey, signs),
        "unit": unit_cell(node, survey, signs),
        "size": _number(node, view, "cluster_size", signs, dim),
        "seqno": seqno_cell(node, signs, dim),
        "recvq": queue_cell(node, signs, dim),
        "paused": paused_cell(node, signs, dim),
        "gcache": hold_cell(node, signs, dim),
        "disk": disk_cell(node, signs),
        "asof": as_of_cell(survey, now),
    }


def state_cell(node: NodeView, survey: NodeSurvey, signs: Signs) -> Cell:
    """The state it says it is in; of one that says nothing, what its host says of it."""
    status = None if node.sql_error is not None else node.status
    if status is None:
        return _silent_state(survey, signs)
    words = status.state_comment or "unknown"
    if not status.is_primary:
        return Cell(f"{signs.critical} {status.cluster_status or words}", Tone.CRITICAL)
    if status.is_synced:
        held = status.flow_control_requested
        return (
            Cell(f"{signs.warning} {words}, holds", Tone.WARNING)
            if held
            else Cell(f"{signs.good} {words}", Tone.GOOD)
        )
    return Cell(f"{signs.warning} {words}", Tone.WARNING)


def _silent_state(survey: NodeSurvey, signs: Signs) -> Cell:
    running = runs(survey)
    if running is None:
        return Cell(f"{signs.critical} no answer", Tone.CRITICAL)
    if moving_unit(survey) is not None:
        return Cell(f"{signs.warning} on its way", Tone.WARNING)
    words = "no login" if is_shut(survey) else "mute" if running else "down"
    return Cell(f"{signs.critical} {words}", Tone.CRITICAL)


def unit_cell(node: NodeView, survey: NodeSurvey, signs: Signs) -> Cell:
    """What systemd says of the unit that owns, or last owned, the server."""
    units = database_units(survey)
    if units:
        return _unit_cell(units[0], len([unit for unit in units if unit.active == "active"]))
    if node.evidence is not None and node.evidence.units:
        known = next(iter(node.evidence.units.values()))
        return Cell(_unit_words(known), Tone.DIM)
    return Cell(signs.none, Tone.DIM)


def _unit_cell(unit: UnitState, active: int) -> Cell:
    words = _unit_words(unit)
    if active > 1:
        return Cell(f"{words}, {active} units", Tone.WARNING)
    tones = {"active": Tone.PLAIN, "failed": Tone.CRITICAL, "inactive": Tone.WARNING}
    return Cell(words, tones.get(unit.active, Tone.WARNING))


def _unit_words(unit: UnitState) -> str:
    name = "" if unit.name in ("mysql", "mariadb") else f" {unit.name}"
    if unit.active == "failed" or unit.result not in ("success", ""):
        return f"{unit.active} ({unit.result}){name}"
    return f"{unit.active}{name}"


def seqno_cell(node: NodeView, signs: Signs, dim: bool) -> Cell:
    """The last committed transaction; of a node that is down, the position that its files or log tell."""
    if dim and node.ssh_error is None and node.evidence is not None and not node.evidence.is_running:
        evidence = node.evidence
        if evidence.recovered is not None and evidence.recovered.is_known:
            return Cell(f"{evidence.recovered.seqno} rec", order=float(evidence.recovered.seqno))
        if evidence.grastate is not None and evidence.grastate.position.is_known:
            seqno = evidence.grastate.position.seqno
            return Cell(f"{seqno}", order=float(seqno))
        return Cell("unknown", Tone.WARNING)
    seqno_read = node.status.last_committed if node.status else None
    if seqno_read is None or seqno_read == UNDEFINED:
        return Cell(signs.none, Tone.DIM)
    return Cell(f"{seqno_read}", Tone.DIM if dim else Tone.PLAIN, float(seqno_read))


def queue_cell(node: NodeView, signs: Signs, dim: bool) -> Cell:
    """Writesets that wait to be applied."""
    queue = node.status.recv_queue if node.status else None
    if queue is None or dim:
        return Cell(signs.none, Tone.DIM)
    return Cell(f"{queue}", Tone.WARNING if queue >= 10 else Tone.PLAIN, float(queue))


def paused_cell(node: NodeView, signs: Signs, dim: bool) -> Cell:
    """Share of the time between the last two answers that flow control held writes (REC-30)."""
    share = node.trends.newest_paused
    if share is None or dim:
        return Cell(signs.none, Tone.DIM)
    tone = Tone.CRITICAL if share >= 0.5 else Tone.WARNING if share >= 0.05 else Tone.PLAIN
    return Cell(f"{share:.1%}".replace("%", " %"), tone, share)


def hold_cell(node: NodeView, signs: Signs, dim: bool) -> Cell:
    """For how long a node that stops now could come back by IST from this one's cache (B.5)."""
    seconds = hold_s(node)
    if seconds is None or dim:
        return Cell(signs.none, Tone.DIM)
    words = "over 2 days" if seconds >= 172800 else span(seconds)
    return Cell(words, Tone.WARNING if seconds < 600 else Tone.PLAIN, seconds)


def hold_s(node: NodeView) -> float | None:
    """gcache.size over the rate of writes of the last answers, in seconds; None: one of them is not known."""
    size = parse_bytes(node.variables.provider_options.get("gcache.size", "")) if node.variables else None
    rate = node.trends.bytes_per_s()
    if size is None or rate is None:
        return None
    return size / max(rate, 1.0)


def disk_cell(node: NodeView, signs: Signs) -> Cell:
    """How full the filesystem of the datadir is."""
    filesystem = node.evidence.filesystem if node.evidence else None
    if filesystem is None:
        return Cell(signs.none, Tone.DIM)
    share = filesystem.used_share
    if node.ssh_error is not None:
        return Cell(f"{share:.0%}".replace("%", " %"), Tone.DIM, share)
    tone = Tone.CRITICAL if share >= 0.97 else Tone.WARNING if share >= 0.9 else Tone.PLAIN
    return Cell(f"{share:.0%}".replace("%", " %"), tone, share)


def as_of_cell(survey: NodeSurvey, now: datetime) -> Cell:
    """How old the answer is."""
    seconds = (now - survey.taken_at).total_seconds()
    return Cell(age(seconds), Tone.WARNING if seconds >= STALE_S else Tone.DIM, seconds)


def _number(node: NodeView, view: ClusterView, name: str, signs: Signs, dim: bool) -> Cell:
    value = getattr(node.status, name) if node.status else None
    if value is None or dim:
        return Cell(signs.none, Tone.DIM)
    said = [getattr(other.status, name) for other in view.nodes.values() if speaks(other)]
    if value in odd_ones(said):
        return Cell(f"{signs.differs}{value}", Tone.DIFFERS, float(value))
    return Cell(f"{value}", order=float(value))


def speaks(node: NodeView) -> bool:
    """Its database answered the last time."""
    return node.survey is not None and node.sql_error is None and node.status is not None


def odd_ones(values: Sequence[V]) -> frozenset[V]:
    """The values that are not what most say; without a majority all of them."""
    counts = Counter(values)
    if len(counts) < 2:
        return frozenset()
    (most, number), *_ = counts.most_common(1)
    return frozenset(counts) - {most} if number * 2 > len(values) else frozenset(counts)
