"""Asks one host of Nova what consoles need to know, in three round trips. Reads only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from systems.errors import NotUnderstood, Refused
from systems.nova import options as o
from systems.nova.conf import ConfFile, NovaConf, conf_file
from systems.nova.domains import capability, parse_screens
from systems.nova.options import Side
from systems.nova.readings import Listener, NovaHost, NovaUnit, Screen
from systems.nova.units import PROPERTIES, UNITS, config_files, parse_units, started_at
from systems.nova.walls import SAVED, read_wall
from systems.shell import Output, Probe, Reader
from systems.text import visible

MAIN = "/etc/nova/nova.conf"
MOST_DOMAINS = 200
"""Of a host whose guests' screens are read; of more, the first ones."""
_PACKAGES = [
    "openstack-nova-common",
    "openstack-nova-compute",
    "openstack-nova-spicehtml5proxy",
    "nova-common",
    "nova-compute",
    "nova-spiceproxy",
    "nova-consoleproxy",
    "spice-html5",
]

_FIRST: tuple[Probe, ...] = (
    Probe("date +%s.%N"),
    Probe("cat /proc/uptime"),
    Probe("ip -o addr show"),
    Probe.of("systemctl", "show", f"--property={PROPERTIES}", *UNITS, accepts=None),
    Probe(
        "find -L /etc/nova /usr/share/nova -maxdepth 2 -name '*.conf'",
        as_root=True,
        accepts=None,
    ),
    Probe("cat /etc/os-release", accepts=None),
    Probe.of("rpm", "-q", "--qf", "%{NAME} %{VERSION}\\n", *_PACKAGES, accepts=None),
    Probe.of("dpkg-query", "-W", "-f", "${Package} ${Version}\\n", *_PACKAGES, accepts=None),
    Probe("ss -Hltn", accepts=None),
    Probe("virsh -r domcapabilities", as_root=True, accepts=None),
    Probe("virsh -r list --name", as_root=True, accepts=None),
    Probe("iptables-save", as_root=True, accepts=None),
    Probe("firewall-cmd --state", as_root=True, accepts=None),
    Probe("firewall-cmd --list-all", as_root=True, accepts=None),
    Probe("firewall-cmd --permanent --list-all", as_root=True, accepts=None),
    Probe("nft list ruleset", as_root=True, accepts=None),
    *(Probe.of("cat", path, as_root=True, accepts=None) for path in SAVED),
    *(Probe.of("sha256sum", path, as_root=True, accepts=None) for path in SAVED),
)


@dataclass(frozen=True, slots=True)
class _First:
    clock_s: float
    uptime_s: float
    addresses: tuple[str, ...]
    units: tuple[NovaUnit, ...]
    paths: tuple[str, ...]


async def read_nova(
    host: str, reader: Reader, sides: frozenset[Side], *, timeout_s: float = 20.0
) -> NovaHost:
    """Ask one host; raises a `SystemsError` when it does not answer, or lets nobody read its nova.conf."""
    answers = await reader.read_many(_FIRST, timeout_s=timeout_s)
    said = [one.stdout if isinstance(one, Output) else "" for one in answers]
    first = _first(host, said)
    files, units = await _files(host, reader, first, timeout_s)
    conf = NovaConf(files)
    domains = [name for name in said[10].split("\n") if name.strip()][:MOST_DOMAINS]
    is_there, screens = await _last(reader, conf, domains, timeout_s)
    capable, word = capability(answers[9], said[5])
    packages = tuple(
        line for line in (*said[6].splitlines(), *said[7].splitlines()) if re.fullmatch(r"[\w.-]+ \S+", line)
    )
    taken = next(one for one in answers if isinstance(one, Output))
    return NovaHost(
        host=host,
        taken_at=taken.at,
        sides=tuple(side for side in Side if side in sides),
        clock_s=first.clock_s,
        addresses=first.addresses,
        conf=conf,
        main=MAIN,
        units=units,
        release=release_of(packages),
        packages=packages,
        system=_pretty(said[5]),
        spice_capable=capable,
        capable_word=word,
        web_exists=is_there[0],
        page_exists=is_there[1],
        cert_exists=is_there[2],
        key_exists=is_there[3],
        listeners=_listeners(said[8]),
        screens=screens if _answered(answers[10]) else None,
        firewall=read_wall(answers[11:16], said[16 : 16 + len(SAVED)], said[16 + len(SAVED) :]),
    )


