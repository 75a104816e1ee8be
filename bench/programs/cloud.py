"""Serves a simulated cloud with COUNT instances until its input ends; prints a clouds.yaml: `cloud COUNT`."""

from __future__ import annotations

import asyncio
import json
import sys

from practice.clock import Clock
from practice.cloud.cloud import ADMIN, PASSWORD, PROJECT, Cloud
from practice.cloud.serving import CloudServing

NAME = "bench"


async def serve(count: int) -> None:
    cloud = Cloud(Clock(), seed=1)
    hosts = list(cloud.nova.hosts.values())
    for number in range(count):
        one = cloud.nova.put(f"web-{number}", cloud.flavor("m1.small"), cloud.accounts[PROJECT])
        one.host, one.address, one.vm_state = hosts[number % len(hosts)], "10.20.9.1", "active"
    serving = CloudServing(cloud)
    await serving.start()
    auth = {"auth_url": serving.auth_url, "username": ADMIN, "password": PASSWORD, "project_name": PROJECT}
    domains = {"user_domain_id": "default", "project_domain_id": "default"}
    print(json.dumps({"clouds": {NAME: {"auth": auth | domains}}}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await serving.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
