"""Starting and stopping one node as a member, and waiting until it is Synced."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from runbooks.membership import host_part, is_primary
from runbooks.model import Act, Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import Judge, down, every, free_donor, host_answers, of, one_primary, synced
from runbooks.steps.flags import no_flags
from runbooks.steps.node import Node, node_of
from runbooks.words import size
from systems.galera.readings import ClusterSurvey, HostEvidence, WsrepVariables

START_DEADLINE_S = 300.0
"""A start that needs no full copy: crash recovery, then IST."""
STOP_TIMEOUT_S = 900.0
"""Writing back a big buffer pool takes minutes; a stop is waited for, never cut short (ROLL-06)."""
_COPY_GOTCHAS = ("REC-19", "PXC-11", "PXC-21")
_SST_BYTES_PER_S = 20_000_000
_SST_EXTRA_S = 600.0
ROOM_BYTES = 256_000_000
"""A start with less room than this ends in REC-28 again."""
ROOM_SHARE = 0.05
"""On a small filesystem this share of it counts instead."""


def start_deadline_s(survey: ClusterSurvey, *, full_copy: bool) -> float:
    """How long a start may take until somebody should look, in seconds; whole steps of ten minutes."""
    if not full_copy:
        return START_DEADLINE_S
    return _SST_EXTRA_S * ceil(1 + biggest(survey) / _SST_BYTES_PER_S / _SST_EXTRA_S)


@dataclass(frozen=True, slots=True)
class Way:
    """How a node that is started will get what it missed."""

    words: str
    """Said in the step: "IST of 84 transactions", "a full copy (SST) of 1.4 GB"."""
    full_copy: bool = False
    """A donor's data replaces what the node has."""
    wipes: bool = False
    """What it has is no part of the cluster's history, so that replacing it loses something (B.10)."""


def start_step(
    node: Node,
    look: Look,
    way: Way,
    *,
    why: str,
    gotchas: tuple[str, ...] = (),
    before: tuple[Act, ...] = (),
) -> Step:
    """Start a node as a member of the one Primary component; green once it is Synced there.

    Its check judges its gotchas for this very node: another node's full disk does not stop it.
    `before`: what is done on its disk right before the start, such as moving its saved state aside.
    """
    lost = f"What is in {node.datadir} on {node.host} now is replaced by a donor's data and lost."
    common = ("PXC-01", "PXC-02", "REC-05", "PXC-29", "REC-14", "REC-28", "REC-39")
    shown = tuple(dict.fromkeys((*gotchas, *common, *(_COPY_GOTCHAS if way.full_copy else ()))))
    starts = tuple(Act(node.host, command) for command in commands.start(node))
    return Step(
        key=f"start:{node.host}",
        title=f"start {node.host}, wait until Synced",
        why=why,
        check=every(
            host_answers(node.host),
            down(node.host),
            can_start(node.host),
            no_flags(node.host),
            knows_peers(node.host),
            one_primary,
            free_donor,
            has_room(node.host, full_copy=way.full_copy),
        ),
        verify=every(synced(node.host), free_donor),
        acts=(*before, *starts),
        expects=f"{node.host} Synced by {way.words}; cluster size + 1",
        gotchas=shown,
        answers=shown,
        verify_deadline_s=start_deadline_s(look.survey, full_copy=way.full_copy),
        verify_every_s=2.0,
        undo=() if way.wipes else (Act(node.host, commands.stop(node), timeout_s=STOP_TIMEOUT_S),),
        undo_note=lost if way.wipes else f"Stops {node.host} again; its data stays as it is then.",
        irreversible=way.wipes,
        confirm=node.host if way.wipes else "",
        confirm_because=lost if way.wipes else "",
    )


