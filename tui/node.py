"""One node: everything it said, what moved lately, what its host knows, what its log means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui.frame import Tab
from tui.node_detail import detail_rows
from tui.panes import Selection
from tui.poller import VIP
from tui.selecting import SelectingScreen
from tui.vip_lines import vips_of_node
from widgets.page import Page

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.desk import Desk

TWO_COLUMNS = 130
"""Cells from which on the page has two columns."""


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
        self._said = Page(signs=desk.signs)
        self._host_side = Page(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield Horizontal(self._said, self._host_side)

    def tabs(self) -> Sequence[Tab]:
        return [Tab("nodes"), Tab(self._cluster), Tab(self._host, here=True)]

    @property
    def reads(self) -> frozenset[str]:
        vips = [VIP + view.name for view in self.desk.picture.vips_of(self._host)]
        return frozenset({self._cluster, *vips})

    def selection(self) -> Selection:
        view = self.desk.picture.clusters[self._cluster]
        about = [finding for finding in view.findings if self._host in finding.hosts]
        return Selection(self._cluster, (self._host,), about[0] if about else None)

    def copy_text(self) -> str:
        return f"{self._said.plain}\n{self._host_side.plain}"

    def on_mount(self) -> None:
        self.renew()

    async def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        self.renew()

    def renew(self) -> None:
        """Two columns where there is room for them, one below the other elsewhere."""
        view = self.desk.picture.clusters[self._cluster]
        said, host = detail_rows(view.nodes[self._host], view, self.desk.now(), self.desk.signs)
        said += vips_of_node(self.desk.picture.vips_of(self._host), self._host, self.desk.signs)
        wide = self.size.width >= TWO_COLUMNS
        self._host_side.display = wide
        self._said.show(said if wide else [*said, *host])
        self._host_side.show(host if wide else [])

    def action_node(self, by: int) -> None:
        hosts = list(self.desk.picture.clusters[self._cluster].nodes)
        self._host = hosts[(hosts.index(self._host) + by) % len(hosts)]
        self._rule.tell(self.tabs())
        self.renew()
