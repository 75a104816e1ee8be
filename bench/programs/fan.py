"""Asks many hosts at once and prints what that cost, as JSON: `fan ours|plain SSH_CONFIG COUNT ROUNDS`.

`ours` is our own transport, `plain` is asyncssh as one writes it first. The first round opens the connections
and counts the import of the library; the others go over what is open.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

COMMAND = "uname -n"
Ask = Callable[[str], Awaitable[str]]


async def fan(ask: Ask, count: int, rounds: int) -> list[dict[str, float]]:
    told = []
    for _ in range(rounds):
        cpu, wall = time.process_time(), time.monotonic()
        answers = await asyncio.gather(*(ask(f"host{number}") for number in range(1, count + 1)))
        assert all(answers)
        told.append({"cpu_ms": (time.process_time() - cpu) * 1000 / count, "wall_s": time.monotonic() - wall})
    return told


async def ours(config: str, count: int, rounds: int) -> list[dict[str, float]]:
    from systems.shell import Probe
    from systems.ssh.hosts import SshHosts

    hosts = SshHosts(config_file=config, system_config_file=None)
    probe = Probe(COMMAND)

    async def ask(host: str) -> str:
        return (await hosts.reader(host).read(probe, timeout_s=60)).stdout

    try:
        return await fan(ask, count, rounds)
    finally:
        await hosts.close()


async def plain(config: str, count: int, rounds: int) -> list[dict[str, float]]:
    connections = {}

    async def ask(host: str) -> str:
        import asyncssh

        if host not in connections:
            connections[host] = await asyncssh.connect(host, config=[config])
        return str((await connections[host].run(COMMAND, check=True)).stdout)

    try:
        return await fan(ask, count, rounds)
    finally:
        for connection in connections.values():
            connection.abort()


if __name__ == "__main__":
    kind, config, count, rounds = sys.argv[1:]
    run = {"ours": ours, "plain": plain}[kind]
    print(json.dumps(asyncio.run(run(config, int(count), int(rounds)))))
