"""The page of a console is asked for as a browser would, and each way to fail is a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from systems.consoles.link import Trust
from systems.consoles.page import page_status
from systems.errors import NotUnderstood, Unreachable


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/spice_auto.html" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        """Tests say enough."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


async def test_a_page_that_is_there_answers_200_and_another_404(port: int) -> None:
    assert await page_status(f"http://127.0.0.1:{port}/spice_auto.html", Trust()) == 200
    assert await page_status(f"http://127.0.0.1:{port}/", Trust()) == 404


async def test_https_where_no_tls_is_spoken_is_told(port: int) -> None:
    """E11."""
    with pytest.raises(Unreachable, match="SPICE-05"):
        await page_status(f"https://127.0.0.1:{port}/spice_auto.html", Trust())


async def test_a_port_that_is_shut_is_told(port: int) -> None:
    with pytest.raises(Unreachable, match="gives no page"):
        await page_status("http://127.0.0.1:1/spice_auto.html", Trust())
    with pytest.raises(NotUnderstood):
        await page_status("ftp://127.0.0.1/x", Trust())
