"""The instances of one cloud, and the ways to their consoles."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from systems.errors import Refused, SystemsError
from tui.balancers_way import show_balancers
from tui.cloud_lines import cloud_sign, cloud_text
from tui.frame import age
from tui.instance_cells import COLUMNS, instance_row, said_of
from tui.instance_host import cluster_of, host_of
from tui.panes import Selection
from tui.poller import CLOUD
from tui.several import PaneOfSeveral
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.live_table import LiveTable, dimmed
from widgets.live_table.cells import natural
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from systems.openstack.readings import Instance, InstancesReading
    from tui.desk import Desk
    from tui.picture import CloudView


class ConsolesPane(PaneOfSeveral["CloudView"]):
    """A row an instance, worst first; what is wrong with the cloud above, with the instance below."""

    KEYS_TITLE = "Consoles"
    NAME: ClassVar[str] = "consoles"
    DIGIT: ClassVar[str] = "3"
    PLURAL: ClassVar[str] = "clouds"
    ACTS: ClassVar[frozenset[str]] = frozenset({"why", "run", "shell", "vips"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "console", "Console", id="consoles.console"),
        Binding("t", "serial", "Serial line", id="consoles.serial"),
        Binding("d", "screen", "Screen", id="consoles.screen"),
        Binding("a", "act", "Start, stop, reboot", id="consoles.act"),
        Binding("l", "console_log", "Console log", id="consoles.log"),
        Binding("n", "node", "Its node", id="consoles.node", show=False),
        Binding("h", "host", "Its host in the estate", id="consoles.host", show=False),
        Binding("o", "balancers", "Load balancers", id="consoles.balancers"),
        Binding("right_square_bracket", "another(1)", "Next cloud", id="consoles.next", show=False),
        Binding("left_square_bracket", "another(-1)", "Previous cloud", id="consoles.previous", show=False),
    ]
    DEFAULT_CSS = """
    ConsolesPane {
        & > #cloud-heading { height: auto; max-height: 4; overflow: hidden hidden; scrollbar-gutter: auto; }
        & > #instance-detail { height: auto; max-height: 4; padding: 0 2; }
    }
    """

    def __init__(self, desk: Desk, cloud: str = "") -> None:
        super().__init__(desk, cloud)
        self._listed: tuple[InstancesReading | None, bool] = (None, False)
        """What stands in the rows: which list, and whether the cloud has not told a newer one when asked."""
        self._host_found: tuple[Instance, str] | None = None
        """The instance that was under the cursor, and its host: one key asks for that 25 times."""
        self._heading = Lines(self._heading_rows(), signs=desk.signs, id="cloud-heading")
        self._table = LiveTable(COLUMNS, signs=desk.signs, empty=self._empty())
        self._detail = Lines(signs=desk.signs, id="instance-detail")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._table
        yield self._detail

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({CLOUD + self.shown} if self.shown else ())

    @property
    def views(self) -> Mapping[str, CloudView]:
        return self.desk.picture.clouds

    @property
    def instance(self) -> Instance | None:
        """The instance under the cursor."""
        view = self.view
        return view.instance(self._table.cursor_key or "") if view is not None else None

    def why_not(self, action: str) -> str:
        if action == "balancers" and not self.shown:
            return "the estate names no cloud"
        if action in ("console", "serial", "screen", "act", "console_log") and self.instance is None:
            return "no instance is chosen"
        if action in ("host", "node") and not self._host():
            return "no host of the estate is this instance"
        if action == "node" and not cluster_of(self.desk.picture, self._host()):
            return f"{self._host()} is no node of a cluster in the estate file"
        return ""

    def _host(self) -> str:
        """The host of the estate that the instance under the cursor is; empty: none."""
        instance = self.instance
        if instance is None:
            return ""
        if self._host_found is None or self._host_found[0] is not instance:
            self._host_found = (instance, host_of(self.desk.picture, instance))
        return self._host_found[1]

    def on_mount(self) -> None:
        self._table.sort_by("state")
        self.renew()

    def renew(self) -> None:
        """Renew the heading each second for its ages, and the rows when there is a new list."""
        view = self.view
        self._host_found = None  # hosts may have told their addresses meanwhile
        self._heading.show(self._heading_rows())
        if view is not None and (view.instances, view.error is not None) != self._listed:
            self._list(view)
            self._show_detail()

    def _list(self, view: CloudView) -> None:
        lost = view.error is not None
        self._listed = view.instances, lost
        now, signs = self.desk.now(), self.desk.signs
        told = view.instances.instances if view.instances else ()
        found = sorted(told, key=lambda one: natural(one.name))  # Nova tells them in no order to read
        rows = {one.id: instance_row(one, now, signs) for one in found}
        self._table.show({key: dimmed(cells) for key, cells in rows.items()} if lost else rows)

    @on(LiveTable.Highlighted)
    def _show_detail(self) -> None:
        """What is wrong with the instance under the cursor, in words."""
        instance = self.instance
        words = said_of(instance) if instance is not None else ""
        self._detail.show([row((words, Tone.WARNING))] if words else [])

    def _empty(self) -> str:
        if not self.shown:
            return "No cloud is named in the estate file. Its file takes one as a [[cloud]] table."
        return "No instance is told yet."

    def _heading_rows(self) -> list[Row]:
        view = self.view
        if view is None:
            return []
        bar: Piece = (f" {self.desk.signs.bar}", Tone.FRAME)
        sign, tone = cloud_sign(view, self.desk.signs)
        pieces: list[Piece] = [(f" {view.name}", Tone.STRONG), bar, (f"{sign} ", tone)]
        pieces.append((view.verdict.sentence if view.verdict else "asking for its instances", Tone.PLAIN))
        pieces += self.which()
        right: list[Piece] = []
        if view.instances is not None:
            seconds = (self.desk.now() - view.instances.taken_at).total_seconds()
            lost = view.error is not None
            right = [(f"as of {age(seconds)} ago", Tone.WARNING if lost else Tone.DIM)]
        return [row(*pieces, right=right, hang=2), *self._unread_rows(view)]

    def _unread_rows(self, view: CloudView) -> list[Row]:
        """That the account may not see what runs the instances is told once, not as something wrong."""
        if view.survey is None or view.error is not None:
            return []
        parts = {"hypervisors": view.survey.hypervisors, "services": view.survey.services}
        unread = {what: part for what, part in parts.items() if isinstance(part, SystemsError)}
        if not unread:
            return []
        if all(isinstance(part, Refused) and part.status == 403 for part in unread.values()):
            words = (
                f"This account may not see {' and '.join(unread)}: whether they are well is not known here."
            )
            return [row((f"   {words}", Tone.DIM), hang=3)]
        return [row((f"   {next(iter(unread.values()))}", Tone.WARNING), hang=3)]

    def selection(self) -> Selection:
        """An instance that is a host of the estate stands for that host too."""
        view, instance, host = self.view, self.instance, self._host()
        hosts = (host,) if host else ()
        if view is None or view.verdict is None:
            return Selection(self.shown, hosts)
        findings = view.verdict.findings
        own = [one for one in findings if instance is not None and instance.host in one.hosts]
        others = [] if host else findings
        return Selection(view.name, hosts, next(iter([*own, *others]), None))

    def copy_text(self) -> str:
        view = self.view
        return self._table.copy_text() or (cloud_text(view) if view is not None else "")

    @on(LiveTable.Opened)
    def open_instance(self, message: LiveTable.Opened) -> None:
        """Leave it to the deck what opening means."""
        message.stop()
        self.post_message(self.Opened(self, f"instance {self.shown} {message.key}"))

    def action_node(self) -> None:
        host = self._host()
        self.post_message(self.Opened(self, f"node {cluster_of(self.desk.picture, host)} {host}"))

    def action_host(self) -> None:
        self.post_message(self.Opened(self, f"host {self._host()}"))

    def action_console(self) -> None:
        from tui.instance_acts import choose_console

        if (instance := self.instance) is not None:
            choose_console(self.app, self.desk, self.shown, instance)

    def action_serial(self) -> None:
        from tui.guest.serial import SerialScreen

        if (instance := self.instance) is not None:
            self.app.push_screen(SerialScreen(self.desk, self.shown, instance))

    def action_screen(self) -> None:
        from tui.guest.display import DisplayScreen

        if (instance := self.instance) is not None:
            self.app.push_screen(DisplayScreen(self.desk, self.shown, instance))

    def action_act(self) -> None:
        from tui.instance_acts import choose_act

        if (instance := self.instance) is not None:
            choose_act(self.app, self.desk, self.shown, instance)

    def action_console_log(self) -> None:
        from tui.instance import InstanceScreen

        if (instance := self.instance) is not None:
            self.app.push_screen(InstanceScreen(self.desk, self.shown, instance.id, at_log=True))

    def action_balancers(self) -> None:
        if self.shown:
            show_balancers(self.app, self.desk, self.shown)
