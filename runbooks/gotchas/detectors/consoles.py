"""Detectors of what goes wrong with SPICE consoles (GOTCHAS E.5): they judge a look at a cloud's hosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from runbooks.gotchas.detectors.common import merged
from runbooks.model import Detector, Look, Sighting, no, unknown, yes
from runbooks.words import listed
from systems.nova import options as o
from systems.nova.options import Side
from systems.nova.readings import NovaHost, Wall
from systems.nova.survey import NovaSurvey
from systems.nova.walls import lets_in, open_to_all

FIRST_SCREEN = 5900
SCREENS = "5900:6923"
"""Where guests' screens are: libvirt's remote_display_port_min and more, a thousand of them (SPICE-12)."""
_Judge = Callable[[NovaSurvey, NovaHost], "str | Sighting"]


def _across(side: Side | None, judge: _Judge, good: str) -> Detector:
    """Ask every host of a side; an empty word means that it does not bite there."""

    def detector(look: Look) -> Sighting:
        if not isinstance(look.found, NovaSurvey):
            return unknown("this look is at no host of Nova")
        return merged(_sightings(look.found, side, judge, good), good)

    return detector


def _sightings(survey: NovaSurvey, side: Side | None, judge: _Judge, good: str) -> Iterator[Sighting]:
    for host in survey.read(side):
        said = judge(survey, host)
        if isinstance(said, Sighting):
            yield said
        else:
            yield yes(said, host.host) if said else no(good, host.host)
    for name, error in survey.unread.items():
        yield unknown(f"{name} could not be asked: {error}", name)


def _flawed(gotcha: str) -> Callable[[NovaSurvey, NovaHost], str]:
    def judge(survey: NovaSurvey, host: NovaHost) -> str:
        found = [flaw for flaw in survey.flaws(host) if flaw.gotcha == gotcha]
        return "; ".join(f"{host.host}: {flaw.sentence} ({flaw.where})" for flaw in found)

    return judge


def _screens(judge: Callable[[NovaHost], str]) -> _Judge:
    """Of hosts whose libvirt answers."""

    def judged(survey: NovaSurvey, host: NovaHost) -> str | Sighting:
        del survey
        if host.screens is None:
            return unknown(f"{host.host}: libvirt cannot be asked for its guests' screens", host.host)
        return judge(host)

    return judged


def _old_screens(host: NovaHost) -> str:
    if host.conf.setting(o.SPICE_ENABLED).is_true is not True:
        return ""
    spice = {one.uuid for one in host.screens or () if one.kind == "spice"}
    old = sorted({one.domain for one in host.screens or () if one.uuid not in spice})
    return f"{host.host}: {listed(old)} were started before SPICE was enabled" if old else ""


def _old_listen(host: NovaHost) -> str:
    wanted = host.conf.setting(o.SERVER_LISTEN).value
    other = [one for one in host.screens or () if one.kind == "spice" and one.listen != wanted]
    told = listed(f"{one.domain} on {one.listen}" for one in other)
    return f"{host.host}: server_listen is {wanted}, and guests listen elsewhere: {told}" if other else ""


def _two_screens(host: NovaHost) -> str:
    kinds: dict[str, set[str]] = {}
    for one in host.screens or ():
        kinds.setdefault(one.domain, set()).add(one.kind)
    both = sorted(domain for domain, found in kinds.items() if {"spice", "vnc"} <= found)
    return f"{host.host}: {listed(both)} have two screens, VNC and SPICE" if both else ""


def _vnc_and_spice(survey: NovaSurvey, host: NovaHost) -> str:
    return _flawed("SPICE-06")(survey, host) or _two_screens(host)


def _open_screens(survey: NovaSurvey, host: NovaHost) -> str:
    """Open to all, and nothing that filters stands before it."""
    flaws = [flaw for flaw in survey.flaws(host) if flaw.rule == "listen-open"]
    wall = host.firewall
    if flaws and wall.wall is not Wall.UNKNOWN and wall.refuses and not open_to_all(wall.rules, FIRST_SCREEN):
        return ""
    return "; ".join(f"{host.host}: {flaw.sentence} ({flaw.where})" for flaw in flaws)


def _unsaved(survey: NovaSurvey, host: NovaHost) -> str | Sighting:
    del survey
    wall = host.firewall
    if wall.wall is Wall.UNKNOWN:
        return unknown(f"{host.host}: its firewall could not be read", host.host)
    lost = [rule for rule in wall.rules if _is_ours(rule) and rule not in wall.saved]
    if wall.wall is Wall.NFTABLES or not lost:
        return ""
    return f"{host.host}: gone after the next boot: {listed(lost)}"


def _is_ours(rule: str) -> bool:
    """It opens the proxy's port, or that of a screen."""
    return re.search(r"(--dports? \S*|port=\"|^)(6082|59\d\d)\b", rule) is not None


