"""What several faults do: end servers, spoil their data, take power, put a cluster right again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from practice.estate import start_whole_again
from practice.galera.history import Branch, Position
from practice.galera.saved import SavedState

if TYPE_CHECKING:
    from practice.faults.catalogue import Scene
    from practice.galera.server import Server

DROP_IN = "/etc/systemd/system/mariadb.service.d/practice.conf"
REBOOT_S = 12.0
SETTLED_S = 7.0
"""After that long everybody has noticed who is gone."""


def stays_down(server: Server) -> None:
    """Keep systemd from starting it again, as an operator's drop-in does."""
    server.machine.files.write(DROP_IN, "[Service]\nRestart=no\n")
    server.machine.systemd.units["mariadb"].restart = "no"


def may_restart(server: Server) -> None:
    """Undo `stays_down`."""
    if server.machine.files.exists(DROP_IN):
        server.machine.files.remove(DROP_IN)
    server.machine.systemd.units["mariadb"].restart = "on-abnormal"


def killed(server: Server, signal: int = 9) -> None:
    """End its process at once, for good."""
    stays_down(server)
    server.signalled(signal)


def stopped(server: Server) -> None:
    """Have its unit stopped in order."""
    if server.unit is not None:
        server.unit.stop()


def spoiled(server: Server, position: Position, saved: SavedState | None) -> None:
    """Once it is down: another position in its data, another grastate.dat, no view."""
    server.put_storage(position)
    server.save(saved)
    server.drop("gvwstate.dat")


def foreign(server: Server) -> Branch:
    """A history that is not this cluster's."""
    branch = Branch(server.new_uuid())
    server.cluster.branches.append(branch)
    return branch


def power_loss(
    scene: Scene, *, keeps_view: bool = True, boots: list[Server], databases: bool = False
) -> None:
    """All hosts lose their power at once; some are switched on again, with or without their databases."""
    writer = scene.server.cluster.writer()
    for server in scene.all:
        server.machine.cut_power()
    for server in scene.all:
        storage = server.storage()
        if server is not writer and storage is not None:
            # What was certified and not applied yet is gone; the node that clients write to has all of it.
            behind = server.random.randrange(0, 4)
            storage.position = Position(storage.position.branch, storage.position.seqno - behind)
        if not keeps_view:
            server.drop("gvwstate.dat")
    without = () if databases else ("mariadb", "mysql@bootstrap")
    for server in boots:
        scene.clock.after(REBOOT_S, partial(server.machine.boot, without=without))


def emptied(server: Server) -> None:
    """Nothing is left in its data directory."""
    files = server.machine.files
    for name in list(files.names(server.datadir)):
        files.remove(f"{server.datadir}/{name}")


async def healed(scene: Scene) -> None:
    """Put everything right: all hosts are on and plugged, and a cluster is whole, at its newest position."""
    for server in scene.all:
        may_restart(server)
        server.machine.unplug(out=False)
        server.machine.boot(without=("mariadb", "mysql@bootstrap"))
        server.machine.systemd.units["mysql@bootstrap"].enabled = "disabled"
    if not scene.serving.practice.is_blank:
        start_whole_again(scene.serving.practice, scene.server.cluster)
