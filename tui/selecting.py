"""A screen on which something is chosen, and the keys that act on what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from tui.panes import Selection
from tui.screen import ConsoleScreen
from widgets.choosing import ChoseAnother

if TYPE_CHECKING:
    from runbooks.model import Finding
    from tui.vip_view import VipView


class SelectingScreen(ConsoleScreen[None]):
    """The same keys do the same on every screen that shows systems: why, runbooks, run, log, shell."""

    KEYS_TITLE = "What is chosen"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "why", "Why", id="deck.why"),
        Binding("b", "answer", "Runbooks", id="deck.answer"),
        Binding("x", "run", "Run", id="deck.run"),
        Binding("l", "log", "Log", id="deck.log"),
        Binding("s", "shell", "Shell", id="deck.shell", show=False),
        Binding("V", "vips", "Its VIPs", id="deck.vips_of", show=False),
    ]

    def selection(self) -> Selection:
        """What is chosen now."""
        return Selection()

    def hint_state(self) -> object:
        chosen = self.selection()
        return super().hint_state(), chosen.system, chosen.hosts, chosen.finding and chosen.finding.id

    def why_not(self, action: str) -> str:
        chosen = self.selection()
        if action == "why" and chosen.finding is None and len(chosen.hosts) != 1:
            return "nothing is wrong with what is chosen" if chosen.system else "no finding is chosen"
        if action in ("run", "log") and not chosen.hosts:
            return "no host is chosen"
        if action == "shell" and len(chosen.hosts) != 1:
            return (
                "no host is chosen" if not chosen.hosts else "a shell is on one host, and several are chosen"
            )
        if action == "vips" and not self._vips():
            return "no virtual address leads to what is chosen"
        return super().why_not(action)

    def _vips(self) -> list[VipView]:
        """The virtual addresses that lead to the first host that is chosen, or that it balances."""
        hosts = self.selection().hosts
        return self.desk.picture.vips_of(hosts[0]) if hosts else []

    @on(ChoseAnother)
    def choose_another(self) -> None:
        """What can be done depends on what is chosen."""
        self.show_hints()

    def action_why(self) -> None:
        """What is found; of a row against which nothing is found, every rung is asked."""
        chosen = self.selection()
        host = chosen.hosts[0] if len(chosen.hosts) == 1 else ""
        if chosen.finding is not None:
            self.explain(chosen.finding, host)
        elif host:
            from tui.ladder import LadderScreen

            self.app.push_screen(LadderScreen(self.desk, host))

    def explain(self, finding: Finding, host: str = "") -> None:
        """Show all that is known of a finding."""
        from tui.finding import FindingScreen

        works = self.desk.works
        gotcha = works.catalogue.get(finding.id) if works is not None else None

        def answer(runbook: str | None) -> None:
            if runbook is not None:
                self.answer(finding)

        self.app.push_screen(FindingScreen(self.desk, finding, gotcha, host), answer)

    def action_answer(self) -> None:
        self.answer(self.selection().finding)

    def answer(self, finding: Finding | None) -> None:
        """Show the runbooks, first the one that answers this finding."""
        from tui.navigation import show_runbooks

        self.app.call_later(show_runbooks, self.app, finding)

    def action_run(self) -> None:
        """Run a line on what is marked, or chosen."""
        from tui.stream.screen import StreamScreen

        self.app.push_screen(StreamScreen(self.desk, self.selection().hosts))

    def action_log(self) -> None:
        """Follow the log of the database on what is chosen, or of the host where there is none."""
        from tui.stream.logs import log_order
        from tui.stream.screen import StreamScreen

        order = log_order(self.desk.picture, self.selection().hosts)
        self.app.push_screen(StreamScreen(self.desk, order.hosts, order))

    def action_vips(self) -> None:
        """Show the member that is the node on this host."""
        from tui.navigation import show_vip

        if found := self._vips():
            self.app.call_later(show_vip, self.app, found[0].name, self.selection().hosts[0])

    @work(name="shell", exit_on_error=False, exclusive=True, group="shell")
    async def action_shell(self) -> None:
        """A shell on the host that is chosen."""
        from tui.shell import open_shell

        hosts = self.selection().hosts
        await open_shell(self.app, self.desk, hosts[0] if hosts else "")
