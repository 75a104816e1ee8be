"""One mariadbd with Galera: from its start through recovery, joining and serving to its end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from practice.galera import logs
from practice.galera.history import ZERO, Position
from practice.galera.node_data import CACHE_BYTES
from practice.galera.saved import SavedState, parse_view
from practice.galera.server_state import ServerState
from practice.host.files import Entry

if TYPE_CHECKING:
    from practice.clock import Timer
    from practice.galera.cluster import Cluster
    from practice.host.machine import Machine
    from practice.host.units import Unit

BOOTSTRAP_FLAG = "/run/mariadb-wsrep-new-cluster"
RECOVER_S = 0.8
CONNECT_S = 1.2
STOP_S = 0.6
WAIT_PRIMARY_S = 30.0
"""pc.wait_prim_timeout: how long a start looks for a Primary component."""
SQL_PORT, GROUP_PORT, SST_PORT = 3306, 4567, 4444


class Server(ServerState):
    """See the module. `phase`: off, recovering, connecting, alone, joining, up, expelled."""

    def __init__(self, machine: Machine, cluster: Cluster, *, seed: int, data_bytes: int) -> None:
        super().__init__(machine, cluster, seed=seed, data_bytes=data_bytes)
        self._timers: list[Timer] = []
        self._new_cluster = False
        machine.on_power.append(self._power_lost)
        machine.on_network.append(cluster.changed)

    # ---- what it is

    # ---- what sessions do to it

    # ---- data

    # ---- start

    def begin(self, unit: Unit, *, new_cluster: bool) -> None:
        """Start: first the position is recovered, then the server proper runs."""
        self.read_settings()
        self.unit, self.phase = unit, "recovering"
        flags = (
            self.machine.files.text(BOOTSTRAP_FLAG),
            *self.machine.systemd.environment.values(),
            unit.environment,
        )
        self._new_cluster = new_cluster or any(
            "wsrep-new-cluster" in flag.replace("_", "-") for flag in flags
        )
        self._later(RECOVER_S, self._launch)

    def _launch(self) -> None:
        if self.unit is None:
            return
        storage = self.storage()
        self.start_position = storage.position if storage else Position()
        recovery = self.machine.processes.make(("/bin/bash", "/usr/bin/galera_recovery"))
        self.machine.processes.end(recovery)
        self.machine.journal.add(
            f"mariadbd[{recovery.pid}]", f"WSREP: Recovered position {self.start_position}", self.unit.name
        )
        flag = ("--wsrep-new-cluster",) if self._new_cluster else ()
        argv = ("/usr/sbin/mariadbd", *flag, f"--wsrep_start_position={self.start_position}")
        self.process = self.machine.processes.make(argv)
        self.process.who = self.machine.accounts["mysql"].who
        self.process.on_signal = self.signalled
        self.phase, self.started_s = "connecting", self.machine.clock.now_s()
        self.globals, self.desync_count, self.is_locked = {}, 0, False
        self.unit.starting(self.process.pid)
        self.log(logs.starting(self.server_uid, self.process.pid))
        self._later(CONNECT_S, self._connect)

    def _connect(self) -> None:
        mount = self.machine.files.mount_of(self.datadir)
        if self.machine.files.free_bytes(mount) < 1 << 20:
            size = f"requested size {CACHE_BYTES} for '/var/lib/mysql//galera.cache'"
            self.log(
                f"WSREP: Cannot create cache: {size} exceeds available storage space 0: 28 "
                "(No space left on device)",
                "ERROR",
            )
            self.die(signal=6)
            return
        self.make_cache()
        saved = self.saved()
        has_saved = self.machine.files.exists(f"{self.datadir}/grastate.dat")
        if self._new_cluster and has_saved and not saved.is_safe:
            for line in logs.UNSAFE:
                self.log(line, "ERROR")
            self.die(status=1)
            return
        if saved.uuid != self.start_position.uuid or saved.uuid == ZERO:
            self.start_position = Position()
        self.applied = self.start_position.seqno
        view = (
            None if self._new_cluster else parse_view(self.machine.files.text(f"{self.datadir}/gvwstate.dat"))
        )
        self.is_restored = view is not None
        self.gcomm_uuid = view.my_uuid if view else self.new_uuid()
        if view is not None:
            self.log("WSREP: restore pc from disk successfully")
        self.machine.listeners[GROUP_PORT] = 100
        self.local_state, self.phase = 0, "alone"
        self.save(SavedState(self.start_position.uuid, -1, is_safe=self._new_cluster))
        self.log(
            "WSREP: gcomm: connecting to group "
            f"'{self.settings.get('wsrep_cluster_name', 'my_wsrep_cluster')}'"
        )
        self.cluster.enter(self, new_cluster=self._new_cluster, view=view)
        if self.phase == "alone" and not self.is_restored:
            self._later(WAIT_PRIMARY_S, self._give_up)

    def new_uuid(self) -> str:
        """Made of time, as Galera's are: their order is that of their making."""
        time_low = int(self.machine.clock.wall_s() * 1000) & 0xFFFFFFFF
        node = self.random.getrandbits(48)
        return str(uuid.UUID(fields=(time_low, 0xE665, 0x11F1, 0x91, self.random.getrandbits(8), node)))

    def _give_up(self) -> None:
        if self.phase == "alone" and self.unit is not None and self.unit.active == "activating":
            self.log(
                "WSREP: failed to open gcomm backend connection: 110: failed to reach primary view "
                "(pc.wait_prim_timeout): 110 (Connection timed out)",
                "ERROR",
            )
            self.log(
                "WSREP: gcs connect failed: Connection timed out, "
                f"wsrep::connect({self.settings.get('wsrep_cluster_address', '')}) failed: 7",
                "ERROR",
            )
            self.die(status=1)

    def serve(self) -> None:
        """It is Synced, or its group is Primary again: clients are let in."""
        if self.phase != "up":
            self.phase = "up"
            self.machine.listeners[SQL_PORT] = 100
            self.machine.files.put(
                "/run/mysqld/mysqld.sock", Entry("s", "mysql", "mysql", 0o777, self.machine.now_s())
            )
            if self.process is not None:
                self.machine.files.write("/run/mysqld/mysqld.pid", f"{self.process.pid}\n", owner="mysql")
            for line in logs.READY:
                self.log(line)
        if self.unit is not None and self.unit.active == "activating":
            self.unit.running()

    # ---- end

    def stop(self) -> None:
        """End in order. One that waits for a Primary component does not hear it."""
        if self.phase in {"alone", "joining"} and self.unit is not None and self.unit.active != "active":
            self.log(
                "WSREP: Received shutdown signal. Will sleep for 10 secs before initiating shutdown.",
                "Warning",
            )
            if self.phase == "alone" and not self.is_restored:
                self._later(STOP_S, lambda: self.die(status=0))
            elif self.phase == "joining":
                self._later(STOP_S, lambda: self.die(signal=15))
            return
        if self.process is None:
            self._forget()
            if self.unit is not None:
                self.unit.exited()
            return
        self._later(STOP_S, self._stopped)

    def _stopped(self) -> None:
        if self.process is None:
            return
        position, component = self.position(), self.component
        is_last = component is not None and component.is_primary and len(component.members) == 1
        is_expelled = self.phase == "expelled"
        self.cluster.leave(self)
        self.put_storage(position)
        self.drop("gvwstate.dat")
        if not is_expelled:
            self.save(SavedState(position.uuid, position.seqno, is_safe=is_last))
        self.log("/usr/sbin/mariadbd: Shutdown complete")
        self._gone()
        if self.unit is not None:
            self.unit.exited()

    def signalled(self, signal: int) -> None:
        """What a signal does."""
        if signal == 15 and self.phase in {"up", "expelled"}:
            self._later(STOP_S, self._stopped)
        elif signal == 15:
            self.stop()
        else:
            if self.unit is not None and signal == 9:
                pid = self.process.pid if self.process else 0
                self.unit.log(
                    f"{self.unit.name}.service: Sent signal SIGKILL to main process {pid} (mariadbd) "
                    "on client request."
                )
            self.die(signal=signal)

    def die(self, *, status: int = 0, signal: int = 0) -> None:
        """End at once; what it had committed is on its disk, and it says nothing to its peers."""
        if self.process is None:
            return
        position, was_member, started = self.position(), self.is_member, self.local_state
        if was_member and started in {2, 4} and position.branch is not None:
            self.put_storage(position)
        self._gone()
        self.cluster.died(self)
        if self.unit is not None:
            self.unit.exited(status=status, signal=signal)

    def _gone(self) -> None:
        self._forget()
        if self.process is not None:
            self.machine.processes.end(self.process)
        self.process, self.phase, self.local_state, self.is_locked = None, "off", 0, False
        for port in (SQL_PORT, GROUP_PORT, SST_PORT):
            self.machine.listeners.pop(port, None)
        if self.machine.files.exists("/run/mysqld/mysqld.sock"):
            self.machine.files.remove("/run/mysqld/mysqld.sock")
        if self.machine.files.exists("/run/mysqld/mysqld.pid"):
            self.machine.files.remove("/run/mysqld/mysqld.pid")

    def vanish(self) -> None:
        """Be off, as if it had never run: the simulation is put right, not repaired."""
        self.cluster.transfers.cancel(self)
        self._gone()
        self.component = None
        for component in list(self.cluster.components):
            component.members = [one for one in component.members if one is not self]
            if not component.members:
                self.cluster.components.remove(component)
        for unit in (self.machine.systemd.units["mariadb"], self.machine.systemd.units["mysql@bootstrap"]):
            unit.vanish()

    def _power_lost(self) -> None:
        if self.process is None:
            self._forget()
            self.phase = "off"
            return
        position = self.position()
        if self.is_synced and position.branch is not None:
            self.put_storage(position)
        self._forget()
        self.process, self.phase, self.local_state, self.is_locked = None, "off", 0, False
        self.cluster.died(self)

    # ---- timers

    def _later(self, delay_s: float, call: Callable[[], None]) -> None:
        self._timers = [timer for timer in self._timers if not timer.is_cancelled]
        self._timers.append(self.machine.clock.after(delay_s, call))

    def _forget(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


class MariadbService:
    """What mariadb.service, or the unit that bootstraps, runs."""

    def __init__(self, server: Server, *, new_cluster: bool = False) -> None:
        self.server = server
        self.new_cluster = new_cluster

    def begin(self, unit: Unit) -> None:
        if self.server.phase != "off":
            unit.exited(status=1)
            return
        self.server.begin(unit, new_cluster=self.new_cluster)

    def stop(self, unit: Unit) -> None:
        self.server.stop()

    def kill(self, unit: Unit, signal: int) -> None:
        self.server.signalled(signal)
