"""Faults of load balancers that run HAProxy, and of the checks that they ask (GOTCHAS LB-09 to LB-14)."""

from __future__ import annotations

from practice.faults.catalogue import On, Scene, fault
from practice.galera.server_state import CHECK_OFF

_UNIT = "haproxy"


async def _running_again(scene: Scene) -> None:
    for balancer in scene.serving.practice.balancers.values():
        balancer.machine.systemd.units[_UNIT].start()


@fault(
    "balancer-dead",
    "HAProxy was killed on the load balancer that carries the address: clients are refused.",
    _running_again,
    On.BALANCED,
)
async def _balancer_dead(scene: Scene) -> str:
    balancer = next(one for one in scene.serving.practice.balancers.values() if one.carries)
    machine = balancer.machine
    machine.processes.kill(machine.systemd.units[_UNIT].main_pid, 9)
    return machine.name


async def _ready_again(scene: Scene) -> None:
    _order(scene, "ready")


def _order(scene: Scene, state: str) -> None:
    for balancer in scene.serving.practice.balancers.values():
        for server in scene.all if state == "ready" else [scene.server]:
            balancer.said(f"set server {balancer.backend}/{server.name} state {state}")


@fault(
    "maint-forgotten",
    "Somebody put one node into maint on every load balancer, and went home.",
    _ready_again,
    On.BALANCED,
)
async def _maint_forgotten(scene: Scene) -> None:
    _order(scene, "maint")


async def _account_back(scene: Scene) -> None:
    for server in scene.all:
        server.has_check_account = True


@fault(
    "check-account",
    "The account of clustercheck is gone from the cluster: every check fails while all nodes are well.",
    _account_back,
    On.BALANCED,
)
async def _check_account(scene: Scene) -> None:
    for server in scene.all:
        server.has_check_account = False


async def _file_gone(scene: Scene) -> None:
    for server in scene.all:
        if server.machine.files.exists(CHECK_OFF):
            server.machine.files.remove(CHECK_OFF)


@fault(
    "check-disabled",
    "The file that switches clustercheck off was left on one node: it is well, and out of the address.",
    _file_gone,
    On.BALANCED,
)
async def _check_disabled(scene: Scene) -> None:
    scene.server.machine.files.write(CHECK_OFF, b"")
