"""The page of one member of a virtual address, in groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from runbooks.vips.change import left_words
from runbooks.vips.checks import check_words
from runbooks.words import clock, count
from systems.errors import SystemsError
from systems.haproxy.readings import ServerState
from tui.finding_rows import finding_rows
from tui.frame import age
from tui.node_cells import state_cell, unit_cell
from tui.tones import severity_tone
from widgets.layout import Row, row
from widgets.tones import Tone

if TYPE_CHECKING:
    from runbooks.vips.history import PastAct
    from runbooks.vips.look import Member
    from tui.desk import Desk
    from tui.vip_view import VipView
    from widgets.signs import Signs

LABEL = 14
ACTS_SHOWN = 8


def member_rows(
    view: VipView, key: tuple[str, str, str], acts: Sequence[PastAct] | SystemsError | None, desk: Desk
) -> list[Row]:
    """Worst first: what is wrong, what each balancer says, what the node says, what was done from here."""
    balancer, backend, name = key
    same = [one for one in view.members if (one.server.backend, one.server.name) == (backend, name)]
    here = view.member(balancer, backend, name)
    return [
        *_head(view, here, balancer, desk.signs),
        *_findings(view, name, desk.signs),
        *_balancers(view, same, desk),
        *_node(view, here, desk),
        *_acts(acts, name, desk),
    ]


def _head(view: VipView, here: Member | None, balancer: str, signs: Signs) -> Iterator[Row]:
    error = view.error(balancer)
    if error is not None:
        yield row((f" {signs.critical} ", Tone.CRITICAL), str(error), hang=3)
        yield row("   What stands below is what it said last.", hang=3)
    if here is None:
        yield row((f" {signs.unknown} ", Tone.DIM), f"{balancer} does not tell this member.")
        return
    severity = int(here.truth.severity)
    if severity:
        return  # the finding says the same
    sign, tone = severity_tone(-1, signs)
    yield row((f" {sign} ", tone), (f"{here.truth.sentence}.", Tone.STRONG), hang=3)


def _findings(view: VipView, name: str, signs: Signs) -> Iterator[Row]:
    for number, finding in enumerate(view.findings_against(name)):
        if number:
            yield row()
        yield from finding_rows(finding, f"finding {number}", signs)


def _title(words: str) -> list[Row]:
    return [row(), row((words, Tone.STRONG))]


def _line(label: str, text: str, tone: Tone = Tone.PLAIN) -> Row:
    return row((f"  {label}".ljust(LABEL), Tone.DIM), (text, tone), hang=LABEL)


def _balancers(view: VipView, same: Sequence[Member], desk: Desk) -> Iterator[Row]:
    for one in same:
        server, check = one.server, one.server.check
        lost = view.error(one.balancer) is not None
        yield from _title(f"{one.balancer} says")
        yield _line("state", server.status, Tone.DIM if lost else Tone.PLAIN)
        took = f" in {check.took_ms} ms" if check.took_ms is not None else ""
        said = f": {check.said}" if check.said else ""
        yield _line("check", f"{check.status} {check_words(check)}{took}{said}" if check.status else "none")
        yield _line("sessions", _sessions(one))
        was = server.initial_weight
        configured = f", {was} in its configuration" if was is not None and was != server.weight else ""
        backup = ", backup" if server.is_backup else ""
        yield _line("weight", f"{server.weight}{configured}{backup}")
        if server.changed_s is not None:
            seconds = (desk.now() - view.readings[one.balancer].taken_at).total_seconds()
            downs = f"; it went down {count(server.downs, 'time')}" if server.downs else ""
            yield _line("since", f"{age(server.changed_s + seconds)}{downs}")
        yield _line("address", f"{server.address}:{server.port} in backend {server.backend}")


def _sessions(one: Member) -> str:
    server = one.server
    leaving = server.state in (ServerState.DRAIN, ServerState.MAINT) or server.weight == 0
    queued = f", {server.queued} wait" if server.queued else ""
    now = left_words(server.sessions) if leaving else f"{server.sessions} open"
    return f"{now}{queued}; {server.sessions_total} since HAProxy was started"


def _node(view: VipView, here: Member | None, desk: Desk) -> Iterator[Row]:
    host = here.host if here is not None else ""
    yield from _title("The node says")
    cluster = desk.picture.clusters.get(view.plan.serves)
    node = cluster.nodes.get(host) if cluster is not None else None
    if node is None or cluster is None:
        yield row("  It is no node of a cluster in the estate file: only its balancer speaks for it.", hang=2)
    elif node.survey is None:
        yield row((f"  {desk.signs.unknown} not looked at yet", Tone.DIM))
    else:
        state, unit = state_cell(node, node.survey, desk.signs), unit_cell(node, node.survey, desk.signs)
        if here is not None and here.word is not None:
            yield _line(host, f"it {here.word.words}")
        yield _line("state", state.text, state.tone)
        yield _line("unit", unit.text, unit.tone)
        yield _line("", "Enter: all of this node; h: its host", Tone.DIM)


def _acts(acts: Sequence[PastAct] | SystemsError | None, name: str, desk: Desk) -> Iterator[Row]:
    yield from _title("What was done to it from here")
    if acts is None:
        yield row((f"  {desk.signs.unknown} asking the journal", Tone.DIM))
    elif isinstance(acts, SystemsError):
        yield row((f"  {desk.signs.warning} ", Tone.WARNING), str(acts), hang=4)
    else:
        own = [one for one in acts if one.member == name]
        if not own:
            yield row("  nothing that this journal tells")
        for one in own[:ACTS_SHOWN]:
            taken = "taking back: " if one.is_undo else ""
            yield row(
                (f"  {clock(one.at, now=desk.now())}  ", Tone.DIM),
                f"{taken}{one.words}",
                (f"  {one.who}", Tone.DIM),
                hang=4,
            )
