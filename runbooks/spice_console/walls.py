"""Steps that let users in to the proxy and the proxy to guests' screens, now and after the next boot."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from runbooks.gotchas.detectors.consoles import FIRST_SCREEN, SCREENS
from runbooks.model import Act, Check, Context, Sighting, Step, no, yes
from runbooks.spice_console.files import host_now
from runbooks.spice_console.refusals import needs_users
from runbooks.spice_console.setup import Setup, usable
from runbooks.steps.checks import nothing_to_check
from runbooks.words import listed
from systems.nova.options import Side
from systems.nova.readings import NovaHost, Wall
from systems.nova.walls import iptables_rule, lets_in, open_to_all
from systems.put import put_back, rewrite
from systems.shell import Command


@dataclass(frozen=True, slots=True)
class Way:
    """One network that is let in."""

    ports: str
    """6082, or 5900:6923."""
    first: int
    network: str

    @property
    def words(self) -> str:
        return f"{self.network} to port {self.ports}"

    @property
    def rule(self) -> str:
        """As iptables has it."""
        return iptables_rule(self.ports, self.network)

    @property
    def rich_rule(self) -> str:
        """As `firewall-cmd --list-all` tells it."""
        port = self.ports.replace(":", "-")
        return f'rule family="ipv4" source address="{self.network}" port port="{port}" protocol="tcp" accept'


def wall_steps(setup: Setup) -> tuple[Step, ...]:
    """Compute hosts first: screens for control hosts alone. One step a host, since each writes one file."""
    names = dict.fromkeys((*setup.found.computes, *setup.found.control))
    hosts = {host.host: host for host in setup.hosts}
    found = [(hosts[name], ways(setup, hosts[name])) for name in names]
    return tuple(open_step(host, lacking) for host, lacking in found if lacking)


def ways(setup: Setup, host: NovaHost) -> tuple[Way, ...]:
    """What that host's firewall does not let in yet, now and after its next boot."""
    if not host.firewall.refuses:
        return ()
    wanted = []
    if Side.COMPUTE in host.sides:
        wanted += [Way(SCREENS, FIRST_SCREEN, network) for network in proxies(setup, host)]
    found = [way for way in wanted if not _is_in(host, way)]
    if needs_users(setup, host):
        found.append(Way(str(setup.port), setup.port, setup.users))
    return tuple(found)


def proxies(setup: Setup, host: NovaHost) -> tuple[str, ...]:
    """Networks of one address: control hosts as that compute host sees them; none of itself."""
    own = set(host.addresses)
    others = [one for one in setup.controls if one.host != host.host]
    found = [address for one in others for address in usable(one.addresses) if ":" not in address]
    return tuple(f"{address}/32" for address in found if address not in own)


def open_step(host: NovaHost, lacking: tuple[Way, ...]) -> Step:
    """Let them in: in the running rules and in those that the next boot reads."""
    acts, undo = (_firewalld if host.firewall.wall is Wall.FIREWALLD else _iptables)(host, lacking)
    told = listed(way.words for way in lacking)
    return Step(
        key=f"open:{host.host}",
        title=f"on {host.host}, let in {told}",
        why=(
            "Users open the page and its websocket at the proxy; the proxy dials the screens, and nobody "
            "else may, since they have no password (SPICE-03, SPICE-07)."
        ),
        check=nothing_to_check,
        verify=_lets_in(host, lacking),
        acts=acts,
        expects=f"{host.host} lets in {told}, now and after the next boot",
        gotchas=("SPICE-03", "SPICE-07", "SPICE-12"),
        answers=("SPICE-03", "SPICE-07", "SPICE-12"),
        verify_deadline_s=20.0,
        undo=undo,
        undone=_shut(host, lacking),
        undo_note="Takes the rules away again, from the running ones and the saved ones.",
    )


def _iptables(host: NovaHost, lacking: tuple[Way, ...]) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    wall, name, acts, undo = host.firewall, host.host, list[Act](), list[Act]()
    for way in lacking:
        words = way.rule.removeprefix("-A INPUT ")
        is_there = f"iptables -C INPUT {words} 2>/dev/null"
        acts.append(Act(name, Command(f"{is_there} || iptables -I INPUT {words}")))
        if way.rule not in wall.rules:
            undo.append(Act(name, Command(f"! {is_there} || iptables -D INPUT {words}")))
    if unsaved := [way.rule for way in lacking if way.rule not in wall.saved]:
        acts.append(Act(name, rewrite(wall.saved_path, wall.saved_sha256, inserted(unsaved))))
        undo.append(Act(name, put_back(wall.saved_path)))
    return tuple(acts), tuple(undo)


def inserted(rules: Sequence[str]) -> str:
    """For sed: rules before the first one of the table filter, and so before those that refuse."""
    text = "\\\n".join(rules)
    first = r"/^\(\[[0-9:]*\] \)*\(-A\|COMMIT\)/"  # with its counters, where those are saved
    return f"/^\\*filter/,/^COMMIT/{{\n0,{first}{{\n{first}i\\\n{text}\n}}\n}}\n"


def _firewalld(host: NovaHost, lacking: tuple[Way, ...]) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    zone = shlex.quote(host.firewall.zone)
    places = (
        (f"firewall-cmd --permanent --zone={zone}", host.firewall.saved),
        (f"firewall-cmd --zone={zone}", host.firewall.rules),
    )
    missing = [
        (place, shlex.quote(way.rich_rule))
        for way in lacking
        for place, there in places
        if way.rich_rule not in there
    ]

    def every(verb: str) -> tuple[Act, ...]:
        return tuple(Act(host.host, Command(f"{place} --{verb}-rich-rule={rule}")) for place, rule in missing)

    return every("add"), every("remove")


def _is_in(host: NovaHost, way: Way) -> bool:
    wall = host.firewall
    if wall.wall is Wall.FIREWALLD:
        return way.rich_rule in wall.rules and way.rich_rule in wall.saved
    return all(lets_in(rules, way.first, way.network) for rules in (wall.rules, wall.saved))


def _lets_in(host: NovaHost, wanted: tuple[Way, ...]) -> Check:
    async def verify(context: Context) -> Sighting:
        now = await host_now(context, host.host)
        if isinstance(now, Sighting):
            return now
        if missing := [way.words for way in wanted if not _is_in(now, way)]:
            return no(f"{host.host} does not let in {listed(missing)}, now and after a boot", host.host)
        if Side.COMPUTE in now.sides and open_to_all(now.firewall.rules, FIRST_SCREEN):
            return no(f"{host.host} lets everybody reach port {FIRST_SCREEN} (SPICE-03)", host.host)
        told = listed(way.words for way in wanted)
        return yes(f"{host.host} lets in {told}, by its running rules and its saved ones", host.host)

    return verify


def _shut(host: NovaHost, wanted: tuple[Way, ...]) -> Check:
    async def check(context: Context) -> Sighting:
        now = await host_now(context, host.host)
        if isinstance(now, Sighting):
            return now
        if still := [way.words for way in wanted if _is_in(now, way)]:
            return no(f"{host.host} still lets in {listed(still)}", host.host)
        return yes(f"{host.host} lets in {listed(way.words for way in wanted)} no more", host.host)

    return check
