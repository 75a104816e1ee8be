"""What a guest's serial line and its screen have in common: the link that comes back, and the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from systems.consoles.link import TokenRefused
from systems.consoles.screens import first_open
from systems.errors import LinkLost, NotArmed, SystemsError
from tui.arming import ensure_armed
from tui.frame import Tab
from tui.guest.heading import State, heading
from tui.guest.tries import Tries
from tui.keys import key_words
from tui.screen import ConsoleScreen
from widgets.guest_view import GuestView
from widgets.layout import Row
from widgets.lines import Lines

if TYPE_CHECKING:
    from datetime import datetime

    from textual.widget import Widget

    from runbooks.journal.entries import Draft
    from systems.consoles.link import Link
    from systems.consoles.typing import Typing
    from systems.openstack.readings import Instance
    from tui.desk import Desk
    from tui.palette import Hit

MOST_WAITING = 256
"""Keys that wait for a guest that takes none."""


class GuestConsole(ConsoleScreen[None]):
    """Read-only until the operator types: then keys go to the guest, as long as the console is armed."""

    KEYS_TITLE = "A guest's console"
    KINDS: ClassVar[tuple[str, ...]] = ()
    """The types of console as Nova calls them: the first that the cloud has is opened."""
    NOUN: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "type", "Type", id="guest.type"),
        Binding("k", "send_key", "Send a key", id="guest.send_key"),
        Binding("n", "connect", "Connect anew", id="guest.connect"),
        Binding("escape", "dismiss", "Back", id="guest.back"),
    ]
    DEFAULT_CSS = """
    GuestConsole > #guest-head { height: auto; max-height: 7; scrollbar-gutter: auto; }
    """

    def __init__(self, desk: Desk, cloud: str, instance: Instance) -> None:
        super().__init__(desk)
        self._cloud, self._instance = cloud, instance
        self.kinds = self.KINDS
        self.kind = self.KINDS[0]
        """That which is open, or was last."""
        self._since: datetime | None = None
        """When the link was opened; None: there is none."""
        self._trouble: tuple[str, bool] | None = None
        """Why there is no link, and whether it is tried again by itself."""
        self._typing: Typing | None = None
        self._keys: asyncio.Queue[tuple[bytes, ...]] = asyncio.Queue(MOST_WAITING)
        self._head = Lines(signs=desk.signs, id="guest-head")
        self._view = self.make_view()

    def make_view(self) -> GuestView:
        raise NotImplementedError

    async def serve(self, link: Link) -> None:
        """Take what comes over the link until it raises a `SystemsError`."""
        raise NotImplementedError

    async def send(self, link: Link, data: bytes) -> None:
        """Send what was typed."""
        await link.send(data)

    @property
    def pace_s(self) -> float:
        """How long to wait after each piece of what is typed."""
        return 0.0

    @property
    def takes_keys(self) -> bool:
        """Whether keys would arrive now."""
        return self._since is not None

    async def why_not_again(self, error: SystemsError) -> str:
        """Why a link that was cut is not opened anew unasked; empty: it is."""
        del error
        return ""

    def more(self) -> list[Row]:
        """What else stands in the heading."""
        return []

    def hits(self) -> list[Hit]:
        """What the key chooser offers."""
        return []

    def body(self) -> Iterator[Widget]:
        yield self._head
        yield self._view

    def tabs(self) -> Sequence[Tab]:
        return [Tab("consoles"), Tab(self._instance.name), Tab(self.NOUN, here=True)]

    def on_mount(self) -> None:
        self._view.focus()
        self.renew()
        self.action_connect()

    def hint_state(self) -> object:
        return super().hint_state(), self.takes_keys, self._typing is None

    def why_not(self, action: str) -> str:
        if self._typing is not None:
            return f"keys go to the guest; {key_words(self._view.leave_key)} gives them back"
        if action in ("type", "send_key") and not self.takes_keys:
            return f"there is no link to the {self.NOUN}"
        return super().why_not(action)

    # ---- the link

    @work(name="guest link", exit_on_error=False, exclusive=True, group="link")
    async def action_connect(self) -> None:
        """Connect, and again with a new token each time the link is cut, until that is in vain."""
        await self._stop_typing()
        tries = Tries()
        while True:
            begun_s = self.desk.clock()
            error = await self._connect_once()
            was_open = self._since is not None and not isinstance(error, TokenRefused)
            if was_open:
                tries.was_open(self.desk.clock() - begun_s)
            self._since = None
            await self._stop_typing(error)
            goes_on = tries.go_on(error)
            why_not = await self.why_not_again(error) if goes_on and was_open else ""
            again = tries.next() if goes_on and not why_not else None
            if again is None:
                self._tell((f"{error} {why_not}".strip(), False))
                return
            wait_s, which = again
            self._tell((f"{error} A new address is asked for in {wait_s:g} s ({which}).", True))
            await asyncio.sleep(wait_s)

    async def _connect_once(self) -> SystemsError:
        """Open, serve, and return why it ended."""
        self._tell(None)
        if (works := self.desk.works) is None or works.clouds is None:
            return SystemsError(f"Not open: {self.desk.why_no_works}.")
        ask = partial(works.clouds.link, self._cloud, self._instance)
        try:
            self.kind, link = await first_open(self.kinds, ask)
            self.kinds = (self.kind,)
        except SystemsError as error:
            return error
        sender = asyncio.create_task(self._send(link))
        try:
            await works.aside(works.journal.append, self._note())
            self._since = self.desk.now()
            self._tell(None)
            await self.serve(link)
        except SystemsError as error:
            return error
        finally:
            sender.cancel()
            await link.close()
        return LinkLost(f"The {self.NOUN} of {self._instance.name} ended.")

    def _note(self) -> Draft:
        from runbooks.journal.entries import Draft, Kind

        words = f"the {self.NOUN} of {self._instance.name} was opened in this console"
        return Draft(Kind.NOTE, system=self._cloud, host=self._cloud, data={"sentence": words})

    def _tell(self, trouble: tuple[str, bool] | None) -> None:
        self._trouble = trouble
        self.renew()
        self.show_hints()

    # ---- the keys

    @work(name="typing", exit_on_error=False, group="typing")
    async def action_type(self) -> None:
        await self.begin_typing()

    async def begin_typing(self) -> bool:
        """Whether keys go to the guest now, after arming where that is needed. For a worker."""
        works = self.desk.works
        if self._typing is not None:
            return True
        if works is None or not await ensure_armed(self.app, self.desk):
            return False
        from runbooks.journal.entries import Kind
        from systems.consoles.typing import Typing

        data = {"instance": self._instance.name, "id": self._instance.id}
        permit = works.arming.permit(works.redact, kind=Kind.EXEC, system=self._cloud, data=data)
        what = f"the {self.NOUN} of {self._instance.name}"
        typing = Typing(permit, works.arming.require, cloud=self._cloud, what=what)
        try:
            await works.aside(typing.begin)
        except SystemsError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return False
        if not self.takes_keys:  # cut while the operator was asked
            await works.aside(typing.end)
            return False
        self._view.take_keys()
        self._typing = typing
        self._show_typing()
        return True

    async def _stop_typing(self, error: SystemsError | None = None) -> None:
        typing, self._typing = self._typing, None
        while not self._keys.empty():
            self._keys.get_nowait()
        self._view.give_back()
        self._show_typing()
        if typing is not None and self.desk.works is not None:
            await self.desk.works.aside(typing.end, error)

    def _show_typing(self) -> None:
        self.renew()
        self.show_hints()

    @on(GuestView.Left)
    async def give_keys_back(self) -> None:
        await self._stop_typing()

    def put(self, *pieces: bytes) -> None:
        """Put them into the row of what is sent; a guest that takes nothing does not hold this screen."""
        found = tuple(filter(None, pieces))
        if not found or self._typing is None:
            return
        try:
            self._keys.put_nowait(found)
        except asyncio.QueueFull:
            self.app.notify("The guest takes no keys now: this one was not sent.", markup=False)

    async def _send(self, link: Link) -> None:
        while True:
            for piece in await self._keys.get():
                typing = self._typing
                if typing is None:
                    break  # the keyboard was given back in the middle of a paste
                try:
                    await typing.type(piece, partial(self.send, link))
                except NotArmed as error:
                    self.app.notify(str(error), severity="warning", markup=False)
                    await self._stop_typing(error)
                except SystemsError:
                    return  # whoever receives says why
                await asyncio.sleep(self.pace_s)

    def action_send_key(self) -> None:
        from tui.palette import Palette

        palette = Palette(self.hits(), self.desk.signs, asks=f"what to send to {self._instance.name}")
        self.app.push_screen(palette, lambda hit: hit.act() if hit else None)

    @work(name="typing", exit_on_error=False, group="typing")
    async def send_chosen(self, *parts: bytes) -> None:
        """Send what was chosen from the list; keys go to the guest from then on."""
        if await self.begin_typing():
            self.put(*parts)

    def tick(self) -> None:
        super().tick()
        works = self.desk.works
        if self._typing is not None and works is not None and not works.arming.is_armed:
            self.run_worker(self._stop_typing(), name="typing", exit_on_error=False)

    async def on_unmount(self) -> None:
        typing, works = self._typing, self.desk.works
        self._typing = None
        if typing is not None and works is not None:
            await works.aside(typing.end)

    # ---- what is shown

    def renew(self) -> None:
        leave = key_words(self._view.leave_key) if self._typing is not None else ""
        link = State(self._instance.name, self.NOUN, self._since, self._trouble, leave)
        self._head.show([*heading(link, self.desk.now(), self.desk.signs), *self.more()])
