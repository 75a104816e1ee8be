"""Reads what a host says of itself as such: packages, names, swap, clock, SELinux, firewalls, units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from systems.galera.fstab import fields, unescape
from systems.galera.preparation import SwapArea
from systems.galera.preparation_probes import FIREWALLS, TOOLS
from systems.galera.sizes import parse_span_s
from systems.galera.units import unit_properties

Sections = Mapping[str, Sequence[str]]

_FAMILIES = (
    ("percona-xtradb-cluster", re.compile(r"percona-xtradb-cluster.*server", re.IGNORECASE)),
    ("mariadb", re.compile(r"mariadb-server(-core|-galera)?(-\d.*)?", re.IGNORECASE)),
    ("percona-server", re.compile(r"percona-server-server.*", re.IGNORECASE)),
    ("mysql-wsrep", re.compile(r"mysql-wsrep-server.*", re.IGNORECASE)),
    ("mysql-community", re.compile(r"mysql-(community-)?server.*", re.IGNORECASE)),
)
"""Server packages by family; of an installed pair only one can run (A.2)."""


def packages(sections: Sections) -> Mapping[str, str] | None:
    """Version by name; None: neither rpm nor dpkg is there."""
    if not sections.get("managers"):
        return None
    found = {}
    for line in (*sections.get("rpm", ()), *sections.get("dpkg", ())):
        name, _, rest = line.partition("\t")
        version, _, state = rest.partition("\t")
        if name and version and (not state.strip() or state.startswith("ii")):
            found[name] = version
    return found


def conflicting(installed: Mapping[str, str] | None) -> tuple[str, ...] | None:
    """Servers of a second family; empty: at most one family is installed."""
    if installed is None:
        return None
    by_family = {
        family: [name for name in installed if pattern.fullmatch(name)] for family, pattern in _FAMILIES
    }
    present = [names for names in by_family.values() if names]
    return tuple(name for names in present[1:] for name in names)


def tools(sections: Sections) -> Mapping[str, bool]:
    """Each tool and whether `command -v` found it."""
    found = {line.rpartition("/")[2] for line in sections.get("tools", ())}
    return {tool: tool in found for tool in TOOLS}


def socat_has_tls(sections: Sections) -> bool | None:
    """Whether socat was built with OpenSSL (PXC-16); None: there is no socat."""
    if not tools(sections)["socat"]:
        return None
    return any("#define WITH_OPENSSL" in line for line in sections.get("socat", ()))


def name_of(sections: Sections, path: str) -> str | None:
    """One line of `grep -H` by the file's path."""
    for line in sections.get("names", ()):
        if line.startswith(f"{path}:"):
            return line[len(path) + 1 :].strip() or None
    return None


def selinux_now(sections: Sections) -> str | None:
    """The mode from the kernel itself; a kernel without SELinux shows no such file."""
    lines = [line.strip() for line in sections.get("selinux", ())]
    if "/proc/1" not in lines:
        return None
    if "/sys/fs/selinux/enforce" not in lines:
        return "Disabled"
    return {"1": "Enforcing", "0": "Permissive"}.get(lines[-1])


def selinux_configured(sections: Sections) -> str | None:
    """What /etc/selinux/config asks for."""
    values = [line.partition("=")[2].strip().lower() for line in sections.get("selinux_file", ())]
    return values[-1] if values else None


def firewalls(sections: Sections) -> tuple[str, ...] | None:
    """Those that are active; None: systemctl did not answer for each."""
    states = [line.strip() for line in sections.get("firewalls", ())]
    if len(states) != len(FIREWALLS):
        return None
    return tuple(name for name, state in zip(FIREWALLS, states, strict=True) if state == "active")


def fstab_targets(sections: Sections) -> tuple[set[str], set[str]] | None:
    """(first fields, mount points) of /etc/fstab; None: it could not be read."""
    if "fstab" not in sections or not sections.get("memory"):
        return None
    found = fields(sections["fstab"])
    return {device for device, _ in found}, {place for _, place in found}


def swap_areas(sections: Sections, modes: Mapping[str, str]) -> tuple[SwapArea, ...] | None:
    """Read /proc/swaps, sizes there in KiB; `modes` are those of swap files."""
    lines = sections.get("swaps", ())
    if not lines or not lines[0].startswith("Filename"):
        return None
    fstab = fstab_targets(sections)
    areas = []
    for line in lines[1:]:
        words = line.split()
        if len(words) < 3 or not re.fullmatch(r"[0-9]{1,15}", words[2]):
            return None
        path = unescape(words[0])
        listed = None if fstab is None else path in fstab[0]
        if listed is False and words[1] == "partition":
            listed = None  # fstab may name a partition by UUID or label
        areas.append(SwapArea(path, words[1], int(words[2]) * 1024, listed, modes.get(path, "")))
    return tuple(areas)


def swap_files(sections: Sections) -> tuple[str, ...]:
    """The paths of swap files."""
    areas = swap_areas(sections, {}) or ()
    return tuple(area.path for area in areas if area.kind == "file")


def memory_bytes(sections: Sections) -> int | None:
    """Read MemTotal."""
    match = re.search(r"^MemTotal:\s+(\d{1,15}) kB", "\n".join(sections.get("memory", ())), re.MULTILINE)
    return int(match.group(1)) * 1024 if match else None


def clock_synchronized(sections: Sections) -> bool | None:
    """From timedatectl, old or new, or from chronyd; None: neither tells."""
    text = "\n".join(sections.get("clock", ()))
    match = re.search(r"(?:NTPSynchronized=|NTP synchronized: |clock synchronized: )(yes|no)", text)
    if match:
        return match.group(1) == "yes"
    leap = re.search(r"^Leap status\s*:\s*(.+)$", "\n".join(sections.get("chrony", ())), re.MULTILINE)
    return leap.group(1).strip() != "Not synchronised" if leap else None


def server_unit(sections: Sections) -> Mapping[str, str] | None:
    """The properties of the unit that the server runs as: what is active first, else what exists."""
    units = unit_properties("\n".join(sections.get("units", ())))
    real = [
        unit
        for name, unit in units.items()
        if unit.get("LoadState") == "loaded" and "@" not in name and name != "garb"
    ]
    real.sort(key=lambda unit: unit.get("ActiveState") != "active")
    return real[0] if real else None


def enabled_units(sections: Sections) -> Mapping[str, str]:
    """What each unit that exists does at boot."""
    units = unit_properties("\n".join(sections.get("units", ())))
    return {
        name: unit.get("UnitFileState", "")
        for name, unit in units.items()
        if unit.get("LoadState") not in {"not-found", None}
    }


def open_files(unit: Mapping[str, str] | None) -> int | None:
    """LimitNOFILE; 2^63 stands for "infinity"."""
    text = (unit or {}).get("LimitNOFILE", "")
    if text == "infinity":
        return 2**63
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def timeout_start_s(unit: Mapping[str, str] | None) -> float | None:
    """TimeoutStartUSec; infinity: no limit."""
    text = (unit or {}).get("TimeoutStartUSec", "")
    return float("inf") if text == "infinity" else parse_span_s(text)
