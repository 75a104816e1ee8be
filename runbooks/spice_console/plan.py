"""spice-console: screens are shut first, then files and restarts, then one instance, then the proof (E.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runbooks.model import Context, Look, Plan, Refusal, Sighting, Step, yes
from runbooks.spice_console.files import edit_step, restart_step, units_of
from runbooks.spice_console.proof import home_of, proof_steps, reboot_step
from runbooks.spice_console.refusals import refuse
from runbooks.spice_console.setup import NAME, Setup, setup_of
from runbooks.spice_console.walls import wall_steps
from runbooks.steps.checks import nothing_to_check
from runbooks.words import count, listed
from systems.errors import SystemsError
from systems.nova.lint_addresses import ANYWHERE, is_loopback
from systems.nova.readings import NovaHost
from systems.nova.survey import NovaSurvey
from systems.openstack.readings import Instance


def plan(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Plan | Refusal:
    """What to do about these hosts, or why nothing is done. Pure."""
    setup = setup_of(look, values, facts)
    if setup is None:
        return Refusal("no host of Nova was looked at", (), "Name control and compute hosts.")
    if refused := refuse(setup):
        return refused
    instance = setup.found.instance
    if isinstance(instance, SystemsError):
        return Refusal(str(instance), (), "Name a test instance.")
    changed = [host for host in setup.hosts if setup.edits(host)]
    steps = (
        survey_step(setup),
        *wall_steps(setup),
        *(step for host in _order(setup) for step in _of_host(setup, host)),
        *((reboot_step(setup, instance),) if needs_reboot(setup, instance, changed) else ()),
        *proof_steps(setup, instance),
    )
    return Plan(NAME, setup.cloud, _sentence(setup, changed), steps, tuple(_evidence(setup, changed)))


def _order(setup: Setup) -> tuple[NovaHost, ...]:
    """Compute hosts before the proxies, which dial them."""
    computes = {host.host for host in setup.computes}
    return (*setup.computes, *(host for host in setup.controls if host.host not in computes))


def _of_host(setup: Setup, host: NovaHost) -> Iterator[Step]:
    edits = setup.edits(host)
    if edits:
        yield edit_step(setup, host, edits)
    for unit in units_of(host):
        if edits:
            yield restart_step(setup, host, unit, "It reads nova.conf when it starts (SPICE-10).")
        elif not unit.is_active:
            yield restart_step(setup, host, unit, f"It is {unit.active}.")
        elif host.is_stale(unit):
            yield restart_step(setup, host, unit, "It began before nova.conf was written last (SPICE-10).")


def needs_reboot(setup: Setup, instance: Instance, changed: list[NovaHost]) -> bool:
    """Its devices are not known to be as they should, or what they are made from changes."""
    home = home_of(setup, instance)
    if home is None or home.screens is None or home in changed:
        return True
    own = [one for one in home.screens if one.uuid == instance.id]
    is_right = [one.kind for one in own] == ["spice"] and own[0].listen == setup.listen(home)
    return not is_right


def survey_step(setup: Setup) -> Step:
    """The rules of E.1 on every host's files, as they are now."""

    async def verify(context: Context) -> Sighting:
        found = (await context.look(max_age_s=30.0)).found
        hosts = tuple(found.read()) if isinstance(found, NovaSurvey) else ()
        flaws = [f"{host.host}: {flaw.sentence}" for host in hosts for flaw in setup.found.flaws(host)]
        told = "; ".join(flaws) or "the rules find nothing"
        return yes(f"{count(len(hosts), 'host')} read; {told}", *(host.host for host in hosts))

    gotchas = tuple(f"SPICE-{number:02}" for number in range(1, 14))
    return Step(
        key="survey",
        title=f"look at {listed(host.host for host in setup.hosts)}",
        why="Files, units, screens, ports and firewalls as they are; every gotcha is judged on them.",
        check=nothing_to_check,
        verify=verify,
        expects="nothing: it only reads",
        gotchas=gotchas,
        answers=gotchas,
        lasting=False,
    )


def _sentence(setup: Setup, changed: list[NovaHost]) -> str:
    names = listed(host.host for host in changed)
    what = f"nova.conf changes on {names}" if changed else "every nova.conf is right"
    return f"{what}; consoles open at {setup.base_url}"


def _evidence(setup: Setup, changed: list[NovaHost]) -> Iterator[str]:
    for host in setup.hosts:
        sides = " and ".join(side.value for side in host.sides)
        release = f"Nova {host.release}" if host.release else "Nova of no package"
        units = ", ".join(f"{unit.name} {unit.active}" for unit in host.units) or "no unit"
        yield f"{host.host} ({sides}): {release} on {host.system}; {units}; {host.firewall.wall.value}"
        for flaw in setup.found.flaws(host):
            yield f"{host.host}: {flaw.gotcha or flaw.rule}: {flaw.sentence} ({flaw.where})"
    if (instance := setup.instance) is not None and instance.host:
        yield from _of_instance(setup, instance.name, instance.host)
    for host in setup.computes:
        yield from _of_compute(setup, host, is_changed=host in changed)


def _of_instance(setup: Setup, name: str, runs_on: str) -> Iterator[str]:
    """The only compute host is taken for the instance's, whatever it is called: ssh may know another name."""
    only = setup.computes[0].host if len(setup.computes) == 1 else ""
    if only and only.partition(".")[0] != runs_on.partition(".")[0]:
        yield f"{name} runs on {runs_on} by Nova; that is taken to be {only}, the only one named"


def _of_compute(setup: Setup, host: NovaHost, *, is_changed: bool) -> Iterator[str]:
    if host.spice_capable is None:
        yield f"{host.host}: whether its QEMU has SPICE is not known: {host.capable_word}"
    old = sorted({one.domain for one in host.screens or () if one.kind != "spice"})
    if old:
        until = " and have no console from the change on until then" if is_changed else ""
        yield f"{host.host}: {listed(old)} get SPICE by a hard reboot each, when that suits{until} (SPICE-01)"
    listen = setup.listen(host)
    if not host.firewall.refuses and listen not in ANYWHERE and not is_loopback(listen):
        yield f"{host.host}: nothing filters; whoever reaches {listen} reaches screens (SPICE-03)"
