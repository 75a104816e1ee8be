"""How one member of a virtual address stands in a row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from runbooks.vips.checks import check_words
from systems.haproxy.readings import ServerState
from tui.frame import age
from tui.tones import severity_tone
from widgets.live_table import Cell, Column, dimmed
from widgets.tones import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from runbooks.vips.look import Member
    from systems.haproxy.readings import Server
    from tui.vip_view import VipView
    from widgets.signs import Signs

COLUMNS = (
    Column("member", "member", most=20),
    Column("balancer", "balancer", most=16),
    Column("state", "state", most=14),
    Column("check", "check", drop=2, least=16, most=30),
    Column("sessions", "sess", align="right"),
    Column("weight", "weight", align="right", drop=3),
    Column("changed", "since", align="right", drop=4),
    Column("node", "node says", most=24),
    Column("truth", "verdict", drop=6, least=30, flex=1),
    Column("asof", "as of", align="right", drop=5),
)
_NODE_WORDS = {"fit": "Synced", "silent": "database down", "unread": "no answer"}
_QUIET = (ServerState.MAINT, ServerState.DRAIN, ServerState.NOLB)


def row_key(member: Member) -> str:
    """Names a row: no part of it holds a blank."""
    return f"{member.balancer} {member.server.backend} {member.server.name}"


def member_row(member: Member, view: VipView, now: datetime, signs: Signs) -> Mapping[str, Cell]:
    """All cells of one member; of a balancer that does not answer they stay, dimmed, with their age."""
    lost = view.error(member.balancer) is not None
    server = member.server
    reading = view.readings[member.balancer]
    seconds = (now - reading.taken_at).total_seconds()
    cells = {
        "member": Cell(server.name, Tone.STRONG),
        "balancer": Cell(member.balancer),
        "state": _state(member, signs),
        "check": _check(server, signs),
        "sessions": Cell(str(server.sessions), order=float(server.sessions)),
        "weight": _weight(server, signs),
        "changed": _changed(server, seconds, signs),
        "node": _node(member, signs),
        "truth": Cell(member.truth.sentence, Tone.DIM if member.truth.severity < 1 else Tone.PLAIN),
    }
    if lost:
        cells = dimmed(cells)
    cells["asof"] = Cell(age(seconds), Tone.WARNING if lost else Tone.DIM, seconds)
    return cells


def rank(member: Member, view: VipView) -> tuple[int, int, str]:
    """Worst first: what gives clients errors, what is out, what is well."""
    lost = view.error(member.balancer) is not None
    return -int(member.truth.severity), int(lost), member.server.name


def _state(member: Member, signs: Signs) -> Cell:
    """The sign is of the whole member, the words are HAProxy's."""
    severity = int(member.truth.severity)
    sign, tone = severity_tone(severity if severity else -1, signs)
    if member.server.state in _QUIET:
        sign, tone = signs.note, Tone.WARNING
    return Cell(f"{sign} {member.server.status}", tone, -severity)


def _check(server: Server, signs: Signs) -> Cell:
    if not server.check.status:
        is_unchecked = server.state is ServerState.UNCHECKED
        return Cell("not checked", Tone.WARNING) if is_unchecked else Cell(signs.none, Tone.DIM)
    bad = server.state is ServerState.DOWN
    return Cell(check_words(server.check), Tone.WARNING if bad else Tone.PLAIN)


def _weight(server: Server, signs: Signs) -> Cell:
    if server.weight is None:
        return Cell(signs.none, Tone.DIM)
    words = f"{server.weight}{' backup' if server.is_backup else ''}"
    was = server.initial_weight
    odd = server.weight == 0 or (was is not None and was != server.weight)
    return Cell(words, Tone.WARNING if odd else Tone.PLAIN, float(server.weight))


def _changed(server: Server, seconds: float, signs: Signs) -> Cell:
    if server.changed_s is None:
        return Cell(signs.none, Tone.DIM)
    return Cell(age(server.changed_s + max(seconds, 0.0)), Tone.DIM, server.changed_s)


def _node(member: Member, signs: Signs) -> Cell:
    """What the node behind it says of itself, short."""
    if not member.host:
        return Cell("no node", Tone.DIM)
    word = member.word
    if word is None:
        return Cell(f"{signs.unknown} {member.host}", Tone.DIM)
    fit = word.condition.value == "fit"
    words = _NODE_WORDS.get(word.condition.value, word.condition.value)
    return Cell(f"{signs.good if fit else signs.warning} {words}", Tone.GOOD if fit else Tone.WARNING)
