"""One load balancer as a tree: each object with both statuses, and what they mean in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from runbooks.cloud.balancer_tree import branches_of
from tui.balancer_cells import tree_rows, word_rows
from tui.balancer_lines import weight_sign
from tui.balancers import HIDDEN
from tui.frame import Tab, age
from tui.panes import Selection
from tui.poller import BALANCERS
from tui.selecting import SelectingScreen
from widgets.choices import Choices
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.cloud.balancers import JudgedBalancer
    from runbooks.model import Finding
    from tui.balancers_view import BalancersView
    from tui.desk import Desk

FINDING = "finding "
"""What the keys of the rows of findings begin with."""


class BalancerScreen(SelectingScreen):
    """Findings first, then the tree; the object under the cursor is explained below."""

    KEYS_TITLE = "This load balancer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "failover", "Failover", id="balancer.failover"),
        Binding("escape", "dismiss", "Back", id="balancer.back"),
    ]
    DEFAULT_CSS = """
    BalancerScreen {
        & > Choices { height: 1fr; }
        & > Lines { scrollbar-gutter: auto; overflow: hidden hidden; }
        & > #balancer-heading { height: auto; max-height: 3; }
        & > #balancer-words { height: 5; padding: 0 2; }
    }
    """

    def __init__(self, desk: Desk, cloud: str, key: str) -> None:
        super().__init__(desk)
        self._cloud, self._key = cloud, key
        self._last = self.view.of(key)
        self._heading = Lines(self._heading_rows(), signs=desk.signs, id="balancer-heading")
        self._tree = Choices(self._rows(), signs=desk.signs, id="balancer-tree")
        self._words = Lines(signs=desk.signs, id="balancer-words")

    def body(self) -> Iterator[Widget]:
        yield from (self._heading, self._tree, self._words)

    def tabs(self) -> Sequence[Tab]:
        name = self._last.balancer.name if self._last else "gone"
        return [Tab(self._cloud), Tab("load balancers"), Tab(name, here=True)]

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({BALANCERS + self._cloud})

    @property
    def view(self) -> BalancersView:
        """What is known of the load balancers of its cloud."""
        return self.desk.picture.balancers[self._cloud]

    @property
    def judged(self) -> JudgedBalancer | None:
        """As it was last read; one that has gone from the list stays as it was."""
        self._last = self.view.of(self._key) or self._last
        return self._last

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action in HIDDEN else super().check_action(action, parameters)

    def why_not(self, action: str) -> str:
        from runbooks.cloud.failover import why_not

        if action == "failover":
            judged = self.view.of(self._key)
            return "it is not in the list any more" if judged is None else why_not(judged.balancer)
        return super().why_not(action)

    def selection(self) -> Selection:
        chosen = self._chosen_finding()
        findings = self.judged.findings if self.judged is not None else ()
        return Selection(self._cloud, finding=chosen or next(iter(findings), None))

    def _chosen_finding(self) -> Finding | None:
        judged, key = self.judged, self._tree.key
        if judged is None or not key.startswith(FINDING):
            return None
        number = int(key.removeprefix(FINDING))
        return judged.findings[number] if number < len(judged.findings) else None

    def copy_text(self) -> str:
        return self._tree.plain

    def on_mount(self) -> None:
        self._tree.focus()
        self.renew()

    def renew(self) -> None:
        self._heading.show(self._heading_rows())
        self._tree.show(self._rows())
        self._show_words()

    @on(Choices.Moved)
    def _show_words(self) -> None:
        """What the statuses of the object under the cursor mean."""
        judged, key = self.judged, self._tree.key
        if judged is None:
            return
        finding = self._chosen_finding()
        if finding is not None:
            self._words.show([row(("do  ", Tone.DIM), finding.advice, hang=4)])
            return
        branches = list(branches_of(judged.balancer))
        if key.isdecimal() and int(key) < len(branches):
            self._words.show(list(word_rows(branches[int(key)], self.desk.now())))

    @on(Choices.Opened)
    def open_chosen(self, message: Choices.Opened) -> None:
        """A finding is explained; an object of the tree is explained already."""
        message.stop()
        if self._chosen_finding() is not None:
            self.action_why()

    def _heading_rows(self) -> list[Row]:
        judged, view, signs = self.judged, self.view, self.desk.signs
        if judged is None:
            return [row((" This load balancer is not in the list any more.", Tone.WARNING))]
        sign, tone = weight_sign(judged.severity, signs)
        worst = (
            judged.findings[0].sentence if judged.findings and judged.severity >= 0 else "nothing is wrong"
        )
        bar: Piece = (f" {signs.bar}", Tone.FRAME)
        right: list[Piece] = []
        if view.reading is not None:
            seconds = (self.desk.now() - view.reading.taken_at).total_seconds()
            right = [(f"as of {age(seconds)} ago", Tone.WARNING if view.error else Tone.DIM)]
        pieces: list[Piece] = [
            (f" {judged.balancer.name}", Tone.STRONG),
            bar,
            (f"{sign} ", tone),
            (worst, Tone.PLAIN),
        ]
        rows = [row(*pieces, right=right, hang=2)]
        if view.of(self._key) is None:
            rows.append(row((" It has gone from the list; this is how it was.", Tone.WARNING)))
        return rows

    def _rows(self) -> list[Row]:
        judged, signs = self.judged, self.desk.signs
        if judged is None:
            return []
        rows = tree_rows(judged.balancer, self.desk.now(), signs)
        if judged.findings:
            rows += [row(), row(("What is to be said of it", Tone.STRONG))]
        for number, finding in enumerate(judged.findings):
            sign, tone = weight_sign(finding.severity, signs)
            label: Piece = (f"{finding.id}  ", Tone.DIM)
            rows.append(row((f" {sign} ", tone), label, finding.sentence, hang=3, key=f"{FINDING}{number}"))
        return rows

    def action_failover(self) -> None:
        from tui.balancer_acts import begin_failover

        if (judged := self.judged) is not None:
            begin_failover(self.app, self.desk, self._cloud, judged.balancer)
