"""Units of systemd that consoles need: which are there, since when they run, which files they read. Pure."""

from __future__ import annotations

import re

from systems.nova.readings import NovaUnit
from systems.shell import Output

PROPERTIES = "Id,LoadState,ActiveState,UnitFileState,MainPID,ExecStart"
_KINDS = ("nova-compute", "nova-spicehtml5proxy", "nova-consoleauth", "nova-novncproxy")
UNITS = tuple(f"{prefix}{kind}.service" for kind in _KINDS for prefix in ("", "openstack-"))
"""Under the names of today and those of the RPM family (GOTCHAS E.1)."""
_FILE = re.compile(r"--config-file[= ](\S+)")
_FOLDER = re.compile(r"--config-dir[= ](\S+)")
_HERTZ = 100.0
"""The kernel tells times of processes in hundredths of a second, whatever its own clock (proc(5))."""


def parse_units(text: str) -> tuple[NovaUnit, ...]:
    """Those that are there, of the answer of `systemctl show`."""
    found = []
    for told in _records(text):
        if told.get("LoadState") != "loaded":
            continue
        pid = told.get("MainPID", "0")
        name = told.get("Id", "").removesuffix(".service")
        number = int(pid) if re.fullmatch(r"\d{1,9}", pid) else 0
        found.append(NovaUnit(name, told.get("ActiveState", ""), told.get("UnitFileState", ""), number))
    return tuple(found)


def config_files(units: str, found: str) -> tuple[str, ...]:
    """The files that Nova reads on that host, in its order: those of the command line, else the usual ones.

    `found`: paths of all that ends in .conf below /etc/nova and /usr/share/nova. Of folders, the files in
    the order of their names (oslo.config, --config-dir), after all others.
    """
    there = [line for line in found.splitlines() if line.startswith("/")]
    lines = [told.get("ExecStart", "") for told in _records(units) if told.get("LoadState") == "loaded"]
    named = [path for line in lines for path in _FILE.findall(line)]
    folders = [path for line in lines for path in _FOLDER.findall(line)]
    usual = ["/usr/share/nova/nova-dist.conf", "/etc/nova/nova.conf", "/etc/nova/nova-compute.conf"]
    folders = folders or ["/etc/nova/nova.conf.d"]
    ordered = [path for path in (*usual, *named) if path in there]
    inside = [
        path for folder in folders for path in sorted(there) if path.rpartition("/")[0] == folder.rstrip("/")
    ]
    return tuple(dict.fromkeys((*ordered, *inside)))


def started_at(stat: Output | Exception, booted_at: float) -> float | None:
    """When a process began, in seconds since 1970, of its /proc/PID/stat; None: it is gone."""
    if not isinstance(stat, Output) or stat.status:
        return None
    words = stat.stdout.rpartition(")")[2].split()
    if len(words) < 20 or not words[19].isdecimal():
        return None
    return booted_at + int(words[19]) / _HERTZ


def _records(text: str) -> list[dict[str, str]]:
    return [
        {name: value for name, _, value in (line.partition("=") for line in part.splitlines())}
        for part in text.split("\n\n")
        if part.strip()
    ]
