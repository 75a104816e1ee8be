"""Accounts by statements only, host-scoped, with the least they need (PXC-13, PXC-25, PXC-26; 0.4 E5)."""

from __future__ import annotations

import re

from runbooks.galera_bootstrap.inputs import (
    MONITOR_FROM,
    MONITOR_PASSWORD,
    MONITOR_USER,
    ROOT_PASSWORD,
    SST_PASSWORD,
    SST_USER,
)
from runbooks.galera_bootstrap.setup import Setup
from runbooks.inputs import told
from runbooks.model import Act, Check, Context, Sighting, Step, no, yes
from runbooks.secret import Form, marker
from runbooks.steps.checks import every, synced
from runbooks.steps.node import Node
from runbooks.words import count, listed
from systems.errors import Refused
from systems.galera.readings import Flavour
from systems.put import put
from systems.shell import Command, Probe
from systems.text import visible

_ROOT_LOGIN = "/root/.my.cnf"
_PROBE_USER = "quarterdeck_probe"
_HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}", re.ASCII)
"""A host's own name as a statement may hold it; anything else that a host calls itself is left out."""
_SYNC_READ = "--init-command=SET SESSION wsrep_sync_wait=1"
_NAMES_SINCE = (10, 5)
"""From this version on MariaDB has BINLOG MONITOR and REPLICA MONITOR instead of REPLICATION CLIENT."""


def account_steps(setup: Setup) -> tuple[Step, ...]:
    """On the first node, while it is alone: the others get them with their first copy (A.3 step 5)."""
    steps = [*((_root_step(setup),) if setup.gives_root_password else ()), _tidy_step(setup)]
    may_see = _replication(setup)
    if setup.needs_account:
        user, why = told(setup.values, SST_USER), f"{setup.method} logs in on the donor with it (PXC-13)."
        rights = ("RELOAD", "PROCESS", "LOCK TABLES", *may_see)
        steps.append(
            _account_step(setup, user, "localhost", secret=SST_PASSWORD.name, rights=rights, why=why)
        )
    if told(setup.values, MONITOR_PASSWORD):
        user, place = told(setup.values, MONITOR_USER), told(setup.values, MONITOR_FROM)
        why = (
            "It sees status and connections, and reads no table: what a console needs, and no more (E5, E6)."
        )
        rights = ("PROCESS", *may_see[:1])
        steps.append(_account_step(setup, user, place, secret=MONITOR_PASSWORD.name, rights=rights, why=why))
    return tuple(steps)


def _root_step(setup: Setup) -> Step:
    """Root gets its password while there is one node, and its login file on all (A.3 step 5, PXC-12)."""
    first = setup.first.node
    statement = f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{marker(ROOT_PASSWORD.name, Form.SQL)}';\n"
    login = f'[client]\nuser = root\npassword = "{marker(ROOT_PASSWORD.name, Form.OPTION)}"\n'
    file = put(_ROOT_LOGIN, login, mode="0600", owner="root:root", keeps_old=True)
    return Step(
        key="root",
        title="give root its password",
        why="Initialised without one, root is open to everybody who has a shell on the host (PXC-12).",
        check=every(synced(first.host)),
        verify=_root_has_password(first),
        acts=(
            Act(first.host, Command.of(first.client, stdin=statement)),
            *(Act(host, file) for host in setup.hosts),
        ),
        expects=f"root@localhost has a password; {_ROOT_LOGIN} on {listed(setup.hosts)} has it, mode 0600",
        gotchas=("PXC-12", "PXC-25"),
        answers=("PXC-12", "PXC-25"),
        verify_deadline_s=20.0,
        undo_note="None: a root without password is nothing to go back to.",
        skippable=False,
    )


def _root_has_password(node: Node) -> Check:
    async def verify(context: Context) -> Sighting:
        statement = (
            "SELECT COUNT(*) FROM mysql.user WHERE user='root' AND host='localhost' "
            "AND authentication_string<>''"
        )
        if await _ask(context, node, statement) != "1":
            return no(f"{node.host}: root@localhost has no password", node.host)
        return yes(f"root logs in on {node.host} with its password", node.host)

    return verify


def _replication(setup: Setup) -> tuple[str, ...]:
    if setup.flavour is Flavour.MARIADB and setup.version >= _NAMES_SINCE:
        return ("BINLOG MONITOR", "REPLICA MONITOR")
    return ("REPLICATION CLIENT",)


def _account_step(
    setup: Setup, user: str, place: str, *, secret: str, rights: tuple[str, ...], why: str
) -> Step:
    first, account = setup.first.node, f"'{user}'@'{place}'"
    password = marker(secret, Form.SQL)
    statements = (
        f"CREATE USER IF NOT EXISTS {account} IDENTIFIED BY '{password}';\n"
        f"ALTER USER {account} IDENTIFIED BY '{password}';\n"
        f"GRANT {', '.join(rights)} ON *.* TO {account};\n"
    )
    return Step(
        key=f"account:{user}",
        title=f"make the account {user}@{place}",
        why=why,
        check=every(synced(first.host)),
        verify=_has_rights(first, user, place, len(rights)),
        acts=(Act(first.host, Command.of(first.client, stdin=statements)),),
        expects=f"{user}@{place} has {listed(rights)}, and no other right",
        gotchas=("PXC-13", "PXC-25", "PXC-26"),
        answers=("PXC-13", "PXC-25", "PXC-26"),
        verify_deadline_s=20.0,
        undo=(Act(first.host, Command.of(first.client, stdin=f"DROP USER IF EXISTS {account};\n")),),
        undo_note=f"Drops {user}@{place}.",
    )


