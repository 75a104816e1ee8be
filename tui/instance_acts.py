"""What can be asked of an instance: a console of some type, or one of the guarded acts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from runbooks.cloud.acts import ACTS, InstanceAct
from systems.errors import SystemsError
from tui.arming import ensure_armed
from tui.ask import AskDialog
from tui.instance_acting import act_on
from tui.palette import Hit, Palette
from widgets.layout import Row, row
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.app import App
    from textual.notifications import SeverityLevel

    from systems.openstack.readings import Instance
    from tui.desk import Desk

LABEL = 8
TYPES = (
    ("spice-html5", "in a browser, by SPICE"),
    ("novnc", "in a browser, by VNC"),
    ("serial", "a websocket to its serial line"),
    ("spice-direct", "for a native SPICE client, since Nova 31"),
    ("rdp-html5", "in a browser, by RDP (Hyper-V)"),
    ("webmks", "in a browser (VMware)"),
)


def choose_console(app: App[Any], desk: Desk, cloud: str, instance: Instance) -> None:
    """Ask which type of console, and show the way to it."""

    def open_it(kind: str) -> None:
        from tui.console_access import AccessScreen

        app.push_screen(AccessScreen(desk, cloud, instance, kind))

    hits = [Hit("console", kind, partial(open_it, kind), more=words) for kind, words in TYPES]
    palette = Palette(hits, desk.signs, asks=f"which console of {instance.name}")
    app.push_screen(palette, lambda hit: hit.act() if hit else None)


def choose_act(app: App[Any], desk: Desk, cloud: str, instance: Instance) -> None:
    """Ask which act; those that Nova would refuse now say why."""

    def begin(act: InstanceAct) -> None:
        # A worker of the deck: an order that is out is followed when this screen has been left.
        name = f"{act.name} {instance.name}"
        acting = _act(app, desk, cloud, instance, act)
        app.screen_stack[0].run_worker(acting, name=name, group="acts", exit_on_error=False)

    hits = [
        Hit("act", act.title, partial(begin, act), more=act.brief, why_not=act.why_not(instance))
        for act in ACTS.values()
    ]
    palette = Palette(hits, desk.signs, asks=f"what to do with {instance.name}")
    app.push_screen(palette, lambda hit: _take(app, hit))


def _take(app: App[Any], hit: Hit | None) -> None:
    if hit is not None and hit.why_not:
        app.notify(f"Not now: {hit.why_not}.", markup=False)
    elif hit is not None:
        hit.act()


async def _act(app: App[Any], desk: Desk, cloud: str, instance: Instance, act: InstanceAct) -> None:
    """Arm, show what is sent, have the name typed, do it, and say what was proven."""
    if not await ensure_armed(app, desk):
        return
    dialog = AskDialog(
        f"{act.title} {instance.name}", card_rows(cloud, instance, act), desk.signs, verb="do it"
    )
    typed = await app.push_screen_wait(dialog)
    if typed is None or desk.works is None:
        return
    if typed.strip() != instance.name:
        app.notify(f"Nothing was sent: {typed.strip()!r} is not {instance.name!r}.", markup=False)
        return
    try:
        result = await act_on(desk.works, cloud, instance, act, tell=partial(app.notify, markup=False))
    except SystemsError as error:
        app.notify(str(error), severity="error", markup=False)
        return
    severity: SeverityLevel = "information" if result.is_verified else "error"
    back = f" {ACTS[act.undo].title} takes it back." if act.undo and result.is_verified else ""
    app.notify(f"{act.title}: {result.sentence}{back}", severity=severity, timeout=12, markup=False)


def card_rows(cloud: str, instance: Instance, act: InstanceAct) -> list[Row]:
    """What is sent, what it means, and whether it can be taken back."""
    undo = ACTS[act.undo].title if act.undo else "none"
    where = f"on {instance.host}" if instance.host else "on a host that is not told"
    return [
        _line("sends", act.order(instance).line, Tone.STRONG),
        _line("to", f"Nova of {cloud}; the instance runs {where}"),
        _line("means", act.means),
        _line("undo", undo),
        row(),
        row("Type the instance's name to do it: ", (instance.name, Tone.STRONG)),
    ]


def _line(label: str, text: str, tone: Tone = Tone.PLAIN) -> Row:
    return row((label.ljust(LABEL), Tone.DIM), (text, tone), hang=LABEL)
