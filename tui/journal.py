"""The journal: what was done, by whom, why, with what result; newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from runbooks.words import count
from systems.errors import SystemsError
from tui.panes import Pane
from widgets.layout import row
from widgets.lines import Lines
from widgets.live_table import Cell, Column, LiveTable
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from runbooks.journal.entries import Entry
    from tui.desk import Desk

SHOWN = 1000
"""Newest entries that the pane holds; `quarterdeck journal grep` searches all of them."""
COLUMNS = (
    Column("number", "no.", align="right", drop=2),
    Column("at", "when (UTC)"),
    Column("who", "who", drop=1, most=12),
    Column("run", "run", drop=3, most=24),
    Column("kind", "kind", most=15),
    Column("what", "what", flex=1, least=20),
)
TONES = {
    "armed": Tone.WARNING,
    "change": Tone.WARNING,
    "exec": Tone.WARNING,
    "verified": Tone.GOOD,
    "failed": Tone.CRITICAL,
    "unverified": Tone.CRITICAL,
    "unknown": Tone.CRITICAL,
    "refused": Tone.CRITICAL,
    "blocked": Tone.CRITICAL,
}


class JournalPane(Pane):
    """A row an entry. Enter shows one whole, e the report of its run, V proves the chain."""

    KEYS_TITLE = "Journal"
    NAME: ClassVar[str] = "journal"
    DIGIT: ClassVar[str] = "8"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "report", "Report", id="journal.report"),
        Binding("V", "verify", "Prove the chain", id="journal.verify"),
    ]
    DEFAULT_CSS = """
    JournalPane > Lines { height: 1; overflow: hidden hidden; scrollbar-gutter: auto; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._heading = Lines([row((" reading the journal", Tone.DIM))], signs=desk.signs)
        self._table = LiveTable(
            COLUMNS, signs=desk.signs, empty="The journal is empty: nothing was done yet."
        )
        self._entries: dict[str, Entry] = {}
        self._last = 0

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._table

    def on_mount(self) -> None:
        self.renew()

    def renew(self) -> None:
        if self.desk.works is None:
            self._say(f" Not open: {self.desk.why_no_works}.", Tone.DIM)
        else:
            self.read_new()

    @work(name="read the journal", exit_on_error=False, exclusive=True, group="journal")
    async def read_new(self) -> None:
        """Take what was written since the last time."""
        works = self.desk.works
        if works is None:
            return
        from runbooks.journal.port import Filter

        wanted = Filter(after=self._last) if self._last else Filter(last=SHOWN)
        try:
            found = await works.aside(lambda: list(works.journal.entries(wanted)))
        except SystemsError as error:
            self._say(f" {error}", Tone.CRITICAL)
            return
        if found or not self._entries:
            self._take(found)

    def _take(self, found: Sequence[Entry]) -> None:
        for entry in found:
            self._entries[str(entry.number)] = entry
            self._last = max(self._last, entry.number)
        for key in list(self._entries)[: max(len(self._entries) - SHOWN, 0)]:
            del self._entries[key]
        self._table.show({key: _cells(entry) for key, entry in reversed(self._entries.items())})
        works = self.desk.works
        place = works.journal_name or works.journal.place if works is not None else ""
        self._say(f" {count(self._last, 'entry', 'entries')} in {place}", Tone.DIM)

    def _say(self, words: str, tone: Tone) -> None:
        self._heading.show([row((words, tone), wrap=False)])

    def copy_text(self) -> str:
        return self._table.copy_text()

    def why_not(self, action: str) -> str:
        """Why that action cannot be done now."""
        return "the journal holds no run yet" if action == "report" and not self._run() else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        return None if self.why_not(action) else True

    def _run(self) -> str:
        """The run of the entry that is chosen; where it belongs to none, the newest run."""
        chosen = self._entries.get(self._table.cursor_key or "")
        if chosen is not None and chosen.run:
            return chosen.run
        return next((entry.run for entry in reversed(self._entries.values()) if entry.run), "")

    def action_report(self) -> None:
        self.post_message(self.Opened(self, f"report {self._run()}"))

    def action_verify(self) -> None:
        self.prove()

    @work(name="prove the chain", exit_on_error=False, exclusive=True, group="prove")
    async def prove(self) -> None:
        """Recompute the whole chain and say what came of it."""
        works = self.desk.works
        if works is None:
            return
        proof = await works.aside(works.journal.verify)
        sign = self.desk.signs.done if proof.holds else self.desk.signs.failed
        self._say(f" {sign} {proof.sentence}", Tone.GOOD if proof.holds else Tone.CRITICAL)

    @on(LiveTable.Opened)
    def open_entry(self, message: LiveTable.Opened) -> None:
        """Leave it to the deck."""
        message.stop()
        self.post_message(self.Opened(self, f"entry {message.key}"))

    def entry(self, number: str) -> Entry | None:
        """The entry of that number, if the pane holds it."""
        return self._entries.get(number)


def _cells(entry: Entry) -> dict[str, Cell]:
    from runbooks.journal.words import describe

    return {
        "number": Cell(str(entry.number), Tone.DIM, float(entry.number)),
        "at": Cell(f"{entry.at:%m-%d %H:%M:%S}", Tone.DIM, entry.at.timestamp()),
        "who": Cell(entry.operator),
        "run": Cell(entry.run, Tone.DIM),
        "kind": Cell(entry.kind.value, TONES.get(entry.kind.value, Tone.PLAIN)),
        "what": Cell(describe(entry)),
    }
