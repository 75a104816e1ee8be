"""What spice-console surveys and plans from: hosts, the options that each should have, the test instance."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from runbooks.inputs import named, told, told_addresses
from runbooks.model import Context, Look
from runbooks.spice_console.inputs import (
    ADDRESSES,
    BASE_URL,
    CERT,
    COMPUTE,
    CONTROL,
    INSTANCE,
    KEY,
    USERS,
)
from systems.errors import Refused, SystemsError
from systems.nova import options as o
from systems.nova.edit import FileEdit, edits_of
from systems.nova.lint_addresses import ANYWHERE, PAGE, is_loopback
from systems.nova.options import Option, Side
from systems.nova.readings import NovaHost, Wall
from systems.nova.survey import NovaSurvey, survey_nova
from systems.openstack.readings import Instance

NAME = "spice-console"
KIND = "spice-html5"


async def survey(context: Context, target: str) -> NovaSurvey:
    """Ask every host that was named, and the cloud for the instance; nothing raises."""
    values = context.values

    async def instance() -> Instance:
        wanted = told(values, INSTANCE)
        found = (await context.clouds.reader(target).instances()).instances
        named_so = [one for one in found if wanted in (one.name, one.id)]
        if len(named_so) != 1:
            words = f"{target} has {len(named_so) or 'no'} instances that are called {wanted!r}"
            raise Refused(f"{words}: give the name, or the id, of one")
        return named_so[0]

    surveyed = await survey_nova(
        target, context.reader, named(values, CONTROL), named(values, COMPUTE), instance
    )
    return replace(surveyed, base_url=_base_url(surveyed, values))


def _base_url(surveyed: NovaSurvey, values: Mapping[str, str]) -> str:
    """What was told; else what the compute hosts agree on, if it leads anywhere; else the control host's."""
    if given := told(values, BASE_URL):
        return given
    present = {host.conf.setting(o.BASE_URL).value for host in surveyed.read(Side.COMPUTE)}
    only = present.pop() if len(present) == 1 else ""
    if only and not is_loopback(urlsplit(only).hostname or "127.0.0.1") and only.endswith(PAGE):
        return only
    control = next(surveyed.read(Side.CONTROL), None)
    if control is None:
        return ""
    scheme = "https" if control.cert_exists or told(values, CERT) else "http"
    address = next(iter(usable(control.addresses)), "127.0.0.1")
    host = f"[{address}]" if ":" in address else address
    return f"{scheme}://{host}:{control.conf.setting(o.PROXY_PORT).value}{PAGE}"


@dataclass(frozen=True, slots=True)
class Setup:
    """One cloud whose consoles are to be SPICE."""

    look: Look
    found: NovaSurvey
    values: Mapping[str, str]
    facts: Mapping[str, str]

    @property
    def cloud(self) -> str:
        return self.found.cloud

    @property
    def computes(self) -> tuple[NovaHost, ...]:
        return tuple(self.found.read(Side.COMPUTE))

    @property
    def controls(self) -> tuple[NovaHost, ...]:
        return tuple(self.found.read(Side.CONTROL))

    @property
    def hosts(self) -> tuple[NovaHost, ...]:
        return tuple(self.found.read())

    @property
    def base_url(self) -> str:
        return self.found.base_url

    @property
    def is_tls(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def users(self) -> str:
        return told(self.values, USERS)

    @property
    def port(self) -> int:
        """Of the proxy; one that is no number is refused elsewhere."""
        text = self.controls[0].conf.setting(o.PROXY_PORT).value
        return int(text) if text.isdecimal() else 6082

    @property
    def instance(self) -> Instance | None:
        found = self.found.instance
        return None if isinstance(found, SystemsError) else found

    @property
    def is_all_in_one(self) -> bool:
        """One host is all there is, so that nobody else has to reach a guest's screen."""
        return self.found.control == self.found.computes and len(self.found.control) == 1

    def address(self, host: NovaHost) -> str:
        """What the proxy is to dial; empty: nothing fits, and somebody must say it."""
        if host.host in (given := told_addresses(self.values, ADDRESSES)):
            return given[host.host]
        present = host.conf.setting(o.CLIENT_ADDRESS).value
        if present in host.addresses and not is_loopback(present):
            return present
        if self.is_all_in_one:
            return "127.0.0.1"
        own = usable(host.addresses)
        others = [address for control in self.controls for address in control.addresses]
        near = [one for one in own if any(_near(one, other) for other in others)]
        return next(iter((*near, *own)), "")

    def listen(self, host: NovaHost) -> str:
        """Where its guests are to listen: never on all addresses, unless a firewall stands before them.

        A wildcard that is there stays then: live migration needs it (SPICE-02, SPICE-03). That of IPv6 does
        not stay before iptables, which filters IPv4 alone.
        """
        present, address = host.conf.setting(o.SERVER_LISTEN).value, self.address(host)
        if present not in ANYWHERE or not host.firewall.refuses:
            return address
        if ":" in present and host.firewall.wall is Wall.IPTABLES:
            return address if ":" in address else "0.0.0.0"  # noqa: S104 - the firewall stands before it
        return present

    def wanted(self, host: NovaHost) -> dict[Option, str]:
        """The options that must hold there (E.1)."""
        wanted = {o.SPICE_ENABLED: "True"}
        if Side.COMPUTE in host.sides:
            wanted |= {
                o.vnc_option(host.release): "False",
                o.BASE_URL: self.base_url,
                o.SERVER_LISTEN: self.listen(host),
                o.CLIENT_ADDRESS: self.address(host),
            }
        if Side.CONTROL in host.sides:
            wanted |= self._wanted_of_control(host)
        return wanted

    def _wanted_of_control(self, host: NovaHost) -> dict[Option, str]:
        wanted: dict[Option, str] = {}
        if is_loopback(host.conf.setting(o.PROXY_HOST).value):
            wanted[o.PROXY_HOST] = "0.0.0.0"  # noqa: S104 - users come from outside; the firewall says which
        if cert := told(self.values, CERT):
            wanted[o.CERT] = cert
        if key := told(self.values, KEY):
            wanted[o.KEY] = key
        return wanted

    def edits(self, host: NovaHost) -> tuple[FileEdit, ...]:
        """What changes in its files; nothing where all holds."""
        return edits_of(host.conf, self.wanted(host), host.main)


def usable(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Those that another host could reach; IPv4 first."""
    fit = [one for one in addresses if not is_loopback(one) and not one.startswith(("169.254.", "fe80:"))]
    return tuple(sorted(fit, key=lambda one: ":" in one))


def _near(one: str, other: str) -> bool:
    """In one network of 24 bits, as management networks are laid out; no more than a proposal."""
    if ":" in one or ":" in other or is_loopback(other):
        return False
    return ipaddress.ip_address(other) in ipaddress.ip_network(f"{one}/24", strict=False)


def setup_of(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Setup | None:
    """Gather what was read; judges nothing. None: the look is at no host of Nova."""
    found = look.found
    return Setup(look, found, values, facts) if isinstance(found, NovaSurvey) else None
