"""The runbooks: runs that were not finished, runs under way, and every procedure there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on, work

from tui.panes import Pane
from tui.sessions import read_unfinished
from widgets.choices import Choices
from widgets.layout import Row, row
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runbooks.engine.api import RunSummary
    from runbooks.model import Finding
    from tui.desk import Desk

INDENT = 4


class RunbooksPane(Pane):
    """Enter opens the wizard: on a run to go on with it, on a runbook to plan it."""

    KEYS_TITLE = "Runbooks"
    NAME: ClassVar[str] = "runbooks"
    DIGIT: ClassVar[str] = "7"
    DEFAULT_CSS = """
    RunbooksPane > Choices { padding: 0 1; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._trouble = ""
        self._about: Finding | None = None
        self._list = Choices(signs=desk.signs)

    def compose(self) -> ComposeResult:
        yield self._list

    def on_mount(self) -> None:
        self.renew()
        self.read_runs()

    def on_show(self) -> None:
        self.read_runs()

    def show_for(self, finding: Finding | None) -> None:
        """Go to what answers this finding; None: what answers the worst that is found anywhere."""
        self._about = finding
        self.renew()
        found = [finding] if finding is not None else self.desk.picture.findings()
        answers = [one.runbook for one in found if one.runbook]
        if answers:
            self._list.choose(f"book {answers[0]}")

    @property
    def about(self) -> Finding | None:
        """The finding that the operator came from."""
        return self._about

    def renew(self) -> None:
        self._list.show(list(self._rows()))

    @work(name="read the runs", exit_on_error=False, exclusive=True, group="runs")
    async def read_runs(self) -> None:
        """Runs of the journal that can be gone on with."""
        self._trouble = await read_unfinished(self.desk)
        self.renew()

    def copy_text(self) -> str:
        return self._list.plain

    def summary(self, run: str) -> RunSummary | None:
        """The unfinished run of that id."""
        return next((summary for summary in self.desk.unfinished if summary.run == run), None)

    @on(Choices.Opened)
    def open_wizard(self, message: Choices.Opened) -> None:
        """Leave it to the deck."""
        message.stop()
        self.post_message(self.Opened(self, message.key))

    def _rows(self) -> Iterator[Row]:
        works = self.desk.works
        if works is None:
            yield row((f"Not open: {self.desk.why_no_works}.", Tone.WARNING))
            return
        yield from self._session_rows()
        if self._trouble:
            yield row((self._trouble, Tone.CRITICAL))
        if self.desk.unfinished:
            yield row(("Not finished", Tone.STRONG))
            for run in self.desk.unfinished:
                yield from self._run_rows(run)
            yield row()
        yield row(("Runbooks", Tone.STRONG))
        for book in works.runbooks.values():
            key = f"book {book.name}"
            answers = self._about is not None and self._about.runbook == book.name
            right = [("answers what you came from", Tone.WARNING)] if answers else []
            yield row((f"  {book.name}", Tone.KEY), f"  {book.title}", right=right, hang=INDENT, key=key)
            yield row(" " * INDENT, (book.purpose, Tone.DIM), hang=INDENT, key=key)

    def _session_rows(self) -> Iterator[Row]:
        running = [session for session in self.desk.sessions if session.is_running]
        if not running:
            return
        yield row(("Under way", Tone.STRONG))
        for session in running:
            state = session.state
            step = f", at {state.here.title}" if state.here else ""
            words = f"  {state.runbook} on {state.target}{step}: {state.phase.value}"
            yield row(
                (f"  {self.desk.signs.here}", Tone.WARNING), words, hang=INDENT, key=f"session {id(session)}"
            )
        yield row()

    def _run_rows(self, run: RunSummary) -> Iterator[Row]:
        key = f"run {run.run}"
        who = f"{run.operator}, {run.begun_at:%m-%d %H:%M} UTC"
        yield row(
            (f"  {self.desk.signs.warning} ", Tone.WARNING),
            (f"{run.runbook} on {run.target}", Tone.STRONG),
            f"  {run.ending} after {run.done} verified steps",
            right=[(who, Tone.DIM)],
            hang=INDENT,
            key=key,
        )
        more = f"alive: {run.alive_at}" if run.alive_at else run.sentence
        if more:
            yield row(" " * INDENT, (more, Tone.DIM), hang=INDENT, key=key)
