"""Opens wizards: on a runbook, on a run to go on with, on a run that is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def plan_somewhere(app: App[Any], desk: Desk, runbook: Runbook) -> None:
    """Take the dry run of a runbook; where there are several that it could be about, ask on which."""
    from tui.palette import Hit, Palette

    def plan_on(name: str) -> Callable[[], None]:
        return lambda: plan_runbook(app, desk, runbook, name)

    kind, targets = runbook.about.value, targets_of(desk, runbook)
    if not targets:
        words = f"{runbook.name} is about a {kind}, and this estate has none."
        app.notify(words, severity="warning", markup=False)
    elif len(targets) == 1:
        plan_runbook(app, desk, runbook, next(iter(targets)))
    else:
        hits = [Hit(kind, name, plan_on(name), more=more) for name, more in targets.items()]
        app.push_screen(Palette(hits, desk.signs), lambda hit: hit.act() if hit else None)


def targets_of(desk: Desk, runbook: Runbook) -> Mapping[str, str]:
    """What the runbook could be about, by name, with a word on it."""
    from runbooks.model import Target

    picture = desk.picture
    match runbook.about:
        case Target.CLOUD:
            return dict.fromkeys(picture.clouds, "")
        case Target.VIP:
            return dict.fromkeys(picture.vips, "")
        case Target.CLUSTER:
            return {name: view.sentence for name, view in picture.clusters.items()}


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
