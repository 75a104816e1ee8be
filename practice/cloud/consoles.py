"""Addresses of consoles: which type a compute host has, and tokens that are good for minutes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from practice.cloud.nova import refusal

if TYPE_CHECKING:
    from practice.clock import Clock
    from practice.cloud.instance import Instance
    from practice.cloud.nova import Nova

TTL_S = 600.0
"""`[consoleauth] token_ttl` as Nova has it when nobody changed it."""
_TYPES = {
    "novnc": ("vnc", "vnc"),
    "serial": ("serial", "serial_console"),
    "spice-html5": ("spice", "spice"),
    "spice-direct": ("spice", "spice"),
    "webmks": ("mks", "mks"),
}
"""Type -> its protocol in the API, and its section of nova.conf."""
_PROTOCOLS = ("vnc", "spice", "serial", "mks")
_GONE = {"protocol": "rdp", "type": "rdp-html5"}
"""Known to the schema still, and to no hypervisor."""
_MALFORMED = (
    "The server could not comply with the request since it is either malformed or otherwise incorrect."
)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token is for."""

    instance: Instance
    kind: str
    until_s: float


class Consoles:
    """See the module. `bases`: what stands before the token in an address, by type."""

    def __init__(self, clock: Clock, nova: Nova) -> None:
        self.clock, self.nova = clock, nova
        self.bases: Mapping[str, str] = {}
        self._passes: dict[str, Pass] = {}

    def check(self, protocol: object, kind: object, version: tuple[int, int]) -> None:
        """What the schema of the request refuses, before anybody looks at the instance."""
        known = [name for name in _TYPES if name != "spice-direct" or version >= (2, 99)]
        for field, value, allowed in (("protocol", protocol, _PROTOCOLS), ("type", kind, tuple(known))):
            if not isinstance(value, str):
                said = f"Value: {value}. {value!r} is not of type 'string'"
                raise refusal(400, f"Invalid input for field/attribute {field}. {said}")
            if value == _GONE[field]:
                continue
            if value not in allowed:
                said = f"Value: {value}. {value!r} is not one of {list(allowed)}"
                raise refusal(400, f"Invalid input for field/attribute {field}. {said}")
        if _TYPES.get(str(kind), ("", ""))[0] != protocol:
            raise refusal(400, _MALFORMED)

    def address(self, one: Instance, kind: str) -> str:
        """A new address of an instance's console; of one whose host runs it and has that type enabled."""
        host = self.nova.ready(one)
        if _TYPES[kind][1] not in host.consoles:
            raise refusal(400, f"Unavailable console type {kind}.")
        token = str(uuid.uuid4())
        now_s = self.clock.now_s()
        self._passes = {word: one for word, one in self._passes.items() if one.until_s > now_s}
        self._passes[token] = Pass(one, kind, now_s + TTL_S)
        return f"{self.bases[kind]}{token}"

    def admits(self, token: str, kinds: tuple[str, ...]) -> Instance | None:
        """The instance that a token is for; None: it is too old, of another type, or none."""
        found = self._passes.get(token)
        if found is None or found.until_s <= self.clock.now_s() or found.kind not in kinds:
            return None
        return found.instance

    def expire(self) -> None:
        """Every token that was given is too old from now on."""
        self._passes.clear()
