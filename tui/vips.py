"""The members of all virtual addresses: what each balancer believes beside what the node says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tui.finding_rows import finding_rows
from tui.frame import age
from tui.panes import Selection
from tui.poller import VIP
from tui.several import PaneOfSeveral
from tui.vip_lines import vip_sign, vip_text
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.live_table import LiveTable
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from runbooks.model import Finding
    from runbooks.vips.look import Member
    from tui.desk import Desk
    from tui.vip_view import VipView

EMPTY = (
    "No load balancer is named in the estate file. Its file takes one as a [[haproxy]] table: name, hosts, "
    "backend, and serves, the cluster behind it (docs/vips.md)."
)


class VipsPane(PaneOfSeveral["VipView"]):
    """One virtual address: a row a member and balancer, worst first; below, what is so with one."""

    KEYS_TITLE = "Virtual addresses"
    NAME: ClassVar[str] = "vips"
    DIGIT: ClassVar[str] = "2"
    PLURAL: ClassVar[str] = "addresses"
    ACTS: ClassVar[frozenset[str]] = frozenset({"why", "run", "log", "shell"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Act", id="vips.act"),
        Binding("z", "undo", "Undo the last act", id="vips.undo", show=False),
        Binding("n", "node", "Its node", id="vips.node"),
        Binding("p", "probe", "Probe", id="vips.probe"),
        Binding("h", "host", "Its host", id="vips.host", show=False),
        Binding("right_square_bracket", "another(1)", "Next address", id="vips.next", show=False),
        Binding("left_square_bracket", "another(-1)", "Previous address", id="vips.previous", show=False),
    ]
    DEFAULT_CSS = """
    VipsPane {
        & > #vip-heading { height: auto; max-height: 5; overflow: hidden hidden; scrollbar-gutter: auto; }
        & > LiveTable { height: 7; }
        & > #member-detail { height: 1fr; margin-top: 1; }
    }
    """

    def __init__(self, desk: Desk, vip: str = "") -> None:
        from tui.vip_cells import COLUMNS

        super().__init__(desk, vip)
        self._wanted = ""
        self._heading = Lines(self._heading_rows(), signs=desk.signs, id="vip-heading")
        self._table = LiveTable(COLUMNS, signs=desk.signs, empty="No member is told yet.")
        self._detail = Lines(signs=desk.signs, id="member-detail")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._table
        yield self._detail

    @property
    def reads(self) -> frozenset[str]:
        view = self.view
        return frozenset() if view is None else reads_of(view)

    @property
    def views(self) -> Mapping[str, VipView]:
        return self.desk.picture.vips

    @property
    def member(self) -> Member | None:
        """The member under the cursor."""
        view, key = self.view, self._table.cursor_key
        return view.member(*key.split(" ", 2)) if view is not None and key else None

    def show_vip(self, name: str, host: str = "") -> None:
        """Show another virtual address; `host`: put the cursor on the member that is the node there."""
        self._wanted = host
        self.show_other(name)

    def why_not(self, action: str) -> str:
        view, member = self.view, self.member
        if action in ("undo", "probe") and view is None:
            return "no load balancer is named in the estate file"
        if action in ("act", "node", "host") and member is None:
            return "no member is chosen"
        if action in ("node", "host") and member is not None and not member.host:
            return f"{member.server.name} is no node of a cluster in the estate file"
        return ""

    def on_mount(self) -> None:
        self._table.sort_by("state")
        self.renew()

    def renew(self) -> None:
        view = self.view
        self._heading.show(self._heading_rows())
        if view is None:
            self._table.display = False
            return
        from tui.vip_cells import member_row, rank, row_key

        now, signs = self.desk.now(), self.desk.signs
        found = sorted(view.members, key=lambda one: rank(one, view))
        self._table.show({row_key(one): member_row(one, view, now, signs) for one in found})
        self._table.styles.height = min(len(found) + 1, max(4, self.app.size.height // 2 - 3))
        self._go_to_wanted(view)
        self._show_detail()

    def _go_to_wanted(self, view: VipView) -> None:
        from tui.vip_cells import row_key

        own = view.of_host(self._wanted)
        if own:
            self._wanted = ""
            self._table.move_to(row_key(own[0]))

    @on(LiveTable.Highlighted)
    def _show_detail(self) -> None:
        """What is so with the member under the cursor, with the readings that prove it."""
        view, member = self.view, self.member
        if view is None or member is None:
            self._detail.show(self._unasked_rows())
            return
        signs = self.desk.signs
        rows: list[Row] = []
        for number, finding in enumerate(self._findings(view, member)):
            rows += [*finding_rows(finding, str(number), signs), row()]
        if not rows:
            rows = [row((f" {signs.good} ", Tone.GOOD), f"{member.truth.sentence}.", hang=3)]
        self._detail.show(rows)

    def _findings(self, view: VipView, member: Member) -> tuple[Finding, ...]:
        """Against the member first, then against its balancer."""
        told = view.verdict.findings if view.verdict is not None else ()
        own = view.findings_against(member.server.name)
        return (*own, *(one for one in told if one.id in ("VIP-01", "VIP-02")))

    def _unasked_rows(self) -> list[Row]:
        view = self.view
        signs = self.desk.signs
        if view is None or view.verdict is None:
            return []
        return [one for finding in view.verdict.findings for one in finding_rows(finding, "", signs)]

    def _heading_rows(self) -> list[Row]:
        view = self.view
        if view is None:
            return [row((f" {EMPTY}", Tone.DIM), hang=1)]
        bar: Piece = (f" {self.desk.signs.bar}", Tone.FRAME)
        sign, tone = vip_sign(view, self.desk.signs)
        pieces: list[Piece] = [(f" {view.name}", Tone.STRONG)]
        if view.plan.address:
            pieces.append((f" {view.plan.address}", Tone.DIM))
        pieces += [bar, (f"{sign} ", tone), (view.sentence, Tone.PLAIN)]
        return [row(*pieces, *self.which(), right=self._as_of(view), hang=2)]

    def _as_of(self, view: VipView) -> list[Piece]:
        oldest = view.oldest_at()
        if oldest is None:
            return []
        lost = any(view.error(host) is not None for host in view.plan.hosts)
        words = f"as of {age((self.desk.now() - oldest).total_seconds())} ago"
        return [(words, Tone.WARNING if lost else Tone.DIM)]

    def selection(self) -> Selection:
        view, member = self.view, self.member
        if view is None:
            return Selection()
        if member is None:
            return Selection(
                view.name, finding=next(iter(view.verdict.findings if view.verdict else ()), None)
            )
        found = self._findings(view, member)
        hosts = (member.host,) if member.host else ()
        return Selection(view.name, hosts, found[0] if found else None)

    def copy_text(self) -> str:
        view = self.view
        return self._table.copy_text() or (vip_text(view) if view is not None else "")

    @on(LiveTable.Opened)
    def open_member(self, message: LiveTable.Opened) -> None:
        """Leave it to the deck what opening means."""
        message.stop()
        self.post_message(self.Opened(self, f"member {self.shown} {message.key}"))

    def action_node(self) -> None:
        view, member = self.view, self.member
        if view is not None and member is not None:
            self.post_message(self.Opened(self, f"node {view.plan.serves} {member.host}"))

    def action_host(self) -> None:
        if (member := self.member) is not None:
            self.post_message(self.Opened(self, f"host {member.host}"))

    def action_act(self) -> None:
        from tui.vip_acts import choose_act

        view, member = self.view, self.member
        if view is not None and member is not None:
            choose_act(self.app, self.desk, view, member)

    def action_undo(self) -> None:
        from tui.vip_acts import undo_last

        undo_last(self.app, self.desk, self.shown)

    def action_probe(self) -> None:
        from tui.vip_probe import ProbeScreen

        self.app.push_screen(ProbeScreen(self.desk, self.shown))


def reads_of(view: VipView) -> frozenset[str]:
    """What must be asked to tell the truth of a virtual address: its balancers, and the nodes behind it."""
    return frozenset({VIP + view.name, *([view.plan.serves] if view.plan.serves else ())})
