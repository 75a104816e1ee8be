"""The clouds of an estate: what reads one, and what changes one while the console is armed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from systems.consoles.address import address_of
from systems.consoles.link import ConsoleLink, open_link
from systems.consoles.page import page_status
from systems.estate_schema import Cloud
from systems.openstack.access import CloudAccess
from systems.openstack.cloud import CloudReader
from systems.openstack.hands import CloudHands
from systems.openstack.octavia import BalancerReader
from systems.openstack.octavia_readings import BalancersSurvey
from systems.openstack.readings import CloudSurvey, Instance
from systems.openstack.session import CloudSession
from systems.secrets import Redactor
from systems.shell import Permit


@dataclass(frozen=True, slots=True)
class _Open:
    session: CloudSession
    reader: CloudReader
    balancers: BalancerReader


class CloudLook(NamedTuple):
    """One cloud: its instances and what runs them, and its load balancers."""

    instances: CloudSurvey
    balancers: BalancersSurvey


class EstateClouds:
    """Opened when they are first used, and kept until `close` (`tui.works.Clouds`)."""

    def __init__(self, clouds: Sequence[Cloud], redactor: Redactor) -> None:
        self._clouds = {cloud.name: cloud for cloud in clouds}
        self._redactor = redactor
        self._opened: dict[str, _Open] = {}

    def reader(self, cloud: str) -> CloudReader:
        """Return what reads that cloud; raises `KeyError` when the estate has none of that name."""
        return self._open(cloud).reader

    def balancers(self, cloud: str) -> BalancerReader:
        """Return what reads its load balancers; raises `KeyError` when the estate has none of that name."""
        return self._open(cloud).balancers

    def hands(self, cloud: str, permit: Permit) -> CloudHands:
        """Return what changes objects of that cloud, as far as the permit goes."""
        return CloudHands(self._open(cloud).session, permit)

    async def link(self, cloud: str, instance: Instance, kind: str) -> ConsoleLink:
        """Ask for a console of that type, with a token of its own, and connect to it. Changes nothing."""
        opened = self._open(cloud)
        address = address_of(await opened.reader.console(instance, kind))
        return await open_link(address, await opened.session.trust())

    async def page(self, cloud: str, url: str) -> int:
        """The HTTP status of a page, by the certificates that this cloud trusts."""
        return await page_status(url, await self._open(cloud).session.trust())

    async def close(self) -> None:
        """Let go of all of them."""
        for one in self._opened.values():
            await one.session.close()

    def _open(self, cloud: str) -> _Open:
        if cloud not in self._opened:
            settings = self._clouds[cloud]
            access = CloudAccess(cloud, settings.clouds_file, settings.region)
            session = CloudSession(access, self._redactor.add)
            reader = CloudReader(
                session, all_projects=settings.all_projects, token_ttl_s=settings.token_ttl_s
            )
            self._opened[cloud] = _Open(session, reader, BalancerReader(session))
        return self._opened[cloud]
