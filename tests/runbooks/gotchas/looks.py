"""For each gotcha with a detector: a look where it bites, one where it does not, one that cannot tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from runbooks.model import Look
from systems.galera.readings import (
    ZERO_UUID,
    ClusterSurvey,
    Flavour,
    Grastate,
    NodeSurvey,
    Position,
)
from tests.builders import (
    FOREIGN,
    NOON,
    STATE,
    a_filesystem,
    a_hit,
    a_joining_node,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
    a_writer,
    address_of,
    some_evidence,
    some_variables,
)
from tests.preparation_builders import a_preparation, some_certificates, some_swap

WITH_A_FOURTH = {
    "cluster_size": 4,
    "incoming_addresses": tuple(f"10.77.0.1{number}:3306" for number in (1, 2, 3, 4)),
}
EARLIER = NOON - timedelta(seconds=10)


def whole(third: NodeSurvey | None = None) -> ClusterSurvey:
    """Two Synced nodes and a third one."""
    return a_survey(a_node("db1"), a_node("db2"), third or a_node("db3"))


def third(
    *, status: dict[str, Any] | None = None, variables: dict[str, Any] | None = None, **evidence: Any
) -> ClusterSurvey:
    """A whole cluster whose third node differs in single fields."""
    return whole(a_node("db3", status=status, variables=variables, evidence=evidence))


def options(**changed: str) -> ClusterSurvey:
    """A whole cluster whose third node has other provider options."""
    names = {name.replace("__", "."): value for name, value in changed.items()}
    base = dict(some_variables("db3").provider_options)
    return third(variables={"provider_options": base | names})


def configured(**changed: str) -> ClusterSurvey:
    """A whole cluster whose third node has other lines in its option files."""
    return third(configured=dict(some_evidence("db3").configured) | changed)


def stopped(third_node: NodeSurvey | None = None, **changes: Any) -> ClusterSurvey:
    """Nobody runs: three nodes stopped in order, the third as given."""
    last = third_node or a_stopped_node("db3", seqno=1002, **changes)
    return a_survey(a_stopped_node("db1", seqno=1000), a_stopped_node("db2", seqno=1001), last)


def logged(pattern: str, line: str = "", **changes: Any) -> ClusterSurvey:
    """A stopped third node whose log has such a line."""
    return whole(a_stopped_node("db3", log_hits=(a_hit(pattern, line),), **changes))


def alone(host: str, **status: Any) -> NodeSurvey:
    """A Primary of its own."""
    return a_node(host, size=1, status={"incoming_addresses": (f"{address_of(host)}:3306",), **status})


def twice(first: dict[str, Any], then: dict[str, Any]) -> ClusterSurvey:
    """Two looks at a whole cluster; the third node's status differs as given."""

    def look(status: dict[str, Any], at: Any, before: ClusterSurvey | None) -> ClusterSurvey:
        nodes = (a_node("db1", at=at), a_node("db2", at=at), a_node("db3", at=at, status=status))
        return a_survey(*nodes, before=before)

    return look(then, NOON, look(first, EARLIER, None))


def written(rate: int) -> ClusterSurvey:
    """Two looks at a whole cluster that wrote so many bytes a second in between."""

    def look(at: Any, replicated: int, before: ClusterSurvey | None) -> ClusterSurvey:
        status = {"replicated_bytes": replicated, "all": {"wsrep_replicated": "1000", "wsrep_received": "0"}}
        return a_survey(*(a_node(f"db{n}", at=at, status=status) for n in (1, 2, 3)), before=before)

    return look(NOON, 10 * rate + 100_000, look(EARLIER, 100_000, None))


HEALTHY = whole()
UNSEEN = whole(a_lost_node("db3"))
NOBODY = stopped()
NOBODY_UNSEEN = stopped(a_lost_node("db3"))


def prepared(*, survey: ClusterSurvey = HEALTHY, **changes: Any) -> Look:
    """A look at prepared hosts, the third of which differs in single fields."""
    readings = {node.host: a_preparation(node.host) for node in survey.nodes}
    return Look(survey, readings | {"db3": a_preparation("db3", **changes)})


READY = prepared()
_SECURE = {host: a_preparation(host, certificates=some_certificates()) for host in ("db1", "db2")}


def secured(**changes: Any) -> Look:
    """A look at hosts with certificates, those of the third differing in single fields."""
    third_one = a_preparation("db3", certificates=some_certificates(**changes))
    return Look(HEALTHY, _SECURE | {"db3": third_one})


