"""Leases as rows beside the journal: taken, broken and given back in one transaction with their entry."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from runbooks.journal.entries import Draft, Kind, time_text
from runbooks.journal.sqlite import SqliteJournal
from runbooks.lease.port import Lease, LeaseLost, LeaseTaken
from runbooks.lease.process import is_dead, this_process

TTL_S = 120.0
"""How long a lease lasts without a heartbeat."""


class SqliteLeases:
    """A `Leases` in the journal's own file."""

    def __init__(
        self,
        journal: SqliteJournal,
        *,
        ttl_s: float = TTL_S,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        process: str | None = None,
    ) -> None:
        self._journal = journal
        self._ttl = timedelta(seconds=ttl_s)
        self._now = now
        self._process = process or this_process()

    def take(self, system: str, *, run: str, what: str) -> Lease:
        now = self._now()
        who = self._journal.who
        lease = Lease(
            system=system,
            token=uuid.uuid4().hex,
            owner=who.operator if not who.sudo_user else f"{who.sudo_user} as {who.operator}",
            bastion=who.bastion,
            process=self._process,
            run=run,
            what=what,
            since=now,
            heartbeat=now,
            expires=now + self._ttl,
        )
        with self._journal.store.write() as link:
            held = self._find(link, system)
            if held is not None and held.is_live(now) and not self._is_ours_to_take(held, run):
                raise _taken(system, held)
            link.execute(_PUT, {"estate": self._journal.estate, **_row(lease)})
            data = {"expires": time_text(lease.expires), "what": what, "was": str(held) if held else ""}
            self._journal.append_in(link, Draft(Kind.LEASE_TAKEN, run=run, system=system, data=data))
        return lease

    def _is_ours_to_take(self, held: Lease, run: str) -> bool:
        """The same run goes on: in this process, or after its own one has died."""
        return held.run == run and (held.process == self._process or is_dead(held.process))

    def renew(self, lease: Lease) -> Lease:
        now = self._now()
        renewed = replace(lease, heartbeat=now, expires=now + self._ttl)
        with self._journal.store.write() as link:
            done = link.execute(_RENEW, {"estate": self._journal.estate, **_row(renewed)})
            held = self._find(link, lease.system) if done.rowcount == 0 else None
        if done.rowcount == 0:
            now_with = f"it is with {held} now" if held else "it was broken; the journal says by whom and why"
            raise LeaseLost(f"the lease of {lease.system} is lost: {now_with}. Nothing more is changed.")
        return renewed

    def release(self, lease: Lease) -> None:
        with self._journal.store.write() as link:
            if link.execute(_DROP, {"estate": self._journal.estate, **_row(lease)}).rowcount:
                draft = Draft(Kind.LEASE_RELEASED, run=lease.run, system=lease.system)
                self._journal.append_in(link, draft)

    def break_up(self, system: str, reason: str) -> Lease:
        if not reason.strip():
            raise ValueError("breaking a lease needs a reason")
        with self._journal.store.write() as link:
            held = self._find(link, system)
            if held is None or not held.is_live(self._now()):
                raise LookupError(f"nobody holds a lease of {system}")
            link.execute(_DROP, {"estate": self._journal.estate, **_row(held)})
            data = {"reason": reason.strip(), "owner": held.owner, "held": str(held)}
            draft = Draft(Kind.LEASE_BROKEN, run=held.run, system=system, data=data)
            self._journal.append_in(link, draft)
        return held

    def holder(self, system: str) -> Lease | None:
        with self._journal.store.read() as link:
            held = self._find(link, system)
        return held if held is not None and held.is_live(self._now()) else None

    def of_run(self, run: str) -> Lease | None:
        found = (lease for lease in self.live() if lease.run == run and not is_dead(lease.process))
        return next(found, None)

    def live(self) -> tuple[Lease, ...]:
        with self._journal.store.read() as link:
            rows = link.execute("SELECT * FROM lease WHERE estate = ?", (self._journal.estate,)).fetchall()
        now = self._now()
        return tuple(lease for lease in map(_lease, rows) if lease.is_live(now))

    def _find(self, link: sqlite3.Connection, system: str) -> Lease | None:
        where = (self._journal.estate, system)
        row = link.execute("SELECT * FROM lease WHERE estate = ? AND system = ?", where).fetchone()
        return _lease(row) if row else None


def _taken(system: str, held: Lease) -> LeaseTaken:
    """Who has it since when, and what can be done about it."""
    breaking = f'`quarterdeck lease break {system} --reason "WHY"` takes it away'
    if is_dead(held.process):
        sentence = f"{system} was being changed by {held}, and that console is gone; nothing was changed"
        going_on = f'`quarterdeck runbook resume {held.run} --arm "WHY"` goes on with its run'
        return LeaseTaken(sentence, held, way_on=f"{going_on}; {breaking}")
    sentence = f"{system} is being changed by {held}; nothing was changed"
    return LeaseTaken(sentence, held, way_on=f"wait for it; where its holder will not come back, {breaking}")


_PUT = """
    INSERT OR REPLACE INTO lease
        (estate, system, token, owner, bastion, process, run, what, since, heartbeat, expires)
    VALUES (:estate, :system, :token, :owner, :bastion, :process, :run, :what, :since, :heartbeat, :expires)
"""
_RENEW = """
    UPDATE lease SET heartbeat = :heartbeat, expires = :expires
    WHERE estate = :estate AND system = :system AND token = :token
"""
_DROP = "DELETE FROM lease WHERE estate = :estate AND system = :system AND token = :token"

_TEXTS = ("system", "token", "owner", "bastion", "process", "run", "what")
_TIMES = ("since", "heartbeat", "expires")


def _row(lease: Lease) -> dict[str, str]:
    texts = {name: str(getattr(lease, name)) for name in _TEXTS}
    return texts | {name: time_text(getattr(lease, name)) for name in _TIMES}


def _lease(row: sqlite3.Row) -> Lease:
    since, heartbeat, expires = (datetime.fromisoformat(row[name]).astimezone(UTC) for name in _TIMES)
    return Lease(
        **{name: str(row[name]) for name in _TEXTS}, since=since, heartbeat=heartbeat, expires=expires
    )
