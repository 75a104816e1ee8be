"""Faults of what clients, backups and operators leave behind; none of them ends a server."""

from __future__ import annotations

from practice.faults.catalogue import Scene, fault
from practice.galera.saved import SavedState

_DDL = "ALTER TABLE orders ADD COLUMN note TEXT"
_REPORT = "SELECT item, COUNT(*) FROM orders GROUP BY item"
_DDL_ID, _REPORT_ID = "52", "53"
_BACKUP = ("mariabackup", "--backup", "--target-dir=/var/backups/nightly")
_REJECT = "wsrep_reject_queries"


async def _written_again(scene: Scene) -> None:
    scene.server.cluster.settle()
    scene.server.cluster.is_idle = False


@fault(
    "writes-stop", "All clients are gone: nothing is written any more, and nothing is wrong.", _written_again
)
async def _writes_stop(scene: Scene) -> None:
    scene.server.cluster.settle()
    scene.server.cluster.is_idle = True


async def _changed(scene: Scene) -> None:
    await _written_again(scene)
    for server in scene.all:
        server.sessions.pop(_DDL_ID, None)
        if server.process is not None:
            server.save(SavedState(server.position().uuid, -1))


@fault(
    "schema-change",
    "An ALTER TABLE runs in total order: no other write is committed until it ends.",
    _changed,
)
async def _schema_change(scene: Scene) -> None:
    await _writes_stop(scene)
    for server in scene.all:
        if server.process is None:
            continue
        whose = ("app", "10.20.0.5:52200", "app", "Query")
        if server is not scene.server:
            whose = ("system user", "", "app", "Sleep")
        server.sessions[_DDL_ID] = (_DDL_ID, *whose, "40", "altering table", _DDL, "0.000")
        # As long as it runs no state is safe: whoever ends now needs a full copy.
        server.save(SavedState())


async def _answered(scene: Scene) -> None:
    for server in scene.all:
        server.sessions.pop(_REPORT_ID, None)


@fault("long-statement", "A report has been running on one node for a quarter of an hour.", _answered)
async def _long_statement(scene: Scene) -> None:
    row = ("report", "10.20.0.7:40112", "app", "Query", "900", "Sending data", _REPORT, "0.000")
    scene.server.sessions[_REPORT_ID] = (_REPORT_ID, *row)


async def _backed_up(scene: Scene) -> None:
    for server in scene.all:
        for process in list(server.machine.processes.table.values()):
            if process.argv == _BACKUP:
                server.machine.processes.end(process)


@fault("backup", "A backup reads the data directory of one node.", _backed_up)
async def _backup(scene: Scene) -> None:
    scene.server.machine.processes.make(_BACKUP)


async def _kept_again(scene: Scene) -> None:
    """What was purged does not come back; what is written from now on is kept."""


@fault(
    "cache-purged",
    "What nodes keep for others is gone: whoever is away now comes back by a full copy only.",
    _kept_again,
)
async def _cache_purged(scene: Scene) -> None:
    for server in scene.all:
        server.cached_from = server.position().seqno + 1


async def _unmasked(scene: Scene) -> None:
    for server in scene.all:
        server.machine.systemd.units["mariadb"].unmask()


@fault(
    "unit-masked", "The unit of one node is masked: it runs, and systemd would not start it again.", _unmasked
)
async def _masked(scene: Scene) -> None:
    scene.server.machine.systemd.units["mariadb"].mask()


async def _let_in(scene: Scene) -> None:
    for server in scene.all:
        server.globals.pop(_REJECT, None)


@fault("reject-queries", "wsrep_reject_queries was left on one node: it refuses every statement.", _let_in)
async def _reject_queries(scene: Scene) -> None:
    scene.server.globals[_REJECT] = "ALL"
