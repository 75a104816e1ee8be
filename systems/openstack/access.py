"""How one cloud is reached, and the way once it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keystoneauth1.adapter import Adapter
    from keystoneauth1.session import Session

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


@dataclass(slots=True)
class Way:
    """An open way: the session with its token, and the Compute API that its catalogue names."""

    session: Session
    compute: Adapter
    where: str
    """The endpoint of the Compute API."""
    newest: tuple[int, int] = OLDEST
    """The newest microversion that it knows."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried when something went wrong before there was an answer: for the sentence."""

    cloud: str
    service: str
    """Keystone or Nova."""
    where: str
    timeout_s: float
