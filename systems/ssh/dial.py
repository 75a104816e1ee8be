"""Opens the TCP connection: names are looked up in threads of our own, addresses tried in turn."""

from __future__ import annotations

import asyncio
import os
import socket
from concurrent.futures import Executor

from systems.errors import Unreachable
from systems.ssh.config import HostConfig
from systems.text import visible_bytes

_FAMILIES = {"any": socket.AF_UNSPEC, "inet": socket.AF_INET, "inet6": socket.AF_INET6}
_Address = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_SSHD_IS_FULL = (b"Not allowed at this time", b"Exceeded MaxStartups")
_PER_ADDRESS_S = 3.0
"""How long one address may keep us from trying the next."""


async def dial(config: HostConfig, lookups: Executor) -> socket.socket:
    """Connect to the host's address, or raise `Unreachable` in a sentence. The caller sets the deadline."""
    addresses = await _look_up(config, lookups)
    failures: list[str] = []
    for number, (family, address) in enumerate(addresses, start=1):
        limit_s = _PER_ADDRESS_S if number < len(addresses) else None
        try:
            async with asyncio.timeout(limit_s):
                return await _connect(family, address, config.bind_address)
        except TimeoutError:
            failures.append(f"{address[0]} did not answer within {limit_s:g} s")
        except OSError as error:
            why = os.strerror(error.errno).lower() if error.errno else str(error)
            failures.append(f"{address[0]}: {why}")
    place = f"{config.host_name} port {config.port}"
    raise Unreachable(f"{config.host}: no connection to {place}: {'; '.join(failures)}")


async def refuse_other_servers(config: HostConfig, lookups: Executor) -> None:
    """Raise `Unreachable` when what listens there speaks, and it is not SSH. Its silence proves nothing."""
    loop = asyncio.get_running_loop()
    opened = await dial(config, lookups)
    try:
        async with asyncio.timeout(_PER_ADDRESS_S):
            await loop.sock_sendall(opened, b"SSH-2.0-Quarterdeck\r\n")
            said = await loop.sock_recv(opened, 200)
    except (OSError, TimeoutError):
        return
    finally:
        opened.close()
    if said and not said.startswith((b"SSH-", *_SSHD_IS_FULL)):
        words = visible_bytes(said.splitlines()[0])
        raise Unreachable(
            f"{config.host}: what listens at {config.host_name} port {config.port} is no SSH server: "
            f"it says {words!r}"
        )


async def _look_up(config: HostConfig, lookups: Executor) -> list[tuple[int, _Address]]:
    family = _FAMILIES.get(config.address_family, socket.AF_UNSPEC)
    for literal in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(literal, config.host_name)
        except OSError:
            continue
        return [(literal, (config.host_name, config.port))]
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(
            lookups, lambda: socket.getaddrinfo(config.host_name, config.port, family, socket.SOCK_STREAM)
        )
    except socket.gaierror as error:
        hint = "" if config.host_name == config.host else f" (the HostName of {config.host} in ssh_config)"
        raise Unreachable(
            f"{config.host}: the name {config.host_name!r}{hint} cannot be looked up: {error.strerror}"
        ) from error
    except UnicodeError as error:
        raise Unreachable(f"{config.host}: {config.host_name!r} is not a host name") from error
    return [(found_family, address) for found_family, _, _, _, address in found]


async def _connect(family: int, address: _Address, bind_address: str | None) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.settimeout(0)
        if bind_address:
            opened.bind((bind_address, 0))
        await asyncio.get_running_loop().sock_connect(opened, address)
    except BaseException:
        opened.close()
        raise
    return opened
