"""Whatever comes in, the practice cloud answers as a service does, and serves the next one."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from practice.clock import Clock
from practice.cloud.guest import Guest
from practice.cloud.http import HttpServer, Request, Response
from practice.cloud.screen import COLUMNS, ROWS, TextScreen
from tests.examples import examples
from tests.practice.cloud.test_recorded import Asked, asked

__all__ = ["asked"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ENDLESS = "9" * 5000
"""More digits than Python reads as a number."""
WAYS = (
    ("identity", "/v3/auth/tokens", "auth"),
    ("compute", "/v2.1/servers", "server"),
    ("compute", "/v2.1/servers/{web}/action", "os-getConsoleOutput"),
    ("compute", "/v2.1/servers/{web}/action", "reboot"),
    ("compute", "/v2.1/servers/{web}/remote-consoles", "remote_console"),
    ("load-balancer", "/v2.0/lbaas/loadbalancers", "loadbalancer"),
    ("load-balancer", "/v2.0/lbaas/listeners", "listener"),
    ("load-balancer", "/v2.0/lbaas/pools", "pool"),
    ("load-balancer", "/v2.0/lbaas/pools/{pool}/members", "member"),
    ("load-balancer", "/v2.0/lbaas/healthmonitors", "healthmonitor"),
)
FIELDS = st.dictionaries(
    st.sampled_from(
        ["name", "type", "protocol", "flavorRef", "length", "weight", "protocol_port", "pool_id", "identity"]
    ),
    JSON | st.sampled_from(["rdp", "rdp-html5", "novnc", "vnc", ENDLESS, "\N{SUPERSCRIPT TWO}"]),
)


@examples(240, suppress=[HealthCheck.function_scoped_fixture])
@given(way=st.sampled_from(WAYS), told=FIELDS | JSON, bare=JSON, is_bare=st.booleans())
async def test_any_body_gets_an_answer(
    asked: Asked, way: tuple[str, str, str], told: object, bare: object, is_bare: bool
) -> None:
    api, path, name = way
    pool = asked.cloud.octavia.named("shop-lb").pools[0]
    path = path.format(web=asked.cloud.nova.named("web-1").id, pool=pool.id)
    answer = await asked.ask(api, "POST", path, bare if is_bare else {name: told}, token=asked.token())
    assert answer.status < 500


@pytest.mark.parametrize("said", [ENDLESS, "-1", "\N{SUPERSCRIPT TWO}", "", "0"])
async def test_any_size_of_a_page_gets_an_answer(asked: Asked, said: str) -> None:
    for api, path in (
        ("compute", "/v2.1/servers/detail"),
        ("load-balancer", "/v2.0/lbaas/loadbalancers"),
    ):
        answer = await asked.ask(api, "GET", f"{path}?limit={said}", token=asked.token())
        assert answer.status in (200, 400)


async def echo(request: Request) -> Response:
    return Response(200, {"path": request.path})


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n",
        b"GET /" + b"a" * 100_000,
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
async def test_what_is_no_http_is_let_go_and_the_next_one_is_served(sent: bytes) -> None:
    server = HttpServer(echo)
    await server.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(sent)
        writer.write_eof()
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /well HTTP/1.1\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(10):
            assert b'{"path": "/well"}' in await reader.read()
        writer.close()
    finally:
        server.close()


@examples(200)
@given(text=st.text(max_size=400))
def test_whatever_is_written_a_screen_stays_what_it_is(text: str) -> None:
    screen = TextScreen()
    screen.write(text)
    assert len(screen.rows) == ROWS
    assert {len(row) for row in screen.rows} == {COLUMNS}
    assert 0 <= screen.x <= COLUMNS
    assert 0 <= screen.y < ROWS


@examples(100)
@given(text=st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=80))
def test_whatever_is_typed_at_a_login_lets_nobody_in(text: str) -> None:
    guest = Guest("web-1", Clock(runs=False))
    guest.settle()
    for _ in range(2):
        guest.serial.feed(text + "\r")
    assert guest.serial.mode in ("login", "password")
