"""Faults of hosts that are to become a cluster: what stands in the way of a bootstrap (GOTCHAS A, K)."""

from __future__ import annotations

from practice.faults.catalogue import On, Scene, fault
from practice.galera.history import Branch, Position
from practice.galera.logs import VERSION

_OPTIONS = "/etc/mysql/mariadb.conf.d"
_FIRST_START, _TUNING = f"{_OPTIONS}/90-first-start.cnf", f"{_OPTIONS}/70-tuning.cnf"
_FLAG = "_WSREP_NEW_CLUSTER"
_MACHINE_ID = "/etc/machine-id"
_RSYNC, _RSYNC_ASIDE = "/usr/bin/rsync", "/usr/bin/.rsync.aside"
_OLDER = "10.6.21-MariaDB-0+deb12u1"
_GROUP_PORT = 4567


async def _own_identity(scene: Scene) -> None:
    for server in scene.all:
        server.machine.files.write(_MACHINE_ID, f"{server.machine.machine_id}\n")


@fault("cloned", "One host is a copy of another one: both have the same machine id.", _own_identity, On.BLANK)
async def _cloned(scene: Scene) -> None:
    scene.server.machine.files.write(_MACHINE_ID, f"{scene.others[0].machine.machine_id}\n")


async def _same_version(scene: Scene) -> None:
    for server in scene.all:
        server.version = VERSION


@fault("other-version", "One host has an older server than the others.", _same_version, On.BLANK)
async def _other_version(scene: Scene) -> None:
    scene.server.version = _OLDER


async def _keeps_its_data(scene: Scene) -> None:
    """What somebody has put there is not the fault's to take away again."""


@fault(
    "data-there", "The data directory of one host holds a database of somebody's.", _keeps_its_data, On.BLANK
)
async def _data_there(scene: Scene) -> None:
    server = scene.server
    branch = Branch(server.new_uuid())
    server.put_storage(Position(branch, 4711))
    server.machine.files.make_dirs(f"{server.datadir}/billing", owner="mysql", mode=0o700)
    server.machine.files.write(f"{server.datadir}/billing/invoices.ibd", b"", owner="mysql").hole_bytes = (
        8 << 20
    )


async def _without_lost_and_found(scene: Scene) -> None:
    for server in scene.all:
        server.drop("lost+found")


@fault(
    "lost-and-found",
    "The data directory of one host is the root of a file system, with lost+found in it.",
    _without_lost_and_found,
    On.BLANK,
)
async def _lost_and_found(scene: Scene) -> None:
    scene.server.machine.files.make_dirs(f"{scene.server.datadir}/lost+found", mode=0o700)


async def _with_rsync(scene: Scene) -> None:
    for server in scene.all:
        files = server.machine.files
        if files.exists(_RSYNC_ASIDE):
            files.put(_RSYNC, files.remove(_RSYNC_ASIDE))


@fault("no-rsync", "rsync, by which full copies are made, is missing on one host.", _with_rsync, On.BLANK)
async def _no_rsync(scene: Scene) -> None:
    files = scene.server.machine.files
    files.put(_RSYNC_ASIDE, files.remove(_RSYNC))


def _without_file(path: str, scene: Scene) -> None:
    for server in scene.all:
        if server.machine.files.exists(path):
            server.machine.files.remove(path)


async def _no_flag_in_options(scene: Scene) -> None:
    _without_file(_FIRST_START, scene)


@fault(
    "flag-in-options",
    "An option file of one host makes every start a bootstrap.",
    _no_flag_in_options,
    On.BLANK,
)
async def _flag_in_options(scene: Scene) -> None:
    scene.server.machine.files.write(_FIRST_START, "[mariadbd]\nwsrep_new_cluster = ON\n")


async def _no_flag_in_environment(scene: Scene) -> None:
    for server in scene.all:
        server.machine.systemd.environment.pop(_FLAG, None)


@fault(
    "flag-in-environment",
    "A bootstrap flag was left in systemd's environment on one host.",
    _no_flag_in_environment,
    On.BLANK,
)
async def _flag_in_environment(scene: Scene) -> None:
    scene.server.machine.systemd.environment[_FLAG] = "--wsrep-new-cluster"


async def _port_free(scene: Scene) -> None:
    for server in scene.all:
        if server.process is None:
            server.machine.listeners.pop(_GROUP_PORT, None)


@fault("port-taken", "Something else listens on port 4567 of one host.", _port_free, On.BLANK)
async def _port_taken(scene: Scene) -> None:
    scene.server.machine.listeners[_GROUP_PORT] = 0


async def _known_options(scene: Scene) -> None:
    _without_file(_TUNING, scene)


@fault(
    "unknown-option",
    "An option file of one host has an option that no server knows.",
    _known_options,
    On.BLANK,
)
async def _unknown_option(scene: Scene) -> None:
    scene.server.machine.files.write(_TUNING, "[mariadbd]\ninnodb_file_formt = Barracuda\n")


async def _not_masked(scene: Scene) -> None:
    for server in scene.all:
        server.machine.systemd.units["mariadb"].unmask()


@fault("masked", "The unit of one host's database is masked.", _not_masked, On.BLANK)
async def _masked(scene: Scene) -> None:
    scene.server.machine.systemd.units["mariadb"].mask()


async def _with_datadir(scene: Scene) -> None:
    for server in scene.all:
        if not server.machine.files.exists(server.datadir):
            server.put_storage(Position())


@fault("no-datadir", "One host has no data directory: its volume is not mounted.", _with_datadir, On.BLANK)
async def _no_datadir(scene: Scene) -> None:
    scene.server.machine.files.remove(scene.server.datadir)
