"""One node: everything it said, what moved lately, what its host knows, what its log means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.frame import Tab
from tui.node_detail import detail_rows
from tui.panes import Selection
from tui.selecting import SelectingScreen
from widgets.choices import Choices

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.desk import Desk


class NodeScreen(SelectingScreen):
    """The page of one node, renewed while it is looked at."""

    KEYS_TITLE = "This node"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="node.back"),
        Binding("right_square_bracket", "node(1)", "Next node", id="node.next", show=False),
        Binding("left_square_bracket", "node(-1)", "Previous node", id="node.previous", show=False),
    ]

    def __init__(self, desk: Desk, cluster: str, host: str) -> None:
        super().__init__(desk)
        self._cluster, self._host = cluster, host
        self._lines = Choices(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._lines

    def tabs(self) -> Sequence[Tab]:
        return [Tab("nodes"), Tab(self._cluster), Tab(self._host, here=True)]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self._cluster})

    def selection(self) -> Selection:
        view = self.desk.picture.clusters[self._cluster]
        about = [finding for finding in view.findings if self._host in finding.hosts]
        return Selection(self._cluster, (self._host,), about[0] if about else None, self._lines.plain)

    def on_mount(self) -> None:
        self.renew()

    def renew(self) -> None:
        view = self.desk.picture.clusters[self._cluster]
        self._lines.show(detail_rows(view.nodes[self._host], view, self.desk.now(), self.desk.signs))

    def action_node(self, by: int) -> None:
        hosts = list(self.desk.picture.clusters[self._cluster].nodes)
        self._host = hosts[(hosts.index(self._host) + by) % len(hosts)]
        self._rule.tell(self.tabs())
        self.renew()
