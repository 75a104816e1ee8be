"""Records the practice estate in the states that the scenes need: `python -m tests.recording`.

Each state is served by itself, in a time that stands still but for what is asked here, and read by the
console's own adapters; the same seed and the same moments give the same bytes.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from practice.clock import Clock
from practice.estate import HOSTS, build
from practice.faults import apply
from practice.serving import Serving
from systems.errors import SystemsError
from systems.estate import load
from systems.host import HostReading, read_host
from systems.secrets import Redactor
from systems.shell import Probe
from tests.recorded import BEFORE, NOON, PLACE, answer_data, survey_data
from tui.access import Access

SEED = 1
UP_S = 6 * 3600.0
"""Seconds from the start of an estate to the first look."""
LOG = Probe.of("journalctl", "-u", "mariadb", "-n", "200", "--no-pager", "-o", "short")


@dataclass(frozen=True)
class State:
    """What is broken right after the look of before, and where."""

    faults: Sequence[tuple[str, str]] = ()
    is_before: bool = False
    has_logs: bool = False
    cluster: str = "orders"
    nodes: tuple[str, ...] = HOSTS


STATES = {
    "before": State(is_before=True),
    "whole": State(),
    "killed": State((("kill-one", "db2"),), has_logs=True),
    "lost": State((("link-cut", "db2"),)),
    "held": State((("flow-control", "db3"),)),
    "power-loss": State((("power-loss-no-view", "db3"),)),
    "joining": State((("donor", "db3"),)),
    "billing": State(cluster="billing", nodes=("bi1", "bi2", "bi3")),
}


async def record(state: State) -> dict[str, Any]:
    """One state, as it is kept."""
    with tempfile.TemporaryDirectory(prefix="qd") as folder:
        started_at = BEFORE.timestamp() - UP_S
        clock = Clock(runs=False, started_at=started_at)
        estate = build(clock, seed=SEED, hosts=state.nodes, cluster=state.cluster)
        serving = Serving(Path(folder), practice=estate)
        await serving.start()
        access = Access(load(Path(folder) / "estate.toml"), Redactor())
        try:
            await _pass(serving, UP_S)
            if not state.is_before:
                for fault, host in state.faults:
                    await apply(serving, fault, host=host)
                await _pass(serving, (NOON - BEFORE).total_seconds())
            return await _read(access, state) | {"positions": _positions(serving, state)}
        finally:
            await access.close()
            await serving.close()


async def _pass(serving: Serving, seconds: float) -> None:
    serving.practice.clock.advance(seconds)
    await serving.follow()


async def _read(access: Access, state: State) -> dict[str, Any]:
    at = BEFORE if state.is_before else NOON
    data = survey_data(await access.survey(state.cluster), at)
    data["hosts"] = {host: answer_data(await _host(access, host), at) for host in state.nodes}
    if state.has_logs:
        outputs = [await access.hosts.reader(host).read(LOG) for host in state.nodes]
        data["logs"] = dict(zip(state.nodes, (output.stdout for output in outputs), strict=True))
    return data


def _positions(serving: Serving, state: State) -> dict[str, int]:
    """How far each node's data came, as only the simulation knows while a server is off."""
    storages = {host: serving.practice.server(host).storage() for host in state.nodes}
    return {host: storage.position.seqno for host, storage in storages.items() if storage is not None}


async def _host(access: Access, host: str) -> HostReading | SystemsError:
    try:
        return await read_host(access.hosts.reader(host))
    except SystemsError as error:
        return error


async def main() -> None:
    """Record all states."""
    data = {name: await record(state) for name, state in STATES.items()}
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
