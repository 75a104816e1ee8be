"""Opens wizards: on a runbook, on a run to go on with, on a run that is under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

    from runbooks.engine.api import RunSummary
    from runbooks.model import Finding, Runbook
    from tui.desk import Desk
    from tui.wizard.session import RunSession


def plan_runbook(
    app: App[Any], desk: Desk, runbook: Runbook, target: str, finding: Finding | None = None
) -> None:
    """Open the wizard on a runbook and take the dry run; what the finding says goes into the inputs."""
    from tui.wizard.session import RunSession

    if desk.works is None:
        return
    known = {one.name for one in runbook.inputs}
    values: Mapping[str, str] = (
        finding.values if finding is not None and finding.runbook == runbook.name else {}
    )
    given = {name: value for name, value in values.items() if name in known}
    session = RunSession(desk.works, runbook, target, given)
    _open(app, desk, session)
    app.run_worker(session.prepare(), name="plan", exit_on_error=False, group="plans")


def resume_run(app: App[Any], desk: Desk, summary: RunSummary) -> str:
    """Open the wizard on a run of the journal; why it cannot be gone on with, or nothing."""
    from tui.wizard.session import session_of

    if desk.works is None:
        return desk.why_no_works
    if summary.alive_at:
        return f"the run is alive: {summary.alive_at}"
    session = session_of(desk.works, summary)
    if session is None:
        return f"there is no runbook {summary.runbook} in this version"
    _open(app, desk, session)
    return ""


def show_session(app: App[Any], desk: Desk, session: RunSession) -> None:
    """Go back to a run that is under way."""
    from tui.wizard.screen import WizardScreen

    app.push_screen(WizardScreen(desk, session))


def _open(app: App[Any], desk: Desk, session: RunSession) -> None:
    desk.sessions.append(session)
    show_session(app, desk, session)


async def carry_out(desk: Desk, session: RunSession) -> None:
    """Carry a run out, to whatever end; what is left to go on with is read again after it."""
    from tui.sessions import read_unfinished

    await session.carry_out()
    await read_unfinished(desk)
