"""One member of a virtual address: what each balancer says, what the node says, what was done to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from systems.errors import SystemsError
from tui.frame import Tab
from tui.member_detail import member_rows
from tui.panes import Selection
from tui.selecting import SelectingScreen
from tui.vips import reads_of
from widgets.page import Page

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.vips.history import PastAct
    from runbooks.vips.look import Member
    from tui.desk import Desk
    from tui.vip_view import VipView


class MemberScreen(SelectingScreen):
    """The page of one member, renewed while it is looked at: a drain counts down here."""

    KEYS_TITLE = "This member"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Act", id="member.act"),
        Binding("z", "undo", "Undo the last act", id="member.undo"),
        Binding("enter,n", "node", "Its node", id="member.node"),
        Binding("h", "host", "Its host", id="member.host"),
        Binding("escape", "dismiss", "Back", id="member.back"),
    ]

    def __init__(self, desk: Desk, vip: str, key: tuple[str, str, str]) -> None:
        """`key`: load balancer, backend and member."""
        super().__init__(desk)
        self._vip, self._key = vip, key
        self._acts: Sequence[PastAct] | SystemsError | None = None
        self._page = Page(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [Tab("vips"), Tab(self._vip), Tab(self._key[2], here=True)]

    @property
    def reads(self) -> frozenset[str]:
        return reads_of(self.view)

    @property
    def view(self) -> VipView:
        """The virtual address that it belongs to."""
        return self.desk.picture.vips[self._vip]

    @property
    def member(self) -> Member | None:
        """As its balancer told it last; None: that balancer does not tell it any more."""
        return self.view.member(*self._key)

    def selection(self) -> Selection:
        member = self.member
        found = self.view.findings_against(self._key[2])
        hosts = (member.host,) if member is not None and member.host else ()
        return Selection(self._vip, hosts, found[0] if found else None)

    def why_not(self, action: str) -> str:
        member = self.member
        if action in ("act", "node", "host") and member is None:
            return f"{self._key[0]} does not tell this member any more"
        if action in ("node", "host") and member is not None and not member.host:
            return f"{member.server.name} is no node of a cluster in the estate file"
        return super().why_not(action)

    def copy_text(self) -> str:
        return self._page.plain

    def on_mount(self) -> None:
        self.renew()

    def on_screen_resume(self) -> None:
        """The first time too: what was done meanwhile, by the dialog that was on top, is told."""
        self.read_acts()

    @work(name="acts on a member", exit_on_error=False, exclusive=True, group="acts-read")
    async def read_acts(self) -> None:
        """What the journal tells of this address."""
        from tui.vip_acting import acts_on

        if self.desk.works is None:
            return
        try:
            self._acts = await acts_on(self.desk.works, self._vip)
        except SystemsError as error:
            self._acts = error
        self.renew()

    def renew(self) -> None:
        self._page.show(member_rows(self.view, self._key, self._acts, self.desk))

    def action_act(self) -> None:
        from tui.vip_acts import choose_act

        if (member := self.member) is not None:
            choose_act(self.app, self.desk, self.view, member)

    def action_undo(self) -> None:
        from tui.vip_acts import undo_last

        undo_last(self.app, self.desk, self._vip)

    def action_node(self) -> None:
        """Show all that is known of the node behind it."""
        from tui.node import NodeScreen

        if (member := self.member) is not None:
            self.app.push_screen(NodeScreen(self.desk, self.view.plan.serves, member.host))

    def action_host(self) -> None:
        """Show all that is known of the host behind it."""
        from tui.host import HostScreen

        if (member := self.member) is not None:
            self.app.push_screen(HostScreen(self.desk, member.host))