def stop_step(node: Node, *, why: str, gotchas: tuple[str, ...] = (), replans: bool = False) -> Step:
    """Stop a node by the unit that owns its process; green once no process is left."""
    return Step(
        key=f"stop:{node.host}",
        title=f"stop {node.host}",
        why=why,
        check=of(host_answers(node.host)),
        verify=of(down(node.host)),
        acts=(Act(node.host, commands.stop(node), timeout_s=STOP_TIMEOUT_S),),
        expects=f"{node.host}: no database process; clients on it are cut off",
        gotchas=("PXC-04", "ROLL-06", *gotchas),
        answers=("PXC-04", "ROLL-06", *gotchas),
        verify_deadline_s=120.0,
        undo_note=f"{node.host} is started again by the steps that follow.",
        replans=replans,
        lasting=False,
    )


def can_start(host: str) -> Judge:
    """systemd would start it: its unit is there and not masked."""

    def judge(look: Look) -> Sighting:
        node = node_of(look.survey.node(host))
        if node is None:
            return unknown(f"{host} does not answer over SSH", host)
        if node.masked:
            return no(
                f"{node.unit} is masked on {host}, so systemd will not start it: systemctl unmask {node.unit}"
            )
        return yes(f"{node.unit} can be started", host)

    return judge


def knows_peers(host: str) -> Judge:
    """A start joins somebody: an empty address list is a bootstrap (PXC-01), another name joins nobody."""

    def judge(look: Look) -> Sighting:
        node = look.survey.node(host)
        if not isinstance(node.evidence, HostEvidence):
            return unknown(f"{host} does not answer over SSH", host)
        options = node.evidence.configured
        address = options.get("wsrep_cluster_address", "").strip("'\" ")
        listed_peers = [
            peer for peer in address.removeprefix("gcomm://").split("?")[0].split(",") if peer.strip()
        ]
        own = {*node.evidence.addresses, host, node.evidence.hostname}
        if not [peer for peer in listed_peers if host_part(peer) not in own]:
            return no(
                f"{host}: wsrep_cluster_address is {address or 'not set'!r}, which names nobody else: "
                "a start would make a cluster of its own",
                host,
            )
        name = options.get("wsrep_cluster_name", "")
        others = {
            other.variables.cluster_name
            for other in look.survey.nodes
            if isinstance(other.variables, WsrepVariables) and other.host != host and is_primary(other)
        }
        if name and others and name not in others:
            return no(
                f"{host}: its wsrep_cluster_name is {name}, the cluster's {', '.join(sorted(others))}", host
            )
        return yes(f"{host} looks for {address}", host)

    return judge


def has_room(host: str, *, full_copy: bool = False) -> Judge:
    """Its data volume is not full; for a full copy it holds a donor's data and a fifth more (REC-19)."""

    def judge(look: Look) -> Sighting:
        evidence = look.survey.node(host).evidence
        if not isinstance(evidence, HostEvidence) or evidence.filesystem is None:
            return unknown(f"{host}: the room on its data volume is not known", host)
        disk = evidence.filesystem
        if is_full(evidence):
            return no(f"{host}: {disk.target} has {size(disk.free_bytes)} left: make room first", host)
        needed = int(biggest(look.survey, but=host) * 1.2) if full_copy else 0
        there = disk.free_bytes + (evidence.datadir_bytes or 0)
        if there < needed:
            return no(
                f"{host}: a full copy needs {size(needed)}, {disk.target} has {size(there)} for it", host
            )
        return yes(f"{host}: {size(disk.free_bytes)} free on {disk.target}", host)

    return judge


def is_full(evidence: HostEvidence) -> bool:
    """Too full to start on: crash recovery and grastate.dat could not be written (REC-28)."""
    disk = evidence.filesystem
    return disk is not None and disk.free_bytes < min(ROOM_BYTES, disk.size_bytes * ROOM_SHARE)


def holds(judge: Judge, look: Look) -> bool:
    """Whether it says yes of this look."""
    return judge(look).holds is Holds.YES


def biggest(survey: ClusterSurvey, *, but: str = "") -> int:
    """Bytes of the biggest data directory that is known: what a full copy has to bring over to `but`."""
    sizes = (
        node.evidence.datadir_bytes or 0
        for node in survey.nodes
        if isinstance(node.evidence, HostEvidence) and node.host != but
    )
    return max(sizes, default=0)
