"""What a host lacks before the console can read and repair it: each lack with the line that mends it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from runbooks.model import Gotcha, Holds, Look
from runbooks.triage.watching import WATCHED
from systems.errors import LoginRefused, Refused, SudoRefused, SystemsError, Unreachable
from systems.galera.preparation import PreparationReading
from systems.galera.readings import Answer, NodeSurvey
from systems.haproxy.readings import BalancerAnswer
from systems.openstack.octavia_readings import BalancersSurvey
from systems.openstack.readings import CloudSurvey

NEEDED = ("ss", "ip")
"""What the survey asks with, beside what every Debian and RHEL has (GOTCHAS B.1)."""
_SST_TOOLS = {
    "rsync": ("rsync",),
    "mariabackup": ("mariabackup", "socat"),
    "xtrabackup-v2": ("xtrabackup", "socat"),
}
"""What a state transfer of that method calls (GOTCHAS A.2, PXC-16)."""
_PACKAGES = {
    "ss": ("iproute2", "iproute"),
    "ip": ("iproute2", "iproute"),
    "mariabackup": ("mariadb-backup", "MariaDB-backup"),
    "xtrabackup": ("percona-xtrabackup-80", "percona-xtrabackup-80"),
}
"""Tool -> its package on Debian and on RHEL, where it is not the tool's own name."""


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing on a host."""

    host: str
    sentence: str
    fix: str
    """The line to type, where there is one; else what to do."""
    is_fatal: bool = False
    """The host cannot be read at all."""


def lacks_of(
    host: str,
    *,
    user: str,
    reach: SystemsError | None,
    sudo: SystemsError | None,
    preparation: Answer[PreparationReading] | None,
    node: NodeSurvey | None,
) -> tuple[Lack, ...]:
    """Everything that is missing on one host. `reach`, `sudo`: what went wrong there, None: nothing did."""
    if reach is not None:
        return (Lack(host, str(reach), f"ssh -v {shlex.quote(host)} true", is_fatal=True),)
    found = list(_sudo(host, user, sudo))
    if isinstance(preparation, PreparationReading):
        found += _tools(host, preparation)
    elif preparation is not None:
        found.append(Lack(host, f"its preparation could not be read: {preparation}", "see the error"))
    if node is not None:
        found += _grants(host, node)
    return tuple(found)


def balancer_lacks(answer: BalancerAnswer) -> tuple[Lack, ...]:
    """What is missing before one load balancer can be asked on its stats socket."""
    if not isinstance(answer.answer, SystemsError):
        return ()
    host, error = answer.host, answer.answer
    if isinstance(error, Unreachable | LoginRefused):
        return (Lack(host, str(error), f"ssh -v {shlex.quote(host)} true", is_fatal=True),)
    if "not installed" in str(error):
        return (Lack(host, str(error), "apt-get install socat", is_fatal=True),)
    line = "stats socket /run/haproxy/admin.sock mode 660 level admin"
    return (Lack(host, str(error), f"in the global section of haproxy.cfg: {line}", is_fatal=True),)


def cloud_lacks(survey: CloudSurvey, balancers: BalancersSurvey) -> tuple[Lack, ...]:
    """What is missing before a cloud can be asked, and what its account may not see of it."""
    name = survey.name
    if isinstance(survey.instances, SystemsError):
        fix = f"openstack --os-cloud {shlex.quote(name)} server list"
        return (Lack(name, str(survey.instances), fix, is_fatal=True),)
    parts = {
        "hypervisors": survey.hypervisors,
        "the services of Nova": survey.services,
        "load balancers": balancers.answer,
    }
    return tuple(
        [Lack(name, str(part), _to_see(part, what)) for what, part in parts.items() if _is_error(part)]
    )


def _is_error(part: object) -> TypeGuard[SystemsError]:
    return isinstance(part, SystemsError)


def _to_see(error: SystemsError, what: str) -> str:
    if isinstance(error, Refused) and error.status == 403:
        return f"a role for the account in clouds.yaml that may list {what} (a reader of the whole system)"
    return "see the error"


def standing(look: Look, catalogue: Mapping[str, Gotcha]) -> tuple[tuple[Gotcha, str], ...]:
    """The gotchas of hosts and of standing clusters that hold in this look, worst first, with evidence.

    Those that only bite while something is being done (a bootstrap while a Primary lives) are left out.
    """
    asked = [g for g in catalogue.values() if g.id in WATCHED or g.id.startswith("HOST-")]
    seen = [(gotcha, gotcha.detector(look)) for gotcha in asked if gotcha.detector is not None]
    held = [(gotcha, sighting.evidence) for gotcha, sighting in seen if sighting.holds is Holds.YES]
    return tuple(sorted(held, key=lambda pair: (-pair[0].severity, pair[0].id)))


def _sudo(host: str, user: str, error: SystemsError | None) -> list[Lack]:
    if error is None:
        return []
    rule = f"{user} ALL=(root) NOPASSWD: ALL"
    fix = f"echo {shlex.quote(rule)} > /etc/sudoers.d/quarterdeck && chmod 0440 /etc/sudoers.d/quarterdeck"
    if isinstance(error, SudoRefused):
        return [Lack(host, f"{user} cannot act as root: {error}", fix)]
    return [Lack(host, f"whether {user} can act as root could not be told: {error}", "see the error")]


def _tools(host: str, reading: PreparationReading) -> list[Lack]:
    method = (reading.configured or {}).get("wsrep_sst_method", "")
    wanted = [(tool, "the survey asks with it") for tool in NEEDED]
    wanted += [(tool, f"a state transfer by {method} calls it") for tool in _SST_TOOLS.get(method, ())]
    missing = [(tool, why) for tool, why in wanted if reading.tools.get(tool) is False]
    return [Lack(host, f"{tool} is not installed: {why}", _install(tool, reading)) for tool, why in missing]


def _install(tool: str, reading: PreparationReading) -> str:
    debian, rhel = _PACKAGES.get(tool, (tool, tool))
    names = " ".join(reading.packages or {})
    return (
        f"dnf install {rhel}"
        if "-server-" not in names and "MariaDB-" in names
        else f"apt-get install {debian}"
    )


def _grants(host: str, node: NodeSurvey) -> list[Lack]:
    if isinstance(node.status, LoginRefused):
        fix = (
            "CREATE USER monitor@localhost IDENTIFIED BY '...'; "
            "GRANT PROCESS, REPLICATION CLIENT ON *.* TO monitor@localhost;"
        )
        return [Lack(host, f"the database lets the account in the estate not in: {node.status}", fix)]
    if node.answers_sql and node.writers_hidden:
        fix = "GRANT PROCESS ON *.* TO monitor@localhost;"
        return [
            Lack(host, "its account sees no statement of other clients, so that no node may be stopped", fix)
        ]
    return []
