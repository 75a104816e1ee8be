"""Where the journal is, who writes it, and opening it: the one place that knows the embedded default."""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from runbooks.journal.entries import Who, storable

if TYPE_CHECKING:
    from runbooks.journal.sqlite import SqliteJournal

ENVIRONMENT = "QUARTERDECK_JOURNAL"


def journal_path(chosen: str | None = None) -> Path:
    """The file: as given (--journal), else as QUARTERDECK_JOURNAL says, else in the user's state folder."""
    if name := chosen or os.environ.get(ENVIRONMENT):
        return Path(name).expanduser()
    from platformdirs import user_state_path

    return user_state_path("quarterdeck") / "journal.sqlite"


def this_operator() -> Who:
    """Who runs this program, and on which machine: by account, not by what USER says."""
    try:
        operator = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        operator = str(os.geteuid())
    return Who(operator, os.environ.get("SUDO_USER", ""), socket.gethostname())


def open_journal(
    chosen: str | None = None,
    *,
    estate: str = "",
    read_only: bool = False,
    redact: Callable[[str], str] = storable,
) -> SqliteJournal:
    """Open the journal, creating it when it may be written; raises `JournalError`.

    Blocks for the time of some disk accesses; SQLite is imported here and not before.
    """
    from runbooks.journal.sqlite import SqliteJournal

    return SqliteJournal(
        journal_path(chosen), this_operator(), estate=estate, read_only=read_only, redact=redact
    )
