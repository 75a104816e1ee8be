"""Where readings come from: the port that the console asks, and what goes through it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from runbooks.cloud.balancers import BalancersVerdict
    from runbooks.cloud.findings import CloudVerdict
    from runbooks.model import Finding
    from runbooks.vips.findings import VipVerdict
    from runbooks.vips.look import VipLook
    from systems.galera.readings import ClusterSurvey, NodeSurvey
    from systems.haproxy.readings import BalancerAnswer
    from systems.host import HostAnswer
    from systems.openstack.octavia_readings import BalancersSurvey
    from systems.openstack.readings import CloudSurvey
    from tui.works import Works


class Vip(NamedTuple):
    """One virtual address, as the estate file names it."""

    hosts: tuple[str, ...]
    """Its load balancers."""
    serves: str = ""
    """The cluster behind it; empty: none is named."""
    backend: str = ""
    """Empty: all backends count."""
    address: str = ""
    """Where clients connect, as host:port; empty: it is not told."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is to watch, as the estate file names it."""

    name: str
    colour: str = ""
    """As in the estate file; empty: none is named."""
    clusters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Cluster -> its nodes, in inventory order."""
    hosts: Sequence[str] = ()
    """All hosts, nodes included."""
    clouds: Sequence[str] = ()
    vips: Mapping[str, Vip] = field(default_factory=dict)


class Opinion(NamedTuple):
    """What triage says of one complete look."""

    sentence: str
    findings: tuple[Finding, ...]
    detail: str = ""
    """A second line where there is more to say; empty: there is not."""
    about: str = ""
    """Id of the finding that the sentence tells; empty: of none."""


class Source(Protocol):
    """Asks the systems of one estate. Reads only; nothing here raises a `SystemsError`: it is an answer."""

    async def open(self) -> Works:
        """Import what is heavy and get ready; called after the first frame is on screen.

        Raises a `SystemsError` when nothing can be journalled: then systems are watched, and nothing is done.
        """
        ...

    def watch(self, cluster: str) -> AsyncIterator[NodeSurvey]:
        """Surveys of its nodes as they arrive, each node in a rhythm of its own, until it is closed."""
        ...

    def latest(self, cluster: str) -> ClusterSurvey | None:
        """The newest survey of every node together; None: some node was not looked at yet."""
        ...

    def judge(self, survey: ClusterSurvey) -> Opinion:
        """What triage says; pure."""
        ...

    def watch_hosts(self, hosts: Sequence[str]) -> AsyncIterator[HostAnswer]:
        """What hosts say of themselves as it arrives, each host in a rhythm of its own, until closed."""
        ...

    def watch_cloud(self, cloud: str) -> AsyncIterator[CloudSurvey]:
        """Looks at a cloud, one after the other, until closed."""
        ...

    def judge_cloud(self, survey: CloudSurvey) -> CloudVerdict:
        """What is wrong with it; pure."""
        ...

    def watch_balancers(self, cloud: str) -> AsyncIterator[BalancersSurvey]:
        """Looks at the load balancers of a cloud, one after the other, until closed."""
        ...

    def judge_balancers(self, survey: BalancersSurvey) -> BalancersVerdict:
        """What is wrong with them; pure."""
        ...

    def watch_vip(self, vip: str) -> AsyncIterator[BalancerAnswer]:
        """What its load balancers say as it arrives, each in a rhythm of its own, until closed."""
        ...

    def judge_vip(self, look: VipLook) -> VipVerdict:
        """What is wrong with it; pure."""
        ...

    async def close(self) -> None:
        """End all connections."""
        ...
