"""Arming: the session is read-only until the operator gives a reason, and again when the time is over.

The only place that makes a `Permit`, so nothing is changed that is not armed, leased and journalled first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from runbooks.clock import Clock, SystemClock
from runbooks.journal.entries import Data, Draft, Kind
from runbooks.journal.port import Journal
from runbooks.lease.port import Lease, Leases
from runbooks.permit import RunPermit
from systems.errors import NotArmed

MINUTES = 15
MOST_MINUTES = 240


@dataclass(frozen=True, slots=True)
class Armed:
    """One arming: why, and until when (`until`: aware, UTC)."""

    reason: str
    entry: int
    """Number of its journal entry."""
    until: datetime
    until_steady_s: float


class Arming:
    """Whether this session may change anything. Safe to use from any thread; arming and disarming block."""

    def __init__(self, journal: Journal, *, clock: Clock | None = None) -> None:
        self._journal = journal
        self._clock = clock or SystemClock()
        self._armed: Armed | None = None
        self._lock = threading.Lock()

    @property
    def left_s(self) -> float:
        """Seconds left by the clock that says less, so a suspended machine loses it too. 0.0: read-only."""
        armed = self._armed
        if armed is None:
            return 0.0
        by_day = (armed.until - self._clock.now()).total_seconds()
        return max(0.0, min(by_day, armed.until_steady_s - self._clock.steady_s()))

    @property
    def is_armed(self) -> bool:
        return self.left_s > 0.0

    @property
    def reason(self) -> str:
        """Why the session is armed; empty while it is not."""
        armed = self._armed
        return armed.reason if armed is not None and self.is_armed else ""

    def arm(self, reason: str, minutes: float = MINUTES) -> None:
        """Allow changes for so many minutes; journalled first. Raises `ValueError` or `JournalUnwritable`."""
        if not (reason := " ".join(reason.split())):
            raise ValueError("arming needs a reason: what is wrong, or which change was agreed")
        self._begin(Kind.ARMED, reason, minutes)

    def extend(self, minutes: float = MINUTES) -> None:
        """Count the time from now on again; raises `NotArmed` when it is over already."""
        self.require()
        self._begin(Kind.EXTENDED, self.reason, minutes)

    def disarm(self, reason: str = "by the operator") -> None:
        """Back to read-only, at once; then journalled."""
        with self._lock:
            was, self._armed = self._armed, None
        if was is not None:
            self._journal.append(Draft(Kind.DISARMED, about=was.entry, data={"reason": reason}))

    def require(self) -> None:
        """Raise `NotArmed` unless the session is armed now."""
        if self._armed is None:
            raise NotArmed("this session is read-only: arm it with a reason first. Nothing was changed.")
        if not self.is_armed:
            raise NotArmed("the time of arming has run out: arm again with a reason. Nothing was changed.")

    def permit(
        self,
        hide: Callable[[str], str],
        *,
        kind: Kind = Kind.CHANGE,
        run: str = "",
        system: str = "",
        step: str = "",
        leases: Leases | None = None,
        lease: Lease | None = None,
        data: Data | None = None,
    ) -> RunPermit:
        """What the hands ask before every change, here for one purpose: these words go into each entry.

        `hide` takes secrets out of text. A lease is renewed before each change; one that is lost refuses it.
        """

        def before() -> None:
            self.require()
            if leases is not None and lease is not None:
                leases.renew(lease)

        words = Draft(kind, run=run, system=system, step=step, data=data or {})
        return RunPermit(self._journal, before, hide, words, self._clock)

    def _begin(self, kind: Kind, reason: str, minutes: float) -> None:
        if not 0 < minutes <= MOST_MINUTES:
            raise ValueError(
                f"a session is armed for up to {MOST_MINUTES} minutes at a time, not {minutes:g}"
            )
        entry = self._journal.append(Draft(kind, data={"reason": reason, "minutes": minutes}))
        with self._lock:
            self._armed = Armed(
                reason=reason,
                entry=entry.number,
                until=self._clock.now() + timedelta(minutes=minutes),
                until_steady_s=self._clock.steady_s() + minutes * 60,
            )
