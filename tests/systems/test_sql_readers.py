"""Real database servers: through SSH, over TCP, refused, hung, and come back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pymysql
import pytest

from systems.errors import LoginRefused, Refused, TimedOut, Unreachable
from systems.galera.processlist import PROCESSLIST_QUERY, shows_all
from systems.sql import Query
from systems.sql_readers import SqlAccess, SqlReaders
from systems.ssh.hosts import SshHosts
from tests.systems.galera.light import PASSWORD, LightCluster
from tests.systems.ssh.servers import Estate, until

pytestmark = pytest.mark.servers

STATUS = Query("SHOW GLOBAL STATUS LIKE 'wsrep_local_state_comment'")
SYNCED = (("wsrep_local_state_comment", "Synced"),)


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightCluster]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"qd-sql-{os.getpid()}"
    cluster = LightCluster(folder, f"127.0.{51 + worker}")
    try:
        cluster.run("reset")
        yield cluster
    finally:
        cluster.run("down")
        cluster.close()


@pytest.fixture
async def hosts(light: LightCluster, tmp_path: Path) -> AsyncIterator[SshHosts]:
    """`db1` is reached by SSH, `n1` to `n3` are names for the addresses of the nodes."""
    estate = Estate(tmp_path)
    estate.sshd("db1")
    for number in (1, 2, 3):
        estate.name(f"n{number}", f"{light.net}.{number}", 22)
    made = SshHosts(config_file=str(estate.config), system_config_file=None)
    yield made
    await made.close()
    estate.stop()


def pid_of(light: LightCluster, node: str) -> int:
    return int((light.folder / node / "mariadbd.pid").read_text())


def is_frozen(pid: int) -> bool:
    """Whether the kernel has stopped every thread of it."""
    stats = (task.joinpath("stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir())
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in stats)


async def freeze(light: LightCluster, node: str) -> None:
    """Stop its process, and wait until it is stopped: on a busy machine a signal takes its time."""
    pid = pid_of(light, node)
    os.kill(pid, signal.SIGSTOP)
    async with asyncio.timeout(10):
        while not is_frozen(pid):  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.01)


def by_ssh(light: LightCluster, password: str = PASSWORD, socket: str = "") -> SqlAccess:
    return SqlAccess("monitor", password, socket=socket or str(light.folder / "n1" / "s"))


async def test_a_password_goes_to_nobody_unverified_by_default(hosts: SshHosts) -> None:
    with pytest.raises(ValueError, match="needs the authority that signs the servers"):
        SqlReaders(hosts, SqlAccess("monitor", PASSWORD, via="tcp"), nodes=1)


async def test_a_server_answers_through_the_connection(light: LightCluster, hosts: SshHosts) -> None:
    readers = SqlReaders(hosts, by_ssh(light), nodes=3)
    status, values = await readers.reader("db1").ask([STATUS, Query("SELECT 1, NULL, 'a\\tb\\nä', ''")])
    assert status.rows == SYNCED
    assert values.rows == (("1", None, "a\tb\nä", ""),)
    assert status.at.tzinfo is not None
    await readers.close()


async def test_a_server_answers_over_tcp_with_one_connection(light: LightCluster, hosts: SshHosts) -> None:
    readers = SqlReaders(hosts, SqlAccess("monitor", PASSWORD, via="tcp", is_unverified=True), nodes=3)
    identity = Query("SELECT CONNECTION_ID()")
    first, second = [await readers.reader("n2").ask([identity]) for _ in range(2)]
    assert first[0].rows == second[0].rows
    await readers.close()


async def test_the_session_cannot_write_even_by_a_function(light: LightCluster, hosts: SshHosts) -> None:
    with pymysql.connect(
        unix_socket=str(light.folder / "n1" / "s"), user="admin", password=PASSWORD
    ) as connection:
        connection.cursor().execute(
            "CREATE OR REPLACE FUNCTION app.sneak() RETURNS INT "
            "BEGIN INSERT INTO app.t (node) VALUES ('x'); RETURN 1; END"
        )
    readers = SqlReaders(hosts, SqlAccess("admin", PASSWORD, via="tcp", is_unverified=True), nodes=3)
    with pytest.raises(Refused, match="the session is read-only") as caught:
        await readers.reader("n1").ask([Query("SELECT app.sneak()")])
    assert caught.value.status == 1792
    assert (await readers.reader("n1").ask([STATUS]))[0].rows == SYNCED
    await readers.close()


async def test_an_account_that_sees_its_own_threads_only_is_known_by_that(
    light: LightCluster, hosts: SshHosts
) -> None:
    with pymysql.connect(
        unix_socket=str(light.folder / "n1" / "s"), user="admin", password=PASSWORD
    ) as connection:
        connection.cursor().execute(f"CREATE OR REPLACE USER blind@'%' IDENTIFIED BY '{PASSWORD}'")
    for user, sees_all in (("monitor", True), ("blind", False)):
        readers = SqlReaders(hosts, SqlAccess(user, PASSWORD, via="tcp", is_unverified=True), nodes=1)
        [rows] = await readers.reader("n1").ask([PROCESSLIST_QUERY])
        assert shows_all(rows) is sees_all
        await readers.close()


async def test_a_wrong_password_is_a_refused_login(light: LightCluster, hosts: SshHosts) -> None:
    readers = SqlReaders(hosts, by_ssh(light, "wrong"), nodes=3)
    with pytest.raises(LoginRefused, match=r"db1: SQL as monitor was not let in: .*\(error 1045\)") as caught:
        await readers.reader("db1").ask([STATUS])
    assert "wrong'" not in str(caught.value)
    await readers.close()


async def test_a_hung_server_costs_only_its_own_row(light: LightCluster, hosts: SshHosts) -> None:
    readers = SqlReaders(hosts, SqlAccess("monitor", PASSWORD, via="tcp", is_unverified=True), nodes=3)
    for node in ("n1", "n2", "n3"):
        await readers.reader(node).ask([STATUS])
    await freeze(light, "n2")
    try:
        for _ in range(4):
            began = time.monotonic()
            hung, *others = await asyncio.gather(
                *(readers.reader(node).ask([STATUS], timeout_s=0.5) for node in ("n2", "n1", "n3")),
                return_exceptions=True,
            )
            assert isinstance(hung, TimedOut)
            assert "n2: the database server took the question" in str(hung)
            assert [other[0].rows for other in others if not isinstance(other, BaseException)] == [SYNCED] * 2
            assert time.monotonic() - began < 2
    finally:
        os.kill(pid_of(light, "n2"), signal.SIGCONT)
    (answer,) = await readers.reader("n2").ask([Query("SELECT 1")])
    assert answer.rows == (("1",),)
    await readers.close()


async def test_a_hung_server_behind_ssh_is_given_up_and_asked_again(
    light: LightCluster, hosts: SshHosts
) -> None:
    readers = SqlReaders(hosts, by_ssh(light), nodes=1)
    reader = readers.reader("db1")
    await reader.ask([STATUS])
    await freeze(light, "n1")
    try:
        for _ in range(2):
            with pytest.raises(TimedOut):
                await reader.ask([STATUS], timeout_s=0.5)
    finally:
        os.kill(pid_of(light, "n1"), signal.SIGCONT)
    assert (await reader.ask([Query("SELECT 1")]))[0].rows == (("1",),)
    await readers.close()


async def test_questions_to_one_server_wait_for_each_other(light: LightCluster, hosts: SshHosts) -> None:
    readers = SqlReaders(hosts, by_ssh(light), nodes=1)
    answers = await asyncio.gather(
        *(readers.reader("db1").ask([Query("SELECT CONNECTION_ID()")]) for _ in range(10))
    )
    assert len({answer[0].rows for answer in answers}) == 1
    await readers.close()


async def test_a_dead_server_is_said_to_be_down_and_found_when_it_is_back(
    light: LightCluster, hosts: SshHosts
) -> None:
    readers = SqlReaders(hosts, SqlAccess("monitor", PASSWORD, via="tcp", is_unverified=True), nodes=3)
    await readers.reader("n3").ask([STATUS])
    pid = pid_of(light, "n3")
    light.run("kill", "3")
    await until(lambda: not Path(f"/proc/{pid}").exists())
    with pytest.raises(
        Unreachable, match=f"n3: the database server at {light.net}.3 port 3306: connection refused"
    ):
        await readers.reader("n3").ask([STATUS])
    light.run("start", "3")
    assert (await readers.reader("n3").ask([STATUS]))[0].rows == SYNCED
    await readers.close()


async def test_a_socket_that_is_not_there_is_said(light: LightCluster, hosts: SshHosts) -> None:
    readers = SqlReaders(hosts, by_ssh(light, socket="/nowhere/s"), nodes=1)
    with pytest.raises(Unreachable, match="db1: nothing listens at /nowhere/s"):
        await readers.reader("db1").ask([STATUS])
    await readers.close()


async def test_a_node_without_quorum_still_answers_what_it_is_asked_of_itself(
    light: LightCluster, hosts: SshHosts
) -> None:
    readers = SqlReaders(hosts, SqlAccess("monitor", PASSWORD, via="tcp", is_unverified=True), nodes=3)
    light.run("isolate", "3")
    try:
        cluster = Query("SHOW GLOBAL STATUS LIKE 'wsrep_cluster_status'")
        reader = readers.reader("n3")

        async def is_cut_off() -> bool:
            return (await reader.ask([cluster]))[0].rows[0][1] != "Primary"

        await until(is_cut_off)
        with pytest.raises(Refused, match="no Primary component") as caught:
            await readers.reader("n3").ask([Query("SELECT COUNT(*) FROM mysql.user")])
        assert caught.value.status == 1047
        assert (await readers.reader("n3").ask([cluster]))[0].rows[0][1] != "Primary"
    finally:
        light.run("heal", "3")
    await readers.close()


async def test_too_many_connections_are_named(light: LightCluster, hosts: SshHosts) -> None:
    light.sql("n2", "SET GLOBAL max_connections=10")
    crowd = [
        SqlReaders(hosts, SqlAccess("monitor", PASSWORD, via="tcp", is_unverified=True), nodes=1)
        for _ in range(12)
    ]
    try:
        answers = await asyncio.gather(
            *(readers.reader("n2").ask([STATUS]) for readers in crowd), return_exceptions=True
        )
        refused = [answer for answer in answers if isinstance(answer, Unreachable)]
        assert refused
        assert "no connection left (max_connections)" in str(refused[0])
    finally:
        await asyncio.gather(*(readers.close() for readers in crowd))
        light.sql("n2", "SET GLOBAL max_connections=60")
