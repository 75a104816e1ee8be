"""Rehearsals in the journal: an entry with the sentence, and beside the journal, private, all of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.journal.entries import Draft, Entry, Kind
from runbooks.journal.kept import kept_data, kept_in
from runbooks.journal.port import Filter, Journal, JournalError
from runbooks.model import Runbook
from runbooks.rehearsal.record import DONE, Rehearsal, read_rehearsal, rehearsal_text, settled_values

_NAME = "rehearsal.json"
_KINDS = frozenset({Kind.REHEARSED, Kind.RUN_BEGUN, Kind.RUN_ENDED})


@dataclass(frozen=True, slots=True)
class KeptRehearsal:
    """A rehearsal and the entry that names it."""

    entry: Entry
    rehearsal: Rehearsal

    @property
    def source(self) -> str:
        """Whence a run knows what to expect, in words."""
        return f"rehearsed {self.rehearsal.at:%Y-%m-%d %H:%M} UTC, entry {self.entry.number}"


def misfit(kept: KeptRehearsal, book: Runbook, values: Mapping[str, str]) -> str:
    """Why a run with these inputs cannot be held against it, in one clause; empty: it can."""
    rehearsal, settled = kept.rehearsal, settled_values(book, values)
    names = sorted(rehearsal.values.keys() | settled.keys())
    if other := [name for name in names if rehearsal.values.get(name) != settled.get(name)]:
        told = f"{book.name} on {rehearsal.target} was rehearsed with other inputs: {', '.join(other)}"
    elif rehearsal.ending != DONE:
        told = f"the rehearsal of {book.name} on {rehearsal.target} did not come to its end"
        told = f"{told}: {rehearsal.sentence}"
    else:
        return ""
    return f"{told} ({kept.source})"


def keep_rehearsal(journal: Journal, rehearsal: Rehearsal) -> Entry:
    """Write it down. Blocks; raises `JournalUnwritable`."""
    ident = f"{rehearsal.at:%Y%m%d-%H%M}-{secrets.token_hex(3)}"
    kept = journal.keep(ident, _NAME, rehearsal_text(rehearsal))
    draft = Draft(
        Kind.REHEARSED,
        run=ident,
        system=rehearsal.target,
        data={
            "runbook": rehearsal.runbook,
            "ending": rehearsal.ending,
            "sentence": rehearsal.sentence,
            "rehearsal": kept_data(kept),
        },
    )
    return journal.append(draft)


def newest_rehearsal(journal: Journal, runbook: str, target: str) -> KeptRehearsal | None:
    """The one that counts for the next run; None: there is none since the last run came to its end.

    Blocks; raises `JournalError`, also for one that is gone or cannot be read: it is not passed over.
    """
    entry = _newest_entry(journal, runbook, target)
    return _kept_rehearsal(journal, entry) if entry is not None else None


def rehearsal_of(journal: Journal, run: str) -> KeptRehearsal | None:
    """The one that a run was begun with, or a newer one; None: it was begun without. Raises as above."""
    begun = next(iter(journal.entries(Filter(run=run, kinds=frozenset({Kind.RUN_BEGUN})))), None)
    if begun is None or not begun.data.get("expected"):
        return None
    runbook = str(begun.data.get("runbook"))
    entry = _newest_entry(journal, runbook, begun.system, is_used_up=False)
    return _kept_rehearsal(journal, entry) if entry is not None else None


def _newest_entry(journal: Journal, runbook: str, target: str, *, is_used_up: bool = True) -> Entry | None:
    """The newest; `is_used_up`: none counts after which a run of this runbook has come to its end."""
    newest: Entry | None = None
    runs = set()
    for entry in journal.entries(Filter(system=target, kinds=_KINDS)):
        if entry.data.get("runbook") == runbook and entry.kind is Kind.REHEARSED:
            newest = entry
        elif entry.data.get("runbook") == runbook and entry.kind is Kind.RUN_BEGUN:
            runs.add(entry.run)
        elif is_used_up and entry.run in runs and entry.data.get("ending") == DONE:
            newest = None
    return newest


def _kept_rehearsal(journal: Journal, entry: Entry) -> KeptRehearsal:
    kept = next(kept_in(entry.data), None)
    if kept is None or kept.is_cut:
        raise JournalError(f"entry {entry.number} of the journal names no whole rehearsal: rehearse again")
    try:
        return KeptRehearsal(entry, read_rehearsal(journal.kept(kept)))
    except ValueError as error:
        raise JournalError(f"entry {entry.number} of the journal: {error}: rehearse again") from error