def _no_consoleauth(survey: NovaSurvey, host: NovaHost) -> str:
    del survey
    if not host.needs_consoleauth or (host.consoleauth is not None and host.consoleauth.is_active):
        return ""
    return f"{host.host}: Nova {host.release} keeps its tokens in nova-consoleauth, which does not run"


def _stale(survey: NovaSurvey, host: NovaHost) -> str:
    del survey
    old = [unit.name for unit in (host.compute, host.proxy) if unit is not None and host.is_stale(unit)]
    return f"{host.host}: {listed(old)} began before nova.conf was written last" if old else ""


def _narrow(host: NovaHost) -> str:
    wall = host.firewall
    if wall.wall is not Wall.IPTABLES or not wall.refuses:
        return ""
    ports = sorted({one.port for one in host.screens or () if one.port})
    opened = [rule for rule in wall.rules if "-j ACCEPT" in rule and "--dport" in rule and "59" in rule]
    shut = [port for port in ports if not any(_lets_anybody(rule, port) for rule in opened)]
    return f"{host.host}: no rule lets anybody reach the screens on {listed(map(str, shut))}" if shut else ""


def _lets_anybody(rule: str, port: int) -> bool:
    words = rule.split()
    source = words[words.index("-s") + 1] if "-s" in words else "0.0.0.0/0"
    return lets_in((rule,), port, source)


def _cannot(survey: NovaSurvey, host: NovaHost) -> str | Sighting:
    if host.spice_capable is None:
        return unknown(f"{host.host}: {host.capable_word}", host.host)
    others = [one.host for one in survey.read(Side.COMPUTE) if one.spice_capable]
    if host.spice_capable or not others:
        return ""
    return f"guests with SPICE of {listed(others)} do not start on {host.host}: {host.capable_word}"


OLD_INSTANCES = _across(Side.COMPUTE, _screens(_old_screens), "every guest's screen is SPICE")
LISTEN_BAKED_IN = _across(Side.COMPUTE, _screens(_old_listen), "guests listen where server_listen says")
OPEN_SCREENS = _across(Side.COMPUTE, _open_screens, "screens are not open to everybody")
WRONG_ADDRESS = _across(Side.COMPUTE, _flawed("SPICE-04"), "the address that is dialled is on that host")
SCHEME = _across(None, _flawed("SPICE-05"), "the scheme is what the proxy speaks")
BOTH_ENABLED = _across(Side.COMPUTE, _vnc_and_spice, "VNC is off")
NOT_SAVED = _across(None, _unsaved, "rules for consoles are there after a boot, too")
CONSOLEAUTH = _across(Side.CONTROL, _no_consoleauth, "tokens are kept where this release keeps them")
NOT_RESTARTED = _across(None, _stale, "each program began after its file was written")
WRONG_SECTION = _across(None, _flawed("SPICE-11"), "each option stands in its section")
NARROW = _across(Side.COMPUTE, _screens(_narrow), "every screen's port is let in from somewhere")
NO_SPICE_THERE = _across(Side.COMPUTE, _cannot, "every compute host's QEMU is of one kind")
