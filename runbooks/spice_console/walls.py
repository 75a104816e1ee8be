"""Steps that let users in to the proxy and the proxy to guests' screens, now and after the next boot."""

from __future__ import annotations

import shlex

from runbooks.gotchas.detectors.consoles import FIRST_SCREEN, SCREENS
from runbooks.model import Act, Check, Context, Sighting, Step, no, yes
from runbooks.spice_console.files import host_now
from runbooks.spice_console.refusals import needs_users
from runbooks.spice_console.setup import Setup, usable
from runbooks.steps.checks import nothing_to_check
from systems.nova.options import Side
from systems.nova.readings import NovaHost, Wall
from systems.nova.walls import iptables_rule, lets_in
from systems.put import put_back, rewrite
from systems.shell import Command


def wall_steps(setup: Setup) -> tuple[Step, ...]:
    """Screens first, to the control hosts alone; then the proxy, to the users."""
    steps = []
    for host in setup.computes:
        for network in proxies(setup, host):
            if host.firewall.refuses and not _is_in(host, SCREENS, FIRST_SCREEN, network):
                why = f"The proxy at {network} dials the screens; nobody else may (SPICE-03, SPICE-12)."
                steps.append(open_step(host, SCREENS, FIRST_SCREEN, network, why))
    for host in setup.controls:
        if needs_users(setup, host):
            why = f"Browsers of {setup.users} open the page and its websocket there (SPICE-07)."
            steps.append(open_step(host, str(setup.port), setup.port, setup.users, why))
    return tuple(steps)


def proxies(setup: Setup, host: NovaHost) -> tuple[str, ...]:
    """Networks of one address: control hosts as that compute host sees them; none of itself."""
    own = set(host.addresses)
    others = [one for one in setup.controls if one.host != host.host]
    found = [address for one in others for address in usable(one.addresses) if ":" not in address]
    return tuple(f"{address}/32" for address in found if address not in own)


def open_step(host: NovaHost, ports: str, first: int, network: str, why: str) -> Step:
    """Let one network in: in the running rules and in those that the next boot reads."""
    acts, undo = (_firewalld if host.firewall.wall is Wall.FIREWALLD else _iptables)(host, ports, network)
    return Step(
        key=f"open:{host.host}:{ports}:{network}",
        title=f"let {network} in to port {ports} of {host.host}",
        why=why,
        check=nothing_to_check,
        verify=_lets_in(host, ports, first, network),
        acts=acts,
        expects=f"{host.host}: {network} is let in to {ports}, now and after the next boot",
        gotchas=("SPICE-03", "SPICE-07", "SPICE-12"),
        answers=("SPICE-03", "SPICE-07", "SPICE-12"),
        verify_deadline_s=20.0,
        undo=undo,
        undone=_shut(host, ports, first, network),
        undo_note="Takes the rule away again, from the running rules and the saved ones.",
    )


def _iptables(host: NovaHost, ports: str, network: str) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    rule, wall, name = iptables_rule(ports, network), host.firewall, host.host
    words = rule.removeprefix("-A INPUT ")
    here = f"iptables -C INPUT {words} 2>/dev/null || iptables -I INPUT {words}"
    acts, undo = [Act(name, Command(here))], [Act(name, Command(f"iptables -D INPUT {words}"))]
    if rule not in wall.saved:
        saved = rewrite(wall.saved_path, wall.saved_sha256, _inserted(rule))
        acts.append(Act(name, saved))
        undo.append(Act(name, put_back(wall.saved_path)))
    return tuple(acts), tuple(undo)


def _inserted(rule: str) -> str:
    """For sed: the rule before the first of INPUT in the table filter, and so before those that refuse."""
    return f"/^\\*filter/,/^COMMIT/{{\n0,/^\\(-A\\|COMMIT\\)/{{\n/^\\(-A\\|COMMIT\\)/i\\\n{rule}\n}}\n}}\n"


def _firewalld(host: NovaHost, ports: str, network: str) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    zone, rule = shlex.quote(host.firewall.zone), shlex.quote(rich_rule(ports, network))

    def both(verb: str) -> tuple[Act, ...]:
        lines = (f"firewall-cmd --permanent --zone={zone}", f"firewall-cmd --zone={zone}")
        return tuple(Act(host.host, Command(f"{line} --{verb}-rich-rule={rule}")) for line in lines)

    return both("add"), both("remove")


def rich_rule(ports: str, network: str) -> str:
    """As `firewall-cmd --list-all` tells it."""
    port = ports.replace(":", "-")
    return f'rule family="ipv4" source address="{network}" port port="{port}" protocol="tcp" accept'


def _is_in(host: NovaHost, ports: str, first: int, network: str) -> bool:
    wall = host.firewall
    if wall.wall is Wall.FIREWALLD:
        rule = rich_rule(ports, network)
        return rule in wall.rules and rule in wall.saved
    return lets_in(wall.rules, first, network) and lets_in(wall.saved, first, network)


def _lets_in(host: NovaHost, ports: str, first: int, network: str) -> Check:
    async def verify(context: Context) -> Sighting:
        now = await host_now(context, host.host)
        if isinstance(now, Sighting):
            return now
        if not _is_in(now, ports, first, network):
            return no(f"{host.host} does not let {network} in to {ports}, now and after a boot", host.host)
        if Side.COMPUTE in now.sides and lets_in(now.firewall.rules, FIRST_SCREEN, "0.0.0.0/0"):
            return no(f"{host.host} lets everybody reach port {FIRST_SCREEN} (SPICE-03)", host.host)
        return yes(f"{host.host} lets {network} in to {ports}, in its running rules and its saved ones")

    return verify


def _shut(host: NovaHost, ports: str, first: int, network: str) -> Check:
    async def check(context: Context) -> Sighting:
        now = await host_now(context, host.host)
        if isinstance(now, Sighting):
            return now
        if _is_in(now, ports, first, network):
            return no(f"{host.host} still lets {network} in to {ports}", host.host)
        return yes(f"{host.host} lets {network} in to {ports} no more", host.host)

    return check
