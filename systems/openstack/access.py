"""How one cloud is reached, and the way once it is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from systems.errors import Refused

if TYPE_CHECKING:
    from keystoneauth1.adapter import Adapter
    from keystoneauth1.session import Session
    from openstack.config.cloud_region import CloudRegion

OLDEST = (2, 0)
"""A Compute API without microversions (before Liberty)."""


@dataclass(frozen=True, slots=True)
class CloudAccess:
    """Which cloud, and where its credentials stand."""

    cloud: str
    """As in clouds.yaml; "envvars": what the OS_ variables of the environment say."""
    clouds_file: str = ""
    """A clouds.yaml; empty: looked for as the `openstack` command does."""
    region: str = ""
    """Empty: the one that clouds.yaml names."""


class Api(Enum):
    """The APIs of a cloud that are asked; the value is the type that the catalogue has them under."""

    COMPUTE = "compute"
    BALANCERS = "load-balancer"
    NETWORK = "network"

    @property
    def service(self) -> str:
        """The service that answers there."""
        return _SERVICES[self]


_SERVICES = {Api.COMPUTE: "Nova", Api.BALANCERS: "Octavia", Api.NETWORK: "Neutron"}


class NotInCatalogue(Refused):
    """The catalogue names no such API: the cloud has none, or not for this account."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One API that the catalogue names."""

    adapter: Adapter
    where: str
    newest: tuple[int, int] = OLDEST
    """The newest microversion that it knows; only Nova's is asked for."""


@dataclass(slots=True)
class Way:
    """An open way: the session with its token, and the APIs that were looked up in its catalogue so far."""

    session: Session
    region: CloudRegion
    keystone: Tried
    endpoints: dict[Api, Endpoint] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried when something went wrong before there was an answer: for the sentence."""

    cloud: str
    service: str
    """Keystone, Nova, Octavia or Neutron."""
    where: str
    timeout_s: float
