"""One host: whether it answers, what is wrong with it, what it has, and what changed on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.frame import Tab
from tui.host_detail import host_rows
from tui.instance_host import instance_of
from tui.panes import Selection
from tui.poller import CLOUD, HOSTS, VIP
from tui.selecting import SelectingScreen
from widgets.page import Page

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.desk import Desk


class HostScreen(SelectingScreen):
    """The page of one host, renewed while it is looked at."""

    KEYS_TITLE = "This host"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "node", "Its node", id="host.node"),
        Binding("i", "instance", "Its instance", id="host.instance"),
        Binding("escape", "dismiss", "Back", id="host.back"),
        Binding("right_square_bracket", "host(1)", "Next host", id="host.next", show=False),
        Binding("left_square_bracket", "host(-1)", "Previous host", id="host.previous", show=False),
    ]

    def __init__(self, desk: Desk, host: str) -> None:
        super().__init__(desk)
        self._host = host
        self._page = Page(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [Tab("hosts"), Tab(self._host, here=True)]

    @property
    def reads(self) -> frozenset[str]:
        vips = [VIP + view.name for view in self.desk.picture.vips_of(self._host)]
        clouds = [CLOUD + name for name in self.desk.picture.clouds]
        return frozenset({HOSTS, *self._roles, *vips, *clouds})

    @property
    def _roles(self) -> tuple[str, ...]:
        return self.desk.picture.hosts[self._host].roles

    def selection(self) -> Selection:
        found = self.desk.picture.findings_on(self._host)
        return Selection("".join(self._roles[:1]), (self._host,), found[0] if found else None)

    def copy_text(self) -> str:
        return self._page.plain

    def why_not(self, action: str) -> str:
        if action == "node" and not self._roles:
            return "no node of a cluster is on this host"
        if action == "instance" and instance_of(self.desk.picture, self._host) is None:
            return "no instance of a cloud is known to be this host"
        return super().why_not(action)

    def on_mount(self) -> None:
        self.renew()

    def renew(self) -> None:
        picture, desk = self.desk.picture, self.desk
        self._page.show(host_rows(picture.hosts[self._host], picture, desk.now(), desk.signs))

    def action_node(self) -> None:
        """Show all that is known of the node on it."""
        from tui.node import NodeScreen

        self.app.push_screen(NodeScreen(self.desk, self._roles[0], self._host))

    def action_instance(self) -> None:
        """Show the instance that this host is: its screen is there also when SSH is not."""
        from tui.instance import InstanceScreen

        if (found := instance_of(self.desk.picture, self._host)) is not None:
            cloud, instance = found
            self.app.push_screen(InstanceScreen(self.desk, cloud, instance.id))

    def action_host(self, by: int) -> None:
        hosts = list(self.desk.picture.hosts)
        self._host = hosts[(hosts.index(self._host) + by) % len(hosts)]
        self._rule.tell(self.tabs())
        self.renew()
        self.post_message(self.Seen())
