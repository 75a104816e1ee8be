"""All that the commands of a run wrote, word for word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.frame import Tab
from tui.screen import ConsoleScreen
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.desk import Desk
    from tui.wizard.state import Sent, WizardState


class OutputScreen(ConsoleScreen[None]):
    """Command by command: host, line, status, stdout and stderr."""

    KEYS_TITLE = "Output"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,o", "dismiss", "Back", id="output.back")]
    DEFAULT_CSS = """
    OutputScreen > Page { padding: 0 1; }
    """

    def __init__(self, desk: Desk, state: WizardState) -> None:
        super().__init__(desk)
        self._state = state
        self._page = Page(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [Tab(self._state.runbook), Tab(f"run {self._state.run}"), Tab("output", here=True)]

    def copy_text(self) -> str:
        return self._page.plain

    def on_mount(self) -> None:
        self.renew()
        self._page.scroll_end(animate=False)

    def renew(self) -> None:
        rows: list[Row] = []
        title = ""
        for step, sent in self._state.outputs():
            if step.title != title:
                title = step.title
                rows += [row(), row((title, Tone.STRONG))]
            rows += self._sent_rows(sent)
        self._page.show(rows)

    def _sent_rows(self, sent: Sent) -> Iterator[Row]:
        yield row((f"{sent.act.host} ", Tone.DIM), (sent.act.command.line, Tone.KEY), hang=4)
        if sent.output is None:
            yield row((f"    {sent.sentence or 'no end was seen yet'}", Tone.WARNING), hang=4)
            return
        signs = self.desk.signs
        for line in sent.output.stdout.splitlines():
            yield row((f"  {signs.stdout} ", Tone.DIM), line, hang=4)
        for line in sent.output.stderr.splitlines():
            yield row((f"  {signs.stderr} ", Tone.WARNING), line, hang=4)
        tone = Tone.GOOD if sent.accepted else Tone.CRITICAL
        yield row((f"    status {sent.output.status}", tone), (f"  {sent.output.at:%H:%M:%S} UTC", Tone.DIM))
