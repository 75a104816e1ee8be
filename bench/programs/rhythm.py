"""Watches all hosts of an estate at 1 Hz, prints when each answered, as JSON: `rhythm ESTATE SECONDS`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from contextlib import suppress
from itertools import pairwise

from systems.errors import SystemsError
from systems.estate import load
from tui import live


async def rhythm(estate_file: str, seconds: float) -> list[dict[str, float]]:
    """A row a host, in inventory order: its first answer and its longest silence after that, in seconds."""

    async def ask(question: str) -> str:
        raise SystemsError(f"{question}: there is nobody to ask")

    estate = load(estate_file)
    source = live.LiveSource(estate, ask)
    works = await source.open()
    clock = asyncio.get_running_loop().time
    began = clock()
    times: dict[str, list[float]] = {host: [] for host in estate.hosts}
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for answer in source.watch_hosts(estate.hosts):
                times[answer.host].append(clock() - began)
    await source.close()
    works.close()
    return [
        {
            "first_s": told[0] if told else seconds,
            "longest_gap_s": max([b - a for a, b in pairwise(told)], default=seconds),
            "answers": len(told),
        }
        for told in times.values()
    ]


if __name__ == "__main__":
    live.HOST_EVERY_S = 1.0
    with tempfile.TemporaryDirectory(prefix="bench-state-") as state:
        os.environ["XDG_STATE_HOME"] = state
        print(json.dumps(asyncio.run(rhythm(sys.argv[1], float(sys.argv[2])))))
