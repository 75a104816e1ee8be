"""One entry of the journal, whole, with the long outputs that it names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from runbooks.journal.kept import kept_in
from runbooks.journal.words import describe
from systems.errors import SystemsError
from tui.frame import Tab
from tui.screen import ConsoleScreen
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.journal.entries import Entry
    from tui.desk import Desk

LABEL = 12


class EntryScreen(ConsoleScreen[None]):
    """Every field as it is stored; the hash covers all of them but itself."""

    KEYS_TITLE = "This entry"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back", id="entry.back")]
    DEFAULT_CSS = """
    EntryScreen > Page { padding: 1 1; }
    """

    def __init__(self, desk: Desk, entry: Entry) -> None:
        super().__init__(desk)
        self._entry = entry
        self._rows = list(_rows(entry))
        self._page = Page(self._rows, signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [Tab("journal"), Tab(str(self._entry.number), here=True)]

    def copy_text(self) -> str:
        return self._page.plain

    def on_mount(self) -> None:
        self.read_kept()

    @work(name="read what was kept", exit_on_error=False)
    async def read_kept(self) -> None:
        """The long outputs stand beside the journal; each is proven to be what was kept."""
        works = self.desk.works
        for kept in kept_in(self._entry.data) if works is not None else ():
            self._rows += [row(), row((kept.name + (", cut" if kept.is_cut else ""), Tone.STRONG))]
            try:
                text = await works.aside(works.journal.kept, kept) if works is not None else ""
            except SystemsError as error:
                self._rows.append(row((str(error), Tone.CRITICAL)))
            else:
                self._rows += [row(line, hang=2) for line in text.splitlines()]
            self._page.show(self._rows)


def _rows(entry: Entry) -> Iterator[Row]:
    yield row((describe(entry), Tone.STRONG))
    yield row()
    fields = {
        "number": str(entry.number),
        "at": f"{entry.at:%Y-%m-%d %H:%M:%S.%f} UTC",
        "kind": entry.kind.value,
        "who": str(entry.who),
        "estate": entry.estate,
        "run": entry.run,
        "system": entry.system,
        "host": entry.host,
        "step": entry.step,
        "line": entry.line,
        "stdin": entry.stdin,
        "about": f"the outcome of entry {entry.about}" if entry.about else "",
    }
    for label, value in fields.items():
        if value:
            yield row((label.ljust(LABEL), Tone.DIM), value, hang=LABEL)
    for name, item in entry.data.items():
        text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True)
        yield row((str(name).ljust(LABEL), Tone.DIM), " ", text, hang=LABEL + 1)
    yield row(("previous".ljust(LABEL), Tone.DIM), (entry.previous, Tone.DIM), hang=LABEL)
    yield row(("hash".ljust(LABEL), Tone.DIM), (entry.hash, Tone.DIM), hang=LABEL)
