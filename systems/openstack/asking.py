"""What is sent to a cloud: a `Question` is proven to change nothing; an `Order` may, and is another type."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol, TypeAlias

from systems.openstack.access import Api

_PATH = re.compile(r"/[A-Za-z0-9/_-]+(\?[A-Za-z0-9_=&-]*)?", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_READING_ACTIONS = frozenset(
    {
        "os-getConsoleOutput",
        "os-getVNCConsole",
        "os-getSPICEConsole",
        "os-getSerialConsole",
        "os-getRDPConsole",
    }
)
"""What is sent as POST to /action and changes nothing: the text of a console, or a token for one."""


def server_path(instance: str, tail: str = "") -> str:
    """The path of one instance; raises `ValueError` for what is no id."""
    if not _ID.fullmatch(instance):
        message = f"{instance!r} is no id of an instance"
        raise ValueError(message)
    return f"/servers/{instance}{tail}"


def lbaas_path(kind: str, key: str, tail: str = "") -> str:
    """The path of one object of Octavia, such as a pool; raises `ValueError` for what is no id."""
    if not _ID.fullmatch(key):
        message = f"{key!r} is no id of anything in {kind}"
        raise ValueError(message)
    return f"/lbaas/{kind}/{key}{tail}"


@dataclass(frozen=True, slots=True)
class Question:
    """One request that is proven to change nothing: building any other raises `ValueError`.

    A token for a console changes nothing on the instance: it lets somebody look, and is good for minutes.
    """

    path: str
    body: Mapping[str, object] | None = None
    """Sent as POST; None: GET."""
    microversion: tuple[int, int] | None = None
    """None: the oldest that there is, 2.1. One that the cloud does not have becomes its newest."""
    api: Api = Api.COMPUTE

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path) or not (self.body is None or self._reads(self.body)):
            message = f"not a request that only reads: {self.path} {json.dumps(self.body, default=str)}"
            raise ValueError(message)

    def _reads(self, body: Mapping[str, object]) -> bool:
        names = set(body)
        if self.api is not Api.COMPUTE:
            return False
        if self.path.endswith("/remote-consoles"):
            return names == {"remote_console"}
        return self.path.endswith("/action") and len(names) == 1 and names <= _READING_ACTIONS


@dataclass(frozen=True, slots=True)
class Order:
    """One action on one instance. It changes something, so only `CloudHands` take it."""

    instance: str
    """Its id."""
    body: Mapping[str, object]
    api = Api.COMPUTE
    method = "POST"

    @property
    def path(self) -> str:
        return server_path(self.instance, "/action")

    @property
    def line(self) -> str:
        """The request as it is shown, journalled and sent."""
        return f"POST {self.path} {json.dumps(self.body)}"


@dataclass(frozen=True, slots=True)
class FailoverOrder:
    """Replace what carries one load balancer. It changes something, so only `CloudHands` take it."""

    balancer: str
    """Its id."""
    body = None
    api = Api.BALANCERS
    method = "PUT"

    @property
    def path(self) -> str:
        return lbaas_path("loadbalancers", self.balancer, "/failover")

    @property
    def line(self) -> str:
        """The request as it is shown, journalled and sent; it has no body."""
        return f"PUT {self.path}"


class Part(Enum):
    """The objects that a load balancer is made of: where each is made, and its name in a body."""

    BALANCER = "loadbalancers", "loadbalancer"
    LISTENER = "listeners", "listener"
    POOL = "pools", "pool"
    MONITOR = "healthmonitors", "healthmonitor"
    MEMBER = "members", "member"

    @property
    def kind(self) -> str:
        return self.value[0]

    @property
    def envelope(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class MakeOrder:
    """Make one object of Octavia. It changes something, so only `CloudHands` take it."""

    part: Part
    content: Mapping[str, object]
    """What stands in its envelope; it has a name, by which it is found again."""
    pool: str = ""
    """Of a member: the id of its pool."""
    api = Api.BALANCERS
    method = "POST"

    @property
    def path(self) -> str:
        if self.part is Part.MEMBER:
            return lbaas_path("pools", self.pool, "/members")
        return f"/lbaas/{self.part.kind}"

    @property
    def body(self) -> Mapping[str, object]:
        return {self.part.envelope: self.content}

    @property
    def line(self) -> str:
        """The request as it is shown, journalled and sent."""
        return f"POST {self.path} {json.dumps(self.body)}"


@dataclass(frozen=True, slots=True)
class DeleteOrder:
    """Delete one object of Octavia. It changes something, so only `CloudHands` take it."""

    part: Part
    key: str
    """Its id."""
    pool: str = ""
    """Of a member: the id of its pool."""
    cascade: bool = False
    """Of a load balancer: with all that hangs below it, whoever made that."""
    body = None
    api = Api.BALANCERS
    method = "DELETE"

    @property
    def path(self) -> str:
        path = lbaas_path(self.part.kind, self.key, "?cascade=true" if self.cascade else "")
        if self.part is Part.MEMBER:
            return lbaas_path("pools", self.pool, path.removeprefix("/lbaas"))
        return path

    @property
    def line(self) -> str:
        """The request as it is shown, journalled and sent; it has no body."""
        return f"DELETE {self.path}"


AnyOrder: TypeAlias = Order | FailoverOrder | MakeOrder | DeleteOrder


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over HTTP, whatever its status (`at`: aware, UTC)."""

    cloud: str
    where: str
    """The endpoint that was asked."""
    status: int
    body: bytes = field(repr=False)
    at: datetime
    request: str = ""
    """The service's id of the request: its logs have it."""
    service: str = "Nova"


class Asks(Protocol):
    """A cloud that can be asked and cannot be changed."""

    @property
    def cloud(self) -> str: ...

    async def ask(self, question: Question, *, timeout_s: float = 15.0) -> Reply:
        """Answer with whatever status came, or raise a `SystemsError` when there is no answer.

        `NotInCatalogue`: the cloud has no such API.
        """
        ...

    async def newest(self, *, timeout_s: float = 15.0) -> tuple[int, int]:
        """The newest microversion that its Nova knows; (2, 0): it knows none (before Liberty)."""
        ...


class Orders(Protocol):
    """A cloud that can be changed; only `CloudHands` are given one."""

    @property
    def cloud(self) -> str: ...

    async def order(self, order: AnyOrder, *, timeout_s: float = 15.0) -> Reply:
        """Send it once, and answer with whatever status came."""
        ...
