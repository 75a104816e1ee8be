"""The websocket to a console proxy, and each way in which there is none."""

from __future__ import annotations

import datetime
import http
import ssl
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from systems.consoles.address import address_of
from systems.consoles.link import TokenRefused, Trust, open_link
from systems.errors import LinkLost, NotUnderstood, Refused, Unreachable
from tests.systems.consoles.proxies import a_console, proxy, refuses


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)


async def test_bytes_go_out_and_come_back_as_the_page_would_send_them() -> None:
    seen: list[str | None] = []

    async def behind(socket: ServerConnection) -> None:
        assert socket.request is not None
        seen.extend([socket.request.path, socket.request.headers.get("Origin"), socket.subprotocol])
        await echo(socket)

    async with proxy(behind) as address:
        link = await open_link(address, Trust())
        await link.send(b"\x00\xffhi")
        assert await link.receive() == b"\x00\xffhi"
        await link.close()
    assert seen == ["/?token=8e0f7b2a", address.origin, "binary"]


async def test_a_token_that_is_refused_is_told_from_a_link_that_is_cut() -> None:
    async with proxy(refuses) as address:
        link = await open_link(address, Trust())
        with pytest.raises(TokenRefused) as caught:
            await link.receive()
    assert "too old or was used up (SPICE-09)" in str(caught.value)
    assert "8e0f7b2a" not in str(caught.value)

    async def says_something(socket: ServerConnection) -> None:
        await socket.send(b"login: ")
        socket.transport.abort()

    async with proxy(says_something) as address:
        link = await open_link(address, Trust())
        assert await link.receive() == b"login: "
        with pytest.raises(LinkLost, match=r"nova-serialproxy at 127\.0\.0\.1:.* is cut"):
            await link.receive()


async def test_a_redirect_takes_the_token_nowhere() -> None:
    asked: list[str] = []

    def leads_on(connection: ServerConnection, request: Request) -> Response:
        asked.append(request.path)
        answer = connection.respond(http.HTTPStatus.FOUND, "")
        answer.headers["Location"] = f"{request.path}&again"
        return answer

    async with serve(echo, "127.0.0.1", 0, process_request=leads_on) as server:
        port = server.sockets[0].getsockname()[1]
        address = address_of(a_console("serial", f"ws://127.0.0.1:{port}/?token=8e0f7b2a"))
        with pytest.raises(Refused, match="refused the websocket with HTTP 302") as caught:
            await open_link(address, Trust())
    assert asked == ["/?token=8e0f7b2a"]
    assert "8e0f7b2a" not in str(caught.value)


async def test_a_socks_proxy_that_cannot_be_spoken_to_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    async with proxy(echo) as address:
        with pytest.raises(Unreachable, match=r"cannot be reached: .*SOCKS proxy requires python-socks"):
            await open_link(address, Trust())


async def test_nobody_there_is_told_with_host_and_port() -> None:
    async with proxy(echo) as address:
        pass
    with pytest.raises(
        Unreachable, match=f"nova-serialproxy at {address.where} cannot be reached: connection refused"
    ):
        await open_link(address, Trust())


async def test_what_is_no_websocket_is_told() -> None:
    import asyncio

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        writer.close()

    server = await asyncio.start_server(page, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with proxy(echo) as address:
        pass
    wrong = replace(address, url=f"ws://127.0.0.1:{port}/", where=f"127.0.0.1:{port}")
    with pytest.raises(NotUnderstood, match="is no websocket"):
        await open_link(wrong, Trust())
    server.close()


def a_certificate(folder: Path) -> ssl.SSLContext:
    """A server for 127.0.0.1 that signed itself; its certificate is FOLDER/ca.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "console proxy")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(pem + secret)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context


async def test_the_certificate_is_judged_by_the_ca_of_the_cloud(tmp_path: Path) -> None:
    async with proxy(echo, tls=a_certificate(tmp_path)) as address:
        with pytest.raises(Unreachable, match=r"not trusted: .*cacert"):
            await open_link(address, Trust())
        for trust in (Trust(ca=str(tmp_path / "ca.pem")), Trust(is_unverified=True)):
            link = await open_link(address, trust)
            await link.send(b"x")
            assert await link.receive() == b"x"
            await link.close()


async def test_tls_to_a_plain_proxy_names_the_scheme() -> None:
    async with proxy(echo) as address:
        wrong = replace(address, url=address.url.replace("ws:", "wss:"))
        with pytest.raises(Unreachable) as caught:
            await open_link(wrong, Trust())
    assert "SPICE-05" in str(caught.value)
