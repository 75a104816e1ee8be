"""The lease as people with plain shells see it: a small file on every host that the run may change.

/run/quarterdeck/lease-NAME is written when a run begins, renewed seldom, removed at its end, and gone after a
restart of the host. It is read before a run begins, so that a console on another bastion is told as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from shlex import quote

from runbooks.journal.entries import time_text
from runbooks.lease.port import Lease
from systems.errors import NotUnderstood, Refused
from systems.shell import Command, Output, Probe, Reader

FOLDER = "/run/quarterdeck"
LASTS = timedelta(hours=1)
RENEW_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class MarkerReading:
    """What stands in the marker of one host (`taken_at`, `since`, `expires`: aware, UTC)."""

    taken_at: datetime
    host: str
    owner: str
    run: str
    what: str
    since: datetime
    expires: datetime

    def __str__(self) -> str:
        return (
            f"{self.host} is marked as being changed by {self.owner} since "
            f"{self.since:%Y-%m-%d %H:%M:%S} UTC ({self.what}, run {self.run}), until {self.expires:%H:%M:%S}"
        )


def path_of(system: str) -> str:
    """The file, whatever the system is called."""
    return f"{FOLDER}/lease-{re.sub(r'[^A-Za-z0-9._-]', '-', system)}"


def text_of(lease: Lease, now: datetime) -> str:
    """What people read there."""
    return (
        "This system is being changed with Quarterdeck. Please ask before you change it too.\n"
        f"owner: {_plain(lease.owner)}@{_plain(lease.bastion)}\n"
        f"run: {_plain(lease.run)}\n"
        f"what: {_plain(lease.what)}\n"
        f"since: {time_text(lease.since)}\n"
        f"expires: {time_text(now + LASTS)}\n"
    )


def _plain(text: str) -> str:
    return " ".join(text.split())


def create(lease: Lease, now: datetime) -> Command:
    """Write it where there is none; of two consoles that do so at once, one fails."""
    path = quote(path_of(lease.system))
    line = f"umask 022 && install -d -m 755 {FOLDER} && set -C && cat > {path}"
    return Command(line, stdin=text_of(lease, now))


def renew(lease: Lease, now: datetime) -> Command:
    """Write it anew, in place of our own or of one that has expired."""
    path = path_of(lease.system)
    new, old = quote(f"{path}.new"), quote(path)
    line = f"umask 022 && install -d -m 755 {FOLDER} && cat > {new} && mv -f {new} {old}"
    return Command(line, stdin=text_of(lease, now))


def remove(lease: Lease) -> Command:
    """Take it away if it is still this run's."""
    path = quote(path_of(lease.system))
    mine = quote(f"run: {_plain(lease.run)}")
    return Command(f"if grep -qsx {mine} {path}; then rm -f {path}; fi")


async def read_marker(reader: Reader, system: str) -> MarkerReading | None:
    """The marker of a host, or None where there is none. Raises a `SystemsError`."""
    path = path_of(system)
    there, content = await reader.read_many(
        (Probe.of("test", "-e", path, accepts=(0, 1)), Probe.of("cat", path, accepts=(0, 1)))
    )
    for answer in (there, content):
        if isinstance(answer, Exception):
            raise answer
    assert isinstance(there, Output)  # noqa: S101 - for the type checker: errors are raised above
    assert isinstance(content, Output)  # noqa: S101
    if there.status == 1:
        return None
    if content.status != 0:
        raise Refused(f"{reader.host}: {path} is there and cannot be read: {content.stderr.strip()}")
    return _parse(reader.host, path, content)


def _parse(host: str, path: str, output: Output) -> MarkerReading:
    lines = (line.partition(": ") for line in output.stdout.splitlines())
    fields = {name: value for name, colon, value in lines if colon}
    try:
        return MarkerReading(
            taken_at=output.at,
            host=host,
            owner=fields["owner"],
            run=fields["run"],
            what=fields["what"],
            since=datetime.fromisoformat(fields["since"]).astimezone(UTC),
            expires=datetime.fromisoformat(fields["expires"]).astimezone(UTC),
        )
    except (KeyError, ValueError) as error:
        message = (
            f"{host}: {path} is not understood ({error!r}): look at it, and remove it if nobody is at work"
        )
        raise NotUnderstood(message) from error
