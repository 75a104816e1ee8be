"""What is read of a host now and then: the log since the last start, options, version, flags, size."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timezone

from systems.galera.fstab import mount_points
from systems.galera.host_settings import HostSettings, parse_settings, unread_files
from systems.galera.log_lines import message_of, recovered_position, since_last_start
from systems.galera.log_patterns import find_hits
from systems.galera.readings import Flavour, LogHit, Position
from systems.galera.sections import split_sections
from systems.galera.variables import flavour_of_words
from systems.shell import Output

_TAIL_LINES = 200
_LONGEST_LINE = 2000
_NEVER = datetime.min.replace(tzinfo=UTC)
_PACKAGED = re.compile(r"/etc/(sysconfig|default)/mysql\.bootstrap:")
"""PXC ships this file with the flag in it; only mysql@bootstrap reads it (PRPM mysql@.service)."""
_COMMENTED = re.compile(r"[^:]*:\s*[#;]")


@dataclass(frozen=True, slots=True)
class Slow:
    """One slow look; the fields are those of `HostEvidence`."""

    taken_at: datetime
    settings: HostSettings = field(default_factory=HostSettings)
    log_hits: tuple[LogHit, ...] = ()
    log_tail: tuple[str, ...] = ()
    recovered: Position | None = None
    oom_kills: tuple[str, ...] = ()
    flavour: Flavour = Flavour.UNKNOWN
    server_version: str = ""
    addresses: tuple[str, ...] = ()
    bootstrap_flags: tuple[str, ...] = ()
    datadir_bytes: int | None = None
    configured_error: str = ""
    mount_points: tuple[str, ...] = ()
    """Those that /etc/fstab names."""
    real_datadir: str = ""
    """Where the data directory lies once links are followed; empty: not known."""


def parse_slow(
    output: Output, *, datadir: str, defaults_file: str, zone: timezone, before: Slow | None = None
) -> Slow:
    """Read the answer to `slow_probe`; the size that was not asked this time is kept from `before`."""
    sections = split_sections(output.stdout)
    settings = parse_settings(sections.get("defaults", ()), datadir=datadir, defaults_file=defaults_file)
    journal = since_last_start(sections.get("journal", ()))
    own = since_last_start(sections.get("log", ()))
    version = next((line.strip() for line in sections.get("version", ()) if " Ver " in line), "")
    size = _size(sections.get("size", ()))
    return Slow(
        taken_at=output.at,
        settings=settings,
        log_hits=_merge(find_hits(journal, zone), find_hits(own, zone)),
        log_tail=tuple(line[:_LONGEST_LINE] for line in (own or journal)[-_TAIL_LINES:]),
        recovered=recovered_position(own) or recovered_position(journal),
        oom_kills=tuple(line.strip() for line in sections.get("oom", ()) if line.strip()),
        flavour=flavour_of_words(version),
        server_version=version,
        addresses=_addresses(sections.get("addresses", ())),
        bootstrap_flags=_flags(sections, settings.configured),
        configured_error=unread_files(sections.get("unreadable", ())),
        mount_points=mount_points(sections.get("fstab", ())),
        real_datadir=next(iter(sections.get("real", ())), ""),
        datadir_bytes=size if size is not None or before is None else before.datadir_bytes,
    )


def _merge(*several: tuple[LogHit, ...]) -> tuple[LogHit, ...]:
    """Hits of journal and error log by time; a line without a stamp stays behind the one before it."""
    stamped: list[tuple[datetime, LogHit]] = []
    for hits in several:
        newest = _NEVER
        for hit in hits:
            newest = hit.at or newest
            stamped.append((newest, hit))
    once = {(hit.at, hit.pattern, message_of(hit.line)): (at, hit) for at, hit in stamped}
    return tuple(hit for _, hit in sorted(once.values(), key=lambda pair: pair[0]))


def _flags(sections: Mapping[str, Sequence[str]], configured: Mapping[str, str]) -> tuple[str, ...]:
    """Every place where a bootstrap flag was left (REC-05), as "place: text"."""
    files = [
        line.strip()
        for line in sections.get("flags", ())
        if ":" in line and not _PACKAGED.match(line) and not _COMMENTED.match(line)
    ]
    environment = [
        f"systemd's environment: {line.strip()}"
        for line in sections.get("environment", ())
        if re.match(r"_?WSREP_NEW_CLUSTER=.*\S", line)
    ]
    options = [
        f"option file: {name}={value}"
        for name, value in configured.items()
        if name == "wsrep_new_cluster" and value.upper() not in {"0", "OFF", "FALSE"}
    ]
    return (*files, *environment, *options)


def _addresses(lines: Sequence[str]) -> tuple[str, ...]:
    """Read `ip -o addr show`."""
    found = re.findall(r"\binet6?\s+([0-9a-fA-F.:]+)(?:/\d+)?", "\n".join(lines))
    return tuple(dict.fromkeys(found))


def _size(lines: Sequence[str]) -> int | None:
    """Read `du -sb`."""
    match = re.match(r"([0-9]{1,19})\s", lines[0]) if lines else None
    return int(match.group(1)) if match else None
