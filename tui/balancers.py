"""The load balancers of one cloud (Octavia): both statuses of each, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.balancer_cells import COLUMNS, balancer_row
from tui.balancer_lines import balancers_text, weight_sign
from tui.frame import Tab, age
from tui.panes import Selection
from tui.poller import BALANCERS
from tui.selecting import SelectingScreen
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.live_table import LiveTable, dimmed
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.cloud.balancers import JudgedBalancer
    from systems.openstack.octavia_readings import BalancersReading
    from tui.balancers_view import BalancersView
    from tui.desk import Desk

HIDDEN = frozenset({"answer", "run", "log", "shell", "vips"})
"""Keys of other selecting screens that mean nothing here."""
FINDINGS_SHOWN = 3


class BalancersScreen(SelectingScreen):
    """A row a load balancer; what is wrong with the one under the cursor stands below, in words."""

    KEYS_TITLE = "Load balancers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "failover", "Failover", id="balancers.failover"),
        Binding("escape", "dismiss", "Back", id="balancers.back"),
    ]
    DEFAULT_CSS = """
    BalancersScreen {
        & > Lines { scrollbar-gutter: auto; overflow: hidden hidden; }
        & > #balancers-heading { height: auto; max-height: 4; }
        & > #balancer-findings { height: auto; max-height: 7; padding: 0 2; }
    }
    """

    def __init__(self, desk: Desk, cloud: str) -> None:
        super().__init__(desk)
        self._cloud = cloud
        self._shown: tuple[BalancersReading | None, bool] = (None, False)
        self._heading = Lines(self._heading_rows(), signs=desk.signs, id="balancers-heading")
        self._table = LiveTable(COLUMNS, signs=desk.signs, empty="There is no load balancer to show.")
        self._below = Lines(signs=desk.signs, id="balancer-findings")

    def body(self) -> Iterator[Widget]:
        yield from (self._heading, self._table, self._below)

    def tabs(self) -> Sequence[Tab]:
        return [Tab("consoles"), Tab(self._cloud), Tab("load balancers", here=True)]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({BALANCERS + self._cloud})

    @property
    def view(self) -> BalancersView:
        """What is known of them."""
        return self.desk.picture.balancers[self._cloud]

    @property
    def judged(self) -> JudgedBalancer | None:
        """The load balancer under the cursor."""
        return self.view.of(self._table.cursor_key or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action in HIDDEN else super().check_action(action, parameters)

    def why_not(self, action: str) -> str:
        if action == "failover":
            return _why_no_failover(self.judged)
        return super().why_not(action)

    def selection(self) -> Selection:
        judged, verdict = self.judged, self.view.verdict
        own = judged.findings if judged is not None and self.view.error is None else ()
        findings = own or (verdict.findings if verdict is not None and judged is None else ())
        if self.view.error is not None and verdict is not None:
            findings = verdict.findings
        return Selection(self._cloud, finding=next(iter(findings), None))

    def copy_text(self) -> str:
        return self._table.copy_text() or balancers_text(self.view)

    def on_mount(self) -> None:
        self._table.sort_by("name")
        self._table.focus()
        self.renew()

    def renew(self) -> None:
        """Renew the heading each second for its ages, and the rows when there is a new list."""
        view = self.view
        self._heading.show(self._heading_rows())
        if (view.reading, view.error is not None) != self._shown:
            lost = view.error is not None
            self._shown = view.reading, lost
            now, signs = self.desk.now(), self.desk.signs
            rows = {one.balancer.id: balancer_row(one, now, signs) for one in view.judged}
            self._table.show({key: dimmed(cells) for key, cells in rows.items()} if lost else rows)
            self._show_below()
            self.show_hints()

    @on(LiveTable.Highlighted)
    def _show_below(self) -> None:
        """What is to be said of the load balancer under the cursor, worst first."""
        judged, signs = self.judged, self.desk.signs
        rows: list[Row] = []
        for finding in judged.findings[:FINDINGS_SHOWN] if judged is not None else ():
            sign, tone = weight_sign(finding.severity, signs)
            rows.append(row((f"{sign} ", tone), finding.sentence, (f" {finding.id}", Tone.DIM), hang=2))
        if judged is not None and (more := len(judged.findings) - FINDINGS_SHOWN) > 0:
            rows.append(row((f"  {more} more: Enter", Tone.DIM)))
        self._below.show(rows)

    def _heading_rows(self) -> list[Row]:
        view, signs = self.view, self.desk.signs
        bar: Piece = (f" {signs.bar}", Tone.FRAME)
        if view.verdict is None:
            waiting = "asking Octavia for its load balancers"
            return [row((f" {view.cloud}", Tone.STRONG), bar, (f"{signs.unknown} {waiting}", Tone.DIM))]
        sign, tone = weight_sign(view.verdict.severity, signs)
        right: list[Piece] = []
        if view.reading is not None:
            seconds = (self.desk.now() - view.reading.taken_at).total_seconds()
            right = [(f"as of {age(seconds)} ago", Tone.WARNING if view.error else Tone.DIM)]
        pieces: list[Piece] = [(f" {view.cloud}", Tone.STRONG), bar, (f"{sign} ", tone)]
        return [row(*pieces, view.verdict.sentence, right=right, hang=2)]

    @on(LiveTable.Opened)
    def open_balancer(self, message: LiveTable.Opened) -> None:
        """Show it as a tree."""
        from tui.balancer import BalancerScreen

        message.stop()
        self.app.push_screen(BalancerScreen(self.desk, self._cloud, message.key))

    def action_failover(self) -> None:
        from tui.balancer_acts import begin_failover

        if (judged := self.judged) is not None:
            begin_failover(self.app, self.desk, self._cloud, judged.balancer)


def _why_no_failover(judged: JudgedBalancer | None) -> str:
    from runbooks.cloud.failover import why_not

    return "no load balancer is chosen" if judged is None else why_not(judged.balancer)
