"""Faults of hosts and of the network between them."""

from __future__ import annotations

import itertools
from functools import partial

from practice.faults.acts import SETTLED_S, healed
from practice.faults.catalogue import On, Scene, fault

_SKEW_S = 97.0
_LATENCY_S = 0.3


async def _joined(scene: Scene) -> None:
    scene.server.cluster.cut.clear()
    scene.server.cluster.changed()


def _cut_off(scene: Scene) -> None:
    for one, other in itertools.product([scene.server], scene.others):
        scene.server.cluster.cut.add(frozenset((one.name, other.name)))
    scene.server.cluster.changed()


@fault(
    "partition",
    "Group communication of one node is cut: it has no quorum, and the others go on without it.",
    _joined,
    On.ANY,
)
async def _partition(scene: Scene) -> None:
    _cut_off(scene)


async def _joined_by_force(scene: Scene) -> None:
    scene.server.cluster.cut.clear()
    await healed(scene)


def _force(scene: Scene) -> None:
    scene.server.cluster.force_primary(scene.server)


@fault(
    "split-brain",
    "One node is cut off and was made Primary by force: two Primary components, one UUID.",
    _joined_by_force,
)
async def _split_brain(scene: Scene) -> None:
    _cut_off(scene)
    scene.clock.after(SETTLED_S, partial(_force, scene))


async def _plugged(scene: Scene) -> None:
    for server in scene.all:
        server.machine.unplug(out=False)


@fault(
    "link-cut", "The network cable of one host is out: neither SSH nor its peers reach it.", _plugged, On.ANY
)
async def _link_cut(scene: Scene) -> None:
    scene.server.machine.unplug(out=True)


@fault("host-off", "One host has no power.", healed, On.ANY)
async def _host_off(scene: Scene) -> None:
    scene.server.machine.cut_power()


async def _fast(scene: Scene) -> None:
    for server in scene.all:
        server.machine.latency_s = 0.0


@fault("slow-link", "Everything that one host answers takes a third of a second longer.", _fast, On.ANY)
async def _slow_link(scene: Scene) -> None:
    scene.server.machine.latency_s = _LATENCY_S


async def _may_again(scene: Scene) -> None:
    for server in scene.all:
        account = server.machine.accounts["ops"]
        account.sudo, account.password = "nopasswd", "practice"


@fault("wrong-sudo", "The login of one host is no longer in its sudoers.", _may_again, On.ANY)
async def _wrong_sudo(scene: Scene) -> None:
    account = scene.server.machine.accounts["ops"]
    account.sudo, account.password = "none", ""


async def _known_again(scene: Scene) -> None:
    from practice.layout import write_known_hosts

    write_known_hosts(scene.serving.folder, scene.serving.sshds.values())


@fault(
    "host-key-changed", "One host answers with another key than the one that is known.", _known_again, On.ANY
)
async def _host_key_changed(scene: Scene) -> None:
    await scene.serving.sshds[scene.server.name].renew_host_key()


async def _right_time(scene: Scene) -> None:
    for server in scene.all:
        server.machine.skew_s = 0.0


@fault("clock-skew", "The clock of one host is a minute and a half ahead.", _right_time, On.ANY)
async def _clock_skew(scene: Scene) -> None:
    scene.server.machine.skew_s = _SKEW_S
