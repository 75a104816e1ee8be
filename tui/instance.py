"""One instance: what Nova says of it, what was done to it, and the end of its console log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import work
from textual.binding import Binding, BindingType

from runbooks.words import clock
from systems.errors import SystemsError
from tui.frame import Tab, age
from tui.instance_cells import said_of
from tui.poller import CLOUD
from tui.screen import ConsoleScreen
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from textual.widget import Widget

    from systems.openstack.readings import ConsoleLogReading, EventsReading, Instance
    from tui.desk import Desk
    from widgets.signs import Signs

T = TypeVar("T")
LABEL = 13
LOG_SHOWN = 400
EVENTS_SHOWN = 12


class InstanceScreen(ConsoleScreen[None]):
    """The page of one instance; events and log are read when it is opened, and again by r."""

    KEYS_TITLE = "This instance"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "console", "Console", id="instance.console"),
        Binding("t", "serial", "Serial line", id="instance.serial"),
        Binding("d", "screen", "Screen", id="instance.screen"),
        Binding("a", "act", "Start, stop, reboot", id="instance.act"),
        Binding("l", "log", "Console log", id="instance.log"),
        Binding("r", "again", "Read again", id="instance.again"),
        Binding("escape", "dismiss", "Back", id="instance.back"),
    ]

    def __init__(self, desk: Desk, cloud: str, key: str, *, at_log: bool = False) -> None:
        """`at_log`: begin at the console log."""
        super().__init__(desk)
        self._cloud, self._key, self._at_log = cloud, key, at_log
        self._last = desk.picture.clouds[cloud].instance(key)
        self._events: EventsReading | SystemsError | None = None
        self._log: ConsoleLogReading | SystemsError | None = None
        self._page = Page(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [
            Tab("consoles"),
            Tab(self._cloud),
            Tab(self.instance.name if self.instance else "gone", here=True),
        ]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({CLOUD + self._cloud})

    @property
    def instance(self) -> Instance | None:
        """As it was last read; one that has gone from the list stays as it was."""
        self._last = self.desk.picture.clouds[self._cloud].instance(self._key) or self._last
        return self._last

    def why_not(self, action: str) -> str:
        if action in ("console", "serial", "screen", "act", "again") and self.instance is None:
            return "the instance is not in the list any more"
        return super().why_not(action)

    def copy_text(self) -> str:
        return self._page.plain

    def on_mount(self) -> None:
        self.renew()
        self.read_more()

    @work(name="instance", exit_on_error=False, exclusive=True, group="instance")
    async def read_more(self) -> None:
        """Events and log side by side; each is an answer of its own."""
        works, instance = self.desk.works, self.instance
        if works is None or works.clouds is None or instance is None:
            return
        reader = works.clouds.reader(self._cloud)
        self._events, self._log = await asyncio.gather(
            _answer(reader.events(instance)), _answer(reader.console_log(instance, lines=LOG_SHOWN))
        )
        self.renew()
        if self._at_log:
            self.call_after_refresh(self.action_log)

    def renew(self) -> None:
        instance = self.instance
        if instance is None:
            self._page.show([row(("This instance is not in the list any more.", Tone.WARNING))])
            return
        now, signs = self.desk.now(), self.desk.signs
        is_gone = self.desk.picture.clouds[self._cloud].instance(self._key) is None
        rows = [row((" It has gone from the list; this is how it was.", Tone.WARNING))] if is_gone else []
        rows += _instance_rows(instance, now, signs)
        rows += _event_rows(self._events, now, signs)
        rows += _log_rows(self._log, signs)
        self._page.show(rows)

    def action_console(self) -> None:
        from tui.instance_acts import choose_console

        if (instance := self.instance) is not None:
            choose_console(self.app, self.desk, self._cloud, instance)

    def action_serial(self) -> None:
        from tui.guest.serial import SerialScreen

        if (instance := self.instance) is not None:
            self.app.push_screen(SerialScreen(self.desk, self._cloud, instance))

    def action_screen(self) -> None:
        from tui.guest.display import DisplayScreen

        if (instance := self.instance) is not None:
            self.app.push_screen(DisplayScreen(self.desk, self._cloud, instance))

    def action_act(self) -> None:
        from tui.instance_acts import choose_act

        if (instance := self.instance) is not None:
            choose_act(self.app, self.desk, self._cloud, instance)

    def action_log(self) -> None:
        """Go to where the log begins."""
        self._at_log = False
        self._page.bring_into_view("Console log")

    def action_again(self) -> None:
        self._events, self._log = None, None
        self.renew()
        self.read_more()


async def _answer(reading: Awaitable[T]) -> T | SystemsError:
    try:
        return await reading
    except SystemsError as error:
        return error


def _title(words: str) -> list[Row]:
    return [row(), row((words, Tone.STRONG))]


def _line(label: str, text: str, tone: Tone = Tone.PLAIN) -> Row:
    return row((f" {label}".ljust(LABEL), Tone.DIM), (text, tone), hang=LABEL)


def _instance_rows(one: Instance, now: datetime, signs: Signs) -> Iterator[Row]:
    said = said_of(one)
    if said:
        sign, tone = (
            (signs.critical, Tone.CRITICAL) if one.status == "ERROR" else (signs.warning, Tone.WARNING)
        )
        yield row((f" {sign} ", tone), said, hang=3)
    yield _line("status", f"{one.status}{', ' + one.task if one.task else ''}, power {one.power.value}")
    host = {None: "this account is not told", "": "none"}.get(one.host, one.host or "")
    yield _line("host", host)
    for address in one.addresses:
        words = f"{address.address} ({address.network}{', floating' if address.is_floating else ''})"
        yield _line("address", words)
    yield _line("flavor", one.flavor or signs.none)
    yield _line("id", one.id)
    yield _line("project", one.project or signs.none)
    if one.created_at is not None:
        ago = age((now - one.created_at).total_seconds())
        yield _line("created", f"{clock(one.created_at, now=now)}, {ago} ago")


def _event_rows(events: EventsReading | SystemsError | None, now: datetime, signs: Signs) -> Iterator[Row]:
    yield from _title("What was done to it")
    if events is None:
        yield row((f"  {signs.unknown} asking", Tone.DIM))
    elif isinstance(events, SystemsError):
        yield row((f"  {signs.warning} ", Tone.WARNING), str(events), hang=4)
    elif not events.events:
        yield row("  nothing that Nova tells")
    else:
        for one in events.events[:EVENTS_SHOWN]:
            at = clock(one.begun_at, now=now) if one.begun_at else signs.none
            failed = f": {one.message}" if one.message else ""
            tone = Tone.WARNING if failed else Tone.PLAIN
            yield row(
                (f"  {at}  ", Tone.DIM), (f"{one.action}{failed}", tone), (f"  {one.request}", Tone.DIM)
            )


def _log_rows(log: ConsoleLogReading | SystemsError | None, signs: Signs) -> Iterator[Row]:
    yield from _title("Console log")
    if log is None:
        yield row((f"  {signs.unknown} asking", Tone.DIM))
    elif isinstance(log, SystemsError):
        yield row((f"  {signs.warning} ", Tone.WARNING), str(log), hang=4)
    elif not log.text.strip():
        yield row("  It wrote nothing: its kernel may have no console=ttyS0.")
    else:
        yield from (row(f"  {line}", hang=2) for line in log.text.rstrip().splitlines()[-LOG_SHOWN:])
