"""What one host of Nova says of itself, as far as consoles need it. Data, so that it can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from systems.nova.conf import NovaConf
from systems.nova.options import TRAIN, Side


class Wall(Enum):
    """What filters packets on a host; UNKNOWN: it could not be read."""

    NONE = "no firewall"
    IPTABLES = "iptables"
    FIREWALLD = "firewalld"
    NFTABLES = "nftables"
    UNKNOWN = "a firewall that could not be read"


@dataclass(frozen=True, slots=True)
class NovaUnit:
    """One unit of systemd."""

    name: str
    active: str
    enabled: str
    pid: int = 0
    started_at: float | None = None
    """When its main process began, in seconds since 1970; None: it does not run, or did not say."""

    @property
    def is_active(self) -> bool:
        return self.active == "active"


@dataclass(frozen=True, slots=True)
class Screen:
    """One graphics device of a running guest, as libvirt has it."""

    domain: str
    uuid: str
    kind: str
    """spice, vnc."""
    listen: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Listener:
    """One port that is listened on."""

    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Firewall:
    """What filters what comes in, now and after the next boot."""

    wall: Wall
    rules: tuple[str, ...] = ()
    """Of iptables as iptables-save tells them, of firewalld its ports and rich rules."""
    saved: tuple[str, ...] = ()
    """The same as they are read at boot."""
    saved_path: str = ""
    """The file of iptables' rules; empty: none is there."""
    saved_sha256: str = ""
    zone: str = ""
    """firewalld's zone."""
    refuses: bool = False
    """What no rule lets in is refused."""


@dataclass(frozen=True, slots=True)
class NovaHost:
    """One control or compute host at one moment (`taken_at`: aware, UTC)."""

    host: str
    taken_at: datetime
    sides: tuple[Side, ...]
    clock_s: float
    """Its own clock, in seconds since 1970, at about that moment."""
    addresses: tuple[str, ...]
    conf: NovaConf
    main: str
    """The file that an option goes into which is nowhere yet."""
    units: tuple[NovaUnit, ...]
    release: int | None
    packages: tuple[str, ...]
    """Those of Nova and of spice-html5, with their versions."""
    system: str
    """PRETTY_NAME of its os-release."""
    spice_capable: bool | None
    """Whether its QEMU has SPICE; None: nobody could be asked."""
    capable_word: str
    web_exists: bool
    page_exists: bool
    cert_exists: bool
    key_exists: bool
    listeners: tuple[Listener, ...]
    screens: tuple[Screen, ...] | None
    """None: libvirt could not be asked."""
    firewall: Firewall

    def unit(self, *kinds: str) -> NovaUnit | None:
        """The unit of one of these programs under the name that this host has for it."""
        names = [name for kind in kinds for name in (kind, f"openstack-{kind}")]
        return next((one for one in self.units if one.name in names), None)

    @property
    def compute(self) -> NovaUnit | None:
        return self.unit("nova-compute")

    @property
    def proxy(self) -> NovaUnit | None:
        return self.unit("nova-spicehtml5proxy")

    @property
    def consoleauth(self) -> NovaUnit | None:
        return self.unit("nova-consoleauth")

    @property
    def needs_consoleauth(self) -> bool:
        """Tokens are kept by a service of its own up to Stein (SPICE-08)."""
        return self.release is not None and self.release < TRAIN

    @property
    def written_at(self) -> float:
        """When the newest of its files was written, in seconds since 1970."""
        return max((file.mtime for file in self.conf.files), default=0.0)

    def is_stale(self, unit: NovaUnit) -> bool:
        """It runs with an older file than the one that is there (SPICE-10)."""
        return unit.is_active and unit.started_at is not None and unit.started_at < self.written_at
