"""A database server's programs: mariadb, mariadbd, galera_new_cluster, my_print_defaults."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from practice.commands import program
from practice.commands.options import OptionFault, Options, read_options
from practice.commands.services import systemctl
from practice.galera import logs
from practice.galera.history import Branch, Position
from practice.galera.options import SERVER_GROUPS, options_of
from practice.galera.server import BOOTSTRAP_FLAG
from practice.host.errors import KernelError
from practice.shell.programs import Call
from practice.sql.engine import Result, Session, SqlError, execute, statements_of
from practice.sql.status import unknown_option

if TYPE_CHECKING:
    from practice.galera.server import Server

_FLAGS = "batch xml no-auto-rehash skip-column-names raw force silent verbose table"
_VALUED = (
    "execute user host socket port database password protocol connect-timeout init-command defaults-file "
    "defaults-extra-file"
)


def server_of(call: Call) -> Server | None:
    """The database server of this host."""
    from practice.galera.server import MariadbService

    unit = call.machine.systemd.find("mariadb")
    service = unit.service if unit else None
    return service.server if isinstance(service, MariadbService) else None


@program("my_print_defaults")
async def my_print_defaults(call: Call) -> int:
    """The options of some groups, as --name=value."""
    try:
        given = read_options(call.args, long="mysqld server", long_valued="defaults-file")
    except OptionFault as fault:
        return await call.warn(str(fault))
    groups = SERVER_GROUPS if given.has("mysqld") else ()
    for name, value in options_of(
        call.machine.files,
        (*groups, *given.words),
        defaults_file=given.last("defaults-file"),
        who=call.process.who,
    ):
        await call.say(f"--{name}={value}\n" if value else f"--{name}\n")
    return 0


@program("mariadbd", "mysqld", folder="/usr/sbin")
async def mariadbd(call: Call) -> int:
    """--version, --help --verbose, --wsrep-recover; started by hand it does no more."""
    server = server_of(call)
    version = server.version if server else logs.VERSION
    if "--version" in call.args or "-V" in call.args:
        await call.say(f"{call.argv[0]}  Ver {version} for debian-linux-gnu on x86_64 (Debian 12)\n")
        return 0
    if server is not None and (option := unknown_option(server)):
        await _note(call, f"{call.argv[0]}: unknown variable '{option}'", "ERROR")
        await _note(call, "Aborting", "ERROR")
        return 7
    if "--help" in call.args:
        await call.say(f"{call.argv[0]}  Ver {version} for debian-linux-gnu on x86_64 (Debian 12)\n\n")
        await call.say("To see what variables a running server is using, type\n'mysqladmin variables'\n")
        return 0
    if "--wsrep-recover" not in call.args or server is None:
        await _note(call, "Please consult the Knowledge Base to find out how to run mysqld as root!", "ERROR")
        return 1
    return await _recover(call, server)


async def _note(call: Call, text: str, kind: str = "Note") -> None:
    from datetime import UTC, datetime

    stream = call.process.fds.get(2)
    if stream is not None:
        at = datetime.fromtimestamp(call.machine.now_s(), UTC)
        await stream.write(f"{at:%Y-%m-%d %H:%M:%S} 0 [{kind}] {text}\n".encode())


async def _recover(call: Call, server: Server) -> int:
    """Tell where the storage engine's history ends, and end."""
    if not call.process.who.is_root and call.process.who.user != "mysql":
        await _note(
            call, "Can't change dir to '/var/lib/mysql/' (Errcode: 13 \"Permission denied\")", "ERROR"
        )
        return 1
    await _note(call, logs.starting(server.server_uid, call.process.pid))
    if server.process is not None:
        await _note(call, "InnoDB: Unable to lock ./ibdata1 error: 11", "ERROR")
        await _note(call, "Aborting", "ERROR")
        return 1
    server.read_settings()
    storage = server.storage()
    await asyncio.sleep(min(1.0, 0.8 / call.machine.clock.speed))
    if storage is None:
        await _note(
            call,
            "Could not open mysql.plugin table: \"Table 'mysql.plugin' doesn't exist\".",
            "ERROR",
        )
        await _note(call, "Aborting", "ERROR")
        return 1
    await _note(call, "InnoDB: 128 rollback segments are active.")
    await _note(call, f"WSREP: Recovered position: {storage.position}")
    return 0


@program("galera_new_cluster")
async def galera_new_cluster(call: Call) -> int:
    """Start the server as the first of a new cluster."""
    if not call.process.who.is_root:
        return await call.warn(f"cannot create {BOOTSTRAP_FLAG}: Permission denied")
    files = call.machine.files
    files.write(BOOTSTRAP_FLAG, "_WSREP_NEW_CLUSTER='--wsrep-new-cluster'\n")
    try:
        return await systemctl(Call(("systemctl", "start", "mariadb"), call.process, call.shell))
    finally:
        if files.exists(BOOTSTRAP_FLAG):
            files.remove(BOOTSTRAP_FLAG)


