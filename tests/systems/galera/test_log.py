"""Error logs and journals: stamps, the last start, the recovered position, the pattern table."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.galera.log_lines import recovered_position, since_last_start, stamp_of, zone_of
from systems.galera.log_patterns import PATTERNS, find_hits
from systems.galera.readings import Position
from systems.galera.sections import split_sections
from tests.systems.galera.recorded import host_output, log

UUID = "c338a218-e664-11f1-8686-ae34530d992c"
START = "2026-11-22 11:10:01 0 [Note] Starting MariaDB 10.11.19-MariaDB source revision 58 as process 14559"
RECOVERED = f"2026-11-22 11:10:01 0 [Note] WSREP: Recovered position: {UUID}:4"


def journal(name: str) -> tuple[str, ...]:
    return split_sections(host_output(name, "slow").stdout)["journal"]


def ids(lines: list[str] | tuple[str, ...]) -> list[str]:
    return [hit.pattern for hit in find_hits(lines, UTC)]


def test_a_killed_server_says_so_and_when() -> None:
    hits = [hit for hit in find_hits(journal("killed"), UTC) if hit.pattern == "killed"]
    assert [hit.at for hit in hits] == [datetime(2026, 11, 22, 11, 22, 16, tzinfo=UTC)]
    assert "status=9/KILL" in hits[0].line


def test_a_full_disk_is_seen_behind_the_errors_that_follow() -> None:
    found = ids(journal("disk-full"))
    assert "disk-full" in found
    assert "error" in found
    assert found.index("disk-full") < found.index("error")


def test_a_vote_is_seen() -> None:
    assert "voted-out" in ids(journal("voted-out"))


def test_a_joiner_tells_how_it_got_its_state() -> None:
    found = ids(log("sst-mariabackup-joiner.txt"))
    assert "sst-received" in found
    assert "ist-received" in found


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("[ERROR] WSREP: It may not be safe to bootstrap the cluster from this node.", "unsafe-bootstrap"),
        ("[Warning] WSREP: no nodes coming from prim view, prim not possible", "prim-not-possible"),
        ("[ERROR] WSREP: connection: 110: failed to reach primary view", "no-primary-view"),
        ("[ERROR] WSREP: gcs.cpp:1482: Failed to open channel 'a' at 'gcomm://': -110", "channel-failed"),
        ("[Note] WSREP: re-bootstrapping prim from partitioned components", "re-merged"),
        ("[Note] WSREP: promote to primary component", "pc-recovered"),
        ("[Note] WSREP: restore pc from disk successfully", "view-restored"),
        ("[ERROR] WSREP: PC: aborting due to conflicting prims: older overrides", "conflicting-prims"),
        ("[Warning] WSREP: Reversing history: 40 -> 30, applied 10 more events", "reversing-history"),
        ("[Note] WSREP: handshake failed, my group: 'orders', peer group: 'stock'", "cluster-name"),
        ("[Warning] WSREP: node uuid: 1 is already used. Removing gvwstate.dat file", "duplicate-node"),
        ("[Note] WSREP: evs::proto(x) suspecting node: y", "suspecting"),
        ("[Note] WSREP: State transfer required:", "transfer-required"),
        ("[Note] WSREP: Synchronized with group, ready for connections", "synchronized"),
        ("[Warning] WSREP: but it is impossible to select State Transfer donor: busy", "no-donor"),
        ("[ERROR] WSREP: gcs_group: Will never receive state. Need to abort.", "donor-gone"),
        ("[Warning] WSREP: Failed to prepare for incremental state transfer: x", "ist-unprepared"),
        ("[Note] WSREP: IST first seqno 5 not found from cache, falling back to SST", "ist-not-cached"),
        ("[ERROR] WSREP: Inconsistency detected: Inconsistent by consensus on x:4834", "voted-out"),
        ("[Warning] WSREP: Quorum: No node with complete state:", "no-complete-node"),
        ("[Warning] WSREP: Not all group members support inconsistency voting.", "voting-unsupported"),
        ("[ERROR] InnoDB: Write to file ./ibdata1 failed: No space left on device", "disk-full"),
        ("[ERROR] mysqld got signal 11 ;", "crashed"),
        ("mariadb.service: start operation timed out. Terminating.", "start-timeout"),
        ("[ERROR] WSREP: Process completed with error: wsrep_sst_rsync --role 'x': 2", "sst-failed"),
        ("2026 [ERROR] /usr/sbin/mysqld: unknown variable 'wsrep_sst_auth=x'", "unknown-option"),
        (RECOVERED, "position-recovered"),
        ("2015 [ERROR] something of its own", "error"),
    ],
)
def test_every_pattern_of_the_table_is_known(line: str, pattern: str) -> None:
    assert ids([line]) == [pattern]


def test_the_ids_of_patterns_are_unique() -> None:
    assert len({pattern.id for pattern in PATTERNS}) == len(PATTERNS)


def test_an_ordinary_start_holds_no_error() -> None:
    assert ids(journal("running")) == ["position-recovered", "synchronized"]


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        ("2026-11-22T11:22:16+0200 db3 systemd[1]: x", datetime(2026, 11, 22, 9, 22, 16, tzinfo=UTC)),
        ("2026-11-22T11:22:16.123456Z 0 [MY-0] x", datetime(2026, 11, 22, 11, 22, 16, 123456, tzinfo=UTC)),
        ("2026-11-22  1:22:16 0 [Note] x", datetime(2026, 11, 22, 0, 22, 16, tzinfo=UTC)),
        ("151122  8:56:21 [Note] x", datetime(2015, 11, 22, 7, 56, 21, tzinfo=UTC)),
        ("\tat ./galerautils/src/gu_fdesc.cpp", None),
        ("2026-99-99T11:22:16Z x", None),
    ],
)
def test_stamps_of_all_ages_are_read(line: str, stamp: datetime | None) -> None:
    assert stamp_of(line, timezone(timedelta(hours=1))) == stamp


def test_the_zone_of_a_host_is_read() -> None:
    assert zone_of("+0530").utcoffset(None) == timedelta(hours=5, minutes=30)
    assert zone_of("-03:00").utcoffset(None) == timedelta(hours=-3)
    assert zone_of("CET") is UTC


@pytest.mark.parametrize(
    "line",
    [
        RECOVERED,
        f"2026-11-22T11:10:01.1Z 0 [Note] [MY-000000] [WSREP] Recovered position: {UUID}:4",
        f"151122  8:56:21 [Note] WSREP: Recovered position: {UUID}:4",
        f"2026-11-22T11:10:01+0000 db1 sh[12]: WSREP: Recovered position {UUID}:4",
    ],
)
def test_all_wordings_of_a_recovered_position_are_known(line: str) -> None:
    assert recovered_position([START, line, "more"]) == Position(UUID, 4)


def test_the_last_recovered_position_counts() -> None:
    later = RECOVERED.replace(":4", ":9")
    assert recovered_position([RECOVERED, later]) == Position(UUID, 9)


def test_a_position_from_before_a_start_is_old_news() -> None:
    assert recovered_position([RECOVERED, START]) is None


def test_a_position_that_came_with_a_state_transfer_is_none() -> None:
    assert recovered_position(log("sst-mariabackup-joiner.txt")) is None


def test_a_real_recovery_run_tells_its_position() -> None:
    assert recovered_position(log("recover-mariadb.txt")) == Position(UUID, 4)


def test_what_was_before_the_last_start_is_dropped() -> None:
    unit = "2026-11-22T11:10:00+0000 db1 systemd[1]: Starting mariadb.service - MariaDB server..."
    server = f"2026-11-22T11:10:01+0000 db1 mariadbd[7]: {START}"
    assert list(since_last_start(["old", unit, server, "new"])) == [unit, server, "new"]
    assert list(since_last_start(["old", START, "new"])) == [START, "new"]
    assert list(since_last_start(["old", START, "lived", unit])) == [unit]
    assert list(since_last_start(["nothing", "here"])) == ["nothing", "here"]


def test_a_recovery_run_by_hand_hides_nothing_of_the_life_before_it() -> None:
    lines = [START, "[ERROR] why it died", START, RECOVERED]
    assert list(since_last_start(lines)) == lines


@given(st.lists(st.one_of(st.text(), st.sampled_from([START, RECOVERED, "x systemd[1]: Starting mysql"]))))
def test_no_log_breaks_the_readers(lines: list[str]) -> None:
    assert len(since_last_start(lines)) <= len(lines)
    for hit in find_hits(lines, UTC):
        assert len(hit.line) <= 500
    with suppress(NotUnderstood):
        recovered_position(lines)


@given(st.text(alphabet="0123456789-+:TZ. ", max_size=40))
def test_no_stamp_breaks_the_reader(text: str) -> None:
    stamp_of(text, UTC)
    stamp_of(f"2026-11-22T11:10:00+{text} h p: m", UTC)
    zone_of(text)
