"""The answers of real hosts, put together into evidence: running, killed, joining, without sudo, ..."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import NotUnderstood, Refused, SystemsError, ToolMissing
from systems.galera.datadir import parse_datadir, parse_df
from systems.galera.fstab import missing_mount, mount_points
from systems.galera.host_evidence import put_together
from systems.galera.host_probes import quick_probes, settings_probe, slow_probe
from systems.galera.host_quick import Quick, parse_quick
from systems.galera.host_settings import MASKED, HostSettings, parse_settings
from systems.galera.host_slow import Slow, parse_slow
from systems.galera.listeners import listening_ports
from systems.galera.readings import Flavour, HostEvidence, Position
from systems.galera.sections import split_sections
from systems.shell import Output
from tests.systems.galera.recorded import AT, host_output

DATADIR = "/var/lib/mysql"
ASKED = AT - timedelta(seconds=0.2)


def said(text: str) -> Output:
    return Output(text, "", 0, AT)


def looks_of(name: str) -> tuple[Quick, Slow]:
    slow = parse_slow(host_output(name, "slow"), datadir="", defaults_file="", zone=UTC)
    quick = parse_quick(
        "db1", host_output(name, "anybody"), host_output(name, "root"), slow.settings, asked_at=ASKED
    )
    return quick, slow


def evidence_of(name: str) -> HostEvidence:
    return put_together(*looks_of(name))


def test_a_position_of_before_is_not_known_where_the_log_cannot_be_read_now() -> None:
    """The server may have run and crashed again since: its earlier end must choose no node (REC-04)."""
    quick, slow = looks_of("killed")
    stopped, ended = replace(quick, mysqld_pids=()), replace(slow, recovered=Position("a" * 36, 7))
    assert put_together(stopped, ended).recovered == ended.recovered
    assert put_together(stopped, ended, "db1: its log had no answer after 7.2 s").recovered is None


def test_a_data_directory_that_is_not_there_is_not_one_without_a_state() -> None:
    """Its volume may not be mounted after a power loss: what it holds may be the newest (REC-04)."""
    view = parse_datadir(split_sections("@@files\n@@names\n@@saved\n@@df\n"), DATADIR)
    assert not view.datadir_exists
    assert "is not there" in view.grastate_error


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("==> /srv/gvwstate.dat <==\nmy_uuid: torn", "no complete view"),
        ("==> /srv/gvwstate.dat <==", "no complete view"),
        ("", "cannot be read"),
    ],
)
def test_a_last_view_that_cannot_be_read_is_not_one_that_is_not_there(text: str, error: str) -> None:
    there = "directory|1|1795346089|/srv\ndirectory|1|1795346089|/srv/.\n"
    view = parse_datadir(
        split_sections(f"@@files\n{there}regular file|1|1795346089|/srv/gvwstate.dat\n@@saved\n{text}\n"),
        "/srv",
    )
    assert view.gvwstate is None
    assert error in view.gvwstate_error
    absent = parse_datadir(split_sections(f"@@files\n{there}@@saved\n"), "/srv")
    assert (absent.gvwstate, absent.gvwstate_error) == (None, "")


def test_what_lies_on_a_bare_mount_point_is_not_the_data() -> None:
    """HOST-06: the device got another name, or the mount was optional, and a start made a new directory."""
    quick, slow = looks_of("killed")
    bare = put_together(quick, replace(slow, mount_points=("/", "/var", "/var/lib/mysql/")))
    assert bare.unmounted == "/var/lib/mysql"
    assert (bare.grastate, bare.gvwstate) == (None, None)
    assert bare.grastate_error.startswith("/var/lib/mysql is not mounted")
    running = put_together(replace(quick, mysqld_pids=(31,)), replace(slow, mount_points=("/var",)))
    assert (running.unmounted, running.grastate) == ("/var", quick.view.grastate)
    disk = replace(quick.view.filesystem, target="/var/lib/mysql")  # type: ignore[type-var]
    mounted = replace(quick, view=replace(quick.view, filesystem=disk))
    whole = put_together(mounted, replace(slow, mount_points=("/", "/var/lib/mysql")))
    assert (whole.unmounted, whole.grastate) == ("", quick.view.grastate)


def test_a_volume_is_looked_for_where_the_links_lead() -> None:
    quick, slow = looks_of("killed")
    disk = replace(quick.view.filesystem, target="/srv")  # type: ignore[type-var]
    linked = replace(quick, view=replace(quick.view, filesystem=disk))
    fstab = replace(slow, mount_points=("/var/lib", "/srv"), real_datadir="/srv/mysql")
    assert put_together(linked, fstab).unmounted == ""
    assert put_together(quick, replace(fstab, mount_points=("/srv",))).unmounted == "/srv"


def test_fstab_is_read_with_its_blanks_and_without_its_comments() -> None:
    lines = ["# /dev/sda1 / ext4", "UUID=1 /srv/my\\040data xfs noatime 0 2", "/dev/sdb none swap sw 0 0", ""]
    assert mount_points(lines) == ("/srv/my data",)
    assert missing_mount(mount_points(lines), "/", "/srv/my data/db") == "/srv/my data"
    assert missing_mount(("/srv/db",), "/", "/srv/db2") == ""


def test_a_running_node_is_told_in_full() -> None:
    evidence = evidence_of("running")
    assert evidence.is_running
    assert evidence.mysqld_pids == (31,)
    assert evidence.hostname == "db1"
    assert len(evidence.machine_id) == 32
    assert evidence.datadir_exists
    assert evidence.grastate is not None
    assert evidence.grastate.position.seqno == -1
    assert evidence.grastate.modified_at == datetime.fromtimestamp(1795346089, UTC)
    assert evidence.gvwstate is not None
    assert len(evidence.gvwstate.members) == 3
    assert evidence.gcache_bytes == 8389912
    assert evidence.listening == (3306, 4567)
    assert evidence.flavour is Flavour.MARIADB
    assert evidence.server_version.startswith("mysqld  Ver 10.11.19-MariaDB")
    assert evidence.addresses == ("127.0.0.1", "::1", "10.77.0.11", "fe80::aff:fe4d:b")
    assert evidence.configured["wsrep_cluster_address"] == "gcomm://10.77.0.11,10.77.0.12,10.77.0.13"
    assert evidence.configured_twice == ("bind_address",)
    assert evidence.bootstrap_flags == ()
    assert evidence.recovered is None
    assert evidence.filesystem is not None
    assert evidence.filesystem.fstype == "overlay"
    assert 0.0 < evidence.filesystem.used_share < 1.0
    assert (evidence.datadir_bytes or 0) > 10**7
    assert evidence.sst_pids == ()


def test_a_password_in_an_option_file_is_not_kept() -> None:
    evidence = evidence_of("running")
    assert evidence.configured["wsrep_sst_auth"] == MASKED
    assert "sst:lab" not in repr(evidence)


def test_a_killed_node_does_not_run_and_its_view_is_left_behind() -> None:
    evidence = evidence_of("killed")
    assert not evidence.is_running
    assert evidence.units["mariadb"].result == "signal"
    assert evidence.gvwstate is not None
    assert evidence.listening == ()
    assert "killed" in [hit.pattern for hit in evidence.log_hits]


def test_a_joiner_has_an_empty_grastate_and_says_why_that_is_so() -> None:
    evidence = evidence_of("joiner")
    assert evidence.is_running
    assert evidence.sst_in_progress
    assert evidence.sst_pids
    assert evidence.grastate is None
    assert "full copy" in evidence.grastate_error
    assert evidence.grastate_empty
    assert 3306 not in evidence.listening
    assert 4444 in evidence.listening


def test_a_paused_donor_has_a_position_and_runs() -> None:
    """REC-13: a position in grastate.dat does not prove that the server is stopped."""
    evidence = evidence_of("donor")
    assert evidence.grastate is not None
    assert evidence.grastate.position.is_known
    assert evidence.is_running


def test_a_pid_file_is_found_where_it_lies() -> None:
    lines = ["--datadir=/srv/db", "--pid-file=db.pid"]
    settings = parse_settings(lines)
    assert settings.pid_file == "/srv/db/db.pid"
    assert "/srv/db/db.pid" in quick_probes(settings)[1].line
    text = "@@files\nregular file|4|1795346089|/run/mysqld/mysqld.pid\n@@names\ndb1.pid\nGRA_1.log\n"
    view = parse_datadir(split_sections(text), "/srv/db")
    assert view.pid_files == ("/run/mysqld/mysqld.pid", "/srv/db/db1.pid")


def test_a_voted_out_node_leaves_its_apply_error() -> None:
    evidence = evidence_of("voted-out")
    assert evidence.gra_logs
    assert evidence.grastate is not None
    assert evidence.grastate.position.is_zero
    assert evidence.gvwstate is None


def test_a_full_disk_is_full() -> None:
    filesystem = evidence_of("disk-full").filesystem
    assert filesystem is not None
    assert filesystem.used_share > 0.99
    assert filesystem.target == DATADIR


def test_an_enabled_bootstrap_unit_is_a_flag() -> None:
    evidence = evidence_of("boot-unit")
    assert evidence.bootstrap_flags == ("unit mysql@bootstrap is enabled: it would bootstrap at every boot",)
    assert evidence.grastate is not None
    assert evidence.grastate.safe_to_bootstrap is True


def test_without_sudo_what_cannot_be_seen_says_so() -> None:
    evidence = evidence_of("nosudo")
    assert evidence.is_running
    assert evidence.grastate is None
    assert evidence.grastate_closed
    assert "cannot be looked into" in evidence.grastate_error


def test_the_clock_is_compared_with_the_middle_of_the_question() -> None:
    stamp = (AT - timedelta(seconds=0.1) + timedelta(seconds=90)).timestamp()
    text = f"@@clock\n{stamp:.3f} +0100\n100.00 5.0\n"
    root = Output("@@servers\n1 systemd\n", "", 0, AT)
    quick = parse_quick("db1", Output(text, "", 0, AT), root, HostSettings(), asked_at=ASKED)
    assert quick.clock_offset_s == pytest.approx(90.0, abs=0.01)
    assert quick.units == {}
    assert quick.mysqld_pids == ()
    assert quick.zone.utcoffset(None) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("before", "now", "pids"),
    [
        ("", "77 mysqld\n1 systemd", ()),
        ("", "77 mysqld", ()),
        ("77", "77 mysqld", (77,)),
        ("", "77 /usr/sbin/mysqld", (77,)),
        ("", "77 mysqld --user=mysql", (77,)),
    ],
    ids=["of the look itself", "alone", "a server that ends", "a server by its path", "a server that begins"],
)
def test_what_ends_while_it_is_looked_at_is_a_server_only_when_it_was_there_before(
    before: str, now: str, pids: tuple[int, ...]
) -> None:
    """`mysqld --version`, which the same look runs, has no arguments left while it ends."""
    root = Output(f"@@servers_before\n{before}\n@@servers\n{now}\n", "", 0, AT)
    quick = parse_quick("db1", Output(CLOCK, "", 0, AT), root, HostSettings(), asked_at=ASKED)
    assert quick.mysqld_pids == pids


CLOCK = "@@clock\n1795346090.5 +0000\n1366.01 2301.54\n"


@pytest.mark.parametrize(
    ("anybody", "root", "error"),
    [
        ("", "@@servers\n1 systemd\n", NotUnderstood),
        (CLOCK, "@@servers\n", Refused),
        (CLOCK + "@@systemd\n/run/systemd/system\n@@units\n", "@@servers\n1 init\n", Refused),
    ],
)
def test_what_hides_a_running_server_is_an_error_and_not_a_stopped_one(
    anybody: str, root: str, error: type[SystemsError]
) -> None:
    with pytest.raises(error, match="db1"):
        parse_quick(
            "db1", Output(anybody, "", 0, AT), Output(root, "", 0, AT), HostSettings(), asked_at=ASKED
        )


def test_a_missing_pgrep_is_told_by_its_name() -> None:
    root = Output("@@servers\n", "sh: 1: pgrep: not found", 127, AT)
    with pytest.raises(ToolMissing, match="pgrep is missing"):
        parse_quick("db1", Output(CLOCK, "", 0, AT), root, HostSettings(), asked_at=ASKED)


def test_a_flag_is_found_wherever_it_was_left() -> None:
    text = (
        "@@defaults\n--wsrep_new_cluster\n@@flags\n"
        '/etc/sysconfig/mysql.bootstrap:EXTRA_ARGS=" --wsrep-new-cluster "\n'
        '/etc/default/mysql.bootstrap:EXTRA_ARGS=" --wsrep-new-cluster "\n'
        "/etc/default/mariadb:# MYSQLD_OPTS=--wsrep-new-cluster\n"
        "/etc/default/mariadb:MYSQLD_OPTS=--wsrep-new-cluster\n"
        "@@environment\nPATH=/bin\n_WSREP_NEW_CLUSTER=--wsrep-new-cluster\n"
    )
    slow = parse_slow(Output(text, "", 0, AT), datadir="", defaults_file="", zone=UTC)
    assert slow.bootstrap_flags == (
        "/etc/default/mariadb:MYSQLD_OPTS=--wsrep-new-cluster",
        "systemd's environment: _WSREP_NEW_CLUSTER=--wsrep-new-cluster",
        "option file: wsrep_new_cluster=",
    )


def test_the_size_of_the_last_time_stays_until_it_is_measured_again() -> None:
    sized = parse_slow(
        Output(f"@@size\n4096\t{DATADIR}\n", "", 0, AT), datadir="", defaults_file="", zone=UTC
    )
    later = parse_slow(Output("", "", 0, AT), datadir="", defaults_file="", zone=UTC, before=sized)
    assert (sized.datadir_bytes, later.datadir_bytes) == (4096, 4096)


def test_option_files_that_cannot_be_read_are_named() -> None:
    text = "@@unreadable\n/etc/mysql/mariadb.conf.d/60-galera.cnf\n"
    slow = parse_slow(Output(text, "", 0, AT), datadir="", defaults_file="", zone=UTC)
    assert slow.configured_error == "the login may not read /etc/mysql/mariadb.conf.d/60-galera.cnf"


@pytest.mark.parametrize(
    ("lines", "datadir", "log"),
    [
        (["--datadir=/srv/db/"], "/srv/db", ""),
        (["--log-error=/var/log/mysqld.log"], DATADIR, "/var/log/mysqld.log"),
        (["--log_error=db.err"], DATADIR, f"{DATADIR}/db.err"),
        (["--log-error"], DATADIR, f"{DATADIR}/*.err"),
    ],
)
def test_places_come_from_the_option_files(lines: list[str], datadir: str, log: str) -> None:
    settings = parse_settings(lines)
    assert (settings.datadir, settings.log_error) == (datadir, log)


def test_the_lines_quote_what_they_are_given() -> None:
    settings = HostSettings(datadir="/srv/my data; rm -rf x", log_error="/srv/my data/*.err")
    for probe in (*quick_probes(settings), slow_probe(settings, size=True), settings_probe("/srv/a b.cnf")):
        assert "my data" not in probe.line.replace("'/srv/my data; rm -rf x'", "").replace(
            "'/srv/my data'", ""
        )


def test_listeners_are_read_from_the_kernel() -> None:
    lines = split_sections(host_output("running", "anybody").stdout)["listen"]
    assert listening_ports(lines) == (3306, 4567)


def test_of_several_nodes_on_the_loopback_each_has_its_own_listeners() -> None:
    rows = [
        "0: 011F007F:0CEA 00000000:0000 0A 00000000",
        "1: 021F007F:11D7 00000000:0000 0A 00000000",
        "2: 00000000:11D8 00000000:0000 0A 00000000",
        "3: 011F007F:115C 0100007F:9999 01 00000000",
        "garbage",
    ]
    assert listening_ports(rows, "127.0.31.1") == (3306, 4568)
    assert listening_ports(rows, "10.0.0.1") == (3306, 4567, 4568)


def test_df_tells_the_file_system() -> None:
    lines = ["Filesystem Type 1B-blocks Avail IFree Mounted on", "/dev/vdb xfs 100 40 - /var/lib/my sql"]
    filesystem = parse_df(lines, DATADIR)
    assert filesystem is not None
    assert (filesystem.target, filesystem.inodes_free) == ("/var/lib/my sql", None)
    assert filesystem.used_share == pytest.approx(0.6)
    assert parse_df(lines[:1], DATADIR) is None


@given(st.text(), st.text(alphabet="@init cloksevr0123456789.\n+"), st.text())
def test_no_answer_breaks_the_readers(anybody: str, likely: str, root: str) -> None:
    for text in (anybody, likely, f"@@clock\n{anybody}\n1 1\n", f"@@files\n{root}", f"@@saved\n{root}"):
        with suppress(SystemsError):
            parse_quick(
                "db1",
                Output(CLOCK + text, "", 0, AT),
                Output(f"@@servers\n1 init\n{text}", root, 0, AT),
                HostSettings(),
                asked_at=ASKED,
            )
        parse_slow(
            Output(f"@@defaults\n{text}\n@@log\n{root}", "", 0, AT), datadir="", defaults_file="", zone=UTC
        )
        parse_datadir(split_sections(text), DATADIR)
        listening_ports([text, f"0: {text} x 0A"])


def test_an_empty_slow_part_is_all_unknown() -> None:
    slow = Slow(AT)
    assert slow.flavour is Flavour.UNKNOWN
    assert Path(slow.settings.datadir) == Path(DATADIR)
