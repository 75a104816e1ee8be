"""What every screen is given: who works here, the clock, the signs, and what is known of the estate."""

from __future__ import annotations

import os
import pwd
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.frame import FrameFacts
from tui.picture import Picture
from widgets.signs import UNICODE, Signs

if TYPE_CHECKING:
    from runbooks.engine.api import RunSummary
    from tui.demo.mode import Demo
    from tui.wizard.session import RunSession
    from tui.works import Works


def utc_now() -> datetime:
    """The time of day: aware, UTC."""
    return datetime.now(UTC)


def operator_at_bastion() -> str:
    """Who runs this console and where, for the header; the journal notes more (`runbooks.journal.place`)."""
    try:
        operator = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        operator = str(os.geteuid())
    return f"{operator}@{os.uname().nodename}"


@dataclass(slots=True)
class Desk:
    """One console's desk; made by the app, handed to its screens."""

    estate: str
    who: str
    picture: Picture = field(default_factory=Picture)
    signs: Signs = UNICODE
    now: Callable[[], datetime] = utc_now
    clock: Callable[[], float] = time.monotonic
    """Seconds, for how long something takes."""
    breath_s: float = 0.4
    """A key that comes sooner after a question was meant for what stood there before."""
    frozen: bool = False
    paused: bool = False
    works: Works | None = None
    """None: not open yet, or it could not be opened; `why_no_works` says which."""
    why_no_works: str = "the console is still starting"
    sessions: list[RunSession] = field(default_factory=list)
    """Runs that were opened from here, the newest last."""
    commands: list[str] = field(default_factory=list)
    """Lines that were run from here, the newest last; kept in memory only."""
    unfinished: Sequence[RunSummary] = ()
    """Runs of the journal that nobody works on and that can be gone on with."""
    demo: Demo | None = None
    """None: this is a console on an estate that somebody relies on."""

    def facts(self) -> FrameFacts:
        """What the header tells now."""
        now = self.now()
        armed = self.works.arming.left_s if self.works is not None else 0.0
        return FrameFacts(
            estate=self.estate,
            who=self.who,
            now=now,
            armed_left_s=armed if armed > 0 else None,
            oldest_s=self.picture.oldest_s(now),
            frozen=self.frozen,
            paused=self.paused,
            runs=sum([session.is_running for session in self.sessions]),
        )
