"""When galera-bootstrap makes no cluster: the sentence, what it was seen from, and the way on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbooks.membership import is_primary, runs
from runbooks.model import Look, Plan
from runbooks.secret import marker
from systems.errors import Unreachable
from systems.galera.preparation import DatadirState
from systems.galera.readings import (
    ClusterSurvey,
    Flavour,
    Grastate,
    HostEvidence,
    NodeSurvey,
    Position,
)
from tests.builders import STATE, a_filesystem, a_hung_node, a_lost_node, a_node, without_ssh
from tests.examples import examples
from tests.runbooks.any_survey import surveys
from tests.runbooks.galera_bootstrap.blanks import (
    HOSTS,
    PXC_VALUES,
    a_look,
    answer,
    blank,
    of_pxc,
    prepared,
    refused,
    with_evidence,
    with_preparation,
    without,
)
from tests.runbooks.galera_recover.test_invariants import FORKS

DATA = DatadirState.HAS_DATA
SAVED = Grastate(Position(STATE, 12), safe_to_bootstrap=True)


def one(host: str, node: NodeSurvey) -> Look:
    return a_look({host: node})


@pytest.mark.parametrize(
    ("look", "values", "sentence", "seen", "gotcha"),
    [
        pytest.param(
            one("db3", a_node("db3", size=1)),
            {},
            "a cluster may be alive already",
            f"db3: Primary, size 1, {STATE}",
            "PXC-09",
            id="a Primary anywhere",
        ),
        pytest.param(
            one("db2", a_node("db2", state="Initialized")),
            {},
            "a cluster may be alive already",
            "db2: something listens on 4567",
            "PXC-09",
            id="a member without a Primary",
        ),
        pytest.param(
            one("db2", a_hung_node("db2", listening=(3306,))),
            {},
            "a cluster may be alive already",
            "db2: its database runs and does not answer",
            "PXC-09",
            id="a server that does not answer",
        ),
        pytest.param(
            with_preparation("db2", listens_4567=True),
            {},
            "a cluster may be alive already",
            "db2: something listens on 4567",
            "PXC-32",
            id="the group's port is taken",
        ),
        pytest.param(
            one("db3", a_lost_node("db3")),
            {},
            "db3 could not be looked at",
            "db3: No route to host",
            "REC-01",
            id="a node that nobody can ask",
        ),
        pytest.param(
            without(a_look(), "db2", Unreachable("db2: Connection refused")),
            {},
            "db2 could not be looked at",
            "Connection refused",
            "PXC-09",
            id="a host whose preparation is not known",
        ),
        pytest.param(
            with_evidence("db2", configured_error="db2: /etc/mysql/x.cnf may not be read"),
            {},
            "db2 could not be looked at",
            "x.cnf may not be read",
            "PXC-09",
            id="option files that nobody could read",
        ),
        pytest.param(
            with_preparation("db1", datadir_state=DATA, schemas=("shop",)),
            {},
            "db1 has data, which a new cluster would destroy",
            "db1: /var/lib/mysql holds shop",
            "PXC-10",
            id="data in the first data directory",
        ),
        pytest.param(
            with_evidence("db3", grastate=SAVED),
            {"wipe": "db2"},
            "db3 has data, which a new cluster would destroy",
            "holds the saved state of a cluster",
            "REC-02",
            id="the saved state of a cluster, and another host named",
        ),
        pytest.param(
            with_preparation("db2", datadir_state=DatadirState.UNKNOWN),
            {},
            "what lies in the data directory of db2 is not known",
            "unknown",
            "PXC-10",
            id="a data directory that could not be read",
        ),
        pytest.param(
            with_preparation("db2", datadir_state=DatadirState.ABSENT),
            {},
            "what lies in the data directory of db2 is not known, or there is none",
            "absent",
            "HOST-06",
            id="a volume that is not mounted",
        ),
        pytest.param(
            a_look(
                {"db2": blank("db2", filesystem=a_filesystem(free_bytes=80_000_000_000))},
                {"db2": prepared("db2", datadir_state=DATA)},
            ),
            {"wipe": "db2"},
            "data can only be moved aside within one file system",
            "db2: /var/lib/mysql is a mount point",
            "HOST-07",
            id="a mount point that cannot be renamed",
        ),
        pytest.param(
            with_preparation("db2", has_lost_found=True),
            {},
            "lost+found stands in the data directory of db2",
            "db2: /var/lib/mysql",
            "HOST-07",
            id="lost+found",
        ),
        pytest.param(
            with_evidence("db2", filesystem=a_filesystem(free_bytes=300_000_000)),
            {},
            "not every data volume has room",
            "db2: 300.0 MB free",
            "REC-28",
            id="no room for the cache",
        ),
        pytest.param(
            with_evidence("db2", addresses=("127.0.0.1", "10.77.0.12", "192.168.9.2")),
            {},
            "it is not clear by which address",
            "db2: 10.77.0.12 and 192.168.9.2",
            "PXC-05",
            id="two addresses to choose from",
        ),
        pytest.param(
            a_look(),
            {"addresses": "db2=10.0.0.9"},
            "it is not clear by which address",
            "db2: 10.0.0.9 is not on this host",
            "PXC-05",
            id="an address that is not on the host",
        ),
        pytest.param(
            with_evidence("db2", addresses=("127.0.0.1", "10.77.0.11")),
            {},
            "two nodes have the same address",
            "db2: 10.77.0.11",
            "PXC-05",
            id="one address twice",
        ),
        pytest.param(
            with_evidence("db2", server_version="mysqld  Ver 10.6.21-MariaDB for debian-linux-gnu"),
            {},
            "the hosts have different servers",
            "db2: mysqld  Ver 10.6.21-MariaDB",
            "REC-42",
            id="mixed versions",
        ),
        pytest.param(
            with_evidence("db2", flavour=Flavour.PXC),
            {},
            "the hosts have different servers",
            "db2: ",
            "REC-42",
            id="mixed flavours",
        ),
        pytest.param(
            with_preparation("db2", conflicting=("mysql-community-server",)),
            {},
            "servers of two kinds are installed side by side",
            "db2: mysql-community-server",
            "REC-42",
            id="packages of two flavours",
        ),
        pytest.param(
            with_preparation("db2", tools={"rsync": False}),
            {},
            "full copies by rsync need a tool that is missing",
            "db2: rsync",
            "PXC-16",
            id="rsync is missing",
        ),
        pytest.param(
            with_preparation("db3", tools={"mariabackup": True}),
            {"sst_method": "mariabackup", "sst_password": marker("sst_password")},
            "full copies by mariabackup need a tool that is missing",
            "db3: socat",
            "PXC-16",
            id="socat is missing",
        ),
        pytest.param(
            a_look(),
            {"sst_method": "mariabackup"},
            "full copies by mariabackup need an account",
            "mariabackup",
            "PXC-13",
            id="no password for the account of copies",
        ),
        pytest.param(
            a_look(),
            {"sst_method": "xtrabackup-v2"},
            "MariaDB does not make full copies by xtrabackup-v2",
            "db1: 10.11.19-MariaDB",
            "PXC-13",
            id="a method of another flavour",
        ),
        pytest.param(
            with_evidence("db2", machine_id=f"{1:032x}"),
            {},
            "two hosts have one identity",
            "db1 and db2: machine id",
            "HOST-09",
            id="clones by machine id",
        ),
        pytest.param(
            a_look(preparations={host: prepared(host, server_uuid="5af3") for host in ("db1", "db3")}),
            {},
            "two hosts have one identity",
            "db1 and db3: server UUID 5af3",
            "HOST-09",
            id="clones by auto.cnf",
        ),
        pytest.param(
            with_evidence("db2", bootstrap_flags=("option file: wsrep_new_cluster",)),
            {},
            "an option file makes every start a bootstrap",
            "db2: option file",
            "REC-05",
            id="a bootstrap flag in an option file",
        ),
        pytest.param(
            of_pxc("8.0"),
            {"root_password": marker("root_password")},
            "XtraDB Cluster 8 encrypts by default",
            "8.0.36",
            "PXC-17",
            id="certificates that were not told",
        ),
        pytest.param(
            a_look(),
            {"certificates": "/var/lib/mysql/certs"},
            "certificates inside a data directory are lost",
            "db1: /var/lib/mysql/certs",
            "PXC-18",
            id="certificates in the data directory",
        ),
        pytest.param(
            of_pxc("8.4"),
            {"certificates": "none"},
            "root would have no password",
            "db1: /var/lib/mysql is initialised by this run",
            "PXC-12",
            id="a root without password",
        ),
        pytest.param(
            of_pxc("8.4", empty=False),
            PXC_VALUES,
            "only the error log of db1 knows the password of root",
            "initialised by its package",
            "PXC-12",
            id="a temporary password of root",
        ),
        pytest.param(
            a_look(), {"wipe": "db9"}, "db9: no node of this cluster", "nodes: db1", "", id="a strange name"
        ),
        pytest.param(
            a_look(hosts=("db1",)), {}, "a cluster of one node replicates to nobody", "db1", "", id="one node"
        ),
    ],
)
def test_what_stands_against_it_is_told_with_evidence_and_a_way_on(
    look: Look, values: dict[str, str], sentence: str, seen: str, gotcha: str
) -> None:
    found = refused(look, **values)
    assert sentence in found.sentence
    assert any(seen in line for line in found.evidence), found.evidence
    assert not gotcha or gotcha in found.gotchas
    assert found.way_on


_BLANKS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "mysqld_pids": st.sampled_from(((), (9,))),
        "listening": st.sampled_from(((), (3306,), (4567,))),
        "grastate": st.sampled_from((None, SAVED)),
        "safe_to_bootstrap": st.booleans(),
    },
)


@st.composite
def almost_blank(draw: st.DrawFn) -> ClusterSurvey:
    """Fresh hosts, and now and then one that runs, is lost, or has a past."""
    kinds = st.sampled_from((*["blank"] * 8, "odd", "primary", "lost", "hung", "unseen"))
    nodes = {}
    for host in HOSTS:
        match draw(kinds):
            case "odd":
                changes = draw(_BLANKS)
                changes.pop("safe_to_bootstrap", None)
                nodes[host] = blank(host, **changes)
            case "primary":
                nodes[host] = a_node(host, size=draw(st.integers(1, 3)))
            case "lost":
                nodes[host] = a_lost_node(host)
            case "hung":
                nodes[host] = a_hung_node(host)
            case "unseen":
                nodes[host] = without_ssh(blank(host))
            case _:
                nodes[host] = blank(host)
    return a_look(nodes).survey


@examples(150)
@given(st.one_of(almost_blank(), surveys()), st.sampled_from(("", "db1", "db1,db2,db3")), st.booleans())
def test_a_cluster_is_never_made_beside_one_that_lives_or_may_live(
    survey: ClusterSurvey, wipe: str, is_prepared: bool
) -> None:
    hosts = tuple(node.host for node in survey.nodes)
    preparation = {host: prepared(host) for host in hosts} if is_prepared else {}
    found = answer(Look(survey, preparation), wipe=wipe if set(wipe.split(",")) <= set(hosts) else "")
    if not isinstance(found, Plan):
        assert found.sentence
        return
    forks = [act for step in found.steps for act in step.acts if FORKS.search(act.command.line)]
    assert len(forks) == 1
    assert not any(is_primary(node) for node in survey.nodes)
    assert all(isinstance(node.evidence, HostEvidence) and runs(node) is not None for node in survey.nodes)
    assert not any(runs(node) and not node.answers_sql for node in survey.nodes)
    assert is_prepared
