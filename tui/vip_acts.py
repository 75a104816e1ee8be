"""What can be done with a member: drain, maint, ready, weight; on all load balancers or on one; and undo."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from runbooks.vips.change import Changed, Wish, why_refused
from runbooks.vips.history import newest_to_undo
from runbooks.words import count, listed
from systems.errors import SystemsError
from tui.arming import ensure_armed
from tui.ask import AskDialog
from tui.palette import Hit, Palette
from tui.vip_acting import act_on, acts_on, told, undo_act
from widgets.layout import Row, row
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.app import App
    from textual.notifications import SeverityLevel

    from runbooks.vips.history import PastAct
    from runbooks.vips.look import Member
    from tui.desk import Desk
    from tui.vip_view import VipView

LABEL = 8
MEANS = {
    "drain": "Sessions that it has go on, and no new one comes.",
    "maint": "It gets no new session and is not checked; sessions that it has go on until they end.",
    "ready": "It is checked, and gets sessions as soon as its check passes.",
    "weight": "Its share of new sessions is another; with 0 it gets none.",
}
_WORDS = {
    "drain": "no new session, the old ones end by themselves",
    "maint": "out at once, and not checked",
    "ready": "back, as soon as its check passes",
}


def choose_act(app: App[Any], desk: Desk, view: VipView, member: Member) -> None:
    """Ask which act and where; what is so already, or cannot be proven, says why not."""
    name = member.server.name
    same = [
        one for one in view.members if (one.server.name, one.server.backend) == (name, member.server.backend)
    ]
    scopes: list[tuple[str, list[Member]]] = [(f" on {listed([one.balancer for one in same])}", same)]
    if len(same) > 1:
        scopes.append((f" on {member.balancer} only", [member]))
    hits = []
    for where, targets in scopes:
        for word, more in _WORDS.items():
            wish = Wish(word)
            begin = partial(_begin, app, partial(_act, app, desk, view, targets, wish))
            why = _why_not(view, targets, wish)
            hits.append(Hit("act", f"{word}{where}", begin, more=more, why_not=why))
        weigh = partial(_ask_weight, app, desk, view, targets)
        hits.append(Hit("act", f"weight{where}", weigh, more=f"now {member.server.weight}"))
    app.push_screen(Palette(hits, desk.signs, asks=f"what to do with {name}"), partial(_take, app))


def undo_last(app: App[Any], desk: Desk, vip: str) -> None:
    """Take back the newest act on this address that the journal tells."""
    _begin(app, partial(_undo, app, desk, vip))


def _begin(app: App[Any], act: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """In a worker of the deck: an order that is out is followed when this screen has been left."""
    app.screen_stack[0].run_worker(act(), name="act on a member", group="acts", exit_on_error=False)


def _take(app: App[Any], hit: Hit | None) -> None:
    if hit is not None and hit.why_not:
        app.notify(f"Not now: {hit.why_not}.", markup=False)
    elif hit is not None:
        hit.act()


def _why_not(view: VipView, targets: Sequence[Member], wish: Wish) -> str:
    silent = [one.balancer for one in targets if view.error(one.balancer) is not None]
    if silent:
        return f"{listed(silent)} cannot be asked, so that nothing there could be proven"
    if all(wish.holds(one.server) for one in targets):
        return f"{targets[0].server.name} is that already"
    return ""


def _ask_weight(app: App[Any], desk: Desk, view: VipView, targets: Sequence[Member]) -> None:
    async def ask() -> None:
        name = targets[0].server.name
        rows = [row(f"Its weight beside that of the others, 0 to 256; now {targets[0].server.weight}.")]
        dialog = AskDialog(f"Weight of {name}", rows, desk.signs, verb="go on")
        typed = await app.push_screen_wait(dialog)
        if typed is None:
            return
        try:
            wish = Wish.of(f"weight={typed.strip()}")
        except ValueError as error:
            app.notify(f"Nothing was sent: {error}.", markup=False)
            return
        await _act(app, desk, view, targets, wish)

    _begin(app, ask)


async def _act(app: App[Any], desk: Desk, view: VipView, targets: Sequence[Member], wish: Wish) -> None:
    """Arm, show what is sent, have the member's name typed, do it, and say what was proven."""
    if not await ensure_armed(app, desk) or desk.works is None:
        return
    name = targets[0].server.name
    is_last = bool(why_refused(wish, targets, view.members))
    try:
        dialog = AskDialog(f"{wish} {name}", card_rows(desk, view, targets, wish), desk.signs, verb="do it")
        if not await _typed(app, dialog, name):
            return
        done = await act_on(desk.works, view.name, targets, wish, may_be_last=is_last)
    except SystemsError as error:
        app.notify(str(error), severity="error", markup=False)
        return
    _tell(app, name, done, "z takes it back.")


