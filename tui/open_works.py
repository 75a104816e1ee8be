"""Puts together what changes systems and what remembers it. The one place that knows all the parts."""

from __future__ import annotations

from runbooks.arming import Arming
from runbooks.engine.engine import Engine
from runbooks.gotchas import CATALOGUE
from runbooks.journal.place import open_journal
from runbooks.lease.sqlite import SqliteLeases
from runbooks.library import RUNBOOKS
from tui.access import Access
from tui.works import Works


def open_works(access: Access, *, journal: str | None = None) -> Works:
    """Open the journal and make the engine; blocks for some disk accesses.

    Raises `JournalError`: without a journal nothing may be changed.
    """
    store = open_journal(journal, estate=access.estate.settings.name, redact=access.redactor.redact)
    arming, leases = Arming(store), SqliteLeases(store)
    engine = Engine(
        access.hosts,
        access,
        journal=store,
        arming=arming,
        leases=leases,
        redactor=access.redactor,
        catalogue=CATALOGUE,
        clouds=access.clouds,
        vips=access,
    )
    return Works(
        arming=arming,
        journal=store,
        hosts=access.hosts,
        engine=engine,
        runbooks=RUNBOOKS,
        catalogue=CATALOGUE,
        redact=access.redactor.redact,
        clouds=access.clouds,
        vips=access,
        leases=leases,
        ssh_config=str(access.estate.ssh_config or ""),
    )
