"""One load balancer as detectors see it, and how what they find is put (GOTCHAS D.4). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from runbooks.cloud.balancer_words import AnyObject, called, kind_of
from runbooks.model import Finding, Severity
from runbooks.words import clock
from systems.openstack.octavia_readings import Balancer, members_of

SHOWN = 8
"""Lines of evidence that a finding has at most."""


class Sight(NamedTuple):
    """One load balancer in one look at a cloud."""

    cloud: str
    balancer: Balancer
    now: datetime

    def finding(
        self, id_: str, severity: Severity, sentence: str, evidence: Sequence[str], advice: str
    ) -> Finding:
        """A finding against it."""
        return Finding(id_, severity, self.cloud, (), sentence, tuple(evidence[:SHOWN]), advice)

    @property
    def name(self) -> str:
        return called(self.balancer)

    def evidence(self, one: AnyObject) -> str:
        """Both statuses of one object, as they were told."""
        standing = one.standing
        since = f", since {clock(standing.since, now=self.now)}" if standing.since else ""
        switched = "" if standing.is_enabled else ", admin_state_up false"
        return (
            f"{kind_of(one).value} {called(one)}: provisioning {standing.provisioning}, "
            f"operating {standing.operating}{switched}{since}"
        )


Detector: TypeAlias = Callable[[Sight], Iterator[Finding]]


def objects_of(balancer: Balancer) -> Iterator[AnyObject]:
    """All objects of the tree that were read, the load balancer first."""
    yield balancer
    yield from balancer.listeners
    for pool in balancer.pools:
        yield pool
        if pool.monitor is not None:
            yield pool.monitor
        yield from members_of(pool)
