"""Boots one instance of the smallest flavor, or finds it: boot.py NAME, in the cloud `lab`.

Right after its start nova-compute may not have told what it has room for: then no host is valid yet.
"""

from __future__ import annotations

import sys
import time

import openstack
from openstack.exceptions import ResourceFailure

NAME, DEADLINE_S = sys.argv[1], 60.0
compute = openstack.connect(cloud="lab").compute
image, flavor = next(iter(compute.images())), compute.find_flavor("lab.tiny", ignore_missing=False)
end_s = time.monotonic() + DEADLINE_S
while True:
    found = compute.find_server(NAME) or compute.create_server(
        name=NAME, image_id=image.id, flavor_id=flavor.id, networks="none"
    )
    try:
        print(compute.wait_for_server(found, wait=60).id)
        break
    except ResourceFailure:
        if time.monotonic() > end_s:
            raise
    compute.delete_server(found)
    compute.wait_for_delete(found, wait=60)
