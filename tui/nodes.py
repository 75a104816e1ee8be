"""The nodes of one cluster, side by side, each with what it says itself; and what triage makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.finding_rows import finding_rows
from tui.panes import Selection
from tui.several import PaneOfSeveral
from widgets.choices import Choices
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.live_table import Cell, Column, LiveTable
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from runbooks.model import Finding
    from tui.desk import Desk
    from tui.picture import ClusterView
    from widgets.live_table.body import RowCells

COLUMNS = (
    Column("node", "node"),
    Column("state", "state", most=24),
    Column("unit", "unit", most=26),
    Column("size", "size", align="right"),
    Column("seqno", "seqno", align="right"),
    Column("recvq", "recvq", align="right", drop=2),
    Column("paused", "paused", align="right", drop=1),
    Column("gcache", "gcache for", align="right", drop=3),
    Column("disk", "disk", align="right", drop=4),
    Column("asof", "as of", align="right"),
)


class NodesPane(PaneOfSeveral["ClusterView"]):
    """One cluster: a row a node, then the findings with their evidence and the runbook that answers."""

    KEYS_TITLE = "Nodes"
    NAME: ClassVar[str] = "nodes"
    DIGIT: ClassVar[str] = "1"
    PLURAL: ClassVar[str] = "clusters"
    ACTS: ClassVar[frozenset[str]] = frozenset({"why", "answer", "run", "log", "shell", "vips"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right_square_bracket", "another(1)", "Next cluster", id="nodes.next", show=False),
        Binding("left_square_bracket", "another(-1)", "Previous cluster", id="nodes.previous", show=False),
    ]
    DEFAULT_CSS = """
    NodesPane {
        & > #nodes-heading { height: auto; max-height: 3; overflow: hidden hidden; scrollbar-gutter: auto; }
        & > LiveTable { height: 5; }
        & > Choices { height: 1fr; margin-top: 1; }
    }
    """

    def __init__(self, desk: Desk, cluster: str = "") -> None:
        super().__init__(desk, cluster)
        self._heading = Lines(self._heading_rows(), signs=desk.signs, id="nodes-heading")
        self._table = LiveTable(COLUMNS, signs=desk.signs, empty="no node is named in the estate file")
        self._findings = Choices(self._finding_rows(), signs=desk.signs, id="findings")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._table
        yield self._findings

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.shown} if self.shown else ())

    @property
    def views(self) -> Mapping[str, ClusterView]:
        return self.desk.picture.clusters

    def on_mount(self) -> None:
        self.renew()

    def renew(self) -> None:
        view = self.view
        if view is None:
            return
        self._heading.show(self._heading_rows())
        self._table.styles.height = min(len(view.nodes) + 1, 14)
        self._table.show(self._table_rows(view))
        self._findings.show(self._finding_rows())

    def _table_rows(self, view: ClusterView) -> dict[str, RowCells]:
        if all(node.survey is None for node in view.nodes.values()):
            asking = Cell(f"{self.desk.signs.unknown} asking", Tone.DIM)
            return {host: {"node": Cell(host, Tone.STRONG), "state": asking} for host in view.nodes}
        from tui.node_cells import node_row

        now = self.desk.now()
        return {host: node_row(node, view, now, self.desk.signs) for host, node in view.nodes.items()}

    def _heading_rows(self) -> list[Row]:
        view = self.view
        if view is None:
            return [row(("No Galera cluster is named in the estate file.", Tone.DIM))]
        bar: Piece = (f" {self.desk.signs.bar}", Tone.FRAME)
        pieces: list[Piece] = [(f" {view.name}", Tone.STRONG)]
        if any(node.survey is not None for node in view.nodes.values()):
            from tui.node_heading import heading

            for piece in heading(view, self.desk.signs):
                pieces += [bar, piece]
        return [Row((*pieces, *self.which()), hang=2)]

    def _finding_rows(self) -> list[Row]:
        view = self.view
        if view is None or view.survey is None:
            return []
        signs = self.desk.signs
        if not view.findings:
            return [row((f" {signs.good} ", Tone.GOOD), (view.sentence, Tone.PLAIN), hang=3)]
        rows: list[Row] = []
        for number, finding in enumerate(view.findings):
            rows += finding_rows(finding, str(number), signs)
        return rows

    def selection(self) -> Selection:
        view = self.view
        if view is None:
            return Selection()
        hosts = self._table.chosen
        about = self._chosen_finding(view, hosts)
        if self._findings.has_focus and about is not None:
            return Selection(view.name, about.hosts, about)
        return Selection(view.name, hosts, about)

    def copy_text(self) -> str:
        finding = self.selection().finding
        if self._findings.has_focus and finding is not None:
            return finding.sentence
        return self._table.copy_text()

    def _chosen_finding(self, view: ClusterView, hosts: tuple[str, ...]) -> Finding | None:
        if self._findings.has_focus and self._findings.key:
            return view.findings[int(self._findings.key)]
        for finding in view.findings:
            if set(finding.hosts) & set(hosts):
                return finding
        return view.findings[0] if view.findings else None

    @on(LiveTable.Opened)
    def open_node(self, message: LiveTable.Opened) -> None:
        """Leave it to the deck what opening a node means."""
        message.stop()
        self.post_message(self.Opened(self, f"node {self.shown} {message.key}"))

    @on(Choices.Opened)
    def open_finding(self, message: Choices.Opened) -> None:
        """A finding opens as `w` does."""
        message.stop()
        self.post_message(self.Opened(self, f"finding {self.shown} {message.key}"))
