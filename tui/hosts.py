"""All hosts of the estate: which answer, what they lack; here one marks some and runs a command on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on

from tui.frame import age
from tui.panes import Pane, Selection
from tui.poller import HOSTS
from widgets.layout import row
from widgets.lines import Lines
from widgets.live_table import Cell, Column, LiveTable
from widgets.tones import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult

    from systems.host import HostReading
    from tui.desk import Desk
    from tui.picture import HostView
    from widgets.signs import Signs

COLUMNS = (
    Column("host", "host"),
    Column("state", "state"),
    Column("role", "role", drop=3),
    Column("load", "load", align="right", drop=2),
    Column("memory", "memory free", align="right", drop=1),
    Column("root", "/ free", align="right"),
    Column("up", "up for", align="right", drop=4),
    Column("kernel", "kernel", drop=5),
    Column("asof", "as of", align="right"),
)


class HostsPane(Pane):
    """A row a host."""

    KEYS_TITLE = "Hosts"
    NAME: ClassVar[str] = "hosts"
    DIGIT: ClassVar[str] = "6"
    ACTS: ClassVar[frozenset[str]] = frozenset({"why", "answer", "run", "log", "shell", "vips"})
    DEFAULT_CSS = """
    HostsPane > Lines { height: auto; max-height: 5; padding: 0 2; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._table = LiveTable(COLUMNS, signs=desk.signs, empty="no host is named in the estate file")
        self._detail = Lines(signs=desk.signs)

    def compose(self) -> ComposeResult:
        yield self._table
        yield self._detail

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({HOSTS})

    def on_mount(self) -> None:
        self.renew()

    def renew(self) -> None:
        now, signs = self.desk.now(), self.desk.signs
        self._table.show({name: host_row(host, now, signs) for name, host in self.desk.picture.hosts.items()})
        self.show_detail()

    @on(LiveTable.Highlighted)
    def show_detail(self) -> None:
        """What is wrong with the host under the cursor, in full."""
        host = self.desk.picture.hosts.get(self._table.cursor_key or "")
        words = "" if host is None else detail(host)
        self._detail.show([row((words, Tone.WARNING))] if words else [])

    def selection(self) -> Selection:
        """The hosts that are marked, and what is found against the one under the cursor."""
        at = self._table.cursor_key
        found = self.desk.picture.findings_on(at) if at is not None else []
        return Selection(hosts=self._table.chosen, finding=found[0] if found else None)

    @on(LiveTable.Opened)
    def open_host(self, message: LiveTable.Opened) -> None:
        """Show all that is known of it."""
        message.stop()
        self.post_message(self.Opened(self, f"host {message.key}"))

    def copy_text(self) -> str:
        return self._table.copy_text()


def host_row(host: HostView, now: datetime, signs: Signs) -> Mapping[str, Cell]:
    """All cells of one host. What it said last stays, dimmed, when it does not answer any more."""
    cells = {
        "host": Cell(host.host, Tone.STRONG),
        "state": _state(host, signs),
        "role": Cell(", ".join((*host.roles, *host.balances)) or signs.none, Tone.DIM),
        "asof": Cell(signs.none, Tone.DIM),
    }
    if host.reading is not None:
        lost = host.error is not None
        seconds = (now - host.reading.taken_at).total_seconds()
        cells["asof"] = Cell(age(seconds), Tone.WARNING if lost else Tone.DIM, seconds)
        cells |= _numbers(host.reading, signs, Tone.DIM if lost else Tone.PLAIN)
    return cells


def detail(host: HostView) -> str:
    """What is wrong with a host, in a sentence; empty: nothing that it tells."""
    if host.error is not None:
        return str(host.error)
    failed = host.reading.failed_units if host.reading is not None else None
    return f"{host.host}: failed units: {', '.join(failed)}" if failed else ""


def _state(host: HostView, signs: Signs) -> Cell:
    if host.error is not None:
        return Cell(f"{signs.critical} no answer", Tone.CRITICAL)
    if host.reading is None:
        return Cell(f"{signs.unknown} asking", Tone.DIM)
    failed = host.reading.failed_units
    if failed:
        units = "1 unit" if len(failed) == 1 else f"{len(failed)} units"
        return Cell(f"{signs.warning} {units} failed", Tone.WARNING)
    return Cell(f"{signs.good} answers", Tone.GOOD)


def _numbers(reading: HostReading, signs: Signs, plain: Tone) -> dict[str, Cell]:
    none = Cell(signs.none, Tone.DIM)
    busy = reading.load is not None and reading.cpus and reading.load > 2 * reading.cpus
    return {
        "load": none
        if reading.load is None
        else Cell(
            f"{reading.load:.2f}", Tone.WARNING if busy and plain is Tone.PLAIN else plain, reading.load
        ),
        "memory": _free(reading.memory_free_bytes, reading.memory_bytes, none, plain),
        "root": _free(reading.root_free_bytes, reading.root_bytes, none, plain),
        "up": none if reading.uptime_s is None else Cell(age(reading.uptime_s), plain, reading.uptime_s),
        "kernel": Cell(reading.kernel, Tone.DIM),
    }


def _free(free: int | None, total: int | None, none: Cell, plain: Tone) -> Cell:
    if free is None or not total:
        return none
    tone = Tone.CRITICAL if free < total * 0.03 else Tone.WARNING if free < total * 0.1 else plain
    return Cell(gigabytes(free), plain if plain is Tone.DIM else tone, float(free))


def gigabytes(number: int) -> str:
    """Bytes in gigabytes: "1.4 GB"."""
    return f"{number / 1e9:.1f} GB" if number < 100e9 else f"{number / 1e9:.0f} GB"
