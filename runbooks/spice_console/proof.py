"""The hard reboot of the test instance, and the proof: its screen, the page, the websocket (GOTCHAS E.3)."""

from __future__ import annotations

import asyncio

from runbooks.cloud.acts import HARD_REBOOT
from runbooks.model import Act, Check, Context, Sighting, Step, no, unknown, yes
from runbooks.spice_console.files import host_now
from runbooks.spice_console.setup import KIND, Setup
from runbooks.steps.checks import nothing_to_check
from systems.consoles.spice.greeting import greet
from systems.errors import Refused
from systems.nova.readings import NovaHost
from systems.openstack.decoding import Asked
from systems.openstack.readings import Instance

GREETING_S = 10.0
_NEEDS = ("SPICE-01", "SPICE-02", "SPICE-13")


def home_of(setup: Setup, instance: Instance) -> NovaHost | None:
    """The compute host that the instance runs on; of a single one, that. None: nobody says."""
    if len(setup.computes) == 1:
        return setup.computes[0]
    short = (instance.host or "").split(".")[0]
    return next((host for host in setup.computes if host.host.split(".")[0] == short), None)


def reboot_step(setup: Setup, instance: Instance) -> Step:
    """Cut its power and boot it, so that its devices are written anew: the danger of this runbook."""
    asked = Asked(f"to hard reboot {instance.name}", instance.name, instance.host or "", instance.status)
    return Step(
        key=f"reboot:{instance.id}",
        title=f"hard reboot {instance.name}",
        why="Its screen is written when its domain starts; a soft reboot keeps the old one (SPICE-01).",
        check=_may_be_rebooted(setup, instance),
        verify=_runs_anew(setup, instance),
        acts=(Act.of_cloud(setup.cloud, HARD_REBOOT.order(instance), asked),),
        expects=f"{instance.name} ACTIVE again, with a SPICE screen; its power is cut once",
        gotchas=_NEEDS,
        answers=_NEEDS,
        verify_deadline_s=HARD_REBOOT.deadline_s,
        undo_note=(
            f"None: {instance.name} keeps its SPICE screen until it is hard rebooted again, once the old "
            "files are back and nova-compute was restarted by them."
        ),
        confirm=instance.name,
        confirm_because=f"The power of {instance.name} is cut: what it has not written to its disk is lost.",
    )


def _may_be_rebooted(setup: Setup, instance: Instance) -> Check:
    async def check(context: Context) -> Sighting:
        now = await context.clouds.reader(setup.cloud).instance(instance)
        if why := HARD_REBOOT.why_not(now):
            return no(why)
        return yes(f"{now.name} is {now.status} on {now.host or setup.computes[0].host}; it is the only one")

    return check


def _runs_anew(setup: Setup, instance: Instance) -> Check:
    async def verify(context: Context) -> Sighting:
        now = await context.clouds.reader(setup.cloud).instance(instance)
        if now.status == "ERROR" and not now.task:
            why = f": {now.fault.message}" if now.fault else ""
            return no(f"{now.name} went into ERROR{why}")
        if not HARD_REBOOT.is_done(instance, now):
            return no(f"{now.name} is {now.status}{f', {now.task}' if now.task else ''}, not booted anew yet")
        return yes(f"{now.name} is {now.status} and was booted anew")

    return verify


def proof_steps(setup: Setup, instance: Instance) -> tuple[Step, ...]:
    """What libvirt says, what the page answers, what the guest says behind the websocket."""
    home = home_of(setup, instance)
    screen = (_screen_step(setup, instance, home),) if home is not None and home.screens is not None else ()
    return (*screen, _page_step(setup), _console_step(setup, instance))


def _screen_step(setup: Setup, instance: Instance, home: NovaHost) -> Step:
    return Step(
        key="prove:screen",
        title=f"prove: the screen of {instance.name} is SPICE",
        why="What libvirt runs counts, not what nova.conf says (SPICE-01, SPICE-02, SPICE-06).",
        check=nothing_to_check,
        verify=_screen_is_spice(instance, home, setup.listen(home)),
        expects="nothing: it only reads",
        gotchas=("SPICE-01", "SPICE-02", "SPICE-06"),
        answers=("SPICE-01", "SPICE-02", "SPICE-06"),
        verify_deadline_s=30.0,
    )


def _screen_is_spice(instance: Instance, home: NovaHost, listen: str) -> Check:
    async def verify(context: Context) -> Sighting:
        now = await host_now(context, home.host)
        if isinstance(now, Sighting):
            return now
        screens = [one for one in now.screens or () if one.uuid == instance.id]
        kinds = sorted({one.kind for one in screens})
        if kinds != ["spice"]:
            return no(
                f"{instance.name} has {' and '.join(kinds) or 'no'} screen on {home.host}, not SPICE alone"
            )
        if screens[0].listen != listen:
            return no(f"{instance.name} listens on {screens[0].listen}, and server_listen is {listen}")
        return yes(f"{instance.name}: {screens[0].kind} on {screens[0].listen}:{screens[0].port}", home.host)

    return verify


def _page_step(setup: Setup) -> Step:
    async def verify(context: Context) -> Sighting:
        status = await context.clouds.page(setup.cloud, setup.base_url)
        if status != 200:
            return no(f"{setup.base_url} answers HTTP {status}, not 200: is spice-html5 in [DEFAULT] web?")
        return yes(f"{setup.base_url} answers 200")

    return Step(
        key="prove:page",
        title="prove: the page is served",
        why="It is what Nova hands to the browser; asked from this machine, by its scheme (SPICE-05).",
        check=nothing_to_check,
        verify=verify,
        expects="nothing: it only reads",
        gotchas=("SPICE-05",),
        answers=("SPICE-05",),
        verify_deadline_s=30.0,
    )


def _console_step(setup: Setup, instance: Instance) -> Step:
    return Step(
        key="prove:console",
        title=f"prove: the console of {instance.name} opens",
        why=(
            "A new address with its token, a websocket that answers 101, and a guest that greets back in "
            "SPICE: the API, the token, the proxy, the firewall and the screen are all right, or it fails."
        ),
        check=nothing_to_check,
        verify=_greets(setup, instance),
        expects="HTTP 101, then the guest's own greeting",
        gotchas=("SPICE-04", "SPICE-08", "SPICE-09", "SPICE-10"),
        answers=("SPICE-04", "SPICE-08", "SPICE-09", "SPICE-10"),
        verify_deadline_s=60.0,
        verify_every_s=3.0,
    )


def _greets(setup: Setup, instance: Instance) -> Check:
    """Each refusal is told as E.4 decodes it; a token is asked for anew each time (SPICE-09)."""

    async def verify(context: Context) -> Sighting:
        try:
            link = await context.clouds.link(setup.cloud, instance, KIND)
        except Refused as error:
            return no(str(error))
        try:
            async with asyncio.timeout(GREETING_S):
                version = await greet(link)
        except Refused as error:
            return no(str(error))
        except TimeoutError:
            return unknown(f"the websocket opened (101), and the guest said nothing within {GREETING_S:g} s")
        finally:
            await link.close()
        return yes(f"the websocket answered 101 with its token, and {instance.name} greeted back: {version}")

    return verify
