"""A guest's screen inside this terminal, by VNC."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on

from systems.consoles.glyphs import ScreenText, is_blank, read_text
from systems.consoles.rfb import GuestScreen, key_event
from tui.guest.keys import ALT, CONTROL, SYS_REQ, keysyms_of, keysyms_of_text
from tui.guest.screen import GuestConsole
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

PAINTS_A_SECOND = 5
"""Reading a screen as text costs about 20 ms."""
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


class VncScreen(GuestConsole):
    """A screen in text mode as exact text; any other as a picture in half blocks."""

    KEYS_TITLE = "A guest's screen, by VNC"
    KIND = "novnc"
    NOUN = "screen"

    def __init__(self, desk: Desk, cloud: str, instance: Instance) -> None:
        self._guest: GuestScreen | None = None
        self._text: ScreenText | None = None
        self._is_new = self._is_blank = False
        self._rests_until_s = 0.0
        super().__init__(desk, cloud, instance)

    def make_view(self) -> PictureView:
        return PictureView()

    def on_mount(self) -> None:
        self.set_interval(1 / PAINTS_A_SECOND, self._paint)

    def copy_text(self) -> str:
        return self._text.text if self._text is not None else ""

    async def serve(self, link: Link) -> None:
        guest = self._guest = GuestScreen(link)
        await guest.start()
        while True:
            await guest.update()
            self._is_new = True

    def _paint(self) -> None:
        begun_s = self.desk.clock()
        if self._is_new and self._guest is not None and begun_s >= self._rests_until_s:
            self._is_new = False
            self._show(self._guest.picture)
            ended_s = self.desk.clock()
            self._rests_until_s = ended_s + RESTS * (ended_s - begun_s)

    def _show(self, picture: Picture) -> None:
        view = self._view
        if not isinstance(view, PictureView):
            return
        self._text, self._is_blank = read_text(picture), is_blank(picture)
        if self._text is not None:
            view.show_text(self._text.rows)
        elif self._is_blank or self.desk.signs.ascii_only:
            view.show_text([])
        else:
            view.show_picture(picture)
        self.renew()

    @on(GuestView.Resized)
    def fit(self) -> None:
        self._is_new = self._guest is not None

    @on(GuestView.Pressed)
    def press(self, message: GuestView.Pressed) -> None:
        self.put(_chord(keysyms_of(message.key, message.character)))

    @on(GuestView.Pasted)
    def paste(self, message: GuestView.Pasted) -> None:
        self.put(b"".join([_chord(keys) for keys in keysyms_of_text(message.text)]))

    def hits(self) -> list[Hit]:
        from tui.palette import Hit

        return [
            Hit("key", name, partial(self._choose, _chord(keys)), more=words)
            for name, (keys, words) in _CHORDS.items()
        ]

    def _choose(self, data: bytes) -> None:
        self.send_chosen(data)

    def more(self) -> list[Row]:
        if self._guest is None or self._since is None:
            return []
        size = f"{self._guest.picture.width} x {self._guest.picture.height}"
        if self._text is not None:
            count = self._text.unknown
            unread = f"; {count} {'cell' if count == 1 else 'cells'} could not be read" if count else ""
            return [
                row((f"   text, read from a picture of {size} dots{unread}; y copies it", Tone.DIM), hang=3)
            ]
        if self._is_blank:
            words = f"   {size} dots of one colour: it is asleep, or nothing was written to it"
        elif self.desk.signs.ascii_only:
            words = f"   a picture of {size} dots, which this terminal cannot draw"
        else:
            words = f"   a picture of {size} dots, made smaller"
        return [row((words, Tone.DIM), hang=3)]


def _chord(keysyms: tuple[int, ...]) -> bytes:
    """Press them one after the other, and let go of them in reverse."""
    down = [key_event(keysym, is_down=True) for keysym in keysyms]
    return b"".join([*down, *(key_event(keysym, is_down=False) for keysym in reversed(keysyms))])
