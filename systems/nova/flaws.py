"""What is known of a host beside its files, and what a rule finds wrong in them."""

from __future__ import annotations

from dataclasses import dataclass

from systems.nova.conf import Setting
from systems.nova.options import Side


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule needs to know beside the files; None: it is not known, and no rule judges by it."""

    side: frozenset[Side]
    release: int | None = None
    """Nova's major number, 11 for Kilo."""
    addresses: tuple[str, ...] | None = None
    """IPv4 and IPv6 addresses of this very host."""
    web_exists: bool | None = None
    """The directory that [DEFAULT] web names is there."""
    cert_exists: bool | None = None
    key_exists: bool | None = None
    proxy_is_tls: bool | None = None
    """What the proxy that the base URL names was seen to speak."""
    base_url: str = ""
    """The one that is to be; empty: any."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong: in one sentence what, where and what follows."""

    rule: str
    gotcha: str
    """SPICE-11, E10; empty: none has been told of."""
    sentence: str
    where: str
    """FILE:LINE, or "its default"."""
    stops: bool = True
    """No console comes like this. False: it works, and should be known."""


def at(setting: Setting, rule: str, gotcha: str, words: str, *, stops: bool = True) -> Flaw:
    """A flaw of one setting, where it stands."""
    return Flaw(rule, gotcha, words, setting.where, stops)
