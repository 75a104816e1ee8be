"""What a command to one node must know of it: its flavour, its units, its data directory, its programs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from systems.galera.readings import Flavour, HostEvidence, NodeSurvey, UnitState, WsrepVariables

BOOTSTRAP_UNIT = "mysql@bootstrap"
"""Percona's unit for the first node of a cluster; on any flavour it may own the process (PXC-04)."""

_PLAIN_UNITS = {
    Flavour.MARIADB: ("mariadb", "mysql", "mysqld"),
    Flavour.PXC: ("mysql", "mysqld"),
    Flavour.CODERSHIP: ("mysqld", "mysql"),
    Flavour.UNKNOWN: ("mariadb", "mysql", "mysqld"),
}
_OWNING = ("active", "activating", "deactivating", "reloading")
_MARIADB_NAMES_SINCE = (10, 5)
"""From this version on MariaDB's programs carry its own name (MariaDB 10.5 release notes)."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node whose host answers, as the commands to it need it."""

    host: str
    name: str
    """Its wsrep_node_name; the host's name where it says none."""
    flavour: Flavour
    unit: str
    """The plain unit that starts it as a member."""
    owner: str
    """The unit that its process belongs to, when one is up; else the plain one (PXC-04)."""
    failed: tuple[str, ...]
    """Its units that systemd holds for failed: a start needs `reset-failed` first."""
    masked: bool
    """The plain unit is masked: systemd would refuse to start it."""
    datadir: str
    server: str
    """mariadbd or mysqld."""
    client: str
    """mariadb or mysql."""
    evidence: HostEvidence

    @property
    def grastate(self) -> str:
        return f"{self.datadir}/grastate.dat"

    @property
    def gvwstate(self) -> str:
        return f"{self.datadir}/gvwstate.dat"

    def stopped_without_state(self) -> Node:
        """The same node once it is down and its saved state and last view are moved aside."""
        gone = replace(
            self.evidence,
            grastate=None,
            grastate_error="",
            grastate_empty=False,
            grastate_closed=False,
            gvwstate=None,
            gvwstate_error="",
        )
        return replace(self, evidence=gone)

    @property
    def stuck_flags(self) -> tuple[str, ...]:
        """Bootstrap flags in option files: a person must take them out, since nobody knows which file."""
        return tuple(flag for flag in self.evidence.bootstrap_flags if flag.startswith("option file"))

    @property
    def in_bootstrap_unit(self) -> bool:
        """Its process was started by the unit that makes new clusters (ROLL-08)."""
        return self.owner == BOOTSTRAP_UNIT


def node_of(survey: NodeSurvey) -> Node | None:
    """Tell how to command one node; None: its host was not asked or did not answer, so nobody can."""
    evidence = survey.evidence
    if not isinstance(evidence, HostEvidence):
        return None
    variables = survey.variables if isinstance(survey.variables, WsrepVariables) else None
    flavour = evidence.flavour
    if flavour is Flavour.UNKNOWN and variables:
        flavour = variables.flavour
    unit = _plain_unit(evidence, flavour)
    named = variables.node_name if variables else evidence.configured.get("wsrep_node_name", "")
    own_names = flavour is Flavour.MARIADB and _is_recent_mariadb(evidence.server_version)
    return Node(
        host=survey.host,
        name=named or survey.host,
        flavour=flavour,
        unit=unit,
        owner=_owner(evidence, unit),
        failed=tuple(name for name, state in evidence.units.items() if state.active == "failed"),
        masked=unit in evidence.units and evidence.units[unit].load == "masked",
        datadir=evidence.datadir.rstrip("/") or "/var/lib/mysql",
        server="mariadbd" if own_names else "mysqld",
        client="mariadb" if own_names else "mysql",
        evidence=evidence,
    )


def _plain_unit(evidence: HostEvidence, flavour: Flavour) -> str:
    known = [name for name in _PLAIN_UNITS[flavour] if _exists(evidence.units.get(name))]
    return known[0] if known else _PLAIN_UNITS[flavour][0]


def _exists(unit: UnitState | None) -> bool:
    return unit is not None and unit.load != "not-found"


def _owner(evidence: HostEvidence, plain: str) -> str:
    for name in (plain, BOOTSTRAP_UNIT, *evidence.units):
        unit = evidence.units.get(name)
        if unit is not None and unit.active in _OWNING:
            return name
    return plain


def _is_recent_mariadb(version: str) -> bool:
    numbers = re.search(r"(\d+)\.(\d+)\.\d+", version)
    return numbers is None or (int(numbers[1]), int(numbers[2])) >= _MARIADB_NAMES_SINCE
