"""Lists the runs that the journal knows, and which of them are alive."""

from __future__ import annotations

from runbooks.engine.api import Outcome, RunSummary
from runbooks.engine.history import History, fold
from runbooks.journal.entries import Kind
from runbooks.journal.port import Filter, Journal
from runbooks.lease.port import Leases

_BEGINNINGS = frozenset({Kind.RUN_BEGUN})


def summaries(journal: Journal, leases: Leases, *, last: int = 50) -> tuple[RunSummary, ...]:
    """The newest runs, newest first. Blocks; raises `JournalError`."""
    begun = list(journal.entries(Filter(kinds=_BEGINNINGS, last=last)))
    histories = (fold(journal.entries(Filter(run=entry.run))) for entry in reversed(begun))
    return tuple(_summary(history, leases) for history in histories if history is not None)


def _where(history: History, *, is_alive: bool) -> str:
    """Of a run that was not ended: how far it is."""
    at = f"at: {history.last_step}" if history.last_step else "before its first step"
    return at if is_alive else f"its console is gone; it was {at}"


def _summary(history: History, leases: Leases) -> RunSummary:
    held = leases.of_run(history.run)
    return RunSummary(
        run=history.run,
        runbook=history.runbook,
        target=history.target,
        operator=history.operator,
        begun_at=history.begun_at,
        ended_at=history.ended_at,
        ending=history.ending or ("alive" if held is not None else "interrupted"),
        sentence=history.sentence or _where(history, is_alive=held is not None),
        done=sum(result.outcome is Outcome.DONE for result in history.results.values()),
        reason=str(history.opening.get("reason", "")),
        secrets=history.secrets,
        alive_at=str(held) if held is not None else "",
    )
