"""Where a node's own configuration says that things are, from the output of my_print_defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DEFAULT_DATADIR = "/var/lib/mysql"
MASKED = "(set)"
"""Stands for the value of an option that holds a password."""

_SECRET = re.compile(r"(^|_)(password|passwd|auth|secret)$")


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What is needed to ask a host for the rest."""

    datadir: str = DEFAULT_DATADIR
    defaults_file: str = ""
    log_error: str = ""
    """Path of the error log; empty: it goes to the journal. It may end in /*.err, the server's default."""
    pid_file: str = ""
    """Path, where the options name one."""
    configured: Mapping[str, str] = field(default_factory=dict)
    configured_twice: tuple[str, ...] = ()

    @property
    def own_address(self) -> str:
        """The address that the node is configured to have; empty: any."""
        return self.configured.get("wsrep_node_address", "").partition(":")[0]


def parse_settings(lines: Sequence[str], *, datadir: str = "", defaults_file: str = "") -> HostSettings:
    """Read the output of my_print_defaults; `datadir`, when given, wins over what stands there."""
    configured, twice = parse_defaults(lines)
    place = datadir or configured.get("datadir", "") or DEFAULT_DATADIR
    place = place.rstrip("/") or "/"
    log_error = configured.get("log_error")
    if log_error is not None and not log_error.startswith("/"):
        log_error = f"{place}/{log_error.removeprefix('./')}" if log_error else f"{place}/*.err"
    pid_file = configured.get("pid_file", "")
    if pid_file and not pid_file.startswith("/"):
        pid_file = f"{place}/{pid_file}"
    return HostSettings(place, defaults_file, log_error or "", pid_file, configured, twice)


def parse_defaults(lines: Sequence[str]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Options by name, dashes as underscores, the last one wins; and those that have two values.

    The values of passwords are not kept.
    """
    configured: dict[str, str] = {}
    twice: dict[str, None] = {}
    for line in lines:
        if not line.startswith("--"):
            continue
        name, _, value = line[2:].partition("=")
        name = name.strip().lower().replace("-", "_").removeprefix("loose_")
        if configured.get(name, value) != value:
            twice[name] = None
        configured[name] = value
    shown = {name: MASKED if _SECRET.search(name) else value for name, value in configured.items()}
    return shown, tuple(twice)


def unread_files(lines: Sequence[str]) -> str:
    """Which option files the login may not read, as a sentence; empty: it may read all."""
    files = [line.strip() for line in lines if line.startswith("/")]
    return f"the login may not read {', '.join(files[:5])}" if files else ""
