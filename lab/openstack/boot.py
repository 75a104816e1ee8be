"""Boots one instance of the smallest flavor, or finds it: boot.py NAME, in the cloud `lab`."""

from __future__ import annotations

import sys

import openstack

NAME = sys.argv[1]
compute = openstack.connect(cloud="lab").compute
image, flavor = next(iter(compute.images())), compute.find_flavor("lab.tiny", ignore_missing=False)
found = compute.find_server(NAME) or compute.create_server(
    name=NAME, image_id=image.id, flavor_id=flavor.id, networks="none"
)
print(compute.wait_for_server(found, wait=60).id)
