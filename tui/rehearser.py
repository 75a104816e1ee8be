"""The port by which the wizard has a plan rehearsed; what starts practice copies stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from runbooks.model import Plan, Refusal, Runbook
    from runbooks.rehearsal.keeping import KeptRehearsal
    from runbooks.rehearsal.record import StepRecord


class RehearsalNews(Protocol):
    """Who is told how a rehearsal gets on."""

    def begun(self, plan: Plan) -> None:
        """The copy is ready, and its run of this plan begins."""
        ...

    def step(self, record: StepRecord) -> None:
        """One step was carried out on the copy."""
        ...


class Rehearser(Protocol):
    """Carries plans out on practice copies; the real systems are only read."""

    async def rehearse(
        self, runbook: Runbook, target: str, values: Mapping[str, str], news: RehearsalNews
    ) -> KeptRehearsal | Refusal:
        """Rehearse, and keep what came of it in the journal. Cancelled, it takes the copy away first.

        Raises a `SystemsError` where the copy cannot be started or does not answer.
        """
        ...
