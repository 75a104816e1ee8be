"""The way to one instance's screen: its address as a link, how long it is good, and the way from a laptop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from systems.errors import SystemsError
from systems.openstack.forward import Forward, forward_of
from tui.frame import Tab, left
from tui.screen import ConsoleScreen
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.link import Link
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.journal.entries import Draft
    from systems.openstack.readings import ConsoleReading, Instance
    from tui.desk import Desk

LABEL = 15
SHORT_S = 60.0
"""With less time than that left, the time is a warning."""


class AccessScreen(ConsoleScreen[None]):
    """Asks for a console of one type, and shows the way to it or the sentence that says why there is none."""

    KEYS_TITLE = "This console"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "copy_ssh", "Copy the ssh line", id="access.copy_ssh"),
        Binding("p", "copy_laptop", "Copy the laptop's address", id="access.copy_laptop"),
        Binding("n", "renew_token", "A new address", id="access.renew"),
        Binding("escape", "dismiss", "Back", id="access.back"),
    ]
    DEFAULT_CSS = """
    AccessScreen > Lines { height: auto; padding: 0 1; scrollbar-gutter: auto; }
    AccessScreen > Link { padding: 0 1; margin-bottom: 1; }
    AccessScreen > #access-head { margin-top: 1; }
    """

    def __init__(self, desk: Desk, cloud: str, instance: Instance, kind: str) -> None:
        super().__init__(desk)
        self._cloud, self._instance, self._kind = cloud, instance, kind
        self._answer: ConsoleReading | SystemsError | None = None
        self._forward: Forward | None = None
        self._head = Lines(signs=desk.signs, id="access-head")
        self._link = Link(signs=desk.signs, id="access-link")
        self._way = Lines(signs=desk.signs)
        self._far = Link(signs=desk.signs, id="access-far")
        self._notes = Lines(signs=desk.signs)

    def body(self) -> Iterator[Widget]:
        yield from (self._head, self._link, self._way, self._far, self._notes)

    def tabs(self) -> Sequence[Tab]:
        return [Tab("consoles"), Tab(self._instance.name), Tab(self._kind, here=True)]

    @property
    def console(self) -> ConsoleReading | None:
        """The way, while its token is good."""
        answer = self._answer
        if answer is None or isinstance(answer, SystemsError) or answer.left_s(self.desk.now()) <= 0:
            return None
        return answer

    def why_not(self, action: str) -> str:
        if action in ("copy_ssh", "copy_laptop") and (self.console is None or self._forward is None):
            return "there is no address that is still good"
        return super().why_not(action)

    def copy_text(self) -> str:
        return self.console.url if self.console is not None else ""

    def on_mount(self) -> None:
        self.ask()

    def hint_state(self) -> object:
        return super().hint_state(), self.console is None

    @work(name="console", exit_on_error=False, exclusive=True, group="console")
    async def ask(self) -> None:
        """Ask the cloud for an address with a token in it; the journal keeps that it was asked for."""
        self._answer, self._forward = None, None
        self.renew()
        works = self.desk.works
        if works is None or works.clouds is None:
            self._answer = SystemsError(f"Not open: {self.desk.why_no_works}.")
        else:
            try:
                console = await works.clouds.reader(self._cloud).console(self._instance, self._kind)
                self._answer = console
                self._forward = forward_of(console.url, self.desk.who)
                await works.aside(works.journal.append, self._note())
            except SystemsError as error:
                self._answer = error
        self.renew()
        self.show_hints()

    def _note(self) -> Draft:
        from runbooks.journal.entries import Draft, Kind

        words = f"an address of the {self._kind} console of {self._instance.name} was given"
        return Draft(Kind.NOTE, system=self._cloud, host=self._cloud, data={"sentence": words})

    def renew(self) -> None:
        self._head.show(self._head_rows())
        console = self.console
        self._link.lead_to(console.url if console is not None else "")
        forward = self._forward if console is not None else None
        is_page = console is not None and console.url.startswith("http")
        self._way.show(_way_rows(forward, is_page=is_page))
        self._far.lead_to(forward.url if forward is not None and is_page else "")
        self._notes.show(_note_rows(forward, is_page=is_page) if console is not None else [])

    def _head_rows(self) -> list[Row]:
        signs, answer = self.desk.signs, self._answer
        title = row((f"{self._kind} console of {self._instance.name}", Tone.STRONG))
        if answer is None:
            return [title, row((f"{signs.unknown} ", Tone.DIM), "asking the cloud for an address")]
        if isinstance(answer, SystemsError):
            return [title, row((f"{signs.critical} ", Tone.CRITICAL), str(answer), hang=2)]
        left_s = answer.left_s(self.desk.now())
        if left_s <= 0:
            words = "The address is no longer good (SPICE-09). "
            return [
                title,
                row((f"{signs.warning} ", Tone.WARNING), words, ("n", Tone.KEY), " asks for a new one."),
            ]
        tone = Tone.WARNING if left_s < SHORT_S else Tone.GOOD
        words = " more, and for one who opens it: whoever has the address has the keyboard."
        return [title, row(f"{signs.good} Good for ", (left(left_s), tone), words, hang=2), row()]

    def action_renew_token(self) -> None:
        self.ask()

    def action_copy_ssh(self) -> None:
        if self._forward is not None:
            self._copy(self._forward.line)

    def action_copy_laptop(self) -> None:
        if self._forward is not None:
            self._copy(self._forward.url)

    def _copy(self, text: str) -> None:
        from tui.clipboard import copy

        self.app.notify(copy(text, self.app.copy_to_clipboard), markup=False)


def _line(label: str, text: str, tone: Tone = Tone.PLAIN) -> Row:
    return row((label.ljust(LABEL), Tone.DIM), (text, tone), hang=LABEL)


def _way_rows(forward: Forward | None, *, is_page: bool) -> list[Row]:
    if forward is None:
        return []
    rows = [_line("from a laptop", forward.line, Tone.STRONG)]
    return [*rows, _line("then open", "")] if is_page else rows


def _note_rows(forward: Forward | None, *, is_page: bool) -> list[Row]:
    rows = [row(("y", Tone.KEY), " copies the first address.")]
    if not is_page:
        rows.insert(
            0, row("This is a websocket and no page: t in the pane of consoles opens it in this terminal.")
        )
    if forward is not None and forward.warning:
        rows.insert(0, row(forward.warning))
    return rows
