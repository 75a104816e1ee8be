"""The deck: the screen that holds the panes, one at a time or tiled where the terminal is wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.balancers_way import show_balancers
from tui.frame import FrameRule, Tab
from tui.keys import key_words
from tui.panes import Pane, Selection
from tui.selecting import SelectingScreen
from tui.watch import WatchPane

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.model import Finding, Runbook
    from tui.desk import Desk

TILE_WIDTH, TILE_HEIGHT = 150, 30
"""From this size on the watch stays on screen above the pane that is open."""

ACTIONS = frozenset({"why", "answer", "run", "log", "shell", "vips"})
SHORT = 16
"""Below this height what changed gives its room to what is wrong."""

PANES = {
    "watch": ("0", "tui.watch:WatchPane"),
    "nodes": ("1", "tui.nodes:NodesPane"),
    "vips": ("2", "tui.vips:VipsPane"),
    "consoles": ("3", "tui.consoles:ConsolesPane"),
    "hosts": ("6", "tui.hosts:HostsPane"),
    "runbooks": ("7", "tui.runbooks:RunbooksPane"),
    "journal": ("8", "tui.journal:JournalPane"),
}
"""Name of a pane -> its digit, and where it is; imported when it is opened for the first time."""


class Deck(SelectingScreen):
    """Panes by digit; the keys act on what is chosen in the pane that is open."""

    KEYS_TITLE = "Console"
    BINDINGS: ClassVar[list[BindingType]] = [
        *[
            Binding(digit, f"pane('{name}')", f"Go to {name}", id=f"deck.{name}", show=False)
            for name, (digit, _) in PANES.items()
        ],
        Binding("escape", "back", "Back", id="deck.back", show=False),
    ]
    DEFAULT_CSS = """
    Deck > #panes {
        height: 1fr;
        & > Pane { display: none; }
        & > Pane.-open { display: block; }
        &.-tiled > WatchPane { display: block; height: 12; layout: horizontal; }
        &.-short Feed { display: none; }
        &.-tiled Feed { width: 64; height: 100%; padding: 0 0 0 2; }
        &.-tiled > FrameRule { display: block; }
        & > FrameRule { display: none; }
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._panes: dict[str, Pane] = {"watch": WatchPane(desk)}
        self._divider = FrameRule(signs=desk.signs)
        self._stage = Vertical(self._panes["watch"], self._divider, id="panes")
        self._open = "watch"
        self._panes["watch"].add_class("-open")

    def body(self) -> Iterator[Widget]:
        yield self._stage

    def tabs(self) -> Sequence[Tab]:
        return [Tab(name, digit, here=name == self._open) for name, (digit, _) in PANES.items()]

    @property
    def open_pane(self) -> Pane:
        """The pane that the keys act on."""
        return self._panes[self._open]

    @property
    def is_tiled(self) -> bool:
        """The watch stays on screen beside the pane that is open."""
        return self.size.width >= TILE_WIDTH and self.size.height >= TILE_HEIGHT

    @property
    def reads(self) -> frozenset[str]:
        return frozenset[str]().union(*[pane.reads for pane in self._panes.values() if pane.display])

    def renew(self) -> None:
        for pane in self._panes.values():
            if pane.display:
                pane.renew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What means nothing in the pane that is open does not stand in the hints."""
        if action in ACTIONS and action not in self.open_pane.ACTS:
            return False
        return super().check_action(action, parameters)

    def selection(self) -> Selection:
        return self.open_pane.selection()

    def copy_text(self) -> str:
        return self.open_pane.copy_text()

    def hint_state(self) -> object:
        return super().hint_state(), self._open

    async def action_pane(self, name: str) -> None:
        await self.go_to(name)

    async def go_to(self, name: str) -> Pane:
        """Open a pane; it is made when it is opened for the first time."""
        if name not in self._panes:
            module, _, attribute = PANES[name][1].partition(":")
            make: Callable[[Desk], Pane] = getattr(import_module(module), attribute)
            self._panes[name] = make(self.desk)
            await self._stage.mount(self._panes[name])
        for other, pane in self._panes.items():
            pane.set_class(other == name, "-open")
        self._open = name
        self._rule.tell(self.tabs())
        self.open_pane.renew()
        self.open_pane.take_focus()
        self.post_message(self.Seen())
        return self.open_pane

    def key_q(self) -> None:
        """Many try q, and no single key may end the console: say which one does."""
        ends = [one.binding.key for one in self.active_bindings.values() if one.binding.action == "quit"]
        words = f"{key_words(ends[0])} leaves the console." if ends else "No key leaves this console."
        self.app.clear_notifications()
        self.app.notify(words, markup=False)

    async def action_back(self) -> None:
        """From any pane back to the watch."""
        if self._open != "watch":
            await self.go_to("watch")

    async def on_resize(self, event: events.Resize) -> None:
        self._stage.set_class(event.size.height < SHORT, "-short")
        tiled = event.size.width >= TILE_WIDTH and event.size.height >= TILE_HEIGHT
        self._stage.set_class(tiled, "-tiled")
        if tiled and self._open == "watch":
            await self.go_to("nodes")

    @on(Pane.Opened)
    async def follow(self, message: Pane.Opened) -> None:
        """Go where what was opened is shown."""
        message.stop()
        kind, _, name = message.key.partition(" ")
        if kind == "finding":
            self.action_why()
        elif kind == "cluster":
            await self.open_cluster(name)
        elif kind in ("cloud", "instance", "balancers", "vip", "member"):
            await self._follow_outside(kind, name)
        elif kind == "node":
            cluster, _, host = name.rpartition(" ")
            self.open_node(cluster, host)
        elif kind == "host":
            self.open_host(name)
        elif kind == "pane":
            await self.go_to(name)
        elif kind == "entry":
            self.open_entry(name)
        elif kind == "report":
            self.open_report(name)
        elif kind in ("book", "run", "session"):
            self.open_wizard(kind, name)

    async def _follow_outside(self, kind: str, name: str) -> None:
        if kind == "cloud":
            await self.open_cloud(name)
        elif kind == "instance":
            cloud, _, instance = name.rpartition(" ")
            self.open_instance(cloud, instance)
        elif kind == "balancers":
            show_balancers(self.app, self.desk, name)
        elif kind == "vip":
            await self.open_vip(name)
        else:
            vip, balancer, backend, member = name.split(" ", 3)
            self.open_member(vip, balancer, backend, member)

    async def open_cluster(self, name: str) -> None:
        """Show the nodes of that cluster."""
        from tui.nodes import NodesPane

        pane = await self.go_to("nodes")
        if isinstance(pane, NodesPane):
            pane.show_other(name)

    def open_node(self, cluster: str, host: str) -> None:
        """Show all that is known of one node."""
        from tui.node import NodeScreen

        self.app.push_screen(NodeScreen(self.desk, cluster, host))

    async def open_cloud(self, name: str) -> None:
        """Show the instances of that cloud."""
        from tui.consoles import ConsolesPane

        pane = await self.go_to("consoles")
        if isinstance(pane, ConsolesPane):
            pane.show_other(name)

    async def open_vip(self, name: str, host: str = "") -> None:
        """Show the members of that virtual address; `host`: first the one that is the node there."""
        from tui.vips import VipsPane

        pane = await self.go_to("vips")
        if isinstance(pane, VipsPane):
            pane.show_vip(name, host)

    def open_member(self, vip: str, balancer: str, backend: str, member: str) -> None:
        """Show all that is known of one member."""
        from tui.member import MemberScreen

        self.app.push_screen(MemberScreen(self.desk, vip, (balancer, backend, member)))

    def open_instance(self, cloud: str, instance: str) -> None:
        """Show all that is known of one instance."""
        from tui.instance import InstanceScreen

        self.app.push_screen(InstanceScreen(self.desk, cloud, instance))

    def open_host(self, host: str) -> None:
        """Show all that is known of one host."""
        from tui.host import HostScreen

        self.app.push_screen(HostScreen(self.desk, host))

    def open_entry(self, number: str) -> None:
        """Show one entry of the journal."""
        from tui.entry import EntryScreen
        from tui.journal import JournalPane

        pane = self.open_pane
        entry = pane.entry(number) if isinstance(pane, JournalPane) else None
        if entry is not None:
            self.app.push_screen(EntryScreen(self.desk, entry))

    def open_report(self, run: str) -> None:
        """Show the report of that run."""
        from tui.report import ReportScreen

        self.app.push_screen(ReportScreen(self.desk, run))

    def open_wizard(self, kind: str, name: str) -> None:
        """Open the wizard on a runbook, on a run to go on with, or on a run that is under way."""
        from tui import wizards
        from tui.runbooks import RunbooksPane

        pane, works = self.open_pane, self.desk.works
        if not isinstance(pane, RunbooksPane) or works is None:
            return
        if kind == "session":
            session = next((one for one in self.desk.sessions if str(id(one)) == name), None)
            if session is not None:
                wizards.show_session(self.app, self.desk, session)
        elif kind == "run" and (summary := pane.summary(name)) is not None:
            wizards.resume_run(self.app, self.desk, summary)
        elif kind == "book":
            self.plan_runbook(works.runbooks[name], pane.about)

    def plan_runbook(self, runbook: Runbook, finding: Finding | None = None) -> None:
        """Take the dry run of a runbook; where there are several that it could be about, ask on which."""
        from tui import wizards

        if finding is not None and finding.runbook == runbook.name:
            wizards.plan_runbook(self.app, self.desk, runbook, finding.system, finding)
        else:
            wizards.plan_somewhere(self.app, self.desk, runbook)
