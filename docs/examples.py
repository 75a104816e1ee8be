"""One example a runbook for its page: a look at a cluster, and what somebody who has it would type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runbooks.model import Look
from tests.builders import a_stopped_node, a_survey
from tests.preparation_builders import a_preparation

HOSTS = ("db1", "db2", "db3")


@dataclass(frozen=True, slots=True)
class Example:
    """What a runbook is shown on; its plan is made by the code that makes real ones."""

    story: str
    """The situation, in a sentence or two."""
    look: Look
    values: Mapping[str, str] = field(default_factory=dict)


def _power_loss() -> Look:
    """Nobody runs, each host ended elsewhere, no saved view is left."""
    positions = zip(HOSTS, (1311, 1227, 1309), strict=True)
    return Look(a_survey(*[a_stopped_node(host, recovered=seqno) for host, seqno in positions]))


def _fresh_hosts() -> Look:
    """Packages are installed; no cluster was ever here."""
    fresh = [
        a_stopped_node(host, seqno=0, grastate=None, grastate_error="there is no grastate.dat")
        for host in HOSTS
    ]
    return Look(a_survey(*fresh), {host: a_preparation(host) for host in HOSTS})


EXAMPLES: Mapping[str, Example] = {
    "galera-recover": Example(
        "All three nodes lost their power. Each recovered another position, and db1 has the highest.",
        _power_loss(),
    ),
    "galera-bootstrap": Example(
        "Three hosts with MariaDB's packages and nothing else on them.",
        _fresh_hosts(),
        {"sst_method": "rsync"},
    ),
    "galera-rolling-restart": Example("Three nodes, all Synced.", Look(a_survey())),
}
