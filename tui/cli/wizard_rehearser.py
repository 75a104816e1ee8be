"""Rehearses for a console that is open; what that needs is imported by the first rehearsal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runbooks.model import Refusal, Runbook
    from runbooks.rehearsal.keeping import KeptRehearsal
    from tui.access import Access
    from tui.rehearser import RehearsalNews
    from tui.works import Works


class WizardRehearser:
    """Rehearses on practice copies and keeps what came of it (`tui.rehearser.Rehearser`)."""

    def __init__(self, works: Works, access: Access) -> None:
        self._works, self._access = works, access

    async def rehearse(
        self, runbook: Runbook, target: str, values: Mapping[str, str], news: RehearsalNews
    ) -> KeptRehearsal | Refusal:
        await asyncio.to_thread(import_module, "tui.cli.rehearsing")
        from runbooks.model import Refusal
        from runbooks.rehearsal.keeping import KeptRehearsal, keep_rehearsal
        from tui.cli.rehearsing import Part, rehearse

        works, part = self._works, Part(runbook, target, values)
        made = await rehearse(works, self._access, part, speed=None, news=news)
        if isinstance(made, Refusal):
            return made
        return KeptRehearsal(await works.aside(keep_rehearsal, works.journal, made), made)