async def _undo(app: App[Any], desk: Desk, vip: str) -> None:
    """The same way back: armed, shown, typed, proven."""
    view, works = desk.picture.vips[vip], desk.works
    if works is None:
        app.notify(f"Not now: {desk.why_no_works}.", severity="warning", markup=False)
        return
    try:
        past = newest_to_undo(await acts_on(works, vip))
        if past is None:
            app.notify(f"The journal tells no act on {vip} that could be taken back.", markup=False)
            return
        if not await ensure_armed(app, desk):
            return
        dialog = AskDialog(f"Take back: {past.words}", undo_rows(past), desk.signs, verb="do it")
        if not await _typed(app, dialog, past.member):
            return
        done = await undo_act(works, vip, past, view.members)
    except SystemsError as error:
        app.notify(str(error), severity="error", markup=False)
        return
    _tell(app, past.member, done, "")


async def _typed(app: App[Any], dialog: AskDialog, name: str) -> bool:
    typed = await app.push_screen_wait(dialog)
    if typed is not None and typed.strip() != name:
        app.notify(f"Nothing was sent: {typed.strip()!r} is not {name!r}.", markup=False)
    return typed is not None and typed.strip() == name


def _tell(app: App[Any], name: str, done: Sequence[Changed], then: str) -> None:
    is_proven = bool(done) and not any(one.problem for one in done)
    severity: SeverityLevel = "information" if is_proven else "error"
    sentences = [f"{told(name, one)}." for one in done]
    words = " ".join([*sentences, *([then] if then and is_proven else [])])
    app.notify(words, severity=severity, timeout=12, markup=False)


def card_rows(desk: Desk, view: VipView, targets: Sequence[Member], wish: Wish) -> list[Row]:
    """What is sent where, what it means, what it leaves, and how it is taken back."""
    name = targets[0].server.name
    sockets = desk.works.vips.sockets(view.name) if desk.works is not None and desk.works.vips else {}
    rows = []
    for one in targets:
        line = sockets[one.balancer].command(wish.line(one.server)).line if one.balancer in sockets else ""
        rows.append(_line(f"on {one.balancer}", line or wish.line(one.server), Tone.STRONG))
    sessions = sum(one.server.sessions for one in targets)
    rows += [
        _line("means", MEANS[wish.word]),
        _line("now", f"{targets[0].truth.sentence}; {count(sessions, 'session')}"),
        _line("undo", listed(sorted({str(wish.undo(one.server)) for one in targets}))),
    ]
    if refusal := why_refused(wish, targets, view.members):
        rows.append(_line("beware", f"{refusal}.", Tone.CRITICAL))
    return [*rows, row(), row("Type the member's name to do it: ", (name, Tone.STRONG))]


def undo_rows(past: PastAct) -> list[Row]:
    """What was done, and what is sent to put it back."""
    rows = [_line("was done", f"{past.words}, by {past.who}, {past.at:%Y-%m-%d %H:%M} UTC")]
    rows += [
        _line(f"on {host}", f"{past.backend}/{past.member} {wish}", Tone.STRONG)
        for host, wish in past.left.items()
    ]
    return [*rows, row(), row("Type the member's name to do it: ", (past.member, Tone.STRONG))]


def _line(label: str, text: str, tone: Tone = Tone.PLAIN) -> Row:
    return row((label.ljust(LABEL + 2), Tone.DIM), (text, tone), hang=LABEL + 2)
