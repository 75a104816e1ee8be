"""Streams a file from a host and prints how fast that was, as JSON: `pull SSH_CONFIG HOST FILE TIMES`."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time

from systems.shell import Probe, Stream
from systems.ssh.hosts import SshHosts


class Counted:
    """A sink that only counts: the transport is measured, not what is behind it."""

    def __init__(self) -> None:
        self.count = 0

    def data(self, host: str, stream: Stream, chunk: bytes) -> None:  # noqa: ARG002
        self.count += len(chunk)


async def pull(config: str, host: str, file: str, times: int) -> list[dict[str, float]]:
    hosts = SshHosts(config_file=config, system_config_file=None)
    reader = hosts.reader(host)
    await reader.read(Probe("true"), timeout_s=60)
    told = []
    for _ in range(times):
        sink = Counted()
        cpu, wall = time.process_time(), time.monotonic()
        await reader.stream(Probe.of("cat", file), sink)
        took_s = time.monotonic() - wall
        told.append(
            {
                "mb_s": sink.count / took_s / 1e6,
                "cpu_ms_mb": (time.process_time() - cpu) * 1e9 / sink.count,
                "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    await hosts.close()
    return told


if __name__ == "__main__":
    config, host, file, times = sys.argv[1:]
    print(json.dumps(asyncio.run(pull(config, host, file, int(times)))))
