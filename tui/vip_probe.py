"""A virtual address tried with fresh connections: where each landed, what failed, the longest gap."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from runbooks.vips.trial import A_MEMBER, RATE, Trial, shares, told, try_for, try_some
from systems.errors import SystemsError
from tui.frame import Tab
from tui.screen import ConsoleScreen
from tui.tones import severity_tone
from tui.vips import reads_of
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.desk import Desk
    from tui.vip_view import VipView

FOR_S = 60.0
_BAR = 30
_ERRORS_SHOWN = 8


class ProbeScreen(ConsoleScreen[None]):
    """Begins with three connections a member; a minute at a steady rate counts what a failure costs."""

    KEYS_TITLE = "This probe"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Again", id="probe.again"),
        Binding("t", "longer", "For a minute", id="probe.longer"),
        Binding("escape", "dismiss", "Back", id="probe.back"),
    ]

    def __init__(self, desk: Desk, vip: str) -> None:
        super().__init__(desk)
        self._vip = vip
        self._trial: Trial | None = None
        self._problem = ""
        self._origin = ""
        self._page = Page(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [Tab("vips"), Tab(self._vip), Tab("probe", here=True)]

    @property
    def reads(self) -> frozenset[str]:
        return reads_of(self._view)

    @property
    def _view(self) -> VipView:
        return self.desk.picture.vips[self._vip]

    def copy_text(self) -> str:
        return self._page.plain

    def on_mount(self) -> None:
        self.renew()
        self.probe(0.0)

    def action_again(self) -> None:
        self.probe(0.0)

    def action_longer(self) -> None:
        self.probe(FOR_S)

    @work(name="probe", exit_on_error=False, exclusive=True, group="probe")
    async def probe(self, seconds: float) -> None:
        """Try it; `seconds`: for how long, 0: three times a member."""
        self._trial, self._problem = None, ""
        works = self.desk.works
        if works is None or works.vips is None:
            self._problem = f"Not now: {self.desk.why_no_works}."
            self.renew()
            return
        try:
            client = await works.vips.client(self._vip)
        except SystemsError as error:
            self._problem = str(error)
            self.renew()
            return
        self._origin = client.origin
        if seconds:
            await try_for(client.attempt, seconds, tell=self._tell)
        else:
            members = len({one.server.name for one in self._view.members}) or 1
            await try_some(client.attempt, A_MEMBER * members, self._tell)
        self.renew()

    def _tell(self, trial: Trial) -> None:
        self._trial = trial
        self.renew()

    def renew(self) -> None:
        """Show what came so far; the clock of the connections is the loop's."""
        if self._problem:
            sign = self.desk.signs.warning
            self._page.show([row((f" {sign} ", Tone.WARNING), self._problem, hang=3)])
            return
        if self._trial is None:
            self._page.show([row((f" {self.desk.signs.unknown} connecting", Tone.DIM))])
            return
        self._page.show(self._rows(self._trial, asyncio.get_running_loop().time()))

    def _rows(self, trial: Trial, now_s: float) -> list[Row]:
        signs = self.desk.signs
        expected = expected_of(self._view)
        severity, sentence = told(trial, expected, now_s)
        sign, tone = severity_tone(int(severity) or -1, signs)
        lasted_s = trial.lasted_s(now_s)
        address = self._view.plan.address
        how = f"{address}, {self._origin}, {lasted_s:.1f} s" + ("" if trial.ended_s else ", going on")
        rows = [row((f" {sign} ", tone), (f"{sentence}.", Tone.STRONG), hang=3), row((f"   {how}", Tone.DIM))]
        rows.append(row())
        for name, number, share in shares(trial, expected):
            bar = signs.thumb * round(share * _BAR)
            rows.append(row((f"  {name:<10} ", Tone.STRONG), f"{number:>5}  ", (bar, Tone.GOOD)))
        rows.append(row((f"  {'errors':<10} ", Tone.DIM), f"{trial.failed:>5}"))
        for words, number in trial.errors.most_common(_ERRORS_SHOWN):
            rows.append(row((f"  {'':<10} {number:>5}  ", Tone.WARNING), words, hang=20))
        rows += [row(), row((_HINT, Tone.DIM), hang=2)]
        return rows


_HINT = (
    f"  r: again, three times a member. t: {FOR_S:g} s at {RATE:g} connections a second; end a node "
    "meanwhile, and see what it costs."
)


def expected_of(view: VipView) -> list[str]:
    """Hosts of the members that some balancer would send a client to now."""
    found = [one.host or one.server.name for one in view.members if one.server.serves]
    return list(dict.fromkeys(found))