def _has_rights(node: Node, user: str, place: str, number: int) -> Check:
    """An account of that name has as many rights as were given, and not one more."""
    statement = (
        "SELECT COUNT(*), SUM(is_grantable = 'YES') FROM information_schema.user_privileges "  # noqa: S608
        f"WHERE grantee = \"'{user}'@'{place}'\""
    )

    async def verify(context: Context) -> Sighting:
        found = (await _ask(context, node, statement)).split()
        if found == [str(number), "0"]:
            return yes(f"{user}@{place} has {count(number, 'right')}", node.host)
        seen = " and ".join(found) or "nothing"
        return no(f"{user}@{place}: rights and those it may pass on: {seen}, not {number} and 0", node.host)

    return verify


def _tidy_step(setup: Setup) -> Step:
    first = setup.first.node
    names = dict.fromkeys(("localhost", first.evidence.hostname))
    drops = "".join(f"DROP USER IF EXISTS ''@'{name}';\n" for name in names if _HOST_NAME.fullmatch(name))
    return Step(
        key="tidy",
        title="drop accounts without a name, and the schema test",
        why="Some packages make them: anybody could log in. The others copy this node, so once is enough.",
        check=_test_is_empty(first),
        verify=_is_tidy(first),
        acts=(Act(first.host, Command.of(first.client, stdin=f"{drops}DROP DATABASE IF EXISTS test;\n")),),
        expects="no account without a name, no schema test",
        gotchas=("PXC-12", "PXC-25"),
        answers=("PXC-25",),
        verify_deadline_s=20.0,
        undo_note="None: nothing of anybody's is dropped; the check proves that test has no table.",
    )


def _test_is_empty(node: Node) -> Check:
    async def check(context: Context) -> Sighting:
        try:
            tables = await _ask(
                context, node, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema='test'"
            )
        except Refused as error:
            return no(f"{error}; put root's login into {_ROOT_LOGIN} on each host", node.host)
        if tables != "0":
            return no(f"{node.host}: the schema test has {tables} tables: somebody uses it", node.host)
        return yes("root logs in by the socket; the schema test has no table", node.host)

    return check


def _is_tidy(node: Node) -> Check:
    async def verify(context: Context) -> Sighting:
        nameless = await _ask(context, node, "SELECT host FROM mysql.user WHERE user=''")
        if nameless:
            return no(f"accounts without a name remain, from {listed(nameless.split())}", node.host)
        schema = await _ask(
            context, node, "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name='test'"
        )
        return yes("none is left", node.host) if schema == "0" else no("the schema test is still there")

    return verify


def probe_account_steps(setup: Setup) -> tuple[Step, ...]:
    """Account statements reach every node: make one, see it everywhere, drop it (A.5-3)."""
    first = setup.first.node
    drop = Act(
        first.host, Command.of(first.client, stdin=f"DROP USER IF EXISTS '{_PROBE_USER}'@'localhost';\n")
    )
    make = f"CREATE USER IF NOT EXISTS '{_PROBE_USER}'@'localhost' ACCOUNT LOCK;\n"
    synced_all = every(*(synced(host) for host in setup.hosts))
    return (
        Step(
            key="prove:account",
            title="prove: an account made on one node is on all",
            why="Accounts made by writing to the grant tables would not be (PXC-25).",
            check=synced_all,
            verify=_account_is(setup, "1"),
            acts=(Act(first.host, Command.of(first.client, stdin=make)),),
            expects=f"{_PROBE_USER}@localhost, locked and without rights, on every node",
            gotchas=("PXC-25",),
            answers=("PXC-25",),
            verify_deadline_s=20.0,
            undo=(drop,),
            undo_note=f"Drops {_PROBE_USER}@localhost.",
            lasting=False,
        ),
        Step(
            key="prove:account:drop",
            title=f"prove: drop {_PROBE_USER} again",
            why="The proof leaves nothing behind.",
            check=synced_all,
            verify=_account_is(setup, "0"),
            acts=(drop,),
            expects=f"no {_PROBE_USER} on any node",
            verify_deadline_s=20.0,
            undo_note="Nothing needs to be undone.",
        ),
    )


def _account_is(setup: Setup, number: str) -> Check:
    async def verify(context: Context) -> Sighting:
        for member in setup.members:
            found = await _ask(
                context,
                member.node,
                f"SELECT COUNT(*) FROM mysql.user WHERE user='{_PROBE_USER}'",  # noqa: S608
            )
            if found != number:
                return no(f"{member.host} has {found} of {_PROBE_USER}, not {number}", member.host)
        return yes(f"{_PROBE_USER}: {number} on {listed(setup.hosts)}", *setup.hosts)

    return verify


async def _ask(context: Context, node: Node, statement: str) -> str:
    """What a query answers as root by the socket, after all that the cluster did before it.

    Raises `Refused` with the client's own words when it is refused.
    """
    probe = Probe.of(node.client, "-NB", _SYNC_READ, "-e", statement, as_root=True, accepts=None)
    output = await context.reader(node.host).read(probe)
    if output.status:
        raise Refused(f"{node.host}: {visible(output.stderr.strip()[-300:])}")
    return output.stdout.strip()
