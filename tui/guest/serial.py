"""A guest's serial line inside this terminal."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from systems.consoles.recording import Recording, recording_name
from systems.consoles.terminal import Terminal
from tui.clipboard import state_dir
from tui.guest.keys import bytes_of
from tui.guest.screen import MOST_WAITING, GuestConsole
from widgets.guest_view import GuestView
from widgets.layout import Row, row
from widgets.terminal_view import TerminalView
from widgets.tones import Tone

if TYPE_CHECKING:
    from systems.consoles.link import Link
    from systems.openstack.readings import Instance
    from tui.desk import Desk
    from tui.palette import Hit

SLICE = 1024
"""Bytes that are taken at once: a few ms, so that a flood holds no key."""
PAINTS_A_SECOND = 15
KIB = 1024
_SILENT = "   A serial line says only what is new: a guest that waits for a login says it after Enter."


class SerialScreen(GuestConsole):
    """The line as a terminal's screen, which is as large as there is room."""

    KEYS_TITLE = "A guest's serial line"
    KINDS = ("serial",)
    NOUN = "serial console"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "record", "Record", id="serial.record"),
    ]

    def __init__(self, desk: Desk, cloud: str, instance: Instance) -> None:
        self._terminal = Terminal()
        self._recording: Recording | None = None
        self._is_new = False
        super().__init__(desk, cloud, instance)

    def make_view(self) -> TerminalView:
        return TerminalView(self._terminal)

    def on_mount(self) -> None:
        self.set_interval(1 / PAINTS_A_SECOND, self._paint)

    def copy_text(self) -> str:
        return self._terminal.text

    async def serve(self, link: Link) -> None:
        while True:
            data = await link.receive()
            for at in range(0, len(data), SLICE):
                self._take(data[at : at + SLICE])
                await asyncio.sleep(0)

    def _take(self, data: bytes) -> None:
        text = self._terminal.feed(data)
        self._is_new = True
        self._record(text)
        answers = self._terminal.answers()
        if self._keys.qsize() < MOST_WAITING // 2:  # one that asks without end and reads nothing
            self.put(answers)  # as a terminal does; without typing nothing is sent

    def _paint(self) -> None:
        if self._is_new:
            self._is_new = False
            self._flush()
            self._view_renew()
            self.renew()

    def _view_renew(self) -> None:
        if isinstance(self._view, TerminalView):
            self._view.renew()

    @on(GuestView.Resized)
    def fit(self, message: GuestView.Resized) -> None:
        """The terminal takes the room there is; the guest learns of it by `stty`, or by asking."""
        self._terminal.resize(message.columns, message.lines)
        if self._recording is not None:
            with suppress(OSError):
                self._recording.resized(*self._terminal.size)
        self._view_renew()

    @on(GuestView.Pressed)
    def press(self, message: GuestView.Pressed) -> None:
        application_cursor = self._terminal.has_application_cursor
        self.put(bytes_of(message.key, message.character, application_cursor=application_cursor))

    @on(GuestView.Pasted)
    def paste(self, message: GuestView.Pasted) -> None:
        """A paste cannot end its own brackets: what would is taken out."""
        text = message.text.replace("\x1b", "").replace("\r\n", "\r").replace("\n", "\r")
        if self._terminal.has_bracketed_paste:
            text = f"\x1b[200~{text}\x1b[201~"
        self.put(text.encode())

    def hits(self) -> list[Hit]:
        from tui.palette import Hit

        columns, lines = self._terminal.size
        size = f"stty cols {columns} rows {lines}"
        return [
            Hit("key", "ctrl+]", partial(self._choose, b"\x1d"), more="which gives the keyboard back else"),
            Hit("line", size, partial(self._choose, f"{size}\r".encode()), more="tells a shell the size"),
        ]

    def _choose(self, data: bytes) -> None:
        self.send_chosen(data)

    # ---- the recording

    def action_record(self) -> None:
        """Begin a recording, or end the one that is under way."""
        if self._recording is not None:
            self._end_recording("")
            return
        now = self.desk.now()
        path = state_dir() / "recordings" / recording_name(self._instance.name, now)
        try:
            self._recording = Recording(path, self._terminal.size, now, self.desk.clock)
        except OSError as error:
            self.app.notify(f"Not recorded: {path}: {error.strerror}.", severity="error", markup=False)
        self.renew()

    def _record(self, text: str) -> None:
        if self._recording is None:
            return
        try:
            self._recording.said(text)
        except OSError as error:
            self._end_recording(f"it could not be written any more: {error.strerror}")
            return
        if self._recording.is_full:
            self._end_recording("it is as large as one may become")

    def _flush(self) -> None:
        try:
            if self._recording is not None:
                self._recording.flush()
        except OSError as error:
            self._end_recording(f"it could not be written any more: {error.strerror}")

    def _end_recording(self, why: str) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            with suppress(OSError):  # what is left to write may find the disk full, too
                recording.close()
            words = f"The recording is in {recording.path}"
            self.app.notify(f"{words}; {why}." if why else f"{words}.", markup=False, timeout=10)
        self.renew()

    def more(self) -> list[Row]:
        recording = self._recording
        if recording is None:
            return [row((_SILENT, Tone.DIM), hang=3)] if self._is_silent() else []
        size = f"{recording.written / KIB:.0f} KiB"
        return [
            row(
                (" REC ", Tone.CRITICAL), f"what it says, to {recording.path} ({size}); r ends it", wrap=False
            )
        ]

    def _is_silent(self) -> bool:
        return self._since is not None and not self._terminal.gone and not self._terminal.text

    async def on_unmount(self) -> None:
        if self._recording is not None:
            with suppress(OSError):
                self._recording.close()
