"""The console on a practice estate, and nothing left when it is left."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from tui.cli.practice_process import practice_estate
from tui.cli.wizard_rehearser import WizardRehearser
from tui.demo.control import Control

if TYPE_CHECKING:
    from tui.app import QuarterdeckApp
    from tui.cli.practice_process import PracticeProcess
    from tui.demo.mode import Demo


def open_demo(
    faults: tuple[str, ...],
    *,
    seed: int,
    speed: float,
    after_s: float,
    blank: bool = False,
    ascii_only: bool = False,
) -> int:
    """Open it with these faults there; returns the exit status. Raises `PracticeFailed`.

    `after_s`: when something breaks by itself; 0: nothing does.
    """
    from widgets.tempo import set_tempo

    set_tempo()
    gc.disable()  # until the first frame is there; the console switches it on again
    with practice_estate(seed=seed, speed=speed, blank=blank) as practice:
        _import_console()
        practice.wait_ready()
        practice.break_(faults)
        os.environ.update(practice.private_environment())
        app = make_console_on(practice, demo_of(practice, after_s), ascii_only=ascii_only)
        app.run()
        return app.return_code or 0


def _import_console() -> None:
    """Import what the first frame needs while the practice estate starts on another core."""
    import tui.app
    import tui.demo.mode
    import tui.live  # noqa: F401


def demo_of(practice: PracticeProcess, after_s: float) -> Demo:
    """What the console has besides; the practice estate takes its orders."""
    from tui.demo.mode import Demo

    return Demo(Control(practice.control), after_s=after_s)


def make_console_on(practice: PracticeProcess, demo: Demo, *, ascii_only: bool = False) -> QuarterdeckApp:
    """The console on a practice estate that is ready."""
    from systems.estate import load
    from tui.app import QuarterdeckApp
    from tui.desk import operator_at_bastion
    from tui.live import LiveSource, inventory_of

    estate = load(practice.estate)

    async def ask(question: str) -> str:
        return await app.ask_secret(question)

    app = QuarterdeckApp(
        inventory_of(estate),
        LiveSource(estate, ask, rehearses=WizardRehearser),
        who=operator_at_bastion(),
        ascii_only=ascii_only,
        demo=demo,
    )
    return app
