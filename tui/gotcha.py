"""One gotcha of the catalogue: what goes wrong, why, what to do, and whether it holds anywhere now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from runbooks.model import Holds, Look, Sighting
from runbooks.sources import spelled
from tui.frame import Tab
from tui.screen import ConsoleScreen
from tui.tones import severity_tone
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.model import Gotcha
    from tui.desk import Desk

LABEL = 12


class GotchaScreen(ConsoleScreen[None]):
    """The gotcha as the catalogue has it, and its detector asked on the newest look of every cluster."""

    KEYS_TITLE = "This gotcha"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back", id="gotcha.back")]
    DEFAULT_CSS = """
    GotchaScreen > Page { padding: 1 1; }
    """

    def __init__(self, desk: Desk, gotcha: Gotcha) -> None:
        super().__init__(desk)
        self._gotcha = gotcha
        self._page = Page(self._rows(), signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [Tab("gotchas"), Tab(self._gotcha.id, here=True)]

    def copy_text(self) -> str:
        return self._page.plain

    def _rows(self) -> list[Row]:
        gotcha = self._gotcha
        sign, tone = severity_tone(gotcha.severity, self.desk.signs)
        rows = [
            row((f"{sign} {gotcha.id}".ljust(LABEL), tone), (gotcha.title, Tone.STRONG), hang=LABEL),
            row(),
        ]
        source = spelled(gotcha.source)
        parts = {"symptom": gotcha.symptom, "cause": gotcha.cause, "fix": gotcha.fix, "source": source}
        rows += [_part(label, text) for label, text in parts.items() if text]
        if gotcha.blocks:
            rows.append(_part("blocks", "a step that lists it does not start while it holds or is unknown"))
        rows.append(row())
        rows += self._now()
        return rows

    def _now(self) -> Iterator[Row]:
        if self._gotcha.detector is None:
            yield _part("now", f"no detector: {self._gotcha.why_no_detector}")
            return
        for view in self.desk.picture.clusters.values():
            if view.survey is None:
                yield _part(view.name, "not looked at completely yet")
            else:
                yield self._sighting(view.name, self._gotcha.detector(Look(view.survey)))

    def _sighting(self, cluster: str, sighting: Sighting) -> Row:
        signs = self.desk.signs
        sign, tone = {
            Holds.YES: (signs.critical, Tone.CRITICAL),
            Holds.NO: (signs.done, Tone.GOOD),
            Holds.UNKNOWN: (signs.unknown, Tone.WARNING),
        }[sighting.holds]
        return row((cluster.ljust(LABEL), Tone.DIM), (f"{sign} ", tone), sighting.evidence, hang=LABEL + 2)


def _part(label: str, text: str) -> Row:
    return row((label.ljust(LABEL), Tone.DIM), text, hang=LABEL)
