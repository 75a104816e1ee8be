"""Faults of the database servers and their cluster."""

from __future__ import annotations

from practice.faults.acts import (
    SETTLED_S,
    emptied,
    foreign,
    healed,
    killed,
    may_restart,
    power_loss,
    spoiled,
    stopped,
)
from practice.faults.catalogue import On, Scene, fault
from practice.galera.history import ZERO, Position
from practice.galera.saved import SavedState
from practice.galera.server import BOOTSTRAP_FLAG
from practice.galera.transfer import SST_BYTES_PER_S

_SLOW_BYTES_PER_S = 3e6
_FILLER = "/var/log/filler"


@fault(
    "kill-one",
    "The database process of one node is killed, and a drop-in keeps systemd from starting it again.",
    healed,
)
async def _kill_one(scene: Scene) -> None:
    killed(scene.server)


@fault(
    "kill-two",
    "The database processes of all nodes but the first are killed at once: the survivor has no quorum.",
    healed,
)
async def _kill_two(scene: Scene) -> None:
    for server in scene.all[1:]:
        killed(server)


@fault("stop-one", "One node was stopped in order.", healed)
async def _stop_one(scene: Scene) -> None:
    stopped(scene.server)


@fault("stop-two", "All nodes but the first were stopped in order: the first is Primary alone.", healed)
async def _stop_two(scene: Scene) -> None:
    for server in scene.all[1:]:
        stopped(server)


@fault("stop-all", "All nodes were stopped in order, the first one last: it may be bootstrapped.", healed)
async def _stop_all(scene: Scene) -> None:
    for server in scene.all[1:]:
        stopped(server)
    scene.clock.after(3.0, lambda: stopped(scene.all[0]))


@fault(
    "power-loss",
    "All hosts lost their power; they are on again with databases off, and each knows the last view.",
    healed,
)
async def _power_lost(scene: Scene) -> None:
    power_loss(scene, boots=scene.all)


@fault(
    "power-loss-no-view",
    "All hosts lost their power; they are on again with databases off, and no view was saved.",
    healed,
)
async def _power_lost_without_view(scene: Scene) -> None:
    power_loss(scene, keeps_view=False, boots=scene.all)


@fault(
    "never-returns",
    "All hosts lost their power and one never comes back; the others have their databases off.",
    healed,
)
async def _never_returns(scene: Scene) -> None:
    power_loss(scene, boots=scene.others)


@fault(
    "never-returns-waiting",
    "As never-returns, but the databases of the others were started and wait for the lost one.",
    healed,
)
async def _never_returns_waiting(scene: Scene) -> None:
    power_loss(scene, boots=scene.others, databases=True)


@fault(
    "sst-aborted", "One node was killed in the middle of a full copy: what it has is worth nothing.", healed
)
async def _sst_aborted(scene: Scene) -> None:
    members = tuple(server.gcomm_uuid for server in scene.all)
    killed(scene.server)
    spoiled(scene.server, Position(), None)
    scene.server.save_view(members, len(members))
    scene.server.machine.files.write(f"{scene.server.datadir}/sst_in_progress", b"", owner="mysql")


@fault(
    "boot-unit",
    "mysql@bootstrap is enabled at boot on one node: the next reboot makes a second cluster.",
    healed,
)
async def _boot_unit(scene: Scene) -> None:
    scene.server.machine.systemd.units["mysql@bootstrap"].enabled = "enabled"


async def _room_again(scene: Scene) -> None:
    for server in scene.all:
        if server.machine.files.exists(_FILLER):
            server.machine.files.remove(_FILLER)
    await healed(scene)


@fault(
    "disk-full",
    "The file system of one node's data directory is full, and its server ends at every start.",
    _room_again,
    On.ANY,
)
async def _disk_full(scene: Scene) -> None:
    files = scene.server.machine.files
    filler = files.write(_FILLER, b"")
    filler.hole_bytes = files.free_bytes(files.mount_of(_FILLER))
    if scene.server.process is None:
        return
    scene.server.log(
        "WSREP: Cannot create new cache page: Requested size 19812832 for "
        "'/var/lib/mysql/gcache.page.000000' exceeds available storage space 0",
        "ERROR",
    )
    scene.server.die(signal=6)


async def _unlocked(scene: Scene) -> None:
    for server in scene.all:
        server.unlock()


@fault(
    "flow-control",
    "A forgotten session locks a table on one node: its queue is full, and all writes stop.",
    _unlocked,
)
async def _flow_control(scene: Scene) -> None:
    scene.server.lock()


async def _synced(scene: Scene) -> None:
    for server in scene.all:
        server.set_desync(on=False)


@fault("desync", "wsrep_desync was left ON on one node.", _synced)
async def _desync(scene: Scene) -> None:
    scene.server.set_desync(on=True)


async def _fast_again(scene: Scene) -> None:
    scene.server.cluster.transfers.bytes_per_s = SST_BYTES_PER_S
    await healed(scene)


@fault(
    "donor",
    "One emptied node takes a full copy over a slow link, from a donor that is busy with it.",
    _fast_again,
)
async def _donor(scene: Scene) -> None:
    server = scene.server
    server.cluster.transfers.bytes_per_s = _SLOW_BYTES_PER_S
    killed(server)
    emptied(server)
    may_restart(server)
    server.machine.systemd.units["mariadb"].reset_failed()
    scene.clock.after(SETTLED_S, server.machine.systemd.units["mariadb"].start)


@fault(
    "voted-out",
    "One node lacks a row that the others change: the vote puts it out, and its process runs on.",
    healed,
)
async def _voted_out(scene: Scene) -> None:
    scene.server.cluster.settle()
    scene.server.cluster.expel(scene.server)


@fault("foreign-uuid", "One node is down, and its data directory belongs to another cluster.", healed)
async def _foreign_uuid(scene: Scene) -> None:
    stopped(scene.server)
    branch = foreign(scene.server)
    saved = SavedState(branch.uuid, 4711, is_safe=True)
    scene.clock.after(SETTLED_S, lambda: spoiled(scene.server, Position(branch, 4711), saved))


@fault(
    "zero-uuid",
    "One node is down with a zero UUID in grastate.dat, as after a state transfer that failed.",
    healed,
)
async def _zero_uuid(scene: Scene) -> None:
    stopped(scene.server)
    scene.clock.after(SETTLED_S, lambda: spoiled(scene.server, Position(), SavedState(ZERO, -1)))


@fault(
    "two-clusters",
    "One node was bootstrapped by accident: two clusters, two histories, both Primary.",
    healed,
)
async def _two_clusters(scene: Scene) -> None:
    server = scene.server
    killed(server)
    emptied(server)
    may_restart(server)
    unit = server.machine.systemd.units["mariadb"]
    unit.reset_failed()

    def bootstrap() -> None:
        server.machine.files.write(BOOTSTRAP_FLAG, "_WSREP_NEW_CLUSTER='--wsrep-new-cluster'\n")
        unit.start()
        server.machine.files.remove(BOOTSTRAP_FLAG)

    scene.clock.after(SETTLED_S, bootstrap)


@fault(
    "unequal-seqno",
    "All nodes were stopped one after the other, and the host of the last one, which has most, has no power.",
    healed,
)
async def _unequal_seqno(scene: Scene) -> None:
    for server in scene.others:
        stopped(server)
    scene.clock.after(20.0, lambda: stopped(scene.server))
    scene.clock.after(25.0, scene.server.machine.cut_power)
