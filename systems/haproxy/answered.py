"""What a check answered last, kept while the next one is under way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from systems.haproxy.readings import BalancerReading, Check, Server


@dataclass(slots=True)
class Answered:
    """The newest whole answer of each server of one HAProxy."""

    checks: dict[tuple[str, str], Check] = field(default_factory=dict)

    def filled_in(self, reading: BalancerReading) -> BalancerReading:
        """The reading; where a newer check is under way, with the code and words of the same result."""
        backends = [
            replace(backend, servers=tuple([self._server(server) for server in backend.servers]))
            for backend in reading.backends
        ]
        named = {(server.backend, server.name) for backend in backends for server in backend.servers}
        self.checks = {key: check for key, check in self.checks.items() if key in named}
        return replace(reading, backends=tuple(backends))

    def _server(self, server: Server) -> Server:
        key, now = (server.backend, server.name), server.check
        if not now.is_under_way:
            self.checks[key] = now
            return server
        before = self.checks.get(key)
        if before is None or before.status != now.status:
            return server
        return replace(server, check=replace(before, is_under_way=True))
