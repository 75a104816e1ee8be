"""All that is known of one host, in groups; imported when one is opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from runbooks.words import clock, share, size, span
from tui.finding_rows import finding_rows
from tui.frame import age
from tui.instance_cells import instance_state
from tui.instance_host import instance_of, is_by_name
from tui.node_cells import state_cell
from tui.tones import change_tone
from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from systems.host import HostReading
    from tui.picture import HostView, Picture
    from widgets.signs import Signs

LABEL = 20
CHANGES_SHOWN = 12


def host_rows(host: HostView, picture: Picture, now: datetime, signs: Signs) -> list[Row]:
    """The page of one host: whether it answers, what is wrong with it, what it has, what changed on it."""
    return [
        *_answer(host, now, signs),
        *_findings(host, picture, signs),
        *([] if host.reading is None else _machine(host.reading)),
        *_units(host.reading, signs),
        *_systems(host, picture, signs),
        *_changes(host, picture, now),
    ]


def _title(words: str) -> list[Row]:
    return [row(), row((words, Tone.STRONG))]


def _line(label: str, text: str, tone: Tone = Tone.PLAIN, *more: Piece) -> Row:
    return row((f"  {label}".ljust(LABEL), Tone.DIM), (text, tone), *more, hang=LABEL)


def _answer(host: HostView, now: datetime, signs: Signs) -> Iterator[Row]:
    if host.error is not None:
        yield row((f" {signs.critical} ", Tone.CRITICAL), str(host.error), hang=3)
        if host.reading is not None:
            ago = age((now - host.reading.taken_at).total_seconds())
            yield row(f"   What stands below is what it said {ago} ago.", hang=3)
    elif host.reading is None:
        yield row((f" {signs.unknown} ", Tone.DIM), "It was asked, and has not answered yet.")
    else:
        yield row((f" {signs.good} ", Tone.GOOD), f"{host.host} answers, as {host.reading.hostname}.")


def _findings(host: HostView, picture: Picture, signs: Signs) -> Iterator[Row]:
    for number, finding in enumerate(picture.findings_on(host.host)):
        yield row()
        yield from finding_rows(finding, f"finding {number}", signs, evidence_shown=2)


def _machine(reading: HostReading) -> Iterator[Row]:
    yield from _title("Machine")
    yield _line("kernel", reading.kernel)
    if reading.uptime_s is not None:
        yield _line("up for", span(reading.uptime_s))
    if reading.load is not None:
        cores = {None: "", 1: " on one core"}.get(reading.cpus, f" on {reading.cpus} cores")
        yield _line("load, one minute", f"{reading.load:.2f}{cores}")
    if reading.memory_bytes:
        yield _line("memory", _room(reading.memory_free_bytes, reading.memory_bytes))
    if reading.root_bytes:
        yield _line("filesystem /", _room(reading.root_free_bytes, reading.root_bytes))


def _room(free: int | None, total: int) -> str:
    if free is None:
        return f"{size(total)}, how much of it is free is not told"
    return f"{size(free)} free of {size(total)} ({share(1 - free / total)} used)"


def _units(reading: HostReading | None, signs: Signs) -> Iterator[Row]:
    if reading is None:
        return
    yield from _title("Failed units")
    if reading.failed_units is None:
        yield row(f"  {signs.unknown} systemd did not tell them", hang=4)
    elif not reading.failed_units:
        yield row("  none")
    else:
        for unit in reading.failed_units:
            yield row((f"  {signs.warning} ", Tone.WARNING), unit, hang=4)


def _systems(host: HostView, picture: Picture, signs: Signs) -> Iterator[Row]:
    vips, found = picture.vips_of(host.host), instance_of(picture, host.host)
    if not host.roles and not vips and found is None:
        return
    yield from _title("Part of")
    for name in host.roles:
        node = picture.clusters[name].nodes[host.host]
        if node.survey is None:
            yield _line(name, f"{signs.unknown} not looked at yet", Tone.DIM)
        else:
            cell = state_cell(node, node.survey, signs)
            yield _line(name, cell.text, cell.tone, ("  (Enter: all of this node)", Tone.DIM))
    yield from _vips(host, picture, signs)
    if found is not None:
        cloud, instance = found
        cell = instance_state(instance, signs)
        on = f" on {instance.host}" if instance.host else ""
        hint: Piece = ("  (i: its page, its screen)", Tone.DIM)
        by = ", by its name alone" if is_by_name(picture, host.host) else ""
        yield _line(cloud, f"{cell.text} as {instance.name}{on}{by}", cell.tone, hint)


def _vips(host: HostView, picture: Picture, signs: Signs) -> Iterator[Row]:
    """What each load balancer believes of the node here, or what it balances itself."""
    for view in picture.vips_of(host.host):
        lines = [f"{one.balancer}: {one.truth.sentence}" for one in view.of_host(host.host)]
        if host.host in view.plan.hosts:
            lines.insert(0, f"it balances: {view.sentence}")
        for number, line in enumerate(lines or [f"{signs.unknown} not looked at yet"]):
            more: tuple[Piece, ...] = (("  (V: its members)", Tone.DIM),) if number == 0 else ()
            yield _line(view.name if number == 0 else "", line, Tone.PLAIN, *more)


def _changes(host: HostView, picture: Picture, now: datetime) -> Iterator[Row]:
    changes = sorted((one for one in picture.changes if one.host == host.host), key=lambda one: one.at)
    yield from _title("What changed")
    if not changes:
        yield row("  nothing since this console was opened")
    for change in reversed(changes[-CHANGES_SHOWN:]):
        label = clock(change.at, now=now)
        yield _line(label, change.sentence, change_tone(change.severity))
