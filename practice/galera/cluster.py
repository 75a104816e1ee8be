"""One cluster: servers that come, go, and are made Primary by force; what it has committed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from practice.galera.component import NEVER, Component
from practice.galera.history import Branch, Position, acknowledged_count, lost_count
from practice.galera.saved import SavedState, SavedView
from practice.galera.views import Views
from practice.sql.tables import Tables

if TYPE_CHECKING:
    from practice.galera.server import Server

MERGE_S = 1.5
"""How long components that see each other take to become one."""
_SLACK_S = 0.001


class Cluster(Views):
    """The servers of one cluster, and what group communication makes of them."""

    first_tables: Callable[[], Tables] = Tables
    """What a history begins with."""

    # ---- what it is now

    def settle(self) -> None:
        """Bring all commits up to this moment."""
        for component in self.components:
            component.settle()

    def primaries(self) -> list[Component]:
        """The Primary components; more than one: a split."""
        return [component for component in self.components if component.is_primary and component.members]

    def acknowledged(self) -> int:
        """How many commits clients were told of."""
        self.settle()
        return acknowledged_count(self.branches)

    def lost(self) -> int:
        """How many acknowledged commits the Primary component lacks; without one, the best disk."""
        self.settle()
        primaries = self.primaries()
        if primaries:
            positions = [Position(one.branch, one.seqno) for one in primaries]
        else:
            positions = [one.position() for one in self.servers.values() if one.process is not None]
            positions += [storage.position for one in self.servers.values() if (storage := one.storage())]
        return min((lost_count(self.branches, position) for position in positions), default=0)

    def tables_of(self, branch: Branch) -> Tables:
        """What is in a line of history; one that has forked begins with what was there before."""
        if branch not in self._tables:
            before = self.tables_of(branch.parent).copy() if branch.parent else self.first_tables()
            self._tables[branch] = before
        return self._tables[branch]

    # ---- coming and going

    def enter(self, server: Server, *, new_cluster: bool, view: SavedView | None) -> None:
        """A server has opened its channel."""
        if new_cluster:
            self._bootstrap(server)
            return
        alone = self._component([server], is_primary=False, conf_id=2**64 - 1, branch=None, seqno=-1)
        if view is not None:
            alone.last_primary = view.members
        self.changed()
        self.clock.after(0.3, self.check)

    def _bootstrap(self, server: Server) -> None:
        branch = server.start_position.branch
        if branch is None:
            fresh = Branch(server.new_uuid())
        else:
            fresh = Branch(branch.uuid, branch, server.start_position.seqno)
        self.branches.append(fresh)
        self.forced += 1
        server.applied = max(server.start_position.seqno, 0)
        component = self._component([server], is_primary=True, conf_id=1, branch=fresh, seqno=server.applied)
        component.is_closed = True
        server.start_position = Position(fresh, server.applied)
        if server.storage() is None or branch is None:
            server.put_storage(server.start_position)
        self._told(component)

    def found(
        self,
        branch: Branch | None,
        seqno: int,
        *,
        conf_id: int,
        members: list[Server] | None = None,
        is_primary: bool = True,
    ) -> None:
        """Let servers, all by default, be one component, as if that were so for long."""
        self._told(
            self._component(
                members or list(self.servers.values()),
                is_primary=is_primary,
                conf_id=conf_id if is_primary else NEVER,
                branch=branch,
                seqno=seqno,
            )
        )

    def leave(self, server: Server) -> None:
        """A server says goodbye: the others need no quorum without it."""
        component = server.component
        server.component = None
        self.transfers.cancel(server)
        if component is None:
            return
        component.settle()
        rest = [one for one in component.members if one is not server]
        component.members = rest
        if not rest:
            self.components.remove(component)
        elif component.is_primary:
            self._again(component, rest)
        component.last_primary = (
            tuple(one.gcomm_uuid for one in rest) if component.is_primary else component.last_primary
        )

    def died(self, server: Server) -> None:
        """A server is gone without a word."""
        self.transfers.cancel(server)
        self.changed()

    # ---- views

    def force_primary(self, server: Server) -> bool:
        """pc.bootstrap=1: what this server sees becomes the Primary component; false: it is one already."""
        component = server.component
        if component is None or component.is_primary:
            return False
        members = [one for one in component.members if one.is_member]
        best = max(members, key=lambda one: one.applied)
        parent = best.start_position.branch
        fresh = Branch(best.start_position.uuid if parent else best.new_uuid(), parent, best.applied)
        self.branches.append(fresh)
        self.forced += 1
        self.promote(members, best, conf_id=1, branch=fresh)
        return True

    def expel(self, server: Server) -> None:
        """It was voted out: it could not apply what the others could."""
        component = server.component
        self.leave(server)
        server.phase, server.local_state = "expelled", 0
        server.machine.listeners.pop(4567, None)
        seqno = component.seqno if component else 0
        server.log(
            "WSREP: Inconsistency detected: Inconsistent by consensus on "
            f"{server.start_position.uuid}:{seqno}",
            "ERROR",
        )
        server.drop("gvwstate.dat")
        server.save(SavedState())
        server.machine.files.write(
            f"{server.datadir}/GRA_2_{seqno}_v2.log", b"", owner="mysql"
        ).hole_bytes = 180
