"""What galera-bootstrap plans for fresh hosts: the order of its steps, and what each build needs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from runbooks.gotchas import CATALOGUE
from runbooks.model import Holds, Look, Plan, Step
from runbooks.secret import marker
from systems.galera.preparation import DatadirState
from tests.builders import a_lost_node, a_node
from tests.runbooks.galera_bootstrap.blanks import (
    BOOK,
    HOSTS,
    PXC_VALUES,
    a_look,
    blank,
    of_pxc,
    option_file,
    planned,
    prepared,
    started_by_its_package,
    step_of,
    with_evidence,
)
from tests.runbooks.plans import lines

SECRET = {"monitor_password": marker("monitor_password"), "sst_password": marker("sst_password")}


def keys(plan: Plan) -> list[str]:
    return [step.key for step in plan.steps]


def starts(step: Step) -> bool:
    return any(word in line for line in lines(step) for word in ("start", "galera_new_cluster"))


def test_three_fresh_hosts_are_configured_bootstrapped_once_joined_and_proven() -> None:
    assert keys(planned(monitor_password=SECRET["monitor_password"])) == [
        "survey",
        "hosts",
        "configure:db1",
        "configure:db2",
        "configure:db3",
        "parse",
        "bootstrap:db1",
        "alone:db1",
        "tidy",
        "account:monitor",
        "join:db2",
        "join:db3",
        "boot",
        "prove:state:db1,db2,db3",
        "prove:write:db1,db2,db3",
        "prove:drop:db1,db2,db3",
        "prove:account",
        "prove:account:drop",
        "prove:tables",
        "prove:stop:db3",
        "prove:restart:db3",
    ]


def test_nothing_is_started_before_every_server_has_read_its_options() -> None:
    plan = planned()
    before = plan.steps[: keys(plan).index("parse")]
    assert not [step.key for step in before if starts(step)]
    assert {step.key for step in before} >= {f"configure:{host}" for host in HOSTS}


def test_there_is_one_point_of_no_return_and_it_asks_for_the_first_node() -> None:
    [last] = [step for step in planned(first="db2").steps if step.irreversible]
    assert (last.key, last.confirm, last.skippable) == ("bootstrap:db2", "db2", False)
    assert lines(last) == ["db2: galera_new_cluster"]


def test_nodes_join_one_after_the_other_and_each_waits_for_those_before_it() -> None:
    plan = planned(first="db2")
    joins = [step for step in plan.steps if step.key.startswith("join:")]
    assert [lines(step) for step in joins] == [
        ["db1: systemctl start --no-block mariadb"],
        ["db3: systemctl start --no-block mariadb"],
    ]
    assert "copies db2 by rsync" in joins[0].why
    assert "copies db2 or db1 by rsync" in joins[1].why
    assert all(keys(plan).index(one.key) < keys(plan).index(other.key) for one, other in pairwise(joins))


def test_every_step_that_changes_something_says_how_it_is_undone_or_that_it_is_not() -> None:
    for step in planned(**SECRET).steps:
        assert step.why
        assert step.expects
        if step.acts:
            assert step.undo_note, step.key
            assert step.verify_deadline_s > 0


def test_a_server_that_its_package_started_is_stopped_before_its_options_are_written() -> None:
    plan = planned(a_look({"db2": started_by_its_package("db2")}))
    assert keys(plan)[2:4] == ["stop:db2", "configure:db1"]
    assert lines(step_of(plan, "stop:db2")) == ["db2: systemctl stop mariadb"]


def test_named_data_is_kept_moved_aside_by_its_typed_name_and_made_anew() -> None:
    fresh = {
        host: prepared(host, datadir_state=DatadirState.HAS_DATA, schemas=("shop",))
        for host in ("db1", "db3")
    }
    plan = planned(a_look(preparations=fresh), wipe="db1,db3")
    assert keys(plan)[2:5] == ["keep", "aside:db1", "aside:db3"]
    assert [step.confirm for step in plan.steps if step.irreversible] == ["db1", "db3", "db1"]
    assert keys(plan).index("initialise:db1") < keys(plan).index("bootstrap:db1")
    assert lines(step_of(plan, "initialise:")) == [
        "db1: mariadb-install-db --user=mysql --datadir=/var/lib/mysql "
        "--auth-root-authentication-method=socket --skip-test-db"
    ]
    assert not step_of(plan, "aside:").lasting, "a join fills it again: a resume must not ask for it"


def test_a_flag_that_was_left_on_a_joiner_goes_before_the_bootstrap() -> None:
    look = with_evidence("db2", bootstrap_flags=("systemd's environment: _WSREP_NEW_CLUSTER",))
    plan = planned(look)
    assert keys(plan).index("clear flags") < keys(plan).index("bootstrap:db1")
    assert lines(step_of(plan, "clear flags")) == [
        "db2: systemctl unset-environment _WSREP_NEW_CLUSTER WSREP_NEW_CLUSTER"
    ]


def test_once_this_run_has_made_the_cluster_no_second_bootstrap_is_planned() -> None:
    plan = planned(None, {"bootstrapped": "db1"})
    assert keys(plan)[:2] == ["alone:db1", "tidy"]
    assert not any(step.irreversible for step in plan.steps)


def test_each_option_file_lists_all_nodes_and_tells_its_own_address_and_number() -> None:
    plan = planned()
    for number, host in enumerate(HOSTS, 1):
        text = option_file(plan, host)
        assert 'wsrep_cluster_address = "gcomm://10.77.0.11,10.77.0.12,10.77.0.13"' in text
        assert f"wsrep_node_address = 10.77.0.1{number}\n" in text
        assert f"wsrep_node_name = {host}\n" in text
        assert f"server_id = {number}\n" in text
        assert "binlog_format = ROW" in text


def test_no_secret_stands_in_a_plan_and_its_marker_only_in_a_standard_input() -> None:
    plan = planned(**SECRET)
    acts = [act for step in plan.steps for act in (*step.acts, *step.undo)]
    assert not [act.command.line for act in acts if "secret:" in act.command.line]
    assert "«secret:sst_password|option»" in option_file(plan)
    assert "«secret:sst_password|sql»" in (step_of(plan, "account:sst").acts[0].command.stdin or "")


def test_accounts_have_no_more_than_they_need_and_never_come_from_anywhere() -> None:
    plan = planned(**SECRET)
    copier = step_of(plan, "account:sst").acts[0].command.stdin or ""
    watcher = step_of(plan, "account:monitor").acts[0].command.stdin or ""
    assert (
        "GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR ON *.* TO 'sst'@'localhost'"
        in copier
    )
    assert "GRANT PROCESS, BINLOG MONITOR ON *.* TO 'monitor'@'localhost'" in watcher
    assert "'%'" not in copier + watcher


def test_two_nodes_are_planned_with_a_word_on_their_quorum() -> None:
    plan = planned(a_look(hosts=("db1", "db2")))
    assert "prove:restart:db2" in keys(plan)
    assert any("no quorum" in line for line in plan.evidence)


def test_what_is_wrong_with_the_hosts_stands_in_the_plan() -> None:
    plan = planned(a_look(preparations={"db3": prepared("db3", swap=(), selinux="Permissive")}))
    assert "HOST-04: db3: no swap beside 8.6 GB of memory" in plan.evidence
    assert any(line.startswith("PXC-19: SELinux differs") for line in plan.evidence)


def test_every_gotcha_of_its_sections_stands_at_a_step() -> None:
    plans = (planned(**SECRET), planned(of_pxc("5.7"), **PXC_VALUES, sst_password=SECRET["sst_password"]))
    shown = {name for plan in plans for step in plan.steps for name in step.gotchas}
    assert set(BOOK.gotchas) <= shown


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("hosts", ("HOST-06", "HOST-09", "PXC-32")),
        ("bootstrap:db1", ("REC-01", "PXC-09")),
    ],
)
def test_what_cannot_be_mended_afterwards_stops_its_step(key: str, names: tuple[str, ...]) -> None:
    step = step_of(planned(**SECRET), key)
    for name in names:
        assert CATALOGUE[name].blocks, name
        assert name in step.gotchas
        assert name not in step.answers, f"{name} would be shown and not stop {key}"


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("PXC-09", a_look({"db3": a_node("db3", size=1)})),
        ("REC-01", a_look({"db3": a_node("db3", size=1)})),
        ("REC-01", a_look({"db3": a_lost_node("db3")})),
        ("HOST-09", a_look({"db3": blank("db3", machine_id=f"{1:032x}")})),
        ("HOST-06", a_look({"db3": blank("db3", datadir_exists=False)})),
        ("PXC-32", a_look({"db3": blank("db3", listening=(4567,))})),
    ],
)
def test_what_comes_up_after_the_plan_is_no_longer_ruled_out(name: str, look: Look) -> None:
    detector = CATALOGUE[name].detector
    assert detector is not None
    assert detector(a_look()).holds is Holds.NO
    assert detector(look).holds is not Holds.NO


class TestBuilds:
    """GOTCHAS A.1: what changes from one build to the next."""

    @pytest.mark.parametrize(
        ("version", "option"),
        [
            ("5.7", "wsrep_slave_threads"),
            ("8.0.25", "wsrep_slave_threads"),
            ("8.0", "wsrep_applier_threads"),
            ("8.4", "wsrep_applier_threads"),
        ],
    )
    def test_the_applier_threads_go_by_the_name_that_the_server_knows(
        self, version: str, option: str
    ) -> None:
        text = option_file(
            planned(of_pxc(version), appliers="8", **PXC_VALUES, sst_password=SECRET["sst_password"])
        )
        assert f"{option} = 8\n" in text

    def test_mariadb_is_switched_on_and_keeps_the_old_name(self) -> None:
        text = option_file(planned())
        assert "wsrep_on = ON\n" in text
        assert "wsrep_slave_threads = 4\n" in text
        assert "pxc_" not in text

    @pytest.mark.parametrize(("version", "needs"), [("5.7", True), ("8.0", False), ("8.4", False)])
    def test_only_before_8_0_copies_have_an_account(self, version: str, needs: bool) -> None:
        values = {**PXC_VALUES, "sst_password": SECRET["sst_password"]}
        plan = planned(of_pxc(version), **values)
        assert ("wsrep_sst_auth" in option_file(plan)) is needs
        assert ("account:sst" in keys(plan)) is needs
        assert "wsrep_sst_method = xtrabackup-v2\n" in option_file(plan)

    def test_the_account_of_5_7_has_the_rights_of_its_manual(self) -> None:
        plan = planned(of_pxc("5.7"), **PXC_VALUES, sst_password=SECRET["sst_password"])
        text = step_of(plan, "account:sst").acts[0].command.stdin or ""
        assert "GRANT RELOAD, PROCESS, LOCK TABLES, REPLICATION CLIENT ON *.* TO 'sst'@'localhost'" in text

    @pytest.mark.parametrize("version", ["5.7", "8.0", "8.4"])
    def test_xtradb_cluster_leaves_its_bootstrap_unit_and_has_it_disabled(self, version: str) -> None:
        plan = planned(of_pxc(version), **PXC_VALUES, sst_password=SECRET["sst_password"])
        assert lines(step_of(plan, "bootstrap:")) == ["db1: systemctl start mysql@bootstrap.service"]
        normal = step_of(plan, "normal unit:db1")
        assert lines(normal)[0] == "db1: systemctl stop mysql@bootstrap.service"
        assert keys(plan).index("join:db3") < keys(plan).index(normal.key) < keys(plan).index("boot")
        for host in HOSTS:
            assert f"{host}: systemctl disable mysql@bootstrap.service" in lines(
                step_of(plan, "boot", exact=True)
            )

    def test_mariadb_has_no_unit_to_leave(self) -> None:
        assert not [key for key in keys(planned()) if key.startswith("normal unit")]

    def test_encryption_is_as_it_was_told_and_strict_mode_is_set_on_all(self) -> None:
        plain = option_file(planned(of_pxc("8.0"), **PXC_VALUES))
        assert "pxc_encrypt_cluster_traffic = OFF\n" in plain
        assert "pxc_strict_mode = ENFORCING\n" in plain
        encrypted = option_file(
            planned(of_pxc("8.0"), **PXC_VALUES | {"certificates": "/etc/mysql/certs"}), "db3"
        )
        assert "pxc_encrypt_cluster_traffic = ON\n" in encrypted
        assert "ssl_ca = /etc/mysql/certs/ca.pem\n" in encrypted

    def test_mariadb_encrypts_the_group_by_its_provider(self) -> None:
        text = option_file(planned(certificates="/etc/mysql/certs"))
        assert "socket.ssl_ca=/etc/mysql/certs/ca.pem" in text

    @pytest.mark.parametrize(
        ("version", "rpm", "path", "socket"),
        [
            ("8.4", True, "/etc/my.cnf", "/var/lib/mysql/mysql.sock"),
            ("8.0", False, "/etc/mysql/mysql.conf.d/mysqld.cnf", "/var/run/mysqld/mysqld.sock"),
            ("5.7", True, "/etc/percona-xtradb-cluster.conf.d/wsrep.cnf", ""),
            ("5.7", False, "/etc/mysql/percona-xtradb-cluster.conf.d/wsrep.cnf", ""),
        ],
    )
    def test_the_packaged_file_is_written_whole_so_that_no_empty_list_stays_in_it(
        self, version: str, rpm: bool, path: str, socket: str
    ) -> None:
        plan = planned(of_pxc(version, rpm=rpm), **PXC_VALUES, sst_password=SECRET["sst_password"])
        assert step_of(plan, "configure:db1").title == f"write {path} on db1"
        assert option_file(plan).count(f"socket = {socket}\n") == (2 if socket else 0)

    def test_root_of_xtradb_cluster_gets_its_password_while_there_is_one_node(self) -> None:
        plan = planned(of_pxc("8.4"), **PXC_VALUES)
        assert keys(plan).index("bootstrap:db1") < keys(plan).index("root") < keys(plan).index("join:db2")
        acts = step_of(plan, "root").acts
        assert (
            acts[0].command.stdin
            == "ALTER USER 'root'@'localhost' IDENTIFIED BY '«secret:root_password|sql»';\n"
        )
        assert [act.host for act in acts[1:]] == list(HOSTS)
        assert lines(step_of(plan, "initialise:")) == [
            "db1: mysqld --initialize-insecure --user=mysql --datadir=/var/lib/mysql"
        ]

    def test_root_of_mariadb_logs_in_by_the_socket(self) -> None:
        assert "root" not in keys(planned(root_password=marker("root_password")))


def test_a_host_that_runs_a_plain_server_is_named_by_its_evidence() -> None:
    plan = planned(a_look({"db1": blank("db1")}))
    assert plan.evidence[0] == "db1: 10.77.0.11, /var/lib/mysql is freshly initialised, 10.11.19"


@pytest.mark.parametrize("name", ["x'; DROP USER 'app'@'%'; -- ", "x\ny", ""])
def test_a_name_that_no_host_can_have_never_gets_into_a_statement(name: str) -> None:
    tidy = step_of(planned(with_evidence("db1", hostname=name)), "tidy")
    assert (
        tidy.acts[0].command.stdin == "DROP USER IF EXISTS ''@'localhost';\nDROP DATABASE IF EXISTS test;\n"
    )


def test_while_the_last_node_is_restarted_nothing_that_asks_all_nodes_is_proven_again() -> None:
    plan = planned()
    leave, back = step_of(plan, "prove:stop:db3"), step_of(plan, "prove:restart:db3")
    assert {"join:db2", "join:db3", "boot", "prove:tables"} <= set(leave.suspends)
    assert back.takes_back == leave.key
    assert set(leave.suspends) < set(keys(plan))
