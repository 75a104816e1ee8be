"""Steps that put nova.conf right and have the programs of Nova read it (GOTCHAS E.3)."""

from __future__ import annotations

from runbooks.model import Act, Check, Context, Holds, Sighting, Step, no, unknown, yes
from runbooks.spice_console.setup import Setup
from runbooks.words import listed
from systems.nova.edit import FileEdit
from systems.nova.options import Side
from systems.nova.readings import NovaHost, NovaUnit
from systems.nova.survey import NovaSurvey
from systems.put import put_back
from systems.shell import Command

SETTLED_S = 3.0
"""A proxy that lacks its certificate or its page ends within a second of its start."""
_EDITED = ("SPICE-02", "SPICE-03", "SPICE-04", "SPICE-05", "SPICE-06", "SPICE-11")


async def host_now(context: Context, host: str, *, max_age_s: float = 0.0) -> NovaHost | Sighting:
    """One host as it is now, or why nobody knows."""
    found = (await context.look(max_age_s=max_age_s)).found
    answer = found.answers.get(host) if isinstance(found, NovaSurvey) else None
    return (
        answer if isinstance(answer, NovaHost) else unknown(f"{host} could not be looked at: {answer}", host)
    )


def units_of(host: NovaHost) -> tuple[NovaUnit, ...]:
    """Those that read what is changed here, in the order in which they are restarted."""
    wanted = [host.compute] if Side.COMPUTE in host.sides else []
    if Side.CONTROL in host.sides:
        wanted += [host.consoleauth if host.needs_consoleauth else None, host.proxy]
    return tuple(unit for unit in wanted if unit is not None)


def edit_step(setup: Setup, host: NovaHost, edits: tuple[FileEdit, ...]) -> Step:
    """Change the lines that must change; the undo puts the old files back and restarts what runs by them."""
    diff = [line for edit in edits for line in edit.diff]
    flaws = [f"{flaw.gotcha or flaw.rule}: {flaw.sentence}" for flaw in setup.found.flaws(host) if flaw.stops]
    paths = tuple(edit.file.path for edit in edits)
    running = [unit.name for unit in units_of(host) if unit.is_active]
    again = [Act(host.host, Command.of("systemctl", "restart", name)) for name in running]
    return Step(
        key=f"edit:{host.host}",
        title=f"put {listed(paths)} of {host.host} right",
        why="; ".join(flaws) or "What holds by a default or under an older name is said outright.",
        check=_is_as_read(host, edits),
        verify=_holds(setup, host),
        acts=tuple(Act(host.host, edit.command) for edit in edits),
        expects="; ".join(diff),
        gotchas=_EDITED,
        answers=_EDITED,
        verify_deadline_s=30.0,
        undo=(*(Act(host.host, put_back(path)) for path in paths), *again),
        undone=_is_as_read(host, edits, max_age_s=0.0),
        undo_note="Puts the old file back and restarts what ran by it; guests keep their screens meanwhile.",
    )


def _is_as_read(host: NovaHost, edits: tuple[FileEdit, ...], *, max_age_s: float = 5.0) -> Check:
    async def check(context: Context) -> Sighting:
        now = await host_now(context, host.host, max_age_s=max_age_s)
        if isinstance(now, Sighting):
            return now
        digests = {file.path: file.sha256 for file in now.conf.files}
        other = [edit.file.path for edit in edits if digests.get(edit.file.path) != edit.file.sha256]
        if other:
            return no(f"{host.host}: {listed(other)} is not as it was when this was planned", host.host)
        return yes(f"{listed(edit.file.path for edit in edits)} is as it was read", host.host)

    return check


def _holds(setup: Setup, host: NovaHost) -> Check:
    """Each option holds, and the rules find nothing that stops a console."""
    wanted = setup.wanted(host)

    async def verify(context: Context) -> Sighting:
        now = await host_now(context, host.host)
        if isinstance(now, Sighting):
            return now
        amiss = [option.shown for option, value in wanted.items() if not now.conf.setting(option).says(value)]
        if amiss:
            return no(f"{host.host}: {listed(amiss)} does not hold yet", host.host)
        found = (await context.look(max_age_s=5.0)).found
        flaws = [one for one in found.flaws(now) if one.stops] if isinstance(found, NovaSurvey) else []
        # the scheme is judged by all control hosts together, whose files may not be written yet
        rest = [one for one in flaws if one.rule not in ("scheme", "vnc-name")]
        if rest:
            return no(f"{host.host}: {rest[0].sentence} ({rest[0].where})", host.host)
        return yes(f"{len(wanted)} options hold on {host.host}; the rules find nothing that stops a console")

    return verify


