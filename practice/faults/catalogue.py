"""The faults by name, and how one is applied or healed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Flag, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practice.clock import Clock
    from practice.galera.server import Server
    from practice.serving import Serving


class FaultUnknown(Exception):
    """There is no such fault, or no such host; its text is a sentence."""


Act = Callable[["Scene"], Awaitable["str | None"]]
"""Returns whom it befell; None: the server of the scene."""


class On(Flag):
    """What kind of estate a fault can befall; one may be of several kinds at once."""

    CLUSTER = auto()
    """One whose cluster has run for a while."""
    BLANK = auto()
    """One of hosts where nothing is configured yet."""
    BALANCED = auto()
    """One with load balancers before its cluster."""
    CLOUD = auto()
    """One whose hosts are instances of a cloud."""
    ANY = CLUSTER | BLANK
    DEMO = CLUSTER | BALANCED | CLOUD
    """What `quarterdeck demo` opens."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong, in a sentence."""

    name: str
    what: str
    apply: Act
    heal: Act
    on: On = On.CLUSTER


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a fault happens."""

    serving: Serving
    server: Server
    """The one that it befalls, or the first that it does."""

    @property
    def clock(self) -> Clock:
        """The estate's."""
        return self.serving.practice.clock

    @property
    def others(self) -> list[Server]:
        """The rest of its cluster."""
        return [one for one in self.server.cluster.servers.values() if one is not self.server]

    @property
    def all(self) -> list[Server]:
        """Its cluster."""
        return list(self.server.cluster.servers.values())


FAULTS: dict[str, Fault] = {}


def fault(name: str, what: str, heal: Act, on: On = On.CLUSTER) -> Callable[[Act], Act]:
    """Let a function be how a fault is applied; `heal` takes its cause away."""

    def add(act: Act) -> Act:
        FAULTS[name] = Fault(name, what, act, heal, on)
        return act

    return add


def faults_on(kind: On) -> dict[str, Fault]:
    """Those that can befall an estate of this kind."""
    return {name: one for name, one in FAULTS.items() if kind & one.on}


def kind_of(serving: Serving) -> On:
    """What kind of estate this was made as."""
    practice = serving.practice
    if practice.is_blank:
        return On.BLANK
    kind = On.CLUSTER
    if practice.balancers:
        kind |= On.BALANCED
    return kind | On.CLOUD if serving.cloud is not None else kind


def _scene(serving: Serving, host: str | None) -> Scene:
    name = host or list(serving.practice.machines)[-1]
    try:
        return Scene(serving, serving.practice.server(name))
    except KeyError:
        raise FaultUnknown(
            f"there is no host {name!r}; one of {', '.join(serving.practice.machines)}"
        ) from None


def _unknown(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, 3)
    meant = f" (did you mean {' or '.join(near)}?)" if near else ""
    return f"there is no fault {name!r} here{meant}; one of {', '.join(sorted(known))}"


async def apply(serving: Serving, name: str, *, host: str | None = None) -> str:
    """Break something; returns the host, instance or service that it befalls. Twice is once."""
    known = faults_on(kind_of(serving))
    if name not in known:
        raise FaultUnknown(_unknown(name, known))
    scene, broken = _scene(serving, host), serving.practice.broken
    if name not in broken:
        broken[name] = await FAULTS[name].apply(scene) or scene.server.name
        await serving.follow()
    return broken[name]


async def heal(serving: Serving, name: str, *, host: str | None = None) -> None:
    """Take the cause away."""
    known = faults_on(kind_of(serving))
    if name not in known:
        raise FaultUnknown(_unknown(name, known))
    await FAULTS[name].heal(_scene(serving, host))
    serving.practice.broken.pop(name, None)
    await serving.follow()


async def heal_all(serving: Serving) -> None:
    """Take all causes away."""
    for name in reversed(list(serving.practice.broken)):
        await heal(serving, name)
