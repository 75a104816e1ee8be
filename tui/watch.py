"""The first pane: one line a system with one sentence of verdict, worst first, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from tui.balancer_lines import balancers_rank, balancers_rows, balancers_text
from tui.cloud_lines import cloud_rank, cloud_rows, cloud_text
from tui.panes import Pane, Selection
from tui.poller import BALANCERS, CLOUD, HOSTS, VIP
from tui.tones import change_tone, cluster_sign, severity_tone
from tui.vip_lines import vip_rank, vip_rows, vip_text
from tui.watch_lines import INDENT, hosts_rows, line_head, runs_rows
from widgets.choices import Choices
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runbooks.model import Finding
    from tui.changes import Change
    from tui.desk import Desk
    from tui.picture import ClusterView


class Feed(Lines, can_focus=False):
    """What changed, newest at the bottom."""

    DEFAULT_CSS = """
    Feed { height: 7; }
    """


class WatchPane(Pane):
    """Every system in one line, worst first, with the key that answers it beside it."""

    KEYS_TITLE = "Watch"
    NAME: ClassVar[str] = "watch"
    DIGIT: ClassVar[str] = "0"
    ACTS: ClassVar[frozenset[str]] = frozenset({"why", "answer", "run", "log", "shell", "vips"})
    DEFAULT_CSS = """
    WatchPane {
        & > Choices { height: 1fr; min-height: 4; }
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        signs = desk.signs
        self._list = Choices(self._rows(), signs=signs, id="watch-list")
        self._feed = Feed(self._feed_rows(), signs=signs, id="feed")
        self._told = self._newest_change()

    def compose(self) -> ComposeResult:
        yield self._list
        yield self._feed

    @property
    def reads(self) -> frozenset[str]:
        picture = self.desk.picture
        clouds = {kind + name for name in picture.clouds for kind in (CLOUD, BALANCERS)}
        return frozenset(picture.clusters) | {HOSTS} | clouds | {VIP + name for name in picture.vips}

    def renew(self) -> None:
        self._list.show(self._rows())
        if self._told != (newest := self._newest_change()):
            self._told = newest
            self._feed.show(self._feed_rows())
            self._feed.scroll_end(animate=False)

    def selection(self) -> Selection:
        kind, _, name = self._list.key.partition(" ")
        if kind == "cluster":
            view = self.desk.picture.clusters[name]
            worst = view.findings[0] if view.findings else None
            return Selection(name, worst.hosts if worst else (), worst)
        if kind == "finding":
            system, _, number = name.rpartition(" ")
            finding = self.desk.picture.clusters[system].findings[int(number)]
            return Selection(system, finding.hosts, finding)
        if kind == "cloud" and (verdict := self.desk.picture.clouds[name].verdict) is not None:
            return Selection(name, finding=verdict.findings[0] if verdict.findings else None)
        if kind == "balancers" and (told := self.desk.picture.balancers[name].verdict) is not None:
            return Selection(name, finding=next(iter(told.findings), None))
        if kind == "vip" and (said := self.desk.picture.vips[name].verdict) is not None:
            worst = next(iter(said.findings), None)
            return Selection(name, worst.hosts if worst else (), worst)
        return Selection(name if kind in ("cloud", "vip") else "")

    def copy_text(self) -> str:
        chosen = self.selection()
        view = self.desk.picture.clusters.get(chosen.system)
        if view is None and self._list.key.startswith("balancers "):
            return balancers_text(self.desk.picture.balancers[chosen.system])
        if view is None and self._list.key.startswith("cloud "):
            return cloud_text(self.desk.picture.clouds[chosen.system])
        if view is None and self._list.key.startswith("vip "):
            return vip_text(self.desk.picture.vips[chosen.system])
        if view is None:
            return self._list.plain
        if self._list.key.startswith("cluster") or chosen.finding is None:
            return f"{view.name}: {view.sentence}"
        return chosen.finding.sentence

    @on(Choices.Opened)
    def open_chosen(self, message: Choices.Opened) -> None:
        """Leave it to the deck what opening means: this pane knows no other."""
        message.stop()
        self.post_message(self.Opened(self, message.key))

    def _rows(self) -> list[Row]:
        picture = self.desk.picture
        systems = [(_rank(view), self._cluster_rows(view)) for view in picture.clusters.values()]
        systems += [(cloud_rank(view), cloud_rows(view, self.desk.signs)) for view in picture.clouds.values()]
        systems += [
            (balancers_rank(view), balancers_rows(view, self.desk.signs))
            for view in picture.balancers.values()
        ]
        systems += [(vip_rank(view), vip_rows(view, self.desk.signs)) for view in picture.vips.values()]
        rows = [one for _, own in sorted(systems, key=lambda system: -system[0]) for one in own]
        if not rows:
            rows = [row("  This estate names no system. Its file takes one as a [[galera]] table.", hang=2)]
        rows += hosts_rows(self.desk.picture, self.desk.signs)
        rows += runs_rows(self.desk, self.desk.signs)
        return rows

    def _cluster_rows(self, view: ClusterView) -> list[Row]:
        sign, tone = cluster_sign(view, self.desk.signs)
        head, indent = line_head("1", "nodes", view.name), INDENT
        worst = view.findings[0] if view.findings else None
        rows = [
            row(
                *head,
                (f"{sign} ", tone),
                view.sentence or self._waiting(view),
                right=_answers(worst),
                hang=indent,
                key=f"cluster {view.name}",
            )
        ]
        if view.detail:
            rows.append(row(" " * indent, (view.detail, Tone.DIM), hang=indent, key=f"cluster {view.name}"))
        told = next((finding for finding in view.findings if finding.id == view.about), None)
        for number, finding in enumerate(view.findings):
            if finding is told:
                continue
            sign, tone = severity_tone(finding.severity, self.desk.signs)
            rows.append(
                row(
                    " " * (indent - 2),
                    (f"{sign} ", tone),
                    finding.sentence,
                    right=_answers(finding),
                    hang=indent,
                    key=f"finding {view.name} {number}",
                )
            )
        return rows

    def _waiting(self, view: ClusterView) -> str:
        if view.trouble:
            return view.trouble
        answered = sum([node.survey is not None for node in view.nodes.values()])
        return f"asking {len(view.nodes)} nodes, {answered} answered so far"

    def _newest_change(self) -> tuple[int, Change | None]:
        changes = self.desk.picture.changes
        return len(changes), changes[-1] if changes else None

    def _feed_rows(self) -> list[Row]:
        rows = [row(("what changed", Tone.DIM))]
        changes = sorted(self.desk.picture.changes, key=lambda change: change.at)
        if not changes:
            rows.append(row(("   nothing since this console was opened", Tone.DIM)))
        rows += [
            row(
                (f"   {change.at:%H:%M:%S}  ", Tone.DIM),
                (f"{change.host:<8} ", Tone.STRONG),
                (change.sentence, change_tone(change.severity)),
                hang=22,
            )
            for change in changes
        ]
        return rows


def _rank(view: ClusterView) -> int:
    worst = view.worst
    return 1 if worst is None else worst


def _answers(finding: Finding | None) -> tuple[Piece, ...]:
    if finding is None:
        return ()
    pieces: tuple[Piece, ...] = (("w", Tone.KEY), (" why", Tone.DIM))
    if finding.runbook:
        pieces += (("  b", Tone.KEY), (f" {finding.runbook}", Tone.DIM))
    return pieces
