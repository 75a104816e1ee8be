"""A Keystone, a Nova and an Octavia of a few lines on loopback: what the session does with them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PASSWORD = "s3cret-of-the-cloud"
TOKEN = "gAAAA-token-of-the-stub"


class StubCloud:
    """Answers logins, and what `answers` has for a method and a path; keeps what was asked for."""

    def __init__(self) -> None:
        self.url = ""
        self.login_status = 201
        self.has_compute = True
        self.octavia: str | None = None
        """What the catalogue has after the address of Octavia; None: it names none."""
        self.answers: dict[tuple[str, str], tuple[int, object]] = {}
        self.asked: list[tuple[str, str, str]] = []
        """Method, path, microversion."""
        self.drips = False
        """Nova's answers come a byte at a time, and never to their end."""
        self.hold = threading.Event()
        """While it is clear, Nova answers nothing."""
        self.hold.set()
        self.gone = threading.Event()
        """The test is over."""

    def clouds_yaml(self, folder: Path, name: str = "kilo") -> Path:
        """Write a clouds.yaml that leads here."""
        path = folder / "clouds.yaml"
        auth = {"auth_url": f"{self.url}/v3", "username": "ana", "password": PASSWORD, "project_name": "p"}
        domains = {"user_domain_id": "default", "project_domain_id": "default"}
        path.write_text(json.dumps({"clouds": {name: {"auth": auth | domains, "region_name": "north"}}}))
        return path

    def answer(self, method: str, path: str) -> tuple[int, object]:
        """What the server says."""
        if path in ("/v3", "/v3/"):
            return 200, {"version": {"id": "v3.14", "status": "stable", "links": self._links("/v3/")}}
        if path == "/v3/auth/tokens":
            return self.login_status, self._token() if self.login_status == 201 else _unauthorized()
        if path in ("/v2.1", "/v2.1/"):
            version = {"id": "v2.1", "status": "CURRENT", "version": "2.100", "min_version": "2.1"}
            return 200, {"version": version | {"links": self._links("/v2.1/")}}
        self.hold.wait(20)
        missing: tuple[int, object] = (404, {"itemNotFound": {"code": 404, "message": "not here"}})
        return self.answers.get((method, path.removeprefix("/v2.1")), missing)

    def _links(self, path: str) -> list[dict[str, str]]:
        return [{"rel": "self", "href": self.url + path}]

    def _token(self) -> object:
        endpoint = {"id": "1", "interface": "public", "region": "north", "region_id": "north"}
        compute = {
            "type": "compute",
            "name": "nova",
            "id": "1",
            "endpoints": [endpoint | {"url": f"{self.url}/v2.1"}],
        }
        times = {"issued_at": "2026-11-22T12:00:00.000000Z", "expires_at": "2099-11-22T12:00:00.000000Z"}
        catalog = [compute] if self.has_compute else []
        if self.octavia is not None:
            place = endpoint | {"url": f"{self.url}{self.octavia}"}
            catalog.append({"type": "load-balancer", "name": "octavia", "id": "2", "endpoints": [place]})
        who = {"user": {"id": "1", "name": "ana", "domain": {"id": "default", "name": "Default"}}}
        return {"token": {"methods": ["password"], "catalog": catalog, "roles": [], **times, **who}}


def _unauthorized() -> object:
    said = "The request you have made requires authentication."
    return {"error": {"code": 401, "message": said, "title": "Unauthorized"}}


@contextmanager
def stub_cloud() -> Iterator[StubCloud]:
    """Serve it on a port of loopback until the end of the block."""
    stub = StubCloud()

    class Handler(BaseHTTPRequestHandler):
        def _say(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            version = self.headers.get("OpenStack-API-Version", "")
            stub.asked.append((self.command, self.path, version.removeprefix("compute ")))
            status, body = stub.answer(self.command, self.path)
            if stub.drips and "/v3" not in self.path:
                self._drip()
                return
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", stub.url + self.path)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("X-OpenStack-Request-Id", "req-1")
            if self.path == "/v3/auth/tokens":
                self.send_header("X-Subject-Token", TOKEN)
            self.end_headers()
            self.wfile.write(data)

        def _drip(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            with suppress(OSError):
                while not stub.gone.wait(0.01):
                    self.wfile.write(b" ")

        do_GET = _say  # noqa: N815 - the name that http.server looks for
        do_POST = _say  # noqa: N815
        do_PUT = _say  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.hold.set()
        stub.gone.set()
        server.shutdown()
        server.server_close()
        thread.join()
