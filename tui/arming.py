"""The key that arms: asks, tells the journal in its thread, and answers in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems.errors import SystemsError
from tui.arm import ArmDialog, ArmedDialog, ArmWish
from tui.screen import ConsoleScreen

if TYPE_CHECKING:
    from textual.app import App

    from tui.desk import Desk
    from tui.works import Works


async def ensure_armed(app: App[Any], desk: Desk) -> bool:
    """Whether the console is armed, after asking for a reason when it is not. For a worker."""
    if desk.works is not None and desk.works.arming.is_armed:
        return True
    return await ask_and_arm(app, desk)


async def ask_and_arm(app: App[Any], desk: Desk) -> bool:
    """Ask for a reason, or what to do while armed; whether the console is armed after it. For a worker."""
    works = desk.works
    if works is None:
        app.notify(f"Not now: {desk.why_no_works}.", severity="warning", markup=False)
        return False
    from runbooks.arming import MINUTES

    arming = works.arming
    if arming.is_armed:
        dialog: ArmDialog | ArmedDialog = ArmedDialog(arming.reason, arming.left_s, MINUTES, desk.signs)
    else:
        dialog = ArmDialog(desk.estate, MINUTES, desk.signs)
    wish = await app.push_screen_wait(dialog)
    if wish is not None:
        try:
            app.notify(await _do(works, wish), markup=False)
        except SystemsError as error:
            app.notify(str(error), severity="error", markup=False)
        # The header must not say READ-ONLY until the next tick while keys change things already.
        if isinstance(app.screen, ConsoleScreen):
            app.screen.tick()
    return arming.is_armed


async def _do(works: Works, wish: ArmWish) -> str:
    from runbooks.arming import MINUTES

    if wish.kind == "arm":
        await works.aside(works.arming.arm, wish.reason)
        return f"Armed for {MINUTES} minutes: {wish.reason}"
    if wish.kind == "extend":
        await works.aside(works.arming.extend)
        return f"Armed for {MINUTES} minutes from now."
    await works.aside(works.arming.disarm)
    return "Read-only again."