def _answered(answer: Output | Exception) -> bool:
    return isinstance(answer, Output) and answer.status == 0


def _first(host: str, said: Sequence[str]) -> _First:
    try:
        clock_s, uptime_s = float(said[0].strip()), float(said[1].split()[0])
    except (ValueError, IndexError) as error:
        raise NotUnderstood(f"{host} does not say what time it is: {visible(said[0][:60])!r}") from error
    addresses = tuple(re.findall(r"(?m)^\d+: \S+ +inet6? ([0-9a-fA-F.:]+)/", said[2]))
    return _First(clock_s, uptime_s, addresses, parse_units(said[3]), config_files(said[3], said[4]))


async def _files(
    host: str, reader: Reader, first: _First, timeout_s: float
) -> tuple[tuple[ConfFile, ...], tuple[NovaUnit, ...]]:
    if MAIN not in first.paths:
        raise Refused(f"{host} has no {MAIN}, so that no Nova of packages runs there; name a host that has")
    probes = [
        probe
        for path in first.paths
        for probe in (
            Probe.of("cat", path, as_root=True),
            Probe.of("sha256sum", path, as_root=True),
            Probe.of("stat", "-c", "%.Y", path, as_root=True),
            Probe.of("readlink", path, as_root=True, accepts=None),
        )
    ]
    running = [unit for unit in first.units if unit.pid]
    probes += [Probe.of("cat", f"/proc/{unit.pid}/stat", accepts=None) for unit in running]
    answers = await reader.read_many(probes, timeout_s=timeout_s)
    files = []
    for at, path in enumerate(first.paths):
        parts = answers[4 * at : 4 * at + 4]
        for part in parts:
            if isinstance(part, Exception):
                raise part
        text, digest, mtime, link = (part.stdout for part in parts if isinstance(part, Output))
        files.append(conf_file(path, text, sha256=digest.split()[0], mtime=float(mtime), link=link.strip()))
    begun = answers[4 * len(first.paths) :]
    since = {
        unit.name: started_at(answer, first.clock_s - first.uptime_s)
        for unit, answer in zip(running, begun, strict=True)
    }
    units = tuple(
        NovaUnit(unit.name, unit.active, unit.enabled, unit.pid, since.get(unit.name)) for unit in first.units
    )
    return tuple(files), units


async def _last(
    reader: Reader, conf: NovaConf, domains: Sequence[str], timeout_s: float
) -> tuple[tuple[bool, bool, bool, bool], tuple[Screen, ...]]:
    web = conf.setting(o.WEB).value
    cert, key = (conf.setting(one).value for one in (o.CERT, o.KEY))
    wanted = (web, f"{web}/spice_auto.html", cert, key)
    paths = [path if path.startswith("/") else f"/{path}" for path in wanted]
    probes = [Probe.of("test", "-e", path, as_root=True, accepts=None) for path in paths]
    probes += [Probe.of("virsh", "-r", "dumpxml", name, as_root=True, accepts=None) for name in domains]
    answers = await reader.read_many(probes, timeout_s=timeout_s)
    there = [_answered(one) and bool(path) for one, path in zip(answers[:4], wanted, strict=True)]
    xmls = [one.stdout for one in answers[4:] if isinstance(one, Output)]
    screens = tuple(screen for xml in xmls for screen in parse_screens(xml))
    return (there[0], there[1], there[2], there[3]), screens


def release_of(packages: Sequence[str]) -> int | None:
    """Nova's major number by its package; 2015.1 is 11, Kilo. None: it is not of a package."""
    for line in packages:
        name, version = line.split(" ", 1)
        if "nova" not in name:
            continue
        found = re.match(r"(?:\d+:)?(\d+)\.(\d+)", version)
        if found is None:
            continue
        major = int(found[1])
        if major < 2000:
            return major
        return (major - 2010) * 2 + (1 if found[2] == "1" else 2)
    return None


def _pretty(text: str) -> str:
    found = re.search(r'(?m)^PRETTY_NAME="?([^"\n]*)"?$', text)
    return visible(found[1]) if found else ""


def _listeners(text: str) -> tuple[Listener, ...]:
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 4 and (split := re.fullmatch(r"\[?([^\]%]*)(?:%[^\]:]*)?\]?:(\d+)", words[3])):
            found.append(Listener(split[1].replace("*", "0.0.0.0"), int(split[2])))  # noqa: S104 - what ss means
    return tuple(dict.fromkeys(found))
