"""Octavia's account and endpoint at Keystone; safe to run twice.

octavia_seed.py KEYSTONE-PORT OCTAVIA-PORT PASSWORD
"""

from __future__ import annotations

import sys
from typing import Any

import openstack

KEYSTONE, OCTAVIA, PASSWORD = sys.argv[1:4]
identity: Any = openstack.connect(
    auth={
        "auth_url": f"http://127.0.0.1:{KEYSTONE}/v3",
        "username": "admin",
        "password": PASSWORD,
        "project_name": "admin",
        "user_domain_id": "default",
        "project_domain_id": "default",
    },
    region_name="RegionOne",
).identity
project = identity.find_project("service")
user = identity.find_user("octavia") or identity.create_user(
    name="octavia", password=PASSWORD, domain_id="default"
)
for role in ("admin", "service"):
    identity.assign_project_role_to_user(project, user, identity.find_role(role))
if identity.find_service("octavia") is None:
    service = identity.create_service(name="octavia", type="load-balancer")
    for side in ("public", "internal", "admin"):
        identity.create_endpoint(
            service_id=service.id,
            interface=side,
            url=f"http://127.0.0.1:{OCTAVIA}",
            region_id="RegionOne",
        )
