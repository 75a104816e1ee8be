"""The command line: without a subcommand it opens the console, importing as little as possible on the way."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run `quarterdeck`. The console's own options are read by hand: click costs a fifth of a first frame."""
    from tui.cli.options import console_options

    options = console_options(sys.argv[1:])
    if options is None:
        from tui.cli.group import run_cli

        sys.exit(run_cli())
    gc.disable()
    from tui.cli.console import open_console

    sys.exit(open_console(options))
