"""The marker that people with plain shells see: the real lines, run by a real shell."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runbooks.lease import marker
from runbooks.lease.port import Lease
from systems.errors import NotUnderstood
from systems.shell import Command
from tests.runbooks.clocks import NOON
from tests.runbooks.doubles import World

LEASE = Lease(
    system="orders db/1",
    token="t",
    owner="ana",
    bastion="bastion1",
    process="p",
    run="20261122-1200-a7",
    what="galera-recover",
    since=NOON,
    heartbeat=NOON,
    expires=NOON,
)
OTHER = Lease("orders db/1", "t", "ben", "bastion2", "p", "20261122-1201-b8", "x", NOON, NOON, NOON)


def run(command: Command, folder: Path) -> int:
    """Run the line as a host does, its folder being one of the test's."""
    line = command.line.replace(marker.FOLDER, str(folder))
    given = (command.stdin or "").encode()
    return subprocess.run(["sh", "-c", line], input=given, check=False, capture_output=True).returncode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "quarterdeck"


def the_file(folder: Path) -> Path:
    return folder / "lease-orders-db-1"


def test_it_is_readable_by_all_and_says_who_and_until_when(folder: Path) -> None:
    assert run(marker.create(LEASE, NOON), folder) == 0
    assert the_file(folder).read_text() == (
        "This system is being changed with Quarterdeck. Please ask before you change it too.\n"
        "owner: ana@bastion1\n"
        "run: 20261122-1200-a7\n"
        "what: galera-recover\n"
        "since: 2026-11-22T12:00:00.000000Z\n"
        "expires: 2026-11-22T13:00:00.000000Z\n"
    )
    assert the_file(folder).stat().st_mode & 0o777 == 0o644


def test_of_two_that_create_it_one_fails(folder: Path) -> None:
    assert run(marker.create(LEASE, NOON), folder) == 0
    assert run(marker.create(OTHER, NOON), folder) != 0
    assert "ana" in the_file(folder).read_text()


def test_renewing_replaces_it_whole(folder: Path) -> None:
    run(marker.create(OTHER, NOON), folder)
    assert run(marker.renew(LEASE, NOON + timedelta(minutes=20)), folder) == 0
    assert "expires: 2026-11-22T13:20:00" in the_file(folder).read_text()
    assert [path.name for path in folder.iterdir()] == ["lease-orders-db-1"]


def test_only_our_own_is_removed(folder: Path) -> None:
    run(marker.create(OTHER, NOON), folder)
    assert run(marker.remove(LEASE), folder) == 0
    assert the_file(folder).exists()
    assert run(marker.remove(OTHER), folder) == 0
    assert not the_file(folder).exists()
    assert run(marker.remove(OTHER), folder) == 0


def test_a_name_cannot_leave_the_folder() -> None:
    assert marker.path_of("../../etc/passwd") == "/run/quarterdeck/lease-..-..-etc-passwd"
    assert marker.path_of("orders; rm -rf /") == "/run/quarterdeck/lease-orders--rm--rf--"


async def test_it_is_read_back(folder: Path) -> None:
    world = World("db1")
    reader = world.hosts().reader("db1")
    assert await marker.read_marker(reader, "orders db/1") is None
    world["db1"].files[marker.path_of("orders db/1")] = marker.text_of(LEASE, NOON)
    found = await marker.read_marker(reader, "orders db/1")
    assert found is not None
    assert (found.owner, found.run, found.expires) == (
        "ana@bastion1",
        "20261122-1200-a7",
        datetime(2026, 11, 22, 13, 0, tzinfo=UTC),
    )
    world["db1"].files[marker.path_of("orders db/1")] = "owner: me\n"
    with pytest.raises(NotUnderstood, match="remove it if nobody is at work"):
        await marker.read_marker(reader, "orders db/1")
