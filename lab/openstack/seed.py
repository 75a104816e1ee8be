"""Accounts and endpoints at Keystone; with --stock an image and flavors.

seed.py FIRST-PORT PASSWORD [--stock]. Safe to run twice.
Flavors: lab.tiny fits, lab.huge fits nowhere and is beyond the quota of a project.
"""

from __future__ import annotations

import sys
from typing import Any

import openstack

FIRST, PASSWORD = int(sys.argv[1]), sys.argv[2]
PORTS = {"placement": 1, "compute": 2, "image": 3, "network": 4}
USERS = {"placement": "placement", "compute": "nova", "image": "glance", "network": "neutron"}
AUTH = {
    "auth_url": f"http://127.0.0.1:{FIRST}/v3",
    "username": "admin",
    "password": PASSWORD,
    "project_name": "admin",
    "user_domain_id": "default",
    "project_domain_id": "default",
}


def seed(identity: Any) -> None:
    """Projects, users, roles, and the catalogue."""
    projects = {
        name: identity.find_project(name) or identity.create_project(name=name, domain_id="default")
        for name in ("service", "demo")
    }
    roles = {
        name: identity.find_role(name) or identity.create_role(name=name)
        for name in ("admin", "service", "member", "reader")
    }
    for kind, name in USERS.items():
        user = identity.find_user(name) or identity.create_user(
            name=name, password=PASSWORD, domain_id="default"
        )
        for role in ("admin", "service"):
            identity.assign_project_role_to_user(projects["service"], user, roles[role])
        path = "/v2.1" if kind == "compute" else ""
        if identity.find_service(name) is None:
            service = identity.create_service(name=name, type=kind)
            for side in ("public", "internal", "admin"):
                url = f"http://127.0.0.1:{FIRST + PORTS[kind]}{path}"
                identity.create_endpoint(
                    service_id=service.id, interface=side, url=url, region_id="RegionOne"
                )
    operator = identity.find_user("operator") or identity.create_user(
        name="operator", password=PASSWORD, domain_id="default"
    )
    for role in ("member", "reader"):
        identity.assign_project_role_to_user(projects["demo"], operator, roles[role])


def stock(cloud: Any) -> None:
    """What instances are made of."""
    if cloud.image.find_image("lab") is None:
        blank = b"\0" * 4096
        cloud.image.create_image(
            name="lab", data=blank, disk_format="raw", container_format="bare", visibility="public", wait=True
        )
    for name, ram in (("lab.tiny", 64), ("lab.huge", 64_000_000)):
        if cloud.compute.find_flavor(name) is None:
            cloud.compute.create_flavor(name=name, ram=ram, vcpus=1, disk=1)


connection = openstack.connect(auth=AUTH, region_name="RegionOne")
if "--stock" in sys.argv:
    stock(connection)
else:
    seed(connection.identity)