@program("mariadb-install-db", "mysql_install_db")
async def install_db(call: Call) -> int:
    """Fill an empty data directory."""
    server = server_of(call)
    if server is None or not call.process.who.is_root:
        return await call.warn("FATAL ERROR: no server is installed")
    server.read_settings()
    try:
        call.machine.files.find(server.datadir)
    except KernelError as error:
        return await call.warn(f"FATAL ERROR: {server.datadir}: {error.text}")
    if server.storage() is None:
        server.put_storage(Position())
    await call.say(f"Installing MariaDB/MySQL system tables in '{server.datadir}' ...\nOK\n")
    return 0


@program("mariadb", "mysql")
async def mariadb(call: Call) -> int:
    """The client: statements from -e or from standard input."""
    args = [arg for arg in call.args if not re.fullmatch(r"-p.*|--password(=.*)?", arg)]
    try:
        given = read_options(args, flags="BXNsrftv", valued="euhSPD", long=_FLAGS, long_valued=_VALUED)
    except OptionFault as fault:
        return await call.warn(str(fault))
    server = server_of(call)
    if given.last("h", "host"):
        return await _over_tcp(call, server, given.last("h", "host"))
    return await _by_socket(call, server, given)


async def _by_socket(call: Call, server: Server | None, given: Options) -> int:
    """The host's own server."""
    path = given.last("S", "socket", default="/run/mysqld/mysqld.sock")
    if server is None or not server.answers_sql or not call.machine.files.exists(path):
        return await _error(call, 2002, "HY000", f"Can't connect to local server through socket '{path}' (2)")
    user = given.last("u", "user", default="root" if call.process.who.is_root else call.process.who.user)
    if user == "root" and not call.process.who.is_root:
        return await _error(call, 1698, "28000", "Access denied for user 'root'@'localhost'")
    if user not in {"root", "monitor", "mysql"}:
        return await _error(
            call, 1045, "28000", f"Access denied for user '{user}'@'localhost' (using password: NO)"
        )
    script = ";".join(given.every("e", "execute"))
    if not given.has("e", "execute"):
        script = (await call.stdin.read_all()).decode("utf-8", "surrogateescape")
    session = Session(server, user, number=call.process.pid)
    statements = [*given.every("init-command"), *statements_of(script)]
    try:
        for statement in statements:
            result = await execute(session, statement)
            if result.columns:
                await call.say(_shown(result, statement, given.flags))
    except SqlError as error:
        return await _error(call, error.number, error.state, error.text, line=True)
    finally:
        if session.holds_lock:
            server.unlock()
    return 0


async def _over_tcp(call: Call, server: Server | None, address: str) -> int:
    """Another host's server: it is there and lets nobody in, or nothing takes the connection."""
    known = server.cluster.servers.values() if server is not None else ()
    peers = [one for one in known if address in (one.machine.address, one.name)]
    here = call.machine.address
    if not any(one.machine.answers and one.answers_sql for one in peers):
        return await _error(call, 2002, "HY000", f"Can't connect to server on '{address}' (115)")
    user = call.process.who.user
    return await _error(call, 1045, "28000", f"Access denied for user '{user}'@'{here}' (using password: NO)")


async def _error(call: Call, number: int, state: str, text: str, *, line: bool = False) -> int:
    stream = call.process.fds.get(2)
    if stream is not None:
        where = " at line 1" if line else ""
        await stream.write(f"ERROR {number} ({state}){where}: {text}\n".encode("utf-8", "surrogateescape"))
    return 1


def _shown(result: Result, statement: str, flags: set[str]) -> str:
    if flags & {"X", "xml"}:
        return _xml(result, statement)
    head = [] if flags & {"N", "skip-column-names"} else ["\t".join(result.columns)]
    rows = ["\t".join("NULL" if value is None else _escaped(value) for value in row) for row in result.rows]
    return "".join(f"{line}\n" for line in [*head, *rows])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _xml(result: Result, statement: str) -> str:
    lines = ['<?xml version="1.0"?>', "", f'<resultset statement="{_entities(statement)}"']
    lines[-1] += ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    for row in result.rows:
        lines.append("  <row>")
        for name, value in zip(result.columns, row, strict=False):
            field = f'	<field name="{_entities(name)}"'
            lines.append(
                f'{field} xsi:nil="true" />' if value is None else f"{field}>{_entities(value)}</field>"
            )
        lines.append("  </row>")
    return "\n".join([*lines, "</resultset>", ""])


def _entities(text: str) -> str:
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(char, entity)
    return text


def new_history(server: Server) -> Branch:
    """A history of its own, as a cluster that was bootstrapped from nothing has."""
    return Branch(server.new_uuid())
