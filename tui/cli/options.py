"""What stands before a subcommand, or alone when the console is opened. Imports nothing that is slow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Options(NamedTuple):
    """Options of `quarterdeck` itself; every subcommand gets them as `ctx.obj`."""

    estate: Path
    ascii_only: bool = False
    """Draw with ASCII signs only, whatever the terminal says it can show."""


def config_dir() -> Path:
    """The operator's folder of settings: $XDG_CONFIG_HOME/quarterdeck."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "quarterdeck"


def default_estate() -> Path:
    """The estate file when none is named: $QUARTERDECK_ESTATE, else estate.toml in the settings folder."""
    named = os.environ.get("QUARTERDECK_ESTATE")
    return Path(named).expanduser() if named else config_dir() / "estate.toml"


def console_options(arguments: Sequence[str]) -> Options | None:
    """Options of a call that opens the console; None: anything else stands there, and click reads it."""
    estate = ""
    ascii_only = False
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--ascii":
            ascii_only = True
        elif word.startswith("--estate="):
            estate = word.removeprefix("--estate=")
        elif word == "--estate" and rest:
            estate = rest.pop(0)
        else:
            return None
    return Options(Path(estate).expanduser() if estate else default_estate(), ascii_only)
