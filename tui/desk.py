"""What every screen is given: who works here, the clock, the signs, and what is known of the estate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui.frame import FrameFacts
from tui.picture import Picture
from widgets.signs import UNICODE, Signs


def utc_now() -> datetime:
    """The time of day: aware, UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Desk:
    """One console's desk; made by the app, handed to its screens."""

    estate: str
    who: str
    picture: Picture = field(default_factory=Picture)
    signs: Signs = UNICODE
    now: Callable[[], datetime] = utc_now
    frozen: bool = False
    paused: bool = False
    armed_until: datetime | None = None

    def facts(self) -> FrameFacts:
        """What the header tells now."""
        now = self.now()
        armed = None if self.armed_until is None else (self.armed_until - now).total_seconds()
        return FrameFacts(
            estate=self.estate,
            who=self.who,
            now=now,
            armed_left_s=armed if armed is not None and armed > 0 else None,
            oldest_s=self.picture.oldest_s(now),
            frozen=self.frozen,
            paused=self.paused,
        )
