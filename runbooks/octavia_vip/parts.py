"""The objects that make up the load balancer, in the order that works: what each is to be, and what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from runbooks.cloud.balancer_words import AnyObject
from runbooks.octavia_vip.situation import Behind, Situation
from systems.openstack.asking import MakeOrder, Part
from systems.openstack.octavia_readings import Balancer, Listener, Member, Monitor, Pool, members_of

FALLS = 2
"""Checks in a row that take a node out, or bring it back (D.3)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object: its kind, its name, and what it is to be beside the ids of what it hangs on."""

    part: Part
    name: str
    content: Mapping[str, object]

    @property
    def key(self) -> str:
        """Names it within a plan."""
        return f"member:{self.name}" if self.part is Part.MEMBER else self.part.envelope

    @property
    def words(self) -> str:
        """How it is called in a sentence."""
        return f"{_WORDS[self.part]} {self.name}"

    def order(self, owner: str) -> MakeOrder:
        """The request that makes it; `owner`: id of what it hangs on."""
        hangs_on = {_HANGS_ON[self.part]: owner} if self.part in _HANGS_ON else {}
        is_member = self.part is Part.MEMBER
        return MakeOrder(
            self.part, {"name": self.name, **hangs_on, **self.content}, owner if is_member else ""
        )

    def find(self, tree: Balancer | None) -> AnyObject | None:
        """The object of that name; None: it is not there."""
        if tree is None or self.part is Part.BALANCER:
            return tree
        kinds: Mapping[Part, list[AnyObject]] = {
            Part.LISTENER: list(tree.listeners),
            Part.POOL: list(tree.pools),
            Part.MONITOR: [one.monitor for one in tree.pools if one.monitor is not None],
            Part.MEMBER: [member for one in tree.pools for member in members_of(one)],
        }
        return next((one for one in kinds[self.part] if one.name == self.name), None)

    def differences(self, there: AnyObject) -> tuple[str, ...]:
        """Where it is not as it is to be, a few words each."""
        now = _told(there)
        return tuple(
            [
                f"{field} is {now[field]!r}, not {value!r}"
                for field, value in self.content.items()
                if field in now and now[field] != value
            ]
        )


_WORDS = {
    Part.BALANCER: "load balancer",
    Part.LISTENER: "listener",
    Part.POOL: "pool",
    Part.MONITOR: "health monitor",
    Part.MEMBER: "member",
}
_HANGS_ON = {Part.LISTENER: "loadbalancer_id", Part.POOL: "listener_id", Part.MONITOR: "pool_id"}
_OWNERS = {
    Part.LISTENER: Part.BALANCER,
    Part.POOL: Part.LISTENER,
    Part.MONITOR: Part.POOL,
    Part.MEMBER: Part.POOL,
}


def owner_of(wanted: Wanted, parts: tuple[Wanted, ...], tree: Balancer | None) -> str | None:
    """The id of what it hangs on; empty: on nothing; None: that is not there yet."""
    above = _OWNERS.get(wanted.part)
    if above is None:
        return ""
    found = next(one for one in parts if one.part is above).find(tree)
    return None if found is None else found.id


def parts_of(seen: Situation) -> tuple[Wanted, ...]:
    """All of them, in the order in which they are made."""
    return (
        Wanted(Part.BALANCER, seen.name, {"vip_subnet_id": seen.subnet}),
        Wanted(Part.LISTENER, f"{seen.name}-{seen.port}", _listener(seen)),
        Wanted(Part.POOL, f"{seen.name}-nodes", {"protocol": "TCP", "lb_algorithm": seen.algorithm}),
        Wanted(Part.MONITOR, f"{seen.name}-check", _monitor(seen)),
        *(Wanted(Part.MEMBER, one.host, _member(seen, one)) for one in _writer_first(seen)),
    )


def _writer_first(seen: Situation) -> Iterator[Behind]:
    """No backup serves alone on the way: whoever connects early meets the writer, or nobody."""
    yield from (one for one in seen.behind if one.host == seen.writer)
    yield from (one for one in seen.behind if one.host != seen.writer)


def _listener(seen: Situation) -> dict[str, object]:
    made: dict[str, object] = {
        "protocol": "TCP",
        "protocol_port": seen.port,
        "timeout_client_data": seen.idle_s * 1000,
        "timeout_member_data": seen.idle_s * 1000,
    }
    return made | ({"allowed_cidrs": sorted(seen.allowed_cidrs)} if seen.allowed_cidrs else {})


def _monitor(seen: Situation) -> dict[str, object]:
    return {
        "type": "HTTP",
        "http_method": "GET",
        "url_path": "/",
        "expected_codes": "200",
        "delay": seen.delay_s,
        "timeout": seen.timeout_s,
        "max_retries": FALLS,
        "max_retries_down": FALLS,
    }


def _member(seen: Situation, one: Behind) -> dict[str, object]:
    made: dict[str, object] = {
        "address": one.address,
        "protocol_port": one.port,
        "monitor_port": seen.check_port,
        "backup": bool(seen.writer) and one.host != seen.writer,
    }
    return made | ({"subnet_id": seen.member_subnet} if seen.member_subnet else {})


def _told(there: AnyObject) -> Mapping[str, object]:
    """What Octavia tells of it, by the names of its API."""
    match there:
        case Balancer():
            return {"vip_subnet_id": there.subnet}
        case Listener():
            return {
                "protocol": there.protocol,
                "protocol_port": there.port,
                "timeout_client_data": there.client_timeout_ms,
                "timeout_member_data": there.member_timeout_ms,
                "allowed_cidrs": sorted(there.allowed_cidrs),
            }
        case Pool():
            return {"protocol": there.protocol, "lb_algorithm": there.algorithm}
        case Monitor():
            return {
                "type": there.kind,
                "url_path": there.url_path,
                "expected_codes": there.expected_codes,
                "delay": there.delay_s,
                "timeout": there.timeout_s,
                "max_retries": there.rise,
                "max_retries_down": there.fall,
            }
        case Member():
            return {
                "address": there.address,
                "protocol_port": there.port,
                "monitor_port": there.monitor_port,
                "backup": there.is_backup,
            }
