"""Detectors over the preparation of hosts: swap, volumes, SELinux, firewalls, tools."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from runbooks.gotchas.detectors import hosts, saved
from runbooks.gotchas.detectors.common import compared, merged, of_preparation
from runbooks.model import Holds, Look, Sighting, unknown
from runbooks.words import listed, size, subject
from systems.galera.preparation import DatadirState, PreparationReading
from systems.galera.readings import NodeSurvey

_SOON = timedelta(days=30)
_LABEL = "mysqld_db_t"
_BY_STREAM = ("mariabackup", "xtrabackup", "xtrabackup-v2", "clone")
"""State transfers that go through socat; rsync needs rsync, and the tool itself is needed too."""


def swap_forgotten(look: Look) -> Sighting:
    """HOST-02: swap that no line of fstab names."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.swap is None or any(area.in_fstab is None for area in host.swap):
            return unknown(f"{node.host}: its swap or its fstab could not be read", node.host)
        lost = [area.path for area in host.swap if not area.in_fstab]
        return f"{node.host}: no line of fstab names {listed(lost)}" if lost else ""

    return of_preparation(look, judge, "fstab names every swap area")


def swap_readable(look: Look) -> Sighting:
    """HOST-03: a swap file with a mode other than 600."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.swap is None:
            return unknown(f"{node.host}: its swap could not be read", node.host)
        open_ = [f"{area.path} ({area.mode})" for area in host.swap if area.mode not in ("", "600")]
        return f"{node.host}: {listed(open_)} can be read by others" if open_ else ""

    return of_preparation(look, judge, "only root can read the swap files")


def memory_short(look: Look) -> Sighting:
    """HOST-04: something was killed for want of memory, or a host that was asked has no swap."""
    killed = hosts.killed_for_memory(look)
    if killed.holds is Holds.YES or not look.preparation:
        return killed

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.swap_bytes is None:
            return unknown(f"{node.host}: its swap could not be read", node.host)
        memory = f" beside {size(host.memory_bytes)} of memory" if host.memory_bytes else ""
        return "" if host.swap_bytes else f"{node.host}: no swap{memory}"

    return merged((killed, of_preparation(look, judge, "every host has swap")), "every host has swap")


def datadir_label(look: Look) -> Sighting:
    """HOST-05: SELinux enforces, and the data directory has not the label of one."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.selinux is None:
            return unknown(f"{node.host}: whether SELinux enforces could not be read", node.host)
        if host.selinux.lower() != "enforcing" or host.datadir_state is DatadirState.ABSENT:
            return ""
        if host.datadir_label is None:
            return unknown(f"{node.host}: the label of {host.datadir} could not be read", node.host)
        right = _LABEL in host.datadir_label
        return "" if right else f"{node.host}: {host.datadir} is labelled {host.datadir_label}, not {_LABEL}"

    return of_preparation(look, judge, "SELinux lets mysqld into every data directory")


def volume_at_risk(look: Look) -> Sighting:
    """HOST-06: the data is on the wrong volume, or on a mount that no line of fstab names."""
    placed = hosts.wrong_volume(look)
    if placed.holds is Holds.YES or not look.preparation:
        return placed

    def judge(node: NodeSurvey, host: PreparationReading) -> str:
        mount = host.mount
        if mount is None or mount.target == "/" or mount.in_fstab is not False:
            return ""
        return f"{node.host}: no line of fstab mounts {mount.target}, which holds {host.datadir}"

    return merged((placed, of_preparation(look, judge, placed.evidence)), placed.evidence)


def lost_and_found(look: Look) -> Sighting:
    """HOST-07: lost+found stands in the data directory."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.has_lost_found is None:
            return unknown(f"{node.host}: {host.datadir} could not be listed", node.host)
        return f"{node.host}: lost+found stands in {host.datadir}" if host.has_lost_found else ""

    return of_preparation(look, judge, "no data directory holds lost+found")


def two_firewalls(look: Look) -> Sighting:
    """HOST-10: firewalld and the iptables service are both active."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.firewalls is None:
            return unknown(f"{node.host}: which firewalls are active could not be read", node.host)
        return f"{node.host}: {listed(host.firewalls)} are both active" if len(host.firewalls) > 1 else ""

    return of_preparation(look, judge, "no host has two firewall services")


def tool_missing(look: Look) -> Sighting:
    """PXC-16: what the configured state transfer needs is not installed."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str:
        method = (host.configured or {}).get("wsrep_sst_method", "rsync").strip("'\"")
        needed = ["socat", method.removesuffix("-v2")] if method in _BY_STREAM[:-1] else [method]
        missing = [tool for tool in needed if host.tools.get(tool) is False]
        if missing:
            return f"{node.host}: {subject(missing, 'is', 'are')} missing, and wsrep_sst_method is {method}"
        blind = method in _BY_STREAM and host.socat_has_tls is False and host.certificates is not None
        return f"{node.host}: its socat cannot encrypt" if blind else ""

    return of_preparation(look, judge, "every host has the tools of its state transfer")


def selinux_unequal(look: Look) -> Sighting:
    """PXC-19: some hosts enforce SELinux and some do not."""
    return _compare(look, "SELinux", lambda host: host.selinux)


def selinux_for_now(look: Look) -> Sighting:
    """PXC-20: SELinux will be something else after the next boot."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.selinux is None:
            return unknown(f"{node.host}: SELinux could not be read", node.host)
        later = host.selinux_configured
        if later is None or later.lower() == host.selinux.lower():
            return ""
        return f"{node.host}: SELinux is {host.selinux} now and {later} after the next boot"

    return of_preparation(look, judge, "SELinux is now what its files say")


def foreign_owners(look: Look) -> Sighting:
    """REC-11: mysqld runs, or files in the data directory belong to somebody else."""
    running = saved.process_runs(look)
    if running.holds is Holds.YES or not look.preparation:
        return running

    def judge(node: NodeSurvey, host: PreparationReading) -> str:
        wrong = host.wrong_owners or ()
        return f"{node.host}: {listed(wrong[:5])} does not belong to {host.datadir_owner}" if wrong else ""

    return merged((running, of_preparation(look, judge, running.evidence)), running.evidence)


def _compare(look: Look, what: str, read: Callable[[PreparationReading], str | None]) -> Sighting:
    values: dict[str, str] = {}
    missing = []
    for node in look.survey.nodes:
        answer = look.preparation.get(node.host)
        value = read(answer) if isinstance(answer, PreparationReading) else None
        if value is None:
            missing.append(node.host)
        else:
            values[node.host] = value
    return compared(values, missing, what)
