"""The error decoder (GOTCHAS E.4): what was refused, why, and what to do, in one sentence for an operator."""

from __future__ import annotations

from collections.abc import Mapping

from systems.errors import SystemsError
from systems.openstack.access import Api
from systems.openstack.asking import Reply
from systems.openstack.decoding import Asked, Rules, explained
from systems.openstack.nova_refusals import NOVA
from systems.openstack.octavia_refusals import OCTAVIA

_OF: Mapping[str, Rules] = {Api.COMPUTE.service: NOVA, Api.BALANCERS.service: OCTAVIA}


def refusal(reply: Reply, asked: Asked) -> SystemsError:
    """Return the error for an answer that says no, by the rules of the service that gave it."""
    return explained(reply, asked, _OF.get(reply.service, Rules()))
