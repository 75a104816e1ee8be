"""Why it is red: one finding with all its evidence, and the gotcha behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from runbooks.sources import spelled
from tui.frame import Tab
from tui.screen import ConsoleScreen
from tui.tones import severity_tone
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.model import Finding, Gotcha
    from tui.desk import Desk

LABEL = 11


class FindingScreen(ConsoleScreen[str | None]):
    """One finding. Closes with the name of the runbook that was asked for, or with nothing."""

    KEYS_TITLE = "This finding"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "answer", "Runbook", id="finding.answer"),
        Binding("w", "ladder", "Rung by rung", id="finding.ladder"),
        Binding("escape", "dismiss", "Back", id="finding.back"),
    ]
    DEFAULT_CSS = """
    FindingScreen > Page { padding: 1 1; }
    """

    def __init__(self, desk: Desk, finding: Finding, gotcha: Gotcha | None = None, host: str = "") -> None:
        """`host`: which one was chosen; empty: the first that the finding names."""
        super().__init__(desk)
        self._host = host or next(iter(finding.hosts), "")
        self._finding = finding
        self._gotcha = gotcha
        self._lines = Page(self._rows(), signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._lines

    def tabs(self) -> Sequence[Tab]:
        finding = self._finding
        return [Tab("why"), Tab(finding.system), Tab(finding.id, here=True)]

    def copy_text(self) -> str:
        finding = self._finding
        return "\n".join([f"{finding.id}: {finding.sentence}", *finding.evidence, finding.advice])

    def why_not(self, action: str) -> str:
        if action == "answer" and not self._finding.runbook:
            return "no runbook answers this; what to do is written above"
        if action == "ladder" and not self._host:
            return "no host is chosen"
        return ""

    def action_ladder(self) -> None:
        """Ask from the virtual address down until a rung is broken."""
        from tui.ladder import LadderScreen

        self.app.push_screen(LadderScreen(self.desk, self._host))

    def action_answer(self) -> None:
        self.dismiss(self._finding.runbook)

    def _rows(self) -> list[Row]:
        finding = self._finding
        sign, tone = severity_tone(finding.severity, self.desk.signs)
        rows = [
            row((f"{sign} {finding.id}".ljust(LABEL), tone), (finding.sentence, Tone.STRONG), hang=LABEL),
            row(),
        ]
        rows += _part("do", [finding.advice])
        rows += _part("evidence", finding.evidence)
        rows += _part("hosts", [", ".join(finding.hosts)])
        if self._gotcha is not None:
            gotcha = self._gotcha
            rows += _part(gotcha.id, [gotcha.title])
            rows += _part("symptom", [gotcha.symptom])
            rows += _part("cause", [gotcha.cause])
            rows += _part("fix", [gotcha.fix])
            rows += _part("source", [spelled(gotcha.source)])
        if finding.runbook:
            given = ", ".join(f"{name}={value}" for name, value in finding.values.items())
            words = f"  {finding.runbook}" + (f" with {given}" if given else "")
            rows.append(
                row(("answer".ljust(LABEL), Tone.DIM), ("b", Tone.KEY), (words, Tone.STRONG), hang=LABEL)
            )
        return rows


def _part(label: str, lines: Sequence[str]) -> list[Row]:
    shown = [line for line in lines if line]
    if not shown:
        return []
    first, *others = shown
    rows = [row((label.ljust(LABEL), Tone.DIM), first, hang=LABEL)]
    rows += [row(" " * LABEL, line, hang=LABEL) for line in others]
    return [*rows, row()]
