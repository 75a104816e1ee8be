"""Why there is no plan: each reason one sentence, its evidence and a way on (GOTCHAS E.2)."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.cloud.acts import HARD_REBOOT
from runbooks.gotchas.detectors.consoles import FIRST_SCREEN
from runbooks.inputs import told
from runbooks.model import Refusal
from runbooks.spice_console.inputs import CERT, KEY
from runbooks.spice_console.setup import Setup
from runbooks.words import listed
from systems.errors import SystemsError
from systems.nova import options as o
from systems.nova.lint_addresses import PAGE, split_url
from systems.nova.readings import NovaHost, Wall
from systems.nova.walls import lets_in, open_to_all

CLOCK_S = 60.0
"""Clocks further apart than that make tokens too old, or too young."""
_MISSING = {
    "nova-compute": "openstack-nova-compute (RPM) or nova-compute (Debian)",
    "nova-spicehtml5proxy": "openstack-nova-spicehtml5proxy (RPM) or nova-spiceproxy (Debian)",
}


def refuse(setup: Setup) -> Refusal | None:
    """The first reason against; None: a plan can be made."""
    return next((refused for reason in _REASONS if (refused := reason(setup)) is not None), None)


def _unread(setup: Setup) -> Refusal | None:
    unread = setup.found.unread
    if not unread:
        return None
    return Refusal(
        f"{listed(unread)} could not be looked at, and what holds there decides what has to change",
        tuple(str(error) for error in unread.values()),
        "Make each of them answer over SSH, as root or with sudo, or leave it out; then plan again.",
    )


def _files(setup: Setup) -> Refusal | None:
    for host in setup.hosts:
        if host.conf.trouble:
            sentence = f"{host.host}: Nova cannot read its own file: {host.conf.trouble}"
            return Refusal(sentence, (), "Put that line right by hand; nothing is changed in such a file.")
        for file in host.conf.files:
            if file.link:
                sentence = f"{host.host}: {file.path} is a link to {file.link}, which others may write"
                return Refusal(sentence, (), "Change it where it is made, or put the file itself there.")
    return None


def _capable(setup: Setup) -> Refusal | None:
    """E.2-1: there is no SPICE in QEMU of Enterprise Linux 9 and Ubuntu 24.04."""
    without = [host for host in setup.computes if host.spice_capable is False]
    if not without:
        return None
    return Refusal(
        f"{listed(host.host for host in without)} cannot give guests a SPICE screen: their QEMU has none",
        tuple(f"{host.host}: {host.capable_word} ({host.system})" for host in without),
        "Keep VNC there ([vnc] enabled = True, nova-novncproxy); or name only hosts that have SPICE.",
        ("SPICE-13",),
    )


def _programs(setup: Setup) -> Refusal | None:
    for hosts, kind in ((setup.computes, "nova-compute"), (setup.controls, "nova-spicehtml5proxy")):
        lacking = [host.host for host in hosts if host.unit(kind) is None]
        if lacking:
            sentence = f"{listed(lacking)} has no unit {kind}, nor openstack-{kind}"
            return Refusal(sentence, (), f"Install {_MISSING[kind]} there, then plan again.")
    for host in setup.controls:
        if not host.page_exists:
            web = host.conf.setting(o.WEB).value
            sentence = f"{host.host} has no {web}{PAGE}, the page that browsers open"
            way_on = "Install spice-html5 there, or set [DEFAULT] web to where it is; then plan again."
            return Refusal(sentence, (), way_on)
    return None


def _instance(setup: Setup) -> Refusal | None:
    found = setup.found.instance
    if isinstance(found, SystemsError):
        return Refusal(f"the test instance cannot be used: {found}", (), "Name one that runs on these hosts.")
    names = {host.host.split(".")[0] for host in setup.computes}
    is_elsewhere = found.host is not None and found.host.split(".")[0] not in names
    if is_elsewhere and len(names) > 1:
        sentence = f"{found.name} runs on {found.host or 'no host'}, which is none of the compute hosts named"
        return Refusal(sentence, (), "Take an instance of theirs, or name its host, too.")
    if why := HARD_REBOOT.why_not(found):
        return Refusal(f"{found.name} cannot prove a console now: {why}", (), "Take another one, or wait.")
    return None


def _addresses(setup: Setup) -> Refusal | None:
    """E10: the address must be really on that compute host."""
    for host in setup.computes:
        address = setup.address(host)
        if not address:
            sentence = f"{host.host} has no address that another host could reach"
            return Refusal(sentence, (), "Give it one, or name it by the input addresses.", ("SPICE-04",))
        if address not in host.addresses:
            sentence = f"{address} is no address of {host.host}: the proxy would dial another host (E10)"
            evidence = f"{host.host} has {listed(host.addresses)}"
            return Refusal(sentence, (evidence,), "Give the input addresses one of these.", ("SPICE-04",))
    return None


def _scheme(setup: Setup) -> Refusal | None:
    """E11: https needs a certificate that is there; and one that is there is served under https."""
    parts, words = split_url(setup.base_url)
    if parts is None or not parts.path.endswith(PAGE):
        why = words or f"does not end in {PAGE}"
        return Refusal(f"the base URL {setup.base_url!r} {why}", (), "Give the input base_url in full.")
    cert, key = told(setup.values, CERT), told(setup.values, KEY)
    for host in setup.controls:
        has = host.cert_exists or bool(cert)
        if setup.is_tls and not has:
            sentence = f"the base URL begins with https, and {host.host} has no certificate for it (E11)"
            way_on = "Give the inputs cert and key, files on that host; or a base_url that begins with http."
            return Refusal(sentence, (setup.base_url,), way_on, ("SPICE-05",))
        if not setup.is_tls and host.conf.setting(o.SSL_ONLY).is_true:
            sentence = f"the base URL begins with http, and {host.host} takes TLS only (ssl_only)"
            return Refusal(sentence, (setup.base_url,), "Give one of https.", ("SPICE-05",))
    if key and not cert:
        return Refusal("a key is given, and no certificate", (), "Give the input cert, too.", ("SPICE-05",))
    return None


def _clocks(setup: Setup) -> Refusal | None:
    apart = {host.host: host.clock_s - host.taken_at.timestamp() for host in setup.hosts}
    worst = max(apart, key=lambda name: abs(apart[name]))
    if abs(apart[worst]) <= CLOCK_S:
        return None
    sentence = f"the clock of {worst} is {apart[worst]:+.0f} s off this machine's, so that tokens are too old"
    return Refusal(sentence, (), "Put the time right there (chronyc), then plan again.", ("SPICE-09",))


def _walls(setup: Setup) -> Refusal | None:
    """SPICE-03: screens are open to nobody but the proxy. SPICE-07: what is opened stays open."""
    for host in setup.computes:
        if open_to_all(host.firewall.rules, FIRST_SCREEN):
            sentence = f"a rule on {host.host} opens port {FIRST_SCREEN}, a screen, to everybody"
            way_on = "Take that rule away, or narrow it to the control hosts; then plan again."
            return Refusal(sentence, host.firewall.rules[:8], way_on, ("SPICE-03",))
    for host in setup.hosts:
        if refused := _wall(setup, host):
            return refused
    return None


def _wall(setup: Setup, host: NovaHost) -> Refusal | None:
    wall = host.firewall
    if not wall.refuses or not (needs_users(setup, host) or host in setup.computes):
        return None
    if host in setup.controls and not setup.users and needs_users(setup, host):
        sentence = f"the firewall of {host.host} lets nobody reach port {setup.port}"
        return Refusal(sentence, wall.rules[:8], "Give the input users: the network of those who may.", ())
    if wall.wall is Wall.NFTABLES:
        sentence = f"{host.host} filters by nftables of its own, whose files this runbook does not write"
        way_on = f"Let {setup.users or 'the users'} reach port {setup.port} there by hand, then leave it out."
        return Refusal(sentence, (), way_on, ("SPICE-07",))
    if wall.wall is Wall.IPTABLES and any("-j ufw-" in rule for rule in wall.rules):
        sentence = f"{host.host} filters by ufw, whose rules this runbook does not write"
        way_on = (
            "Let the users reach the proxy, and control hosts alone the screens, by `ufw allow` there; then "
            "leave that host out."
        )
        return Refusal(sentence, wall.rules[:8], way_on, ("SPICE-07",))
    if wall.wall is Wall.IPTABLES and not wall.saved_path:
        sentence = f"{host.host} filters by iptables and keeps no rules for its next boot"
        way_on = "Install iptables-services (RPM) or iptables-persistent (Debian) and save the rules first."
        return Refusal(sentence, wall.rules[:8], way_on, ("SPICE-07",))
    return None


def needs_users(setup: Setup, host: NovaHost) -> bool:
    """The proxy's port is not let in yet, to those who may open it or to anybody."""
    wall = host.firewall
    if host not in setup.controls or not wall.refuses:
        return False
    if wall.wall is Wall.FIREWALLD:
        return not all(_names_port(setup, rules) for rules in (wall.rules, wall.saved))
    network = setup.users or "0.0.0.0/0"
    return not (lets_in(wall.rules, setup.port, network) and lets_in(wall.saved, setup.port, network))


def _names_port(setup: Setup, rules: tuple[str, ...]) -> bool:
    """firewalld opens the proxy's port, to everybody or, where users are told, to them."""
    rich = [one for one in rules if f'port="{setup.port}"' in one and one.endswith("accept")]
    own = [one for one in rich if not setup.users or f'address="{setup.users}"' in one]
    return open_to_all(rules, setup.port) or bool(own)


_REASONS: tuple[Callable[[Setup], Refusal | None], ...] = (
    _unread,
    _files,
    _capable,
    _programs,
    _addresses,
    _scheme,
    _clocks,
    _walls,
    _instance,
)
