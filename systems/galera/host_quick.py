"""What is read of a host at every look: identity, clock, units, processes, saved state, disk, ports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from systems.errors import NotUnderstood, Refused, ToolMissing
from systems.galera.datadir import DatadirView, parse_datadir
from systems.galera.host_settings import HostSettings
from systems.galera.listeners import listening_ports
from systems.galera.log_lines import zone_of
from systems.galera.processes import SERVER_NAMES, Process, parse_processes, server_pids, transfer_pids
from systems.galera.readings import UnitState
from systems.galera.sections import split_sections
from systems.galera.units import parse_units, unit_properties
from systems.shell import Output

_BOOTSTRAP_UNIT = "mysql@bootstrap"
_NEW_CLUSTER = re.compile("wsrep[-_]new[-_]cluster", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quick:
    """One quick look; most fields are those of `HostEvidence`."""

    taken_at: datetime
    boot_id: str
    machine_id: str
    hostname: str
    booted_at: datetime
    clock_offset_s: float
    zone: timezone
    units: Mapping[str, UnitState]
    unit_flags: tuple[str, ...]
    mysqld_pids: tuple[int, ...]
    sst_pids: tuple[int, ...]
    listening: tuple[int, ...]
    view: DatadirView

    @property
    def start(self) -> tuple[object, ...]:
        """Changes whenever the server is started or ends: then the slow part is read anew at once."""
        units = ((unit.name, unit.invocation, unit.active) for unit in self.units.values())
        return (self.boot_id, self.mysqld_pids, *units)


def parse_quick(
    host: str, anybody: Output, root: Output, settings: HostSettings, *, asked_at: datetime
) -> Quick:
    """Read the two answers; `asked_at` is when the question left, by this console's clock.

    Raises a `SystemsError` when they do not tell the clock, the units or the processes: a node of which
    these are unknown must not be taken for a stopped one.
    """
    common, special = split_sections(anybody.stdout), split_sections(root.stdout)
    host_clock, zone, uptime_s = _clock(host, common.get("clock", ()))
    booted_at = (host_clock - timedelta(seconds=uptime_s)).replace(microsecond=0)
    names = _host_names(common.get("host", ()))
    units = _units(host, common, booted_at, anybody)
    return Quick(
        taken_at=max(anybody.at, root.at),
        boot_id=names.get("boot_id", ""),
        machine_id=names.get("machine-id", ""),
        hostname=names.get("hostname", ""),
        booted_at=booted_at,
        clock_offset_s=(host_clock - (asked_at + (anybody.at - asked_at) / 2)).total_seconds(),
        zone=zone,
        units=units,
        unit_flags=_unit_flags(units, unit_properties("\n".join(common.get("units", ())))),
        mysqld_pids=server_pids(
            _servers(host, special, root),
            settings.datadir,
            settings.defaults_file,
            {unit.main_pid for unit in units.values()},
        ),
        sst_pids=transfer_pids(parse_processes(special.get("transfers", ())), settings.datadir),
        listening=listening_ports(common.get("listen", ()), settings.own_address),
        view=parse_datadir(special, settings.datadir),
    )


def _clock(host: str, lines: Sequence[str]) -> tuple[datetime, timezone, float]:
    """Read `date '+%s.%N %z'` and /proc/uptime."""
    try:
        stamp, offset = lines[0].split()
        return datetime.fromtimestamp(float(stamp), UTC), zone_of(offset), float(lines[1].split()[0])
    except (IndexError, ValueError, OverflowError, OSError) as error:
        seen = " ".join(lines)[:80]
        raise NotUnderstood(f"{host}: date and /proc/uptime gave {seen!r}, which tells no time") from error


def _host_names(lines: Sequence[str]) -> dict[str, str]:
    """Read `grep -H`: the last part of the file's name, and its line."""
    pairs = (line.partition(":") for line in lines)
    return {path.rpartition("/")[2]: value.strip() for path, _, value in pairs}


def _units(
    host: str, sections: Mapping[str, Sequence[str]], booted_at: datetime, answer: Output
) -> Mapping[str, UnitState]:
    """The units; none on a host that runs without systemd."""
    text = "\n".join(sections.get("units", ()))
    if not text.strip():
        if any(line == "/run/systemd/system" for line in sections.get("systemd", ())):
            said = answer.stderr.strip()[-200:]
            raise Refused(f"{host}: systemd runs there, and systemctl show told no unit: {said}")
        return {}
    return parse_units(text, booted_at)


def _servers(host: str, sections: Mapping[str, Sequence[str]], answer: Output) -> tuple[Process, ...]:
    """The server processes. Without any, pgrep shows PID 1 as proof that it sees other users' processes."""
    processes = parse_processes(sections.get("servers", ()))
    before = sections.get("servers_before")
    servers = tuple(p for p in processes if not _is_proof(p) and not _has_just_ended(p, before))
    if servers or processes:
        return servers
    seen = answer.stderr.strip()[-200:]
    if "not found" in seen:
        raise ToolMissing(f"{host}: pgrep is missing, so that a running server would not be seen: {seen}")
    raise Refused(f"{host}: other users' processes cannot be seen there (hidepid?): it takes root. {seen}")


def _has_just_ended(process: Process, before: Sequence[str] | None) -> bool:
    """A process that ends shows its bare name: this look's own `mysqld --version` does so for a moment.

    A server that ends was there a moment before, too; without that first list nobody is left out.
    """
    is_bare = process.arguments in [(name,) for name in SERVER_NAMES]
    return before is not None and is_bare and str(process.pid) not in before


def _is_proof(process: Process) -> bool:
    return process.pid == 1 and len(process.arguments) == 1 and process.program not in SERVER_NAMES


def _unit_flags(
    units: Mapping[str, UnitState], properties: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    """Bootstrap flags that stand in units: an enabled bootstrap unit (PXC-03), an environment (REC-05)."""
    flags = [
        f"unit {name}: Environment={block['Environment']}"
        for name, block in properties.items()
        if name != _BOOTSTRAP_UNIT and _NEW_CLUSTER.search(block.get("Environment", ""))
    ]
    bootstrap = units.get(_BOOTSTRAP_UNIT)
    if bootstrap and bootstrap.enabled in {"enabled", "enabled-runtime", "alias"}:
        flags.append(f"unit {_BOOTSTRAP_UNIT} is {bootstrap.enabled}: it would bootstrap at every boot")
    return tuple(flags)
