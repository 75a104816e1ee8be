"""One console of the campaign: `quarterdeck ARGUMENTS` in a process of its own, in the estate's time."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import runbooks.arming
import runbooks.engine.engine
import runbooks.galera_recover.quorum
import runbooks.galera_rolling_restart.leaving
import runbooks.steps.evidence
import systems.galera.sections
import systems.sql_readers
import systems.sql_server
import systems.ssh.hands
import systems.ssh.job
import systems.ssh.reader
import systems.ssh.wrap
from runbooks.journal.entries import Draft, Entry
from runbooks.journal.sqlite import SqliteJournal
from runbooks.journal.store import Store

_LATE_S, _UNSURE_S = 2, 0
"""How late a start may arrive, and how much longer than two more it is not known whether it does, in seconds
of this machine: ten would be minutes of the estate's time."""
_BY_LOOKS = (
    (runbooks.steps.evidence, "TWICE_APART_S"),
    (runbooks.galera_recover.quorum, "_MERGE_S"),
    (runbooks.galera_rolling_restart.leaving, "_SETTLE_S"),
)
"""Spans that are measured between two looks, whose stamps are of the machine's time."""


@dataclass(frozen=True, slots=True)
class Order:
    """What one console is to do."""

    arguments: tuple[str, ...]
    home: str
    """Its journal, its settings and its output are there."""
    speed: float
    """Of the estate."""
    patience: float = 1.0
    """So much longer than in life it waits for an answer: on a busy machine, a host that is well is slow."""
    dies_at: int = 0
    """It kills itself at this breath: each entry of the journal has two, before and after it. 0: it lives."""


class EstateClock:
    """A `Clock` in the estate's time: waiting and deadlines take as much less as the estate is faster.

    The time of day stays the machine's own, with which hosts stamp what they tell.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady_s(self) -> float:
        return time.monotonic() * self._speed

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s / self._speed)


def become(order: Order) -> None:
    """Be that console; does not return."""
    _take_the_time_of(order.speed)
    _be_patient(order.patience)
    _hurry()
    if order.dies_at:
        _die_at(order.dies_at)
    out = os.open(f"{order.home}/console.out", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(QUARTERDECK_JOURNAL=f"{order.home}/journal.sqlite", HOME=order.home, NO_COLOR="1")
    os.environ["XDG_CONFIG_HOME"] = f"{order.home}/config"
    sys.argv = ["quarterdeck", *order.arguments]
    from tui.cli import main

    main()


def _take_the_time_of(speed: float) -> None:
    clock = EstateClock(speed)
    for module in (runbooks.engine.engine, runbooks.arming):
        setattr(module, "SystemClock", lambda: clock)  # noqa: B010 - what is imported there is not exported
    systems.ssh.job.LATE_S = _LATE_S
    setattr(systems.ssh.hands, "LATE_S", _UNSURE_S)  # noqa: B010
    for place, name in _BY_LOOKS:
        setattr(place, name, getattr(place, name) / speed)


class _Unhurried:
    """Stands for `time` where what is left of a deadline is reckoned: in seconds that last longer."""

    def __init__(self, patience: float) -> None:
        self._patience = patience

    def monotonic(self) -> float:
        return time.monotonic() / self._patience


def _be_patient(patience: float) -> None:
    """Let every deadline of an answer be so much later; the way there may have used up a part of it."""
    timeout, unhurried = asyncio.timeout, _Unhurried(patience)
    for module in (systems.sql_readers, systems.sql_server, systems.ssh.reader):
        setattr(module, "time", unhurried)  # noqa: B010

    def longer(delay: float | None) -> asyncio.Timeout:
        return timeout(delay and delay * patience)

    asyncio.timeout = longer


class _Marks:
    """Stands for `secrets` where scripts are marked: numbers, so that a host has parsed most of them."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def token_hex(self, nbytes: int) -> str:
        return f"{next(self._numbers):0{2 * nbytes}x}"


def _hurry() -> None:
    """Do not wait for the disk, have scripts known to the hosts, and leave no time for what is left over."""
    gc.disable()
    marks = _Marks()
    for module in (systems.galera.sections, systems.ssh.wrap):
        setattr(module, "secrets", marks)  # noqa: B010
    prepare = Store._prepare

    def prepared(self: Store, busy_s: float) -> None:
        prepare(self, busy_s)
        self._link.execute("PRAGMA synchronous=OFF")

    Store._prepare = prepared  # type: ignore[method-assign]


def _die_at(breath: int) -> None:
    append, breaths = SqliteJournal.append, iter(range(1, breath + 1))

    def breathe() -> None:
        if next(breaths) == breath:
            os.kill(os.getpid(), signal.SIGKILL)

    def appended(self: SqliteJournal, draft: Draft) -> Entry:
        breathe()
        entry = append(self, draft)
        breathe()
        return entry

    SqliteJournal.append = appended  # type: ignore[method-assign]
