"""Lists the instances of a cloud some times, and prints as JSON what that cost: `listing ours|sdk FILE`.

`cpu_ms`: of this process. `held_ms`: the longest time for which the event loop came to nothing else.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from bench.programs.cloud import NAME

ROUNDS = 5
TURN_S = 0.001


async def longest_hold(done: asyncio.Event) -> float:
    """Milliseconds between two turns of the loop, the most until `done`."""
    most = 0.0
    while not done.is_set():
        before = time.perf_counter()
        await asyncio.sleep(TURN_S)
        most = max(most, time.perf_counter() - before - TURN_S)
    return most * 1e3


async def ours(place: str) -> list[dict[str, float]]:
    """As the pane does: asked, judged, and made into rows."""
    from runbooks.cloud.findings import judge_cloud
    from systems.errors import SystemsError
    from systems.openstack.access import CloudAccess
    from systems.openstack.cloud import CloudReader
    from systems.openstack.session import CloudSession
    from systems.secrets import Redactor
    from tui.instance_cells import instance_row
    from widgets.signs import UNICODE

    session = CloudSession(CloudAccess(NAME, place), Redactor().add)
    reader = CloudReader(session)
    await reader.survey()
    rounds = []
    for _ in range(ROUNDS):
        done = asyncio.Event()
        watching = asyncio.create_task(longest_hold(done))
        before = time.process_time()
        survey = await reader.survey()
        judge_cloud(survey)
        if isinstance(survey.instances, SystemsError):
            raise survey.instances
        rows = [instance_row(one, survey.taken_at, UNICODE) for one in survey.instances.instances]
        cpu_ms = (time.process_time() - before) * 1e3
        done.set()
        rounds.append({"cpu_ms": cpu_ms, "held_ms": await watching, "count": len(rows)})
    await session.close()
    return rounds


def sdk(place: str) -> list[dict[str, float]]:
    """As a script does that uses openstacksdk's own objects."""
    import openstack
    from openstack.config import OpenStackConfig

    link = openstack.connection.Connection(config=OpenStackConfig(config_files=[place]).get_one(NAME))
    next(iter(link.compute.servers(all_projects=True)))
    rounds = []
    for _ in range(ROUNDS):
        before = time.process_time()
        found = list(link.compute.servers(all_projects=True))
        cpu_ms = (time.process_time() - before) * 1e3
        rounds.append({"cpu_ms": cpu_ms, "held_ms": cpu_ms, "count": len(found)})
    return rounds


if __name__ == "__main__":
    who, where = sys.argv[1:]
    print(json.dumps(asyncio.run(ours(where)) if who == "ours" else sdk(where)))
