"""Opens the console."""

from __future__ import annotations

from tui.cli.options import Options


def open_console(options: Options) -> int:
    """Open the console on the estate, and return the exit status when it is left."""
    from tui.app import QuarterdeckApp

    app = QuarterdeckApp(options.estate, ascii_only=options.ascii_only)
    app.run()
    return app.return_code or 0
