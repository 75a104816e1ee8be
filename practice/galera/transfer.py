"""State transfers: what a server lacks comes from another, as write-sets (IST) or as a full copy (SST)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from practice.galera import logs
from practice.galera.history import Position
from practice.galera.saved import SavedState
from practice.galera.server import SST_PORT

if TYPE_CHECKING:
    from practice.clock import Timer
    from practice.galera.component import Component
    from practice.galera.server import Server
    from practice.galera.views import Views
    from practice.host.processes import Process

IST_S = 0.5
IST_PER_S = 4000.0
SST_BYTES_PER_S = 120e6
RETRY_S = 1.0
BYTES_PER_WRITE = 2600
_PARTS = 20
"""So often a full copy is seen to have grown."""


@dataclass(eq=False, slots=True)
class Transfer:
    """One that is under way."""

    joiner: Server
    donor: Server
    is_full: bool
    processes: list[tuple[Server, Process]] = field(default_factory=list)
    timer: Timer | None = None


class Transfers:
    """All transfers of one cluster."""

    def __init__(self, cluster: Views) -> None:
        self.cluster = cluster
        self.running: list[Transfer] = []
        self.bytes_per_s = SST_BYTES_PER_S
        """How fast a full copy goes."""
        self._retries: set[str] = set()

    def look(self, component: Component) -> None:
        """Begin what is needed in a Primary component."""
        for server in list(component.members):
            is_served = any(one.joiner is server for one in self.running)
            if (
                server.is_member
                and server.component is component
                and server.local_state not in {2, 4}
                and not is_served
            ):
                self._begin(component, server)

    def of(self, server: Server) -> Transfer | None:
        """The transfer that a server takes part in."""
        return next((one for one in self.running if server in {one.joiner, one.donor}), None)

    def cached_from(self, donor: Server) -> int:
        """The oldest write-set that a donor still has."""
        component = donor.component
        seqno = component.seqno if component else donor.applied
        window = _gcache_bytes(donor) // BYTES_PER_WRITE
        return max(donor.cached_from, seqno - window, 1)

    def _begin(self, component: Component, server: Server) -> None:
        component.settle()
        server.phase = "joining" if server.phase == "alone" else server.phase
        position = Position(server.start_position.branch, server.applied)
        group = Position(component.branch, component.seqno)
        if position.branch is not None and position.uuid == group.uuid:
            if position.seqno > group.seqno:
                server.log(
                    f"WSREP: Reversing history: {position.seqno} -> {group.seqno}, this member has more",
                    "ERROR",
                )
                server.die(signal=6)
                return
            if position.seqno >= group.seqno - 1:
                self._finish(component, server)
                return
        donor = self._donor(component, server)
        if donor is None:
            self._retry(component, server)
            return
        server.log(logs.transfer_required(group, position), thread=2)
        at, donor_at = component.members.index(server), component.members.index(donor)
        for one in component.members:
            one.log(logs.transfer_requested(server, donor, at, donor_at))
        can_ist = (
            position.branch is not None
            and position.uuid == group.uuid
            and position.seqno + 1 >= self.cached_from(donor)
        )
        server.local_state = 1
        if can_ist:
            span_s = IST_S + (group.seqno - position.seqno) / IST_PER_S
            self._run(Transfer(server, donor, is_full=False), span_s)
        else:
            self._full(server, donor)

    def _donor(self, component: Component, joiner: Server) -> Server | None:
        free = [
            one
            for one in component.members
            if one is not joiner and one.local_state == 4 and one.donates_to is None
        ]
        return free[-1] if free else None

    def _retry(self, component: Component, server: Server) -> None:
        if server.name in self._retries:
            return
        self._retries.add(server.name)

        def again() -> None:
            self._retries.discard(server.name)
            if server.component is not None and server.component.is_primary:
                self.look(server.component)

        server.log(
            "WSREP: Requesting state transfer failed: -11(Resource temporarily unavailable). "
            "Will keep retrying every 1 second(s)"
        )
        self.cluster.clock.after(RETRY_S, again)

    def _full(self, server: Server, donor: Server) -> None:
        if server.phase == "up":
            server.machine.listeners.pop(3306, None)
        server.log(
            "WSREP: Failed to prepare for incremental state transfer: the donor has it no more after "
            f"{server.applied}. IST will be unavailable.",
            "Warning",
        )
        server.save(None)
        server.machine.files.write(f"{server.datadir}/sst_in_progress", b"", owner="mysql")
        server.put_storage(Position())
        server.start_position, server.applied = Position(), -1
        server.machine.listeners[SST_PORT] = 100
        donor.local_state, donor.donates_to = 2, server
        donor.save(SavedState(donor.start_position.uuid, donor.position().seqno))
        address = server.machine.address
        donor.log(f"WSREP: Running: 'wsrep_sst_rsync --role 'donor' --address '{address}:4444/rsync_sst'")
        joining = f"wsrep_sst_rsync --role joiner --address {address} --datadir {server.datadir}/"
        daemon = f"rsync --daemon --no-detach --port 4444 --config {server.datadir}/rsync_sst.conf"
        donating = (
            f"wsrep_sst_rsync --role donor --address {address}:4444/rsync_sst --datadir {donor.datadir}/"
        )
        processes = [
            (server, _process(server, f"bash /usr/bin/{joining}")),
            (server, _process(server, daemon)),
            (donor, _process(donor, f"bash /usr/bin/{donating}")),
        ]
        span_s = 3.0 + donor.data_bytes / self.bytes_per_s
        transfer = Transfer(server, donor, is_full=True, processes=processes)
        self._run(transfer, span_s)
        self._fill(transfer, 0, span_s / _PARTS)

    def _fill(self, transfer: Transfer, parts: int, part_s: float) -> None:
        """Let what has arrived of a full copy grow until it is over."""
        if transfer not in self.running or parts > _PARTS:
            return
        transfer.joiner.arrived(parts / _PARTS)
        self.cluster.clock.after(part_s, lambda: self._fill(transfer, parts + 1, part_s))

    def _run(self, transfer: Transfer, span_s: float) -> None:
        def done() -> None:
            if transfer in self.running:
                self._done(transfer)

        transfer.timer = self.cluster.clock.after(span_s, done)
        self.running.append(transfer)

    def _done(self, transfer: Transfer) -> None:
        self._end(transfer)
        joiner, donor = transfer.joiner, transfer.donor
        component = joiner.component
        if component is None or not component.is_primary:
            return
        component.settle()
        if transfer.is_full:
            joiner.drop("sst_in_progress")
            joiner.arrived(1.0)
            joiner.put_storage(Position(component.branch, component.seqno))
            joiner.cached_from = component.seqno
            joiner.log(f"WSREP: SST received: {Position(component.branch, component.seqno)}", thread=2)
            donor.log(f"WSREP: 0.0 ({donor.name}): State transfer to 0.0 ({joiner.name}) complete.")
        else:
            joiner.log(f"WSREP: IST received: {Position(component.branch, component.seqno)}", thread=2)
        self._finish(component, joiner)
        self.look(component)

    def _finish(self, component: Component, server: Server) -> None:
        component.settle()
        for before, after in (("JOINER", "JOINED"), ("JOINED", "SYNCED")):
            server.log(f"WSREP: Shifting {before} -> {after} (TO: {component.seqno})")
        server.local_state, server.applied = 4, component.seqno
        server.start_position = Position(component.branch, component.seqno)
        if component.branch is not None:
            server.save(SavedState(component.branch.uuid, -1, is_safe=False))
            if server.storage() is None:
                server.put_storage(server.start_position)
        self.cluster.synced(server)

    def _end(self, transfer: Transfer) -> None:
        self.running.remove(transfer)
        if transfer.timer is not None:
            transfer.timer.cancel()
        if transfer.is_full:
            transfer.donor.donates_to = None
            if transfer.donor.local_state == 2 and not transfer.donor.desync_count:
                transfer.donor.local_state = 4
            if transfer.donor.process is not None:
                transfer.donor.save(SavedState(transfer.donor.start_position.uuid, -1))
            transfer.joiner.machine.listeners.pop(SST_PORT, None)
        for server, process in transfer.processes:
            server.machine.processes.end(process)

    def cancel(self, server: Server) -> None:
        """A server that takes part is gone, or has no quorum any more: the transfer fails."""
        transfer = self.of(server)
        if transfer is None:
            return
        self._end(transfer)
        joiner = transfer.joiner
        if joiner is not server and transfer.is_full:
            joiner.log("WSREP: Will never receive state. Need to abort.", "ERROR")
            joiner.die(signal=6)
        elif joiner is not server:
            joiner.local_state = 0
            if joiner.component is not None and joiner.component.is_primary:
                self._retry(joiner.component, joiner)


def _process(server: Server, line: str) -> Process:
    process = server.machine.processes.make(tuple(line.split()))
    process.on_signal = lambda signal: server.cluster.transfers.cancel(server) if signal in {9, 15} else None
    return process


def _gcache_bytes(server: Server) -> int:
    text = server.provider().get("gcache.size", "128M")
    unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(text[-1:], 1)
    digits = text.rstrip("KMG")
    return int(digits) * unit if digits.isdecimal() else 128 << 20
