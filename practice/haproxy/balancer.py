"""A simulated HAProxy: checks its members as time passes, spreads clients over them, takes orders."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from practice.haproxy.member import DRAIN, MAINT, Member
from practice.haproxy.telling import info, servers_state, stat
from practice.host.units import random_of

if TYPE_CHECKING:
    from practice.galera.cluster import Cluster
    from practice.host.machine import ByteReader, ByteWriter, Listener, Machine

SOCKET = "/run/haproxy/admin.sock"
PORT = 3306
_EVERY_S = 2.0
_CLIENTS = 24
_RETRIES, _RETRY_S = 3, 1.0
_MOST_BYTES = 16384
_GROUP = "haproxy"
_STATES = {"ready": 0, "drain": DRAIN, "maint": MAINT}


class Balancer:
    """One host's HAProxy in front of a cluster. `carries`: clients come to it, not to its twin."""

    def __init__(self, machine: Machine, cluster: Cluster, *, seed: int, carries: bool) -> None:
        self.machine, self.cluster = machine, cluster
        self.backend = cluster.name
        self.carries = carries
        self.random = random_of(seed, f"balancer {machine.name}")
        self.members: dict[str, Member] = {}
        self.started_s = 0.0
        self.accepted = 0
        self._invocation = ""
        self._turn = 0
        self._begin()
        machine.clock.after(_EVERY_S, self._round)

    @property
    def is_up(self) -> bool:
        """Whether its process runs."""
        return self.machine.is_on and self.machine.systemd.units["haproxy"].active == "active"

    @property
    def now_s(self) -> float:
        """Simulated seconds."""
        return self.machine.clock.now_s()

    def _begin(self) -> None:
        """Start anew: no order is remembered, everything counts from here, servers are up until checked."""
        self._invocation = self.machine.systemd.units["haproxy"].invocation
        self.started_s, self.accepted = self.now_s, 0
        self.members = {name: Member(server, self.now_s) for name, server in self.cluster.servers.items()}
        self.machine.files.make_dirs(SOCKET.rpartition("/")[0])
        socket = self.machine.files.write(SOCKET, b"", owner="root", mode=0o660)
        socket.kind, socket.group = "s", _GROUP

    def _round(self) -> None:
        """One check of every member, and what clients did meanwhile."""
        self.machine.clock.after(_EVERY_S, self._round)
        if not self.is_up:
            return
        if self.machine.systemd.units["haproxy"].invocation != self._invocation:
            self._begin()
        for member in self.members.values():
            member.ask(self.now_s, self.random)
        self.spread(_EVERY_S)

    def spread(self, seconds: float) -> None:
        """Clients come and go for so long."""
        taking = sum(member.weight for member in self.members.values() if member.takes_new)
        for member in self.members.values():
            share = member.weight / taking if taking and self.carries else 0.0
            member.live(round(_CLIENTS * share), seconds, self.random)

    # ---- the stats socket

    async def administer(self, reader: ByteReader, writer: ByteWriter, login: str) -> None:
        """Answer one connection to the stats socket: one line of commands, then the end."""
        del login
        line = b""
        while not line.endswith(b"\n") and len(line) < _MOST_BYTES:
            more = await reader.read(4096)
            if not more:
                break
            line += more
        writer.write(self.said(line.decode("utf-8", "replace").strip()).encode())
        await writer.drain()
        writer.close()

    def said(self, line: str) -> str:
        """What it answers to a line of commands, set apart by semicolons."""
        if not self.is_up:
            return ""
        return "".join([self._one(command.split()) for command in line.split(";") if command.strip()])

    def _one(self, words: list[str]) -> str:
        match words:
            case ["show", "info"]:
                return info(self)
            case ["show", "stat"]:
                return stat(self)
            case ["show", "servers", "state", *_]:
                return servers_state(self)
            case ["set", "server", name, "state", state]:
                return self._set_state(name, state)
            case ["set", "server", name, "weight", weight]:
                return self._set_weight(name, weight)
        return f"Unknown command: '{words[0]}'.\n\n"

    def _find(self, name: str) -> Member | str:
        backend, slash, server = name.partition("/")
        if not slash:
            return "Require 'backend/server'.\n\n"
        if backend != self.backend:
            return "No such backend.\n\n"
        return self.members.get(server) or "No such server.\n\n"

    def _set_state(self, name: str, state: str) -> str:
        member = self._find(name)
        if isinstance(member, str):
            return member
        if state not in _STATES:
            return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n\n"
        member.order(_STATES[state], self.now_s)
        return "\n"

    def _set_weight(self, name: str, text: str) -> str:
        member = self._find(name)
        if isinstance(member, str):
            return member
        if not text.isascii() or not text.isdigit() or int(text) > 256:
            return "Absolute weight can only be between 0 and 256 inclusive.\n\n"
        member.weight = int(text)
        return "\n"

    # ---- clients

    def choose(self) -> Member | None:
        """The next member in turn that takes sessions; None: there is none."""
        turns = [one for one in self.members.values() if one.takes_new for _ in range(one.weight)]
        if not turns:
            return None
        self._turn += 1
        return turns[self._turn % len(turns)]

    async def forward(self, reader: ByteReader, writer: ByteWriter, serve: dict[str, Listener]) -> None:
        """Bring one client to a member; `serve`: what answers on each. One that is dead costs the client."""
        self.accepted += 1
        member = self.choose()
        if member is None or not self.is_up:
            writer.close()
            return
        server = member.server
        if not server.machine.answers or not server.answers_sql:
            await asyncio.sleep(_RETRIES * _RETRY_S / self.machine.clock.speed)
            writer.close()
            return
        member.sessions, member.total = member.sessions + 1, member.total + 1
        try:
            await serve[member.name](reader, writer, "")
        finally:
            member.sessions = max(0, member.sessions - 1)