@dataclass(frozen=True)
class Looks:
    """The three answers of one detector; a whole cluster, and one with a node out of reach, by default."""

    yes: ClusterSurvey | Look
    no: ClusterSurvey | Look = field(default=HEALTHY)
    unknown: ClusterSurvey | Look = field(default=UNSEEN)
    says: str = "db3"
    """What the evidence of YES must name."""


def of_prepared(yes: Look, *, says: str = "db3", unknown: ClusterSurvey | Look = HEALTHY) -> Looks:
    """Three answers of a detector that needs the preparation: without it, it cannot tell."""
    return Looks(yes, no=READY, unknown=unknown, says=says)


_JOINING = a_survey(a_node("db1", state="Donor/Desynced"), a_node("db2"), a_joining_node("db3"))
_NO_DONOR = a_survey(
    a_node("db1", state="Donor/Desynced"), a_node("db2", state="Donor/Desynced"), a_joining_node("db3")
)
_FULL = a_filesystem(free_bytes=1_000_000_000)
_PXC: dict[str, Any] = {"flavour": Flavour.PXC, "server_version": "8.0.36-28.1"}

LOOKS: dict[str, Looks] = {
    "HOST-04": Looks(
        third(oom_kills=("Out of memory: Killed process 2600 (mariadbd)",)), says="Out of memory"
    ),
    "HOST-02": of_prepared(prepared(swap=(some_swap(in_fstab=False),)), says="/swapfile"),
    "HOST-03": of_prepared(prepared(swap=(some_swap(mode="644"),)), says="644"),
    "HOST-05": of_prepared(
        prepared(selinux="Enforcing", datadir_label="system_u:object_r:var_lib_t:s0"), says="var_lib_t"
    ),
    "HOST-07": of_prepared(prepared(has_lost_found=True), says="lost+found"),
    "HOST-10": of_prepared(prepared(firewalls=("firewalld", "iptables")), says="firewalld and iptables"),
    "PXC-16": of_prepared(prepared(tools={"socat": False}), says="socat is missing"),
    "PXC-19": of_prepared(prepared(selinux="Enforcing"), says="Enforcing"),
    "PXC-20": of_prepared(
        prepared(selinux="Permissive", selinux_configured="enforcing"), says="after the next boot"
    ),
    "PXC-23": of_prepared(prepared(tables_without_primary_key=("app.log",)), says="app.log"),
    "PXC-24": of_prepared(prepared(tables_not_innodb=("app.old (MyISAM)",)), says="app.old (MyISAM)"),
    "PXC-25": of_prepared(prepared(accounts={}), says="'app'"),
    "PXC-27": of_prepared(
        prepared(
            survey=third(flavour=Flavour.PXC, server_version="8.4.5-5"),
            accounts={"'old'@'%'": "mysql_native_password 1a"},
        ),
        says="'old'",
    ),
    "ROLL-05": Looks(
        third(variables={"pxc_maint_mode": "MAINTENANCE"}, status={"threads_connected": 40}),
        says="40 connections",
    ),
    "ROLL-10": of_prepared(
        secured(cert_not_after=f"{NOON + timedelta(days=12):%b %d %H:%M:%S %Y} GMT"), says="ends in 12 days"
    ),
    "HOST-06": Looks(third(filesystem=a_filesystem(target="/"))),
    "HOST-09": Looks(third(machine_id=some_evidence("db1").machine_id), says="db1 and db3"),
    "PXC-01": Looks(
        a_survey(alone("db1"), alone("db2", state_uuid=FOREIGN), a_stopped_node("db3")), says="db2"
    ),
    "PXC-02": Looks(configured(wsrep_cluster_address="gcomm://")),
    "PXC-03": Looks(third(units={"mysql@bootstrap": a_unit("mysql@bootstrap", enabled="enabled")})),
    "PXC-04": Looks(third(units={"mysql@bootstrap": a_unit("mysql@bootstrap", enabled="disabled")})),
    "PXC-05": Looks(third(variables={"node_address": "192.0.2.9"}), says="192.0.2.9"),
    "PXC-06": Looks(configured(wsrep_cluster_name="stock"), says="stock"),
    "PXC-07": Looks(configured(wsrep_cluster_address="gcomm://10.77.0.11"), says="lacks db2"),
    "PXC-08": Looks(
        logged("no-primary-view", "WSREP: failed to reach primary view (pc.wait_prim_timeout): 110")
    ),
    "PXC-09": Looks(HEALTHY, no=NOBODY, unknown=NOBODY_UNSEEN, says="db1"),
    "PXC-10": Looks(whole(a_stopped_node("db3", uuid=FOREIGN))),
    "PXC-11": Looks(whole(a_stopped_node("db3", sst_in_progress=True))),
    "PXC-13": Looks(configured(wsrep_sst_method="mariabackup"), no=configured(wsrep_sst_method="rsync")),
    "PXC-14": Looks(third(**_PXC, configured={"wsrep_sst_auth": "(set)"}), no=third(**_PXC)),
    "PXC-18": Looks(
        configured(ssl_ca="/var/lib/mysql/ca.pem"), no=configured(ssl_ca="/etc/mysql/certs/ca.pem")
    ),
    "PXC-21": Looks(
        third(units={"mariadb": a_unit(timeout_start_s=90.0)}),
        says="90 s",
        no=third(units={"mariadb": a_unit(timeout_start_s=90.0, load="masked")}),
    ),
    "PXC-22": Looks(
        a_survey(
            *(
                a_node(f"db{n}", variables={"pxc_strict_mode": mode})
                for n, mode in enumerate(("ENFORCING", "ENFORCING", "PERMISSIVE"), 1)
            )
        )
    ),
    "PXC-28": Looks(configured(binlog_format="MIXED"), no=configured(binlog_format="ROW"), says="MIXED"),
    "PXC-29": Looks(_JOINING),
    "PXC-30": Looks(
        whole(
            a_node(
                "db3",
                writers=(a_writer("copy to tmp table", time_s=61, statement="ALTER TABLE t ADD c INT"),),
            )
        ),
        says="ALTER TABLE",
    ),
    "PXC-31": Looks(options(gmcast__mcast_addr="239.192.0.11")),
    "PXC-34": Looks(whole(a_stopped_node("db3", pid_files=("/var/lib/mysql/db3.pid",)))),
    "PXC-32": Looks(whole(a_stopped_node("db3", listening=(4567,)))),
    "PXC-33": Looks(
        third(variables={"all": {"wsrep_notify_cmd": "/usr/local/bin/tell"}}), says="/usr/local/bin/tell"
    ),
    "PXC-17": Looks(options(socket__ssl="YES")),
    "PXC-35": Looks(logged("unknown-option", "unknown variable 'wsrep_slave_treads=4'"), says="treads"),
    "REC-01": Looks(HEALTHY, no=NOBODY, unknown=NOBODY_UNSEEN, says="db1"),
    "REC-02": Looks(
        stopped(a_stopped_node("db3", seqno=900, safe_to_bootstrap=True)), no=stopped(safe_to_bootstrap=True)
    ),
    "REC-03": Looks(whole(a_stopped_node("db3", grastate=None))),
    "REC-04": Looks(stopped(a_stopped_node("db3")), no=NOBODY, unknown=NOBODY_UNSEEN),
    "REC-05": Looks(third(bootstrap_flags=("/etc/default/mysql.bootstrap: --wsrep-new-cluster",))),
    "REC-06": Looks(configured(wsrep_provider_options="pc.bootstrap=1")),
    "REC-07": Looks(
        a_survey(a_node("db1", state="Initialized"), a_stopped_node("db2"), a_joining_node("db3")),
        no=a_survey(a_node("db1", state="Initialized"), a_stopped_node("db2"), a_stopped_node("db3")),
        unknown=a_survey(a_node("db1", state="Initialized"), a_stopped_node("db2"), a_lost_node("db3")),
    ),
    "REC-08": Looks(HEALTHY, no=NOBODY, unknown=NOBODY_UNSEEN, says="db1"),
    "REC-09": Looks(a_survey(alone("db1"), alone("db2"), a_stopped_node("db3")), says="db2"),
    "REC-10": Looks(a_survey(alone("db1"), alone("db2"), a_stopped_node("db3")), says="db2"),
    "REC-11": Looks(HEALTHY, no=NOBODY, unknown=NOBODY_UNSEEN),
    "REC-12": Looks(
        stopped(a_stopped_node("db3", uuid=ZERO_UUID, safe_to_bootstrap=True)),
        no=stopped(a_stopped_node("db3", uuid=ZERO_UUID)),
        unknown=NOBODY_UNSEEN,
    ),
    "REC-13": Looks(third(grastate=Grastate(Position(STATE, 1000), safe_to_bootstrap=False))),
    "REC-14": Looks(_NO_DONOR),
    "REC-15": Looks(third(variables={"sst_donor": "10.77.0.11"}), no=third(variables={"sst_donor": "db1,"})),
    "REC-16": Looks(logged("donor-gone", "WSREP: Will never receive state. Need to abort.")),
    "REC-17": Looks(
        logged(
            "sst-failed",
            "WSREP: Process completed with error: wsrep_sst_rsync --role joiner: 32 (Broken pipe)",
        ),
        says="status 32",
    ),
    "REC-18": Looks(
        third(server_version="11.4.3-MariaDB"), no=third(server_version="10.11.18-MariaDB"), says="11.4.3"
    ),
    "REC-19": Looks(
        whole(a_stopped_node("db3", filesystem=a_filesystem(free_bytes=1_000_000), datadir_bytes=1_000_000)),
        no=whole(a_stopped_node("db3")),
    ),
    "REC-20": Looks(third(variables={"node_name": "db1"}), says="db1 and db3"),
    "REC-21": Looks(
        whole(a_node("db3", state="Initialized", evidence={"log_hits": (a_hit("view-restored"),)})),
    ),
    "REC-22": Looks(NOBODY, says="all 3 nodes"),
    "REC-23": Looks(options(gcache__recover="no")),
    "REC-24": Looks(whole(a_stopped_node("db3", safe_to_bootstrap=True))),
    "REC-25": Looks(third(status={"evict_list": "00000002-e652-11f1-b495-4e67cc524c56"})),
    "REC-26": Looks(options(pc__weight="2"), says="pc.weight is 2"),
    "REC-27": Looks(options(pc__ignore_sb="true"), says="pc.ignore_sb"),
    "REC-28": Looks(third(filesystem=_FULL), says="99 % full"),
    "REC-29": Looks(options(gcs__fc_limit="16"), says="gcs.fc_limit differs"),
    "REC-30": Looks(
        twice({"flow_control_paused": 0.4}, {"flow_control_paused": 0.39}),
        unknown=third(status={"flow_control_paused": 0.4}),
    ),
    "REC-31": Looks(options(gcs__vote_policy="1"), says="gcs.vote_policy is 1"),
    "REC-32": Looks(third(variables={"ignore_apply_errors": "0"}), says="differs"),
    "REC-33": Looks(whole(a_stopped_node("db3", grastate=None, gra_logs=("GRA_1_4834_v2.log",)))),
    "REC-34": Looks(third(variables={"dirty_reads": True})),
    "REC-35": Looks(third(variables={"reject_queries": "ALL"})),
    "REC-36": Looks(third(variables={"pxc_maint_mode": "MAINTENANCE"})),
    "REC-38": Looks(options(gmcast__segment="1"), says="gmcast.segment differs"),
    "REC-39": Looks(
        whole(
            a_joining_node(
                "db3", sst_pids=(), log_tail=("InnoDB: Starting crash recovery from checkpoint LSN=1",)
            )
        )
    ),
    "REC-40": Looks(
        a_survey(*(a_stopped_node(f"db{n}", gvwstate=True) for n in (1, 2, 3))),
        no=NOBODY,
        unknown=NOBODY_UNSEEN,
    ),
    "REC-41": Looks(whole(a_stopped_node("db3"))),
    "REC-42": Looks(third(flavour=Flavour.PXC), says="db3: Percona XtraDB Cluster"),
    "REC-43": Looks(
        a_survey(a_node("db1", state="Initialized"), a_stopped_node("db2"), a_stopped_node("db3")),
        no=NOBODY,
        unknown=NOBODY_UNSEEN,
        says="db1",
    ),
    "ROLL-01": Looks(whole(a_stopped_node("db3"))),
    "ROLL-02": Looks(written(10_000_000), no=written(1000), unknown=HEALTHY, says="of IST window"),
    "ROLL-03": Looks(third(gcache_pages=3), says="3 gcache.page files"),
    "ROLL-04": Looks(third(status={"local_state": 2}, variables={"desync": True})),
    "ROLL-06": Looks(third(units={"mariadb": a_unit(active="deactivating", sub="stop-sigterm")})),
    "ROLL-07": Looks(third(server_version="10.11.18-MariaDB"), says="10.11.18"),
    "ROLL-08": Looks(third(units={"mysql@bootstrap": a_unit("mysql@bootstrap", enabled="disabled")})),
    "ROLL-09": Looks(
        third(configured={"max_connections": "500"}, variables={"all": {"max_connections": "151"}}),
        no=third(configured={"wsrep_on": "1"}, variables={"all": {"wsrep_on": "ON"}}),
        says="max_connections runs as 151, the files say 500",
    ),
    "ROLL-11": Looks(options(socket__ssl="YES")),
    "ROLL-12": Looks(
        a_survey(*(a_node(f"db{n}", status=WITH_A_FOURTH) for n in (1, 2, 3))),
        unknown=NOBODY,
        says="10.77.0.14 is a member that nobody watches",
    ),
    "ROLL-13": Looks(
        third(
            status={"local_state": 2, "recv_queue": 481},
            grastate=Grastate(Position(STATE, 1000), safe_to_bootstrap=False),
        ),
        says="481",
    ),
}
"""By gotcha."""
