"""What any host says of itself: load, memory, the root filesystem, units that failed. One round trip."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from systems.errors import NotUnderstood, SystemsError
from systems.shell import Output, Probe, Reader


@dataclass(frozen=True, slots=True)
class HostReading:
    """One host at one moment (`taken_at`: aware, UTC). None: the host did not say."""

    taken_at: datetime
    hostname: str
    kernel: str
    cpus: int | None
    load: float | None
    """Average number of runnable tasks over one minute."""
    uptime_s: float | None
    memory_bytes: int | None
    memory_free_bytes: int | None
    """What could be used without swapping (MemAvailable)."""
    root_bytes: int | None
    root_free_bytes: int | None
    failed_units: tuple[str, ...] | None
    """None: systemd did not answer, or is not there."""


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """What came of asking one host (`at`: aware, UTC)."""

    host: str
    at: datetime
    answer: HostReading | SystemsError


PROBES: tuple[Probe, ...] = (
    Probe("uname -nr"),
    Probe("cat /proc/loadavg /proc/uptime"),
    Probe("cat /proc/meminfo"),
    Probe("df -kP /"),
    Probe("nproc", accepts=None),
    Probe("systemctl list-units --failed --plain --no-legend --no-pager", accepts=None),
)


async def read_host(reader: Reader, *, timeout_s: float = 8.0) -> HostReading:
    """Ask one host; raises a `SystemsError` when it does not answer, or says nothing that is understood."""
    return parse_host(await reader.read_many(PROBES, timeout_s=timeout_s))


def parse_host(outputs: Sequence[Output | Exception]) -> HostReading:
    """Read the answers to `PROBES`. Pure. Raises `NotUnderstood` when the first of them is no answer."""
    name, load, memory, root, cpus, units = outputs
    if not isinstance(name, Output) or len(name.stdout.split()) != 2:
        said = name if isinstance(name, Exception) else name.stdout.strip()[:80]
        raise NotUnderstood(f"the host does not say its name and kernel: {said}")
    hostname, kernel = name.stdout.split()
    loads = _numbers(load)
    memories = dict(re.findall(r"(?m)^(\w+):\s+(\d+) kB$", _text(memory)))
    filesystem = _filesystem(root)
    return HostReading(
        taken_at=name.at,
        hostname=hostname,
        kernel=kernel,
        cpus=_whole(_text(cpus).strip()),
        load=loads[0] if loads else None,
        uptime_s=loads[-2] if len(loads) >= 5 else None,
        memory_bytes=_kilobytes(memories.get("MemTotal")),
        memory_free_bytes=_kilobytes(memories.get("MemAvailable")),
        root_bytes=filesystem[0] if filesystem else None,
        root_free_bytes=filesystem[1] if filesystem else None,
        failed_units=_failed_units(units),
    )


def _text(output: Output | Exception) -> str:
    return output.stdout if isinstance(output, Output) else ""


def _numbers(output: Output | Exception) -> list[float]:
    """The words of /proc/loadavg and /proc/uptime that are numbers: three loads, a pid, uptime, idle."""
    return [float(word) for word in _text(output).split() if re.fullmatch(r"\d+(\.\d+)?", word)]


def _whole(text: str | None) -> int | None:
    """None: it is no number, or none that anything has."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,18}", text) else None


def _kilobytes(text: str | None) -> int | None:
    number = _whole(text)
    return None if number is None else number * 1024


def _filesystem(output: Output | Exception) -> tuple[int, int] | None:
    """Size and free bytes from the last line of `df -kP`."""
    words = _text(output).strip().rpartition("\n")[2].split()
    size, free = (_kilobytes(words[1]), _kilobytes(words[3])) if len(words) >= 6 else (None, None)
    return None if size is None or free is None else (size, free)


def _failed_units(output: Output | Exception) -> tuple[str, ...] | None:
    if not isinstance(output, Output) or output.status != 0:
        return None
    return tuple([line.split()[0] for line in output.stdout.splitlines() if line.strip()])