def restart_step(setup: Setup, host: NovaHost, unit: NovaUnit, why: str) -> Step:
    """Restart one unit, and enable it; proven by its start, later than its file, and by its port."""
    name = unit.name
    acts = [Act(host.host, Command.of("systemctl", "restart", name))]
    undo: list[Act] = []
    if not unit.enabled.startswith(("enabled", "static", "alias")):
        acts.insert(0, Act(host.host, Command.of("systemctl", "enable", name)))
        undo.append(Act(host.host, Command.of("systemctl", "disable", name)))
    if not unit.is_active:
        undo.append(Act(host.host, Command.of("systemctl", "stop", name)))
    is_proxy = host.proxy is not None and name == host.proxy.name
    port = f"; port {setup.port}" if is_proxy else ""
    return Step(
        key=f"restart:{host.host}:{name}",
        title=f"restart {name} on {host.host}",
        why=why,
        check=_can_restart(host),
        verify=_runs_anew(host, name, setup.port) if is_proxy else _answers(setup, host, name),
        acts=tuple(acts),
        expects=f"{name} active, begun after nova.conf was written{port}",
        gotchas=("SPICE-08", "SPICE-10"),
        answers=("SPICE-08", "SPICE-10"),
        verify_deadline_s=90.0,
        undo=tuple(undo),
        undone=_is_off(host, name) if undo else None,
        undo_note="" if undo else "None needed: undoing the change of its file restarts it, too.",
    )


def _can_restart(host: NovaHost) -> Check:
    async def check(context: Context) -> Sighting:
        now = await host_now(context, host.host, max_age_s=5.0)
        if isinstance(now, Sighting):
            return now
        if now.conf.trouble:
            return no(f"{host.host}: it would not start: {now.conf.trouble}", host.host)
        return yes(f"{host.host}: its files can be read", host.host)

    return check


def _runs_anew(host: NovaHost, name: str, port: int = 0) -> Check:
    async def verify(context: Context) -> Sighting:
        now = await host_now(context, host.host)
        if isinstance(now, Sighting):
            return now
        unit = now.unit(name.removeprefix("openstack-"))
        if unit is None or not unit.is_active or unit.started_at is None:
            state = unit.active if unit else "not there"
            return no(f"{name} on {host.host} is {state}: journalctl -u {name} says why", host.host)
        if now.is_stale(unit):
            return no(f"{name} on {host.host} began before its file was written", host.host)
        since_s = now.clock_s - unit.started_at
        if since_s < SETTLED_S:
            return no(f"{name} on {host.host} runs since {since_s:.1f} s", host.host)
        if port and port not in {one.port for one in now.listeners}:
            return no(f"{name} on {host.host} runs and does not listen on port {port}", host.host)
        place = f", port {port}" if port else ""
        return yes(f"{name} on {host.host} is active, begun after its file was written{place}", host.host)

    return verify


def _answers(setup: Setup, host: NovaHost, name: str) -> Check:
    """It runs anew, and the cloud answers: on an all-in-one the API may be away for a while."""

    async def verify(context: Context) -> Sighting:
        runs = await _runs_anew(host, name)(context)
        instance = setup.instance
        if runs.holds is not Holds.YES or instance is None:
            return runs
        await context.clouds.reader(setup.cloud).instance(instance)
        return yes(f"{runs.evidence}; Nova's API answers", host.host)

    return verify


def _is_off(host: NovaHost, name: str) -> Check:
    async def check(context: Context) -> Sighting:
        now = await host_now(context, host.host)
        if isinstance(now, Sighting):
            return now
        was = host.unit(name.removeprefix("openstack-"))
        unit = now.unit(name.removeprefix("openstack-"))
        if was is None or unit is None or (was.is_active, was.enabled) == (unit.is_active, unit.enabled):
            return yes(f"{name} on {host.host} is as it was", host.host)
        return no(f"{name} on {host.host} is {unit.active} and {unit.enabled}", host.host)

    return check
