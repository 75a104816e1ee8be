"""When a spool is drawn again: while output arrives and somebody can see it, some times a second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from textual.screen import Screen
from textual.timer import Timer

from systems.spool import Spool
from widgets.signs import UNICODE, Signs
from widgets.spool_view.window import SpoolWindow

FRAMES_PER_S = 20
SLICE_S = 0.002
"""How long anything may look through lines before the event loop goes on."""


class SpoolPulse(SpoolWindow, can_focus=True):
    """One timer that runs while there is news for the screen: no cost at rest, none behind other screens."""

    def __init__(
        self,
        spool: Spool,
        *,
        title: str = "",
        signs: Signs = UNICODE,
        zone: tzinfo | None = None,
        idle_s: float = 0.3,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """`idle_s`: after it an unfinished line, such as a prompt, is shown. The rest as for the window."""
        super().__init__(spool, title=title, signs=signs, zone=zone, id=id, classes=classes)
        self.idle_s = idle_s
        self._visible = True
        self.ticking = False
        """Whether the timer runs."""
        self._timer: Timer | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    def on_mount(self) -> None:
        self._timer = self.set_interval(1 / FRAMES_PER_S, self._tick, pause=True)
        self._stop_listening = self.spool.listen(self._heard)
        self.app.screen_change_signal.subscribe(self, self._screen_changed, immediate=True)
        self._heard()

    def on_unmount(self) -> None:
        self._stop_listening()
        self._set_visible(visible=False)
        self._lens.close()

    def _heard(self) -> None:
        """Something arrived; nothing is done about it before the next frame."""
        if self._visible and not self.ticking and self._timer is not None:
            self.ticking = True
            self._timer.resume()

    def _rest(self) -> None:
        self.ticking = False
        if self._timer is not None:
            self._timer.pause()

    def _screen_changed(self, screen: Screen[object]) -> None:
        self._set_visible(visible=screen is self.screen)

    def on_hide(self) -> None:
        self._set_visible(visible=False)

    def on_show(self) -> None:
        self._set_visible(visible=True)

    def _set_visible(self, *, visible: bool) -> None:
        self._visible = visible
        if visible:
            self._heard()
        else:
            self._rest()

    def _tick(self) -> None:
        if not self.spool.unfinished:
            self._rest()
        if self.spool.generation != self._generation:
            self._start_again()
        self.spool.finish_idle(self.idle_s)
        if not self._lens.advance(SLICE_S):
            self._go_on_looking()
        self._show_news()

    def _start_again(self) -> None:
        """The spool was cleared: nothing that was known of it holds any more."""
        self._generation = self.spool.generation
        self._marked.clear()
        self._top = self._cursor = self._held_lines = 0
        self._window_key = ()

    def _go_on_looking(self) -> None:
        """There is more to look through than fits between two frames."""

    def _show_news(self) -> None:
        """Paint what is new: all of it when following, else what is said of it."""
        grown = len(self._lens) != self._painted_length
        fits = self._painted_length < self._top + self._height
        self._painted_length = len(self._lens)
        if self._foot != self._shown_foot:
            self._make_room()
        elif self._following:
            self._to_end()
        self._refresh_status()
        if grown and (self._following or fits):
            self.refresh()
