"""Who sees whom in one cluster, which views come of it, which of them is Primary (gcomm/src/pc_proto.cpp)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from practice.galera import logs
from practice.galera.component import Component
from practice.galera.history import Branch, Position
from practice.galera.saved import SavedState
from practice.galera.transfer import Transfers
from practice.sql.tables import Tables

if TYPE_CHECKING:
    from practice.clock import Clock
    from practice.galera.server import Server

MERGE_S = 1.5
"""How long components that see each other take to become one."""
_SLACK_S = 0.001


class Views:
    """See the module."""

    def __init__(self, name: str, clock: Clock, *, writes_per_s: float = 40.0) -> None:
        self.name = name
        self.clock = clock
        self.writes_per_s = writes_per_s
        self.write_shares: dict[str, float] = {}
        """Which part of all writes the clients of each server send; empty: all those of the first."""
        self.servers: dict[str, Server] = {}
        self.components: list[Component] = []
        self.branches: list[Branch] = []
        self.cut: set[frozenset[str]] = set()
        """Pairs of hosts between which group communication does not pass."""
        self.forced = 0
        """How many Primary components were made by force."""
        self.is_idle = False  # no client writes
        self.most_primaries = 0  # so many there were at once
        self._lost_since: dict[frozenset[str], float] = {}
        self._numbers = itertools.count(1)
        self._tables: dict[Branch, Tables] = {}
        self.transfers = Transfers(self)

    def linked(self, one: Server, other: Server) -> bool:
        """Whether two servers hear each other now."""
        if not (one.is_member and other.is_member and one.machine.answers and other.machine.answers):
            return False
        return frozenset((one.name, other.name)) not in self.cut

    def changed(self) -> None:
        """Somebody may hear somebody else no more, or again: look once that is sure."""
        now_s = self.clock.now_s()
        for component in self.components:
            component.settle()
            is_stalled = False
            for one, other in itertools.combinations(component.members, 2):
                pair = frozenset((one.name, other.name))
                if self.linked(one, other):
                    self._lost_since.pop(pair, None)
                else:
                    is_stalled = True
                    self._lost_since.setdefault(pair, now_s)
            component.is_stalled = is_stalled
            if is_stalled or any(not one.is_member for one in component.members):
                wait_s = max((one.suspect_s() for one in component.members), default=5.0)
                self.clock.after(wait_s + _SLACK_S, self.check)
        self.clock.after(MERGE_S, self.check)

    def check(self) -> None:
        """Give up who was silent for too long; join who sees each other again."""
        for component in list(self.components):
            self._split(component)
        self._merge()

    def _is_given_up(self, one: Server, other: Server) -> bool:
        since_s = self._lost_since.get(frozenset((one.name, other.name)))
        if since_s is None or self.linked(one, other):
            return False
        return self.clock.now_s() - since_s >= min(one.suspect_s(), other.suspect_s()) - _SLACK_S

    def _split(self, component: Component) -> None:
        members = component.members
        living = [one for one in members if one.is_member]
        if living and not any(
            self._is_given_up(one, other) for one, other in itertools.combinations(members, 2)
        ):
            return
        component.settle()
        parts = _parts(living, lambda one, other: not self._is_given_up(one, other))
        if len(parts) == 1 and len(living) == len(members):
            return
        self.components.remove(component)
        for gone in (one for one in members if not one.is_member):
            gone.component = None
        whole = component.weight()
        for part in parts:
            has_quorum = component.is_primary and 2 * sum(one.weight for one in part) > whole
            for one in part:
                self._note_lost(one, [other for other in members if other not in part])
            if has_quorum:
                self._again(component, part)
            else:
                self._non_primary(component, part)

    @staticmethod
    def _note_lost(server: Server, others: list[Server]) -> None:
        for other in others:
            ident = server.gcomm_uuid[:8], other.gcomm_uuid[:8]
            server.log(f"WSREP: evs::proto({ident[0]}, OPERATIONAL) suspecting node: {ident[1]}", "Warning")

    def _again(self, component: Component, members: list[Server]) -> None:
        """The same Primary component with other members."""
        component.settle()
        if component in self.components:
            self.components.remove(component)
        fresh = self._component(
            members,
            is_primary=True,
            conf_id=component.conf_id + 1,
            branch=component.branch,
            seqno=component.seqno + 1,
        )
        fresh.paused_s, fresh.is_closed = component.paused_s, component.is_closed
        for one in members:
            if one.is_synced and not one.is_locked and one.applied == component.seqno:
                one.applied = fresh.seqno
        self._told(fresh)

    def _non_primary(self, component: Component, members: list[Server]) -> None:
        fresh = self._component(
            members, is_primary=False, conf_id=2**64 - 1, branch=component.branch, seqno=component.seqno
        )
        is_primary = component.is_primary
        fresh.last_primary = (
            tuple(one.gcomm_uuid for one in component.members) if is_primary else component.last_primary
        )
        for one in members:
            one.start_position = (
                Position(component.branch, one.applied) if component.branch else one.start_position
            )
            one.local_state = 0
            self.transfers.cancel(one)
        self._told(fresh)

    def _component(
        self, members: list[Server], *, is_primary: bool, conf_id: int, branch: Branch | None, seqno: int
    ) -> Component:
        component = Component(
            self.clock.now_s,
            list(members),
            is_primary,
            next(self._numbers),
            conf_id,
            branch,
            seqno,
            self._writes,
        )
        for one in members:
            if (
                one.component is not None
                and one.component in self.components
                and one.component is not component
            ):
                one.component.members = [other for other in one.component.members if other is not one]
                if not one.component.members:
                    self.components.remove(one.component)
            one.component = component
        if is_primary:
            component.last_primary = tuple(one.gcomm_uuid for one in component.members)
        component.is_stalled = any(
            not self.linked(one, other) for one, other in itertools.combinations(component.members, 2)
        )
        self.components.append(component)
        return component

    def writer(self) -> Server | None:
        """The server that most clients write to: the first that takes commits, where shares do not tell."""
        able = [one for one in self.servers.values() if one.phase == "up" and one.is_synced]
        return max(able, key=lambda one: self.write_shares.get(one.name, 0.0), default=None)

    def _writes(self, component: Component) -> float:
        """Commits per simulated second, where the clients are: a console then sees the rate of life."""
        if self.is_idle or self.writer() not in component.members:
            return 0.0
        return self.writes_per_s / self.clock.speed

    def _merge(self) -> None:
        """Components of which two see each other become one, unless both are Primary."""
        for one, other in itertools.combinations(list(self.components), 2):
            if (
                one not in self.components
                or other not in self.components
                or (one.is_primary and other.is_primary)
            ):
                continue
            if not all(self._acquainted(a, b) for a in one.members for b in other.members):
                continue
            first, second = (one, other) if one.is_primary else (other, one)
            if first.is_primary:
                self._joined(first, second)
            else:
                self._met(first, second)
            self.clock.after(MERGE_S, self.check)
            return

    def _acquainted(self, one: Server, other: Server) -> bool:
        if not self.linked(one, other) or one.settings.get("wsrep_cluster_name") != other.settings.get(
            "wsrep_cluster_name"
        ):
            return False
        return other.machine.address in one.peers() or one.machine.address in other.peers()

    def _joined(self, primary: Component, others: Component) -> None:
        """Members of a component without quorum come to a Primary one."""
        for one in others.members:
            if one.local_state in {2, 4}:
                one.local_state = 0
        self._again(primary, [*primary.members, *others.members])

    def _met(self, one: Component, other: Component) -> None:
        """Two components without quorum meet; together they may be what is left of the last Primary one."""
        members = [*one.members, *other.members]
        last = max((one.last_primary, other.last_primary), key=len)
        here = {server.gcomm_uuid for server in members}
        branches = [
            (server.applied, server) for server in members if server.start_position.branch is not None
        ]
        waits_for_all = any(server.is_restored and server.phase == "alone" for server in members)
        present = len(here & set(last))
        is_whole = present == len(last) if waits_for_all else 2 * present > len(last)
        if not last or not is_whole or not branches:
            merged = self._component(
                members, is_primary=False, conf_id=2**64 - 1, branch=one.branch or other.branch, seqno=-1
            )
            merged.last_primary = last
            self._told(merged)
            return
        best = max(branches, key=lambda pair: pair[0])[1]
        for server in members:
            server.log(
                "WSREP: promote to primary component"
                if waits_for_all
                else "WSREP: re-bootstrapping prim from partitioned components"
            )
        self.promote(members, best, conf_id=0 if waits_for_all else 1, branch=best.start_position.branch)

    def promote(self, members: list[Server], best: Server, *, conf_id: int, branch: Branch | None) -> None:
        """Let these be the Primary component, at the position of the best of them."""
        component = self._component(
            members, is_primary=True, conf_id=conf_id, branch=branch, seqno=best.applied
        )
        for one in members:
            if one.applied == best.applied and one.start_position.uuid == best.start_position.uuid:
                one.local_state = 4
                one.start_position = Position(branch, one.applied)
        self._told(component)

    def _told(self, component: Component) -> None:
        """Have all members take in a new view."""
        held = sum(one.is_primary and bool(one.members) for one in self.components)
        self.most_primaries = max(self.most_primaries, held)
        uuids = tuple(one.gcomm_uuid for one in component.members)
        living = [one for one in component.members if one.is_member]
        for one in living:
            one.log(logs.component_line(component, one))
            one.log(logs.view(component, one), thread=2)
            if component.is_primary and component.branch is not None:
                one.save_view(uuids, component.number)
        if not component.is_primary or component.branch is None:
            return
        is_single = len(component.members) == 1
        if is_single and living and component.members[0].local_state != 4:
            component.members[0].local_state = 4
        for one in living:
            if one.local_state in {2, 4}:
                one.start_position = Position(component.branch, one.applied)
                one.save(SavedState(component.branch.uuid, -1, is_safe=is_single))
                self.synced(one)
        self.transfers.look(component)

    def synced(self, server: Server) -> None:
        """It has the state of its group."""
        if server.local_state == 4 and server.phase != "up":
            server.log("WSREP: Synchronized with group, ready for connections", thread=2)
        server.is_restored = False
        server.serve()


def _parts(members: list[Server], together: Callable[[Server, Server], bool]) -> list[list[Server]]:
    """Cut servers into groups in which everybody hears everybody through somebody."""
    parts: list[list[Server]] = []
    for server in members:
        near = [part for part in parts if any(together(server, other) for other in part)]
        joined = [server, *(other for part in near for other in part)]
        parts = [part for part in parts if part not in near] + [joined]
    return parts
