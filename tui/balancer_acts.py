"""A failover as the console asks for it: armed, shown, the name typed, sent once, and what was proven."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from runbooks.cloud.failover import MEANS, order_of, why_not
from systems.errors import SystemsError
from tui.arming import ensure_armed
from tui.ask import AskDialog
from tui.balancer_acting import fail_over
from widgets.layout import Row, row
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.app import App
    from textual.notifications import SeverityLevel

    from systems.openstack.octavia_readings import Balancer
    from tui.desk import Desk

LABEL = 8


def begin_failover(app: App[Any], desk: Desk, cloud: str, balancer: Balancer) -> None:
    """Begin it, where Octavia would take it."""
    if why := why_not(balancer):
        app.notify(f"Not now: {why}.", markup=False)
        return
    # A worker of the deck: an order that is out is followed when this screen has been left.
    work = _fail_over(app, desk, cloud, balancer)
    app.screen_stack[0].run_worker(work, name=f"failover {balancer.name}", group="acts", exit_on_error=False)


async def _fail_over(app: App[Any], desk: Desk, cloud: str, balancer: Balancer) -> None:
    if not await ensure_armed(app, desk):
        return
    dialog = AskDialog(f"Failover of {balancer.name}", card_rows(cloud, balancer), desk.signs, verb="do it")
    typed = await app.push_screen_wait(dialog)
    if typed is None or desk.works is None:
        return
    if typed.strip() != balancer.name:
        app.notify(f"Nothing was sent: {typed.strip()!r} is not {balancer.name!r}.", markup=False)
        return
    try:
        result = await fail_over(desk.works, cloud, balancer, tell=partial(app.notify, markup=False))
    except SystemsError as error:
        app.notify(str(error), severity="error", markup=False)
        return
    severity: SeverityLevel = "information" if result.is_verified else "error"
    app.notify(f"Failover: {result.sentence}", severity=severity, timeout=12, markup=False)


def card_rows(cloud: str, balancer: Balancer) -> list[Row]:
    """What is sent, what it means, and that nothing takes it back."""
    stands = f"{balancer.standing.provisioning}, operating {balancer.standing.operating}"
    return [
        _line("sends", order_of(balancer).line, Tone.STRONG),
        _line("to", f"Octavia of {cloud}; it is {stands}, provider {balancer.provider or 'not told'}"),
        _line("means", MEANS),
        _line("undo", "none"),
        row(),
        row("Type the load balancer's name to do it: ", (balancer.name, Tone.STRONG)),
    ]


def _line(label: str, text: str, tone: Tone = Tone.PLAIN) -> Row:
    return row((label.ljust(LABEL), Tone.DIM), (text, tone), hang=LABEL)
