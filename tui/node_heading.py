"""What the nodes of a cluster say together: one history or several, which view, how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbooks.words import short
from systems.galera.readings import WsrepStatus
from tui.node_cells import speaks
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from tui.picture import ClusterView
    from widgets.signs import Signs

AGREE = {
    "cluster_name": "cluster name",
    "version": "server version",
    "sst_method": "SST method",
    "osu_method": "schema change method",
    "ignore_apply_errors": "ignore_apply_errors",
    "dirty_reads": "dirty reads",
    "sync_wait": "sync_wait",
    "reject_queries": "reject_queries",
    "pxc_strict_mode": "strict mode",
    "pxc_maint_mode": "maintenance mode",
    "read_only": "read_only",
}
"""Variables that the nodes of one cluster should have alike."""


def heading(view: ClusterView, signs: Signs) -> list[Piece]:
    """What stands above the table, each part a piece."""
    statuses = [node.status for node in view.nodes.values() if speaks(node) and node.status is not None]
    if not statuses:
        return [("no database answers", Tone.CRITICAL)]
    primary = [status for status in statuses if status.is_primary]
    return [
        _histories(statuses, signs),
        *_views(primary, signs),
        _count(len(primary), len(view.nodes)),
        *[(f"{signs.differs} {words}", Tone.DIFFERS) for words in differences(view)],
    ]


def _histories(statuses: list[WsrepStatus], signs: Signs) -> Piece:
    uuids = {status.state_uuid for status in statuses}
    if len(uuids) > 1:
        return f"{signs.differs} {len(uuids)} histories: {', '.join(map(short, sorted(uuids)))}", Tone.DIFFERS
    return f"state uuid {short(uuids.pop())}", Tone.PLAIN


def _views(primary: list[WsrepStatus], signs: Signs) -> list[Piece]:
    confs = {status.conf_id for status in primary if status.conf_id is not None}
    if not confs:
        return [("non-Primary", Tone.CRITICAL)]
    if len(confs) > 1:
        return [(f"{signs.differs} conf {', '.join(map(str, sorted(confs)))}", Tone.DIFFERS)]
    return [(f"conf {confs.pop()}", Tone.PLAIN)]


def _count(primary: int, nodes: int) -> Piece:
    return f"{primary} of {nodes}", Tone.GOOD if primary == nodes else Tone.CRITICAL


def differences(view: ClusterView) -> list[str]:
    """Variables in which the nodes disagree, each with who says what."""
    found = []
    for name, title in AGREE.items():
        said: dict[object, list[str]] = {}
        for node in view.nodes.values():
            if speaks(node) and node.variables is not None:
                said.setdefault(getattr(node.variables, name), []).append(node.host)
        if len(said) > 1:
            words = "; ".join(f"{', '.join(hosts)}: {_plain(value)}" for value, hosts in said.items())
            found.append(f"{title} ({words})")
    return found


def _plain(value: object) -> str:
    if value is None or value == "":
        return "none"
    return {True: "ON", False: "OFF"}.get(value, str(value)) if isinstance(value, bool) else str(value)
