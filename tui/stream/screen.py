"""Run a line on the chosen hosts and watch its output come in: hold, search, filter, copy, save."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.widgets import Input

from systems.errors import SystemsError
from systems.spool import Spool
from tui.arming import ensure_armed
from tui.ask import AskDialog
from tui.clipboard import state_dir
from tui.frame import Tab
from tui.screen import ConsoleScreen
from tui.stream.job import HostState, Order, StreamJob, status_words
from widgets.entry import Entry
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.spool_view import SpoolView
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from textual.widget import Widget
    from textual.worker import Worker

    from tui.desk import Desk


BEFORE = "What is proven to only read runs at once; anything else asks for arming. sudo in front: as root."


class StreamScreen(ConsoleScreen[None]):
    """One line after the other on the same hosts. What only reads runs at once; the rest needs arming."""

    KEYS_TITLE = "Stream"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "edit", "Command", id="streams.edit"),
        Binding("c", "cancel", "Cancel", id="streams.cancel"),
        Binding("escape", "leave", "Back", id="streams.back"),
    ]
    DEFAULT_CSS = """
    StreamScreen {
        & > #stream-hosts { height: auto; max-height: 2; overflow: hidden hidden; scrollbar-gutter: auto; }
        & > Input.-textual-compact { background: $panel; padding: 0 1; }
        & > #stream-states { height: auto; max-height: 4; overflow: hidden hidden; scrollbar-gutter: auto; }
        & > SpoolView { height: 1fr; }
    }
    """

    def __init__(self, desk: Desk, hosts: Sequence[str], order: Order | None = None) -> None:
        """`order`: runs at once; None: the line is asked for."""
        super().__init__(desk)
        self._hosts, self._order = tuple(hosts), order
        self._job: StreamJob | None = None
        self._worker: Worker[None] | None = None
        self._spool = Spool(clock=lambda: desk.now().timestamp())
        self._place = len(desk.commands)
        self._told = Lines([self._hosts_row()], signs=desk.signs, id="stream-hosts")
        self._line = Entry("a line for the shell of each host", text=str(order) if order else "")
        self._states = Lines(signs=desk.signs, id="stream-states")
        self._view = SpoolView(self._spool, signs=desk.signs, zone=UTC, id="stream")

    def body(self) -> Iterator[Widget]:
        yield self._told
        yield self._line
        yield self._states
        yield self._view

    def tabs(self) -> Sequence[Tab]:
        return [Tab("run"), Tab(_few(self._hosts), here=True)]

    def copy_text(self) -> str:
        return self._view.copy_text()

    def on_mount(self) -> None:
        self.renew()
        if self._order is not None:
            self.start(self._order)
        else:
            self._line.focus()

    def on_unmount(self) -> None:
        self._spool.close()

    def renew(self) -> None:
        self._states.show(self._state_rows())

    def _hosts_row(self) -> Row:
        many = f" ({len(self._hosts)} hosts)" if len(self._hosts) > 1 else ""
        return row((" on ", Tone.DIM), (_few(self._hosts), Tone.STRONG), (many, Tone.DIM), hang=4)

    def _state_rows(self) -> list[Row]:
        job = self._job
        if job is None:
            return [row((f" {BEFORE}", Tone.DIM), hang=1)]
        words, worst = status_words(job)
        tone = (Tone.GOOD, Tone.WARNING, Tone.CRITICAL)[worst] if not job.is_running else Tone.PLAIN
        pieces: list[Piece] = [(f" {words}", tone)]
        now = job.clock()
        longest = max([one.took_s(now) for one in job.hosts.values()], default=0.0)
        pieces.append((f"  {longest:.1f} s", Tone.DIM))
        failed = [one for one in job.hosts.values() if one.state is HostState.FAILED]
        return [row(*pieces), *[row((f" {one.error}", Tone.CRITICAL), hang=1) for one in failed]]

    # What can be done

    def why_not(self, action: str) -> str:
        if action == "cancel" and (self._job is None or not self._job.is_running):
            return "nothing is running"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "edit" and self._line.has_focus:
            return False
        return super().check_action(action, parameters)

    def action_edit(self) -> None:
        """Type another line for the same hosts."""
        self._line.focus()

    def action_leave(self) -> None:
        """From the line to the output, from the output back; what runs is cancelled then."""
        if self._line.has_focus and self._job is not None:
            self._view.focus()
        else:
            self.action_cancel()
            self.dismiss()

    def action_cancel(self) -> None:
        """End it on all hosts: the connection's end ends what runs in the foreground there."""
        if self._worker is not None and self._job is not None and self._job.is_running:
            self._worker.cancel()

    def on_key(self, event: events.Key) -> None:
        """Earlier lines, while a line is typed."""
        if self._line.has_focus and event.key in ("up", "down"):
            event.stop()
            commands = self.desk.commands
            self._place = max(0, min(self._place + (-1 if event.key == "up" else 1), len(commands)))
            self._line.value = commands[self._place] if self._place < len(commands) else ""
            self._line.action_end()

    @on(Input.Submitted)
    def submit(self, message: Input.Submitted) -> None:
        """Run what was typed."""
        if message.value.strip():
            self.start(Order.typed(message.value, self._hosts))

    @work(name="start a line", exit_on_error=False, exclusive=True, group="start")
    async def start(self, order: Order) -> None:
        """Run an order; one that may change something is asked for twice and needs arming."""
        works = self.desk.works
        if works is None:
            self.app.notify(f"Not now: {self.desk.why_no_works}.", severity="warning", markup=False)
            return
        if not order.is_read_only and not (
            await self._agreed(order) and await ensure_armed(self.app, self.desk)
        ):
            return
        if self._job is not None and self._job.is_running:
            self.action_cancel()
        if not self.desk.commands or self.desk.commands[-1] != str(order):
            self.desk.commands.append(str(order))
        self._place = len(self.desk.commands)
        self._spool.clear()
        self._job = StreamJob(order, works, self._spool, on_change=self._renew_soon, clock=self.desk.clock)
        self._view.title_text = str(order)
        self._view.focus()
        self.renew()
        self._worker = self.run_worker(
            self._job.carry_out(),
            name=f"run {order.line}",
            exit_on_error=False,
            group="stream",
            exclusive=True,
        )

    def _renew_soon(self) -> None:
        if self.is_attached:
            self.call_later(self.renew)
            self.call_later(self.show_hints)

    async def _agreed(self, order: Order) -> bool:
        """Ask before anything that may change something: the host's name, or how many hosts, in full."""
        name = order.hosts[0] if len(order.hosts) == 1 else str(len(order.hosts))
        rows = [
            row("This line is not known to only read:"),
            row((str(order), Tone.KEY), hang=2),
            row("It runs on ", (", ".join(order.hosts), Tone.STRONG), "."),
            row(
                f"Type {'the name of the host' if len(order.hosts) == 1 else 'the number of hosts'}: ",
                (name, Tone.STRONG),
            ),
        ]
        typed = await self.app.push_screen_wait(
            AskDialog("It may change something", rows, self.desk.signs, verb="run it")
        )
        if typed is not None and typed.strip() != name:
            self.app.notify(
                f"{typed.strip()!r} is not {name!r}: nothing was sent.", severity="warning", markup=False
            )
        return typed is not None and typed.strip() == name

    @on(SpoolView.SaveAsked)
    def ask_where_to_save(self, message: SpoolView.SaveAsked) -> None:
        """What is seen goes to a new file."""
        message.stop()
        self.save_output()

    @work(name="save", exit_on_error=False, exclusive=True, group="save")
    async def save_output(self) -> None:
        """Ask for the name and write."""
        rows = [row("What is seen, whole, goes to a new file that only you can read.")]
        place = str(state_dir() / "output.txt")
        typed = await self.app.push_screen_wait(
            AskDialog("To file", rows, self.desk.signs, verb="write", placeholder=place, required=False)
        )
        if typed is None:
            return
        path = _writable(typed.strip() or place)
        try:
            lines = await self._view.save(path)
        except (SystemsError, OSError) as error:
            self.app.notify(str(error), severity="error", markup=False)
        else:
            self.app.notify(f"{lines:,} lines are in {path}.", markup=False)


def _writable(name: str) -> Path:
    """The file of that name, its folder made when it is the console's own."""
    path = Path(name).expanduser()
    if path.parent == state_dir():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _few(hosts: Sequence[str]) -> str:
    return ", ".join(hosts) if len(hosts) <= 6 else f"{', '.join(hosts[:5])} and {len(hosts) - 5} more"
