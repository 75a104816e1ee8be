"""Runs that the journal tells of and that nobody works on: read at the start, and when a run has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems.errors import SystemsError

if TYPE_CHECKING:
    from tui.desk import Desk


async def read_unfinished(desk: Desk) -> str:
    """Renew `desk.unfinished`; what went wrong, or nothing."""
    if desk.works is None:
        return desk.why_no_works
    try:
        runs = await desk.works.engine.runs()
    except SystemsError as error:
        return str(error)
    mine = {session.state.run for session in desk.sessions if session.is_running}
    desk.unfinished = [run for run in runs if run.can_resume and run.run not in mine]
    return ""
