"""Opens the console."""

from __future__ import annotations

from tui.cli.options import Options
from widgets.tempo import set_tempo


def open_console(options: Options) -> int:
    """Open the console on the estate, and return the exit status when it is left."""
    set_tempo()
    from tui.live import console

    app = console(options.estate, ascii_only=options.ascii_only)
    app.run()
    return app.return_code or 0
