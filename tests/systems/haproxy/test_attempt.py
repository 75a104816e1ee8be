"""One fresh connection: what opens no way, or never answers, is an answer with its time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from systems.errors import SystemsError, TimedOut, Unreachable
from systems.haproxy.attempt import Client, way_to
from systems.sql_server import Way
from tests.runbooks.read_only_hosts import ReadOnlyHosts


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as found:
        yield found


async def test_a_way_that_does_not_open_is_an_answer(threads: ThreadPoolExecutor) -> None:
    open_way = way_to("10.77.0.100:3306", ReadOnlyHosts(), "db1", threads)
    attempt = await Client("orders-vip", "from db1", "probe", open_way, threads).attempt()
    assert isinstance(attempt.answer, Unreachable)
    assert attempt.landed == ""
    assert attempt.ended_s >= attempt.begun_s


async def test_a_server_that_never_greets_costs_its_deadline_and_no_more(threads: ThreadPoolExecutor) -> None:
    near, far = socket.socketpair()

    async def open_way(_deadline_s: float) -> Way:
        return Way(near)

    client = Client("orders-vip", "from here", "probe", open_way, threads)
    async with asyncio.timeout(10.0):
        attempt = await client.attempt(timeout_s=0.2)
    assert isinstance(attempt.answer, TimedOut)
    far.close()


async def test_a_port_that_is_shut_is_told_with_its_address(threads: ThreadPoolExecutor) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    open_way = way_to(f"127.0.0.1:{port}", ReadOnlyHosts(), "", threads)
    answer = (await Client("orders-vip", "from here", "probe", open_way, threads).attempt()).answer
    assert isinstance(answer, SystemsError)
    assert f"127.0.0.1 port {port}" in str(answer)
