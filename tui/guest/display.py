"""A guest's screen inside this terminal, by VNC or SPICE."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from systems.consoles.glyphs import ScreenText, is_blank, read_text
from systems.consoles.link import GuestMoved
from systems.consoles.screens import WAYS, GuestScreen, Way, is_served
from systems.errors import SystemsError
from tui.guest.keys import ALT, CONTROL, SYS_REQ, keysyms_of, keysyms_of_text
from tui.guest.screen import GuestConsole
from widgets.graphics import draws_itself
from widgets.guest_view import GuestView
from widgets.layout import Row, row
from widgets.picture_view import PictureView
from widgets.tones import Tone

if TYPE_CHECKING:
    from systems.consoles.link import Link
    from systems.consoles.picture import Picture
    from systems.openstack.readings import Instance
    from tui.desk import Desk
    from tui.palette import Hit

TAKEN = (
    "The guest's SPICE server still answers, so somebody else may have opened this screen: it has one viewer "
    "at a time, and to connect anew takes it from them."
)
PAINTS_A_SECOND = 5
"""Reading a screen as text costs about 20 ms."""
BYTES_A_SECOND = 400_000
"""Of pictures that the terminal draws: other keys and screens share the link to it."""
RESTS = 3.0
"""Times as long as a painting took there is none: one of 4096 x 4096 dots costs 200 ms, and no key waits."""
DELETE = 0xFFFF
F1 = 0xFFBE
_CHORDS = {
    "ctrl+alt+del": ((CONTROL, ALT, DELETE), "what a PC does on it: as a rule, an orderly reboot"),
    **{
        f"ctrl+alt+f{number}": ((CONTROL, ALT, F1 + number - 1), "its other virtual consoles")
        for number in range(1, 7)
    },
    "alt+sysrq+s": ((ALT, SYS_REQ, ord("s")), "the kernel writes to its disks what it holds"),
    "alt+sysrq+w": ((ALT, SYS_REQ, ord("w")), "the kernel tells which tasks hang"),
    "alt+sysrq+b": ((ALT, SYS_REQ, ord("b")), "the kernel reboots at once, without writing to its disks"),
}


class DisplayScreen(GuestConsole):
    """A screen in text mode as exact text; any other as a picture in half blocks."""

    KEYS_TITLE = "A guest's screen"
    KINDS = tuple(WAYS)
    NOUN = "screen"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "other_way", "VNC or SPICE", id="guest.other_way"),
        Binding("g", "graphics", "Graphics or blocks", id="guest.graphics", show=False),
    ]

    def __init__(self, desk: Desk, cloud: str, instance: Instance) -> None:
        self._guest: GuestScreen | None = None
        self._text: ScreenText | None = None
        self._is_new = self._is_blank = self._is_open = self._is_told = False
        self._rests_until_s = 0.0
        self._draws = False
        """Whether the terminal draws pictures; else they are made of half blocks."""
        super().__init__(desk, cloud, instance)

    def make_view(self) -> PictureView:
        return PictureView()

    def on_mount(self) -> None:
        self.set_interval(1 / PAINTS_A_SECOND, self._paint)
        if not (self.app.is_headless or self.desk.signs.ascii_only):
            self._look_at_terminal()

    @work(name="terminal", exit_on_error=False, group="terminal")
    async def _look_at_terminal(self) -> None:
        if await draws_itself(os.environ):
            self.action_graphics()

    def action_graphics(self) -> None:
        """The other way to draw pictures: what is known of a terminal may be wrong, or too little."""
        self._draws = not self._draws
        self._is_new, self._rests_until_s = self._is_new or self._is_told, 0.0

    def copy_text(self) -> str:
        return self._text.text if self._text is not None else ""

    @property
    def _way(self) -> Way:
        return WAYS[self.kind]

    async def serve(self, link: Link) -> None:
        guest = self._guest = self._way.look(link)
        try:
            await guest.start()
            self._is_open = True
            self.show_hints()
            while True:
                await guest.update()
                self._is_new = True
        finally:
            self._is_open = self._is_told = self._is_new = False  # what stands there is of this link
            await guest.close()

    @property
    def takes_keys(self) -> bool:
        """Not before both sides agreed on how they speak: a key in the midst of that would end it."""
        return self._is_open

    async def why_not_again(self, error: SystemsError) -> str:
        """By SPICE somebody else may have it now: they would be cut off, as we were, without a word."""
        works = self.desk.works
        if not self._way.is_for_one or isinstance(error, GuestMoved) or works is None or works.clouds is None:
            return ""
        try:
            link = await works.clouds.link(self._cloud, self._instance, self.kind)
        except SystemsError:
            return ""
        try:
            return TAKEN if await is_served(link) else ""
        finally:
            await link.close()

    @property
    def pace_s(self) -> float:
        return self._way.pace_s

    async def send(self, link: Link, data: bytes) -> None:
        await (self._guest.keyboard if self._guest is not None else link).send(data)

    def action_other_way(self) -> None:
        """By the other protocol from now on; a cloud that has none of that type says so."""
        self.kind = next(kind for kind in WAYS if kind != self.kind)
        self.kinds = (self.kind,)
        self.action_connect()

    def _paint(self) -> None:
        begun_s = self.desk.clock()
        if self._is_new and self._guest is not None and begun_s >= self._rests_until_s:
            self._is_new = False
            size = self._show(self._guest.picture)
            ended_s = self.desk.clock()
            self._rests_until_s = ended_s + RESTS * (ended_s - begun_s) + size / BYTES_A_SECOND

    def _show(self, picture: Picture) -> int:
        """Show it; return how many bytes the terminal was sent beside its cells."""
        view = self._view
        if not isinstance(view, PictureView):
            return 0
        size = 0
        self._is_told = True
        self._text, self._is_blank = read_text(picture), is_blank(picture)
        if self._text is not None:
            view.show_text(self._text.rows)
        elif self._is_blank or self.desk.signs.ascii_only:
            view.show_text([])
        elif self._draws:
            size = view.draw_picture(picture)
        else:
            view.show_picture(picture)
        self.renew()
        return size

    @on(GuestView.Resized)
    def fit(self) -> None:
        self._is_new = self._is_new or self._is_told

    @on(GuestView.Pressed)
    def press(self, message: GuestView.Pressed) -> None:
        self._press([keysyms_of(message.key, message.character)])

    @on(GuestView.Pasted)
    def paste(self, message: GuestView.Pasted) -> None:
        self._press(keysyms_of_text(message.text))

    def _press(self, chords: Sequence[tuple[int, ...]]) -> None:
        """Those that the protocol has a key for: SPICE has those of an American keyboard."""
        sent = [self._way.chord(keys) for keys in chords if keys]
        self.put(*filter(None, sent))
        if not all(sent) and self._typing is not None:
            words = "a key" if len(sent) == 1 else f"{sent.count(b'')} of {len(sent)} characters"
            self.app.notify(
                f"Not sent: {words} that no American keyboard has; {self._way.name} knows no other.",
                severity="warning",
                markup=False,
            )

    def hits(self) -> list[Hit]:
        from tui.palette import Hit

        return [
            Hit("key", name, partial(self._choose, self._way.chord(keys)), more=words)
            for name, (keys, words) in _CHORDS.items()
        ]

    def _choose(self, data: bytes) -> None:
        self.send_chosen(data)

    def more(self) -> list[Row]:
        guest = self._guest
        if guest is None or self._since is None or not self._is_told:
            return []
        alone = ", which has one viewer at a time" if self._way.is_for_one else ""
        rows = [row((f"   by {self._way.name}{alone}; {self._said_of(guest.picture)}", Tone.DIM), hang=3)]
        if guest.lacks:
            words = f"   Not all of it is drawn: parts of it come as {guest.lacks}, which is not read here."
            rows.append(row((words, Tone.WARNING), hang=3))
        return rows

    def _said_of(self, picture: Picture) -> str:
        size = f"{picture.width} x {picture.height}"
        if self._text is not None:
            count = self._text.unknown
            unread = f"; {count} {'cell' if count == 1 else 'cells'} could not be read" if count else ""
            return f"text, read from a picture of {size} dots{unread}; y copies it"
        if self._is_blank:
            return f"{size} dots of one colour: it is asleep, or nothing was written to it"
        if self.desk.signs.ascii_only:
            return f"a picture of {size} dots, which this terminal cannot draw"
        if self._draws:
            return f"a picture of {size} dots, drawn by this terminal (g: in blocks)"
        return f"a picture of {size} dots, made smaller (g: by the terminal)"
