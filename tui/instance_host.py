"""Which host of the estate an instance of a cloud is, and which instance a host is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems.galera.readings import HostEvidence

if TYPE_CHECKING:
    from systems.openstack.readings import Instance
    from tui.picture import Picture


def host_of(picture: Picture, instance: Instance) -> str:
    """The host of the estate that this instance is; empty: none that is known.

    A host that has told its addresses is the instance that has one of them, whatever it is called: names are
    given twice. One that has not told them is the instance of its name.
    """
    by_name, given = "", _addresses(instance)
    for host in picture.hosts:
        told = _told(picture, host)
        if told & given:
            return host
        if not told and host == instance.name:
            by_name = host
    return by_name


def instance_of(picture: Picture, host: str) -> tuple[str, Instance] | None:
    """The instance that this host is, and the name of its cloud; None: none that is known."""
    told = _told(picture, host)
    for name, view in picture.clouds.items():
        for instance in view.instances.instances if view.instances is not None else ():
            if told & _addresses(instance) or (not told and host == instance.name):
                return name, instance
    return None


def is_by_name(picture: Picture, host: str) -> bool:
    """Whether a host has told no addresses, so that only its name says which instance it is."""
    return not _told(picture, host)


def cluster_of(picture: Picture, host: str) -> str:
    """The first cluster that this host is a node of; empty: none."""
    view = picture.hosts.get(host)
    return next(iter(view.roles), "") if view is not None else ""


def _addresses(instance: Instance) -> set[str]:
    return {one.address for one in instance.addresses}


def _told(picture: Picture, host: str) -> set[str]:
    """The addresses that the host itself has told; only a node of a cluster is asked for them."""
    told: set[str] = set()
    for cluster in picture.hosts[host].roles:
        node = picture.clusters[cluster].nodes.get(host)
        evidence = node.survey.evidence if node is not None and node.survey is not None else None
        if isinstance(evidence, HostEvidence):
            told |= set(evidence.addresses)
    return told
