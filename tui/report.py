"""The report of one run, as it goes to a colleague: read here, copied, or written to a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from systems.errors import SystemsError
from tui.ask import AskDialog
from tui.clipboard import state_dir
from tui.frame import Tab
from tui.new_file import write_new
from tui.screen import ConsoleScreen
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.desk import Desk


class ReportScreen(ConsoleScreen[None]):
    """Markdown, made of nothing but the journal (`runbooks.report`)."""

    KEYS_TITLE = "Report"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "save", "To file", id="report.save"),
        Binding("escape", "dismiss", "Back", id="report.back"),
    ]
    DEFAULT_CSS = """
    ReportScreen > Page { padding: 0 1; }
    """

    def __init__(self, desk: Desk, run: str) -> None:
        super().__init__(desk)
        self._run = run
        self._text = ""
        self._page = Page([row((f"making the report of {run}", Tone.DIM))], signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [Tab("journal"), Tab(f"report of {self._run}", here=True)]

    def copy_text(self) -> str:
        return self._text

    def on_mount(self) -> None:
        self.make()

    @work(name="make the report", exit_on_error=False)
    async def make(self) -> None:
        """Read the run from the journal."""
        works = self.desk.works
        if works is None:
            self._page.show([row((f"Not open: {self.desk.why_no_works}.", Tone.WARNING))])
            return
        from runbooks.report import report

        try:
            self._text = await works.aside(report, works.journal, self._run)
        except (SystemsError, ValueError) as error:
            self._page.show([row((str(error), Tone.CRITICAL))])
            return
        self._page.show([_shown(line) for line in self._text.splitlines()])
        self.show_hints()

    def why_not(self, action: str) -> str:
        if action == "save" and not self._text:
            return "there is no report yet"
        return super().why_not(action)

    @work(name="save the report", exit_on_error=False, exclusive=True, group="save")
    async def action_save(self) -> None:
        """Ask for the name and write."""
        place = state_dir() / f"report-{self._run}.md"
        rows = [row("The report goes to a new file that only you can read.")]
        typed = await self.app.push_screen_wait(
            AskDialog("To file", rows, self.desk.signs, verb="write", placeholder=str(place), required=False)
        )
        if typed is None:
            return
        path = place
        try:
            path = _named(typed) or place
            write_new(path, self._text, makes_folder=path == place)
        except OSError as error:
            words = f"{path}: the report was not written: {error.strerror}. Give another name."
            self.app.notify(words, severity="error", markup=False)
        except RuntimeError:
            words = f"{typed.strip()} names no home that is known; write the path in full."
            self.app.notify(words, severity="error", markup=False)
        else:
            self.app.notify(f"The report of {self._run} is in {path}.", markup=False)


def _named(typed: str) -> Path | None:
    """The path that was typed, if any. Raises `RuntimeError` for the home of somebody who is not known."""
    return Path(typed.strip()).expanduser() if typed.strip() else None


def _shown(line: str) -> Row:
    tone = Tone.STRONG if line.startswith("#") else Tone.PLAIN
    return row((line, tone), hang=len(line) - len(line.lstrip()))
