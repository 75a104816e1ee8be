"""Which rehearsal a run is held against; where there is one that does not fit, the run is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.cli.said import REFUSED, fail

if TYPE_CHECKING:
    from runbooks.engine.api import Expecting
    from runbooks.model import Runbook
    from runbooks.rehearsal.keeping import KeptRehearsal
    from tui.works import Works

WAY_ON = (
    "Look at what has changed; then rehearse again, or go on without the rehearsal by resuming the run with "
    "--without-rehearsal."
)


async def expected_of_run(
    works: Works, book: Runbook, target: str, values: Mapping[str, str]
) -> Expecting | None:
    """What the newest rehearsal expects; None: there is none. Ends with a sentence where it does not fit."""
    from runbooks.rehearsal.keeping import misfit, newest_rehearsal

    kept = await works.aside(newest_rehearsal, works.journal, book.name, target)
    if kept is None:
        return None
    if why := misfit(kept, book, values):
        fail(f"{why}; rehearse again with these, or give --without-rehearsal", REFUSED)
    return _holding(kept)


async def expected_of_resume(works: Works, run: str) -> Expecting | None:
    """What the newest rehearsal expects of a run that was begun with one; None: it was begun without."""
    from runbooks.rehearsal.keeping import rehearsal_of

    kept = await works.aside(rehearsal_of, works.journal, run)
    return _holding(kept) if kept is not None else None


def _holding(kept: KeptRehearsal) -> Expecting:
    from runbooks.rehearsal.holding import Rehearsed

    return Rehearsed(kept.rehearsal, kept.source, WAY_ON)
