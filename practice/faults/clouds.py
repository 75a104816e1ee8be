"""Faults of the cloud that the hosts are instances of: of its services, of a guest (GOTCHAS E, LB-18)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from practice.faults.catalogue import FaultUnknown, On, Scene, fault

if TYPE_CHECKING:
    from practice.cloud.cloud import Cloud
    from practice.cloud.guest import Guest
    from practice.cloud.serving import CloudServing

_SILENT_S, _STUCK_S, _LOCKED_S, _ERROR_S = 95.0, 1500.0, 2400.0, 720.0
_COMPUTE, _ACCOUNT, _BATCH, _STUCK = "cmp2", "operations", "batch-1", "app-2"
_BLIND, _GUEST, _SHOP, _MEMBER = "cmp1", "mon-1", "shop-lb", "web-2"


def _serving(scene: Scene) -> CloudServing:
    if scene.serving.cloud is None:
        raise FaultUnknown("this estate has no cloud")
    return scene.serving.cloud


def _cloud(scene: Scene) -> Cloud:
    return _serving(scene).cloud


def _guest(scene: Scene) -> Guest:
    guest = _cloud(scene).nova.named(_GUEST).guest
    if guest is None:
        raise FaultUnknown(f"{_GUEST} was never started")
    return guest


async def _reports_again(scene: Scene) -> None:
    nova = _cloud(scene).nova
    for host in nova.hosts.values():
        nova.revive(host)


@fault(
    "compute-down",
    "nova-compute has ended on one compute host: its guests run on, and Nova cannot reach them.",
    _reports_again,
    On.CLOUD,
)
async def _compute_down(scene: Scene) -> str:
    nova = _cloud(scene).nova
    nova.silence(nova.hosts[_COMPUTE], since_s=_SILENT_S)
    return _COMPUTE


async def _deleted(scene: Scene) -> None:
    nova = _cloud(scene).nova
    for one in [one for one in nova.instances.values() if one.name == _BATCH]:
        del nova.instances[one.id]


@fault(
    "no-valid-host",
    "A new instance is in ERROR: the scheduler found no compute host with room for it.",
    _deleted,
    On.CLOUD,
)
async def _no_valid_host(scene: Scene) -> str:
    cloud = _cloud(scene)
    cloud.nova.boot(_BATCH, cloud.flavor("m1.huge").id, cloud.accounts[_ACCOUNT])
    return _BATCH


async def _task_done(scene: Scene) -> None:
    nova = _cloud(scene).nova
    one = nova.named(_STUCK)
    one.task = None
    nova.touch(one)


@fault(
    "task-stuck",
    "An instance has been powering off for 25 minutes: nobody is at work on it any more.",
    _task_done,
    On.CLOUD,
)
async def _task_stuck(scene: Scene) -> str:
    nova = _cloud(scene).nova
    one = nova.named(_STUCK)
    one.task, one.updated_s = "powering-off", scene.clock.wall_s() - _STUCK_S
    return _STUCK


async def _seen_again(scene: Scene) -> None:
    for host in _cloud(scene).nova.hosts.values():
        host.consoles |= {"vnc", "spice"}


@fault(
    "console-disabled",
    "nova.conf of one compute host has VNC and SPICE disabled: no screen of its guests is given.",
    _seen_again,
    On.CLOUD,
)
async def _console_disabled(scene: Scene) -> str:
    _cloud(scene).nova.hosts[_BLIND].consoles -= {"vnc", "spice"}
    return _BLIND


async def _let_in(scene: Scene) -> None:
    from practice.cloud.cloud import PASSWORD

    _cloud(scene).accounts[_ACCOUNT].password = PASSWORD


@fault(
    "cloud-password",
    "The password of the console's account in the cloud was changed: no token is given to it any more.",
    _let_in,
    On.CLOUD,
)
async def _cloud_password(scene: Scene) -> str:
    cloud = _cloud(scene)
    account = cloud.accounts[_ACCOUNT]
    account.password = secrets.token_urlsafe()
    cloud.keystone.revoke_all(account)
    return "keystone"


async def _listens(scene: Scene) -> None:
    _serving(scene).closed.clear()


@fault("nova-api-down", "nova-api has ended: its address in the catalogue refuses.", _listens, On.CLOUD)
async def _nova_api_down(scene: Scene) -> str:
    from practice.cloud.serving import COMPUTE

    _serving(scene).closed.add(COMPUTE)
    return "nova-api"


async def _repaired(scene: Scene) -> None:
    guest = _guest(scene)
    if guest.asks_fsck:
        guest.asks_fsck = False
        guest.cut()
        guest.switch_on()


@fault(
    "fsck-asks",
    "A guest was cut off in the middle of a write: at its boot it asks for fsck, on its line and screen.",
    _repaired,
    On.CLOUD,
)
async def _fsck_asks(scene: Scene) -> str:
    guest = _guest(scene)
    guest.cut()
    guest.asks_fsck = True
    guest.switch_on()
    return _GUEST


async def _worker_back(scene: Scene) -> None:
    _cloud(scene).octavia.resume()


@fault(
    "lb-locked",
    "octavia-worker was killed in the middle of a change: a load balancer stays locked (PENDING).",
    _worker_back,
    On.CLOUD,
)
async def _lb_locked(scene: Scene) -> str:
    octavia = _cloud(scene).octavia
    balancer = octavia.named(_SHOP)
    octavia.worker_is_up = False
    octavia.failover(balancer)
    balancer.updated_s = scene.clock.wall_s() - _LOCKED_S
    return _SHOP


async def _built_again(scene: Scene) -> None:
    octavia = _cloud(scene).octavia
    balancer = octavia.named(_SHOP)
    if balancer.provisioning == "ERROR":
        balancer.provisioning = "ACTIVE"
        octavia.touch(balancer)


@fault(
    "lb-error",
    "A change of a load balancer could not be built: it is in ERROR, and serves on as it was.",
    _built_again,
    On.CLOUD,
)
async def _lb_error(scene: Scene) -> str:
    balancer = _cloud(scene).octavia.named(_SHOP)
    balancer.provisioning, balancer.updated_s = "ERROR", scene.clock.wall_s() - _ERROR_S
    return _SHOP


async def _web_back(scene: Scene) -> None:
    _cloud(scene).silent_members.clear()


@fault(
    "lb-member-down",
    "The web server of one member has ended: Octavia's check takes it out.",
    _web_back,
    On.CLOUD,
)
async def _lb_member_down(scene: Scene) -> str:
    _cloud(scene).silent_members.add(_MEMBER)
    return _MEMBER
