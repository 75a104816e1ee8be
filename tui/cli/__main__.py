"""`python -m tui.cli` is `quarterdeck`."""

from tui.cli import main

main()
