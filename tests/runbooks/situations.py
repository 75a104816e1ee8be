"""Situations that between them make every kind of step of every runbook, for walks over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from docs.examples import EXAMPLES
from runbooks.model import Look
from systems.galera.preparation import DatadirState
from systems.galera.readings import Flavour, NodeSurvey
from systems.nova.readings import NovaHost
from tests.builders import a_filesystem, a_node, a_stopped_node, a_survey, a_unit, some_variables
from tests.nova_builders import a_compute, a_control, a_nova
from tests.nova_builders import a_unit as a_console_unit
from tests.preparation_builders import a_preparation
from tests.runbooks.galera_bootstrap.blanks import PXC_VALUES, made, of_pxc
from tests.runbooks.galera_recover.test_held_writes import stalled
from tests.runbooks.galera_recover.test_no_quorum import all_up
from tests.runbooks.galera_recover.test_nobody_runs import back_from_power_loss
from tests.runbooks.lb_vip.addresses import a_vip_look
from tests.runbooks.octavia_vip.looks import THE_TREE, an_octavia_look
from tests.runbooks.octavia_vip.looks import VALUES as OCTAVIA_VALUES
from tests.runbooks.test_library import SITUATIONS


@dataclass(frozen=True, slots=True)
class Situation:
    """What a runbook is asked about a look, and the inputs that it is given."""

    runbook: str
    look: Look
    values: Mapping[str, str] = field(default_factory=dict)


def recovers(*nodes: NodeSurvey, **values: str) -> Situation:
    return Situation("galera-recover", Look(a_survey(*nodes)), values)


def pxc(host: str) -> NodeSurvey:
    """A node of XtraDB Cluster, whose cache can be frozen and which knows a maintenance mode."""
    options = {**some_variables().provider_options, "gcache.freeze_purge_at_seqno": "-1"}
    return a_node(
        host,
        variables={"flavour": Flavour.PXC, "provider_options": options, "pxc_maint_mode": "DISABLED"},
        evidence={"server_version": "8.0.36-28.1 Percona XtraDB Cluster"},
    )


def in_bootstrap_unit() -> NodeSurvey:
    units = {
        "mariadb": a_unit(active="inactive", sub="dead"),
        "mysql@bootstrap": a_unit("mysql@bootstrap", enabled="disabled"),
    }
    return a_node("db1", evidence={"units": units})


def prepared(values: Mapping[str, str], **first: Any) -> Situation:
    """Three hosts without a cluster; `first` are fields of the first one's preparation."""
    hosts = ("db1", "db2", "db3")
    filesystem = a_filesystem(target="/")
    survey = a_survey(*(a_stopped_node(host, grastate=None, filesystem=filesystem) for host in hosts))
    preparation = {host: a_preparation(host) for host in hosts}
    preparation["db1"] = replace(preparation["db1"], **first)
    return Situation("galera-bootstrap", Look(survey, preparation), values)


def consoles(*hosts: NovaHost) -> Situation:
    values = {"control": "ctl1", "compute": "cmp1", "instance": "web-1"}
    return Situation(
        "spice-console", Look(replace(a_survey(name="kilo"), nodes=()), found=a_nova(*hosts)), values
    )


EXAMPLE_OF_CONSOLES = Situation(
    "spice-console", EXAMPLES["spice-console"].look, EXAMPLES["spice-console"].values
)
SECRETS = {"sst_password": "«secret:sst_password»", "monitor_password": "«secret:monitor_password»"}
ALL: Mapping[str, Situation] = {
    **{
        f"recover {name}": Situation("galera-recover", Look(survey), values)
        for name, (survey, values) in SITUATIONS.items()
    },
    "recover stalled": Situation("galera-recover", Look(stalled())),
    "recover stalled, kill": Situation(
        "galera-recover", Look(stalled()), {"remedy": "kill", "connection": "76"}
    ),
    "recover stalled, desync": Situation("galera-recover", Look(stalled()), {"remedy": "desync"}),
    "recover waiting": Situation(
        "galera-recover", Look(back_from_power_loss("db1", "db2")), {"without": "db3"}
    ),
    "bootstrap XtraDB Cluster": Situation("galera-bootstrap", of_pxc("8.4"), {**made(PXC_VALUES), **SECRETS}),
    "recover all up": Situation("galera-recover", Look(all_up())),
    "recover in bootstrap unit": recovers(in_bootstrap_unit(), a_node("db2"), a_node("db3")),
    "restart": Situation("galera-rolling-restart", Look(a_survey())),
    "consoles, fresh": EXAMPLE_OF_CONSOLES,
    "consoles, stale": consoles(
        a_control(), a_compute(units=(a_console_unit("nova-compute", started_at=1.0),))
    ),
    "restart, freeze": Situation(
        "galera-rolling-restart",
        Look(a_survey(*(pxc(f"db{number}") for number in (1, 2, 3)))),
        {"freeze": "yes"},
    ),
    "address": Situation("lb-vip", a_vip_look()),
    "address, all proofs": Situation(
        "lb-vip", a_vip_look(), {"stop_node": "db2", "reader_port": "3307", "idle_proof_s": "60"}
    ),
    "cloud, nothing there": Situation("octavia-vip", an_octavia_look(), OCTAVIA_VALUES),
    "cloud, all there": Situation("octavia-vip", an_octavia_look(THE_TREE), OCTAVIA_VALUES),
    "cloud, away": Situation(
        "octavia-vip", an_octavia_look(THE_TREE), {**OCTAVIA_VALUES, "take_away": "yes"}
    ),
    "bootstrap": prepared({}),
    "bootstrap, accounts": prepared({**SECRETS, "sst_method": "mariabackup"}),
    "bootstrap, empty": prepared({}, datadir_state=DatadirState.EMPTY),
    "bootstrap, wipe": prepared({"wipe": "db1"}, datadir_state=DatadirState.HAS_DATA, schemas=("old",)),
}
