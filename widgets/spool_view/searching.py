"""Looking through a spool while it streams: follow and hold, search, filter, groups of equal answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import tzinfo
from time import monotonic

from systems.matching import Matcher
from systems.shell import Stream
from systems.spool import ERRORS, FilteredLines, Scan, Search, Spool
from widgets.signs import UNICODE, Signs
from widgets.spool_view.lens import AllLines, EqualAnswers, Lens, OnlyLines
from widgets.spool_view.pulse import SLICE_S, SpoolPulse
from widgets.tones import Piece, Tone

AFTER_A_KEY_S = 0.03
"""Nothing is looked through for so long after a key, so that the key shows first."""


class SpoolSearch(SpoolPulse, can_focus=True):
    """What can be asked of the lines; no answer takes longer than a slice before the event loop goes on."""

    def __init__(
        self,
        spool: Spool,
        *,
        title: str = "",
        signs: Signs = UNICODE,
        zone: tzinfo | None = None,
        fold: Callable[[Sequence[str]], str] = ", ".join,
        idle_s: float = 0.3,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """`title`: what runs where. `zone`: in which times are written (None: this machine's).

        `fold` writes names of hosts in short. `idle_s`: after it an unfinished line, a prompt, is shown.
        """
        super().__init__(spool, title=title, signs=signs, zone=zone, idle_s=idle_s, id=id, classes=classes)
        self.fold = fold
        self._search: Search | None = None
        self._searched = ""
        self._filter_text = ""
        self._hosts: frozenset[str] | None = None
        self._stream: Stream | None = None
        self._sought: int | None = None
        """The line to come back to, once a new filter has got that far."""
        self.is_looking = False
        """Whether lines are being looked through, between two frames."""
        self._last_key = 0.0

    # Follow and hold

    @property
    def following(self) -> bool:
        """Whether the newest line is always seen; False: what is on the screen stays."""
        return self._following

    def follow(self) -> None:
        """Go to the newest line and stay with it."""
        self._following = True
        self._make_room()

    def hold(self) -> None:
        """Keep what is on the screen, and count what is new."""
        if self._following:
            self._following = False
            self._held_lines = self.spool.lines
            self._refresh_rows(self._cursor)
            self._refresh_status()

    def _go(self, position: int, *, top: int | None = None) -> None:
        """Hold at a row, `top` being the first on the screen if it can; a search under way is given up."""
        self.hold()
        self._search = self._sought = None
        old, old_top = self._cursor, self._top
        self._cursor = position
        if top is not None:
            self._top = max(0, min(top, len(self._lens) - self._height))
        self._keep_in_view()
        self._refresh_status()
        if self._top == old_top:
            self._refresh_rows(old, self._cursor)
        else:
            self.refresh()

    # A slice at a time

    def _go_on_looking(self) -> None:
        if not self.is_looking:
            self.is_looking = True
            self.run_worker(self._look(), group="spool", exit_on_error=True)

    async def _look(self) -> None:
        try:
            done = False
            while not done:
                await asyncio.sleep(max(0.0, AFTER_A_KEY_S - (monotonic() - self._last_key)))
                done = self._look_on()
        finally:
            self.is_looking = False
        self._show_news()

    def _look_on(self) -> bool:
        """One slice of whatever there is to do; True when that was all."""
        done = self._lens.advance(SLICE_S)
        if self._sought is not None and (done or self._lens.looked_at > self._sought):
            self._go(self._lens.position_of(self._sought))
        if self._search is not None and self._search.advance(SLICE_S):
            self._show_found(self._search.found)
        self._refresh_status()
        self._heard()
        return done and self._search is None

    # Search

    def search(self, text: str) -> None:
        """Highlight what matches and go to the nearest: below, or above when the newest line was seen.

        Raises `BadPattern`. Empty: search and highlight nothing any more.
        """
        self._matcher = Matcher(text)
        self._search = None
        self.refresh()
        if not self._matcher.empty:
            self._begin(Scan.of(self._matcher), f"'{text}'", backwards=self._following, step=0)

    def search_on(self, *, backwards: bool) -> None:
        """Go to the next line that matches."""
        if self._matcher.empty:
            self._say("nothing is searched yet: / begins")
            return
        step = -1 if backwards else 1
        self._begin(Scan.of(self._matcher), f"'{self._matcher.text}'", backwards=backwards, step=step)

    def next_error(self, *, backwards: bool) -> None:
        """Go to the next line that tells of an error; from the newest line, to the last such line."""
        if self._following:
            self._begin(ERRORS, "an error", backwards=True, step=0)
        else:
            self._begin(ERRORS, "an error", backwards=backwards, step=-1 if backwards else 1)

    def _begin(self, scan: Scan, what: str, *, backwards: bool, step: int) -> None:
        if isinstance(self._lens, EqualAnswers):
            self._say("a search goes through the stream: g leaves the groups")
            return
        self.hold()
        among = self._lens.filtered if isinstance(self._lens, OnlyLines) else None
        start = self._lens.line_at(self._cursor) + step
        self._searched = f"{what} {'above' if backwards else 'below'}"
        if start < 0:
            self._show_found(None)
            return
        self._search = Search(self.spool, scan, start=start, backwards=backwards, among=among)
        if not self._look_on():
            self._go_on_looking()

    def _show_found(self, found: int | None) -> None:
        self._search = None
        if found is None:
            self._say(f"nothing more with {self._searched}")
            return
        position = self._lens.position_of(found)
        seen = self._top <= position < self._top + self._height
        self._go(position, top=None if seen else position - self._height // 3)

    # Filter and groups

    @property
    def filter_text(self) -> str:
        """The filter that holds; empty: none."""
        return self._filter_text

    def filter_lines(self, text: str) -> None:
        """See only the lines that match (`systems.matching`); empty: all. Raises `BadPattern`."""
        Matcher(text)
        self._filter_text = text
        self._renew_lens()

    def show_only(self, hosts: Collection[str] | None = None, stream: Stream | None = None) -> None:
        """See only these hosts (None: all), and only this stream (None: both); notes of a host stay."""
        self._hosts = None if hosts is None else frozenset(hosts)
        self._stream = stream
        self._renew_lens()

    def group_answers(self) -> None:
        """See each different answer once, as it is now, under the hosts that gave it."""
        self._look_through(EqualAnswers(self.spool, self.fold))

    def _renew_lens(self) -> None:
        matcher = Matcher(self._filter_text)
        everywhere = self._hosts is None and self._stream is None
        if matcher.empty and everywhere:
            self._look_through(AllLines(self.spool))
            return
        wanted = None if everywhere else self._is_wanted
        self._look_through(OnlyLines(self.spool, FilteredLines(self.spool, Scan.of(matcher), sources=wanted)))

    def _is_wanted(self, source: int) -> bool:
        one = self.spool.sources[source]
        of_host = self._hosts is None or one.host in self._hosts
        return of_host and (self._stream is None or one.stream in (self._stream, None))

    def _look_through(self, lens: Lens) -> None:
        """Change the lens; who holds stays at the line, or at the next one that is seen."""
        line = self._lens.line_at(self._cursor)
        grouped = isinstance(lens, EqualAnswers)
        self._lens.close()
        self._lens = lens
        self._layout_of.plain_answers = grouped
        self._search = None
        self._top = self._cursor = 0
        if grouped:
            self.hold()
        self._sought = None if self._following or grouped else line
        if not self._look_on():
            self._go_on_looking()
        self._show_news()
        self.refresh()

    def _start_again(self) -> None:
        super()._start_again()
        self._search = self._sought = None
        self._renew_lens()

    # What is said of it

    def _count_text(self) -> str:
        lines, looked_at = self.spool.lines, self._lens.looked_at
        total = f"{lines:,} lines"
        if isinstance(self._lens, EqualAnswers):
            return f"answers of {looked_at:,} lines" if looked_at else "comparing answers"
        if isinstance(self._lens, AllLines):
            return total + (", searching" if self._search is not None else "")
        behind = "" if looked_at >= lines else f" ({looked_at * 100 // lines} % read)"
        kept = [self._filter_text] if self._filter_text else []
        if self._hosts is not None:
            kept.append(self.fold(sorted(self._hosts)))
        if self._stream is not None:
            kept.append(self._stream.name.lower())
        return f"& {', '.join(kept)}  {len(self._lens):,} of {total}{behind}"

    def _state_piece(self) -> Piece:
        return ("GROUPS", Tone.WARNING) if isinstance(self._lens, EqualAnswers) else super()._state_piece()
