"""Opens the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.cli.options import Options, config_dir
from tui.cli.wizard_rehearser import WizardRehearser
from widgets.tempo import set_tempo

if TYPE_CHECKING:
    from textual.app import App


def open_console(options: Options) -> int:
    """Open the console on the estate, and return the exit status when it is left."""
    set_tempo()
    while True:
        app = make_console(options)
        again = app.run()
        if again is not True:
            return app.return_code or 0


def make_console(options: Options) -> App[Any]:
    """The console, or, when the estate file cannot be used, the screen that says why and what to do."""
    from systems.estate import EstateError, load

    try:
        estate = load(options.estate)
    except EstateError as error:
        from tui.estate_trouble import EstateTrouble

        return EstateTrouble(options, str(error))
    from tui.app import QuarterdeckApp
    from tui.desk import operator_at_bastion
    from tui.live import LiveSource, inventory_of

    async def ask(question: str) -> str:
        return await app.ask_secret(question)

    source = LiveSource(estate, ask, rehearses=WizardRehearser)
    app = QuarterdeckApp(
        inventory_of(estate),
        source,
        who=operator_at_bastion(),
        ascii_only=options.ascii_only,
        keys=config_dir() / "keys.toml",
    )
    return app
