"""Why it is red: the rungs from the virtual address to the certificate, asked until one is broken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from runbooks.ladder.climb import climb
from runbooks.ladder.rungs import Ladder, Rung, State, Subject
from runbooks.vips.look import VipLook
from tui.frame import Tab
from tui.panes import Selection
from tui.poller import HOSTS, VIP
from tui.selecting import SelectingScreen
from widgets.layout import Row, row
from widgets.page import Page
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.desk import Desk
    from tui.picture import Picture
    from widgets.signs import Signs

LABEL = 20


class LadderScreen(SelectingScreen):
    """One host: a member, a node, a load balancer. What was read already is judged, the rest is asked now."""

    KEYS_TITLE = "Rung by rung"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Ask again", id="ladder.again"),
        Binding("escape", "dismiss", "Back", id="ladder.back"),
    ]

    def __init__(self, desk: Desk, host: str) -> None:
        super().__init__(desk)
        self._host = host
        self._ladder: Ladder | None = None
        self._page = Page(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        return [Tab("why"), Tab(self._host, here=True)]

    @property
    def reads(self) -> frozenset[str]:
        picture = self.desk.picture
        roles = picture.hosts[self._host].roles if self._host in picture.hosts else ()
        vips = picture.vips_of(self._host)
        served = [view.plan.serves for view in vips if view.plan.serves]
        return frozenset({HOSTS, *roles, *served, *[VIP + view.name for view in vips]})

    def selection(self) -> Selection:
        """The host; what is found against it stands where one came from."""
        return Selection(hosts=(self._host,))

    def why_not(self, action: str) -> str:
        return "this is the answer" if action == "why" else super().why_not(action)

    def copy_text(self) -> str:
        return self._page.plain

    def on_mount(self) -> None:
        self._show()
        self.ask()

    def action_again(self) -> None:
        self._ladder = None
        self._show()
        self.ask()

    @work(name="ladder", exit_on_error=False, exclusive=True, group="ladder")
    async def ask(self) -> None:
        """Climb, and show each rung as it answers."""
        works = self.desk.works
        if works is not None:
            subject = subject_of(self.desk.picture, self._host)
            opens = works.vips.opens if works.vips is not None else None
            await climb(subject, works.hosts.reader, self._take, opens=opens)

    def _take(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self._show()

    def _show(self) -> None:
        ladder, signs = self._ladder, self.desk.signs
        if ladder is None:
            why = "" if self.desk.works is not None else f": {self.desk.why_no_works}"
            self._page.show([row((f" {signs.unknown} asking{why}", Tone.DIM))])
            return
        rows = [row((f" {ladder.sentence}.", Tone.STRONG), hang=1), row()]
        for rung in ladder.rungs:
            rows += _rung_rows(rung, signs, is_cause=rung is ladder.cause)
        self._page.show(rows)


def _rung_rows(rung: Rung, signs: Signs, *, is_cause: bool) -> list[Row]:
    """One rung; the evidence of what is red stands below it."""
    sign, tone = {
        State.WELL: (signs.good, Tone.GOOD),
        State.RED: (signs.warning, Tone.WARNING),
        State.BROKEN: (signs.critical, Tone.CRITICAL),
        State.UNREAD: (signs.unknown, Tone.WARNING),
        State.NOT_ASKED: (signs.none, Tone.DIM),
    }[rung.state]
    if is_cause:
        sign, tone = signs.critical, Tone.CRITICAL
    quiet = rung.state is State.NOT_ASKED
    words = f"not asked{f': {rung.sentence}' if rung.sentence else ''}" if quiet else rung.sentence
    head = f" {sign} {rung.title}".ljust(LABEL)
    rows = [row((head, tone), (words, Tone.DIM if quiet else Tone.PLAIN), hang=LABEL)]
    if rung.state is not State.NOT_ASKED:
        rows += [row(" " * LABEL, (line, Tone.DIM), hang=LABEL) for line in rung.evidence]
    return rows


def subject_of(picture: Picture, host: str) -> Subject:
    """All that was read of a host, as the ladder takes it."""
    machine = picture.hosts.get(host)
    roles = machine.roles if machine is not None else ()
    cluster = picture.clusters.get(next(iter(roles), ""))
    vips = picture.vips_of(host)
    view = next(iter(sorted(vips, key=lambda one: -len(one.of_host(host)))), None)
    look = None
    if view is not None and view.answers:
        answers = tuple(view.answers[name] for name in view.plan.hosts if name in view.answers)
        survey = picture.clusters[view.plan.serves].survey if view.plan.serves else None
        taken_at = max(answer.at for answer in answers)
        look = VipLook(view.name, taken_at, answers, survey, view.plan.backend, dict(view.addresses))
    return Subject(
        name=host,
        host=host,
        look=look,
        members=view.of_host(host) if view is not None else (),
        survey=cluster.survey if cluster is not None else None,
        machine=(machine.error or machine.reading) if machine is not None else None,
    )
