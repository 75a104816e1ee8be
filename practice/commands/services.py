"""systemctl."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from practice.commands import program
from practice.commands.options import OptionFault, Options, read_options
from practice.host.processes import SIGNALS
from practice.host.unit_properties import properties_of, properties_of_none
from practice.host.units import Unit
from practice.shell.programs import Call

_FLAGS = "no-pager plain no-legend no-block now failed all quiet full runtime force value no-ask-password"


@program("systemctl")
async def systemctl(call: Call) -> int:
    """Ask the service manager, or have it do something."""
    try:
        given = read_options(
            call.args,
            flags="aqlfr",
            valued="psto",
            long=_FLAGS,
            long_valued="property signal type state output kill-who kill-whom",
        )
    except OptionFault as fault:
        return await call.warn(str(fault))
    verb, *names = given.words or ["list-units"]
    if verb in _QUESTIONS:
        return await _QUESTIONS[verb](call, given, names)
    if verb not in _ORDERS:
        return await call.warn(f"Unknown command verb {verb}.")
    if not call.process.who.is_root:
        text = f"Failed to {verb} {' '.join(names)}: Interactive authentication required.\n"
        await _complain(
            call, text + f"See system logs and 'systemctl status {' '.join(names)}' for details.\n"
        )
        return 1
    if verb in _FOR_THE_HOST:
        return await _FOR_THE_HOST[verb](call, names)
    units = [(name, call.machine.systemd.find(name)) for name in names]
    if not names and verb != "reset-failed":
        return await call.warn("Too few arguments.")
    if verb == "reset-failed" and not names:
        units = [(name, unit) for name, unit in call.machine.systemd.units.items()]
    status = 0
    for name, unit in units:
        full = name if "." in name else f"{name}.service"
        if unit is None:
            status = 5 if verb in {"start", "stop", "restart"} else 1
            await _complain(call, f"Failed to {verb} {full}: Unit {full} not found.\n")
        else:
            status = await _order(call, verb, unit, given) or status
    return status


async def _complain(call: Call, text: str) -> None:
    stream = call.process.fds.get(2)
    if stream is not None:
        await stream.write(text.encode())


async def _order(call: Call, verb: str, unit: Unit, given: Options) -> int:
    match verb:
        case "start" | "stop" | "restart" | "try-restart" | "reload-or-restart":
            return await _job(call, verb, unit, waits=not given.has("no-block"))
        case "kill":
            name = given.last("s", "signal", default="TERM").removeprefix("SIG")
            number = SIGNALS.get(name, int(name) if name.isdecimal() else 15)
            if not unit.main_pid:
                await _complain(call, f"Failed to kill unit {unit.name}.service: No main process to kill\n")
                return 1
            unit.kill(number)
        case "reset-failed":
            unit.reset_failed()
        case "enable" | "disable" | "mask" | "unmask":
            return await _link(call, verb, unit, given)
    return 0


_LINKED = "/etc/systemd/system"


async def _link(call: Call, verb: str, unit: Unit, given: Options) -> int:
    file, wanted = f"{unit.name}.service", f"{_LINKED}/multi-user.target.wants/{unit.name}.service"
    if verb == "enable" and unit.is_masked:
        await _complain(call, f"Failed to enable unit: Unit file {_LINKED}/{file} is masked.\n")
        return 1
    before = unit.enabled
    match verb:
        case "mask":
            unit.mask()
            said = f"Created symlink {_LINKED}/{file} \u2192 /dev/null."
        case "unmask":
            unit.unmask()
            said = f'Removed "{_LINKED}/{file}".'
        case "enable":
            unit.enabled, said = "enabled", f"Created symlink {wanted} \u2192 {unit.fragment}."
        case _:
            unit.enabled, said = "masked" if unit.is_masked else "disabled", f'Removed "{wanted}".'
            unit.unmasked = "disabled"
    if before != unit.enabled:
        await _complain(call, f"{said}\n")
    if given.has("now"):
        return await _job(call, "start" if verb == "enable" else "stop", unit, waits=True)
    return 0


async def _job(call: Call, verb: str, unit: Unit, *, waits: bool) -> int:
    if unit.is_masked and verb != "stop":
        await _complain(call, f"Failed to {verb} {unit.name}.service: Unit {unit.name}.service is masked.\n")
        return 1
    if verb != "start" and unit.active in {"active", "activating", "deactivating"}:
        await _wait(unit, unit.stop, waits=waits or verb != "stop")
    elif verb == "stop":
        unit.stop()
    if verb in {"stop", "try-restart"}:
        return 0
    await _wait(unit, unit.start, waits=waits)
    if waits and unit.active not in {"active", "activating"}:
        await _complain(
            call,
            f"Job for {unit.name}.service failed because the control process exited with error code.\n"
            f'See "systemctl status {unit.name}.service" and "journalctl -xeu {unit.name}.service" '
            "for details.\n",
        )
        return 1
    return 0


async def _wait(unit: Unit, begin: Callable[[], None], *, waits: bool) -> None:
    ended = asyncio.Event()
    if waits:
        unit.waiting.append(ended.set)
    begin()
    if waits:
        await ended.wait()


async def _show(call: Call, given: Options, names: list[str]) -> int:
    wanted = [name for value in given.every("p", "property") for name in value.split(",")]
    for at, name in enumerate(names or ["mariadb"]):
        unit = call.machine.systemd.find(name)
        plain = name.removesuffix(".service")
        values = properties_of(unit, plain) if unit else properties_of_none(plain)
        lines = [(key, value) for key, value in values.items() if not wanted or key in wanted]
        if at:
            await call.say("\n")
        only = given.has("value")
        await call.say("".join(f"{value}\n" if only else f"{key}={value}\n" for key, value in lines))
    return 0


async def _is_active(call: Call, given: Options, names: list[str]) -> int:
    status = 3
    for name in names:
        unit = call.machine.systemd.find(name)
        state = unit.active if unit else "inactive"
        status = 0 if state == "active" else status
        if not given.has("q", "quiet"):
            await call.say(f"{state}\n")
    return status


async def _is_enabled(call: Call, given: Options, names: list[str]) -> int:
    status = 1
    for name in names:
        unit = call.machine.systemd.find(name)
        if unit is None:
            await _complain(call, f"Failed to get unit file state for {name}: No such file or directory\n")
            continue
        status = 0 if unit.enabled.startswith("enabled") else status
        if not given.has("q", "quiet"):
            await call.say(f"{unit.enabled}\n")
    return status


async def _is_failed(call: Call, given: Options, names: list[str]) -> int:
    status = 1
    for name in names:
        unit = call.machine.systemd.find(name)
        status = 0 if unit is not None and unit.active == "failed" else status
        if not given.has("q", "quiet"):
            await call.say(f"{unit.active if unit else 'inactive'}\n")
    return status


async def _list_units(call: Call, given: Options, names: list[str]) -> int:
    units = list(call.machine.systemd.units.values())
    if given.has("failed") or given.last("state") == "failed":
        units = [unit for unit in units if unit.active == "failed"]
    for unit in units:
        if not names or unit.name in names:
            await call.say(f"{unit.name}.service loaded {unit.active} {unit.sub} {unit.description}\n")
    return 0


async def _list_unit_files(call: Call, given: Options, names: list[str]) -> int:
    for unit in call.machine.systemd.units.values():
        if not names or any(unit.name == name.removesuffix(".service") for name in names):
            await call.say(f"{unit.name}.service {unit.enabled}\n")
    return 0


async def _status(call: Call, given: Options, names: list[str]) -> int:
    status = 0
    for name in names:
        unit = call.machine.systemd.find(name)
        if unit is None:
            await _complain(call, f"Unit {name}.service could not be found.\n")
            return 4
        status = 0 if unit.active == "active" else 3
        await call.say(f"* {unit.name}.service - {unit.description}\n")
        await call.say(f"     Loaded: loaded ({unit.fragment}; {unit.enabled}; preset: enabled)\n")
        await call.say(f"     Active: {unit.active} ({unit.sub})\n   Main PID: {unit.main_pid}\n\n")
        for line in call.machine.journal.lines((unit.name,))[-10:]:
            await call.say(call.machine.journal.shown(line) + "\n")
    return status


async def _cat(call: Call, given: Options, names: list[str]) -> int:
    for name in names:
        unit = call.machine.systemd.find(name)
        if unit is None:
            await _complain(call, f"No files found for {name}.service.\n")
            return 1
        await call.say(f"# {unit.fragment}\n{call.machine.files.text(unit.fragment)}")
    return 0


async def _show_environment(call: Call, given: Options, names: list[str]) -> int:
    await call.say("".join(f"{name}={value}\n" for name, value in call.machine.systemd.environment.items()))
    return 0


async def _is_system_running(call: Call, given: Options, names: list[str]) -> int:
    failed = any(unit.active == "failed" for unit in call.machine.systemd.units.values())
    await call.say("degraded\n" if failed else "running\n")
    return int(failed)


_QUESTIONS = {
    "show": _show,
    "is-active": _is_active,
    "is-enabled": _is_enabled,
    "is-failed": _is_failed,
    "list-units": _list_units,
    "list-unit-files": _list_unit_files,
    "status": _status,
    "cat": _cat,
    "show-environment": _show_environment,
    "is-system-running": _is_system_running,
}


async def _environment(call: Call, names: list[str]) -> int:
    for word in names:
        name, equals, value = word.partition("=")
        if equals:
            call.machine.systemd.environment[name] = value
        else:
            call.machine.systemd.environment.pop(name, None)
    return 0


async def _reload(call: Call, names: list[str]) -> int:
    return 0


async def _reboot(call: Call, names: list[str]) -> int:
    call.machine.shut_down(boots=True)
    return 0


async def _poweroff(call: Call, names: list[str]) -> int:
    call.machine.shut_down(boots=False)
    return 0


_FOR_THE_HOST = {
    "set-environment": _environment,
    "unset-environment": _environment,
    "daemon-reload": _reload,
    "daemon-reexec": _reload,
    "reboot": _reboot,
    "poweroff": _poweroff,
}
_ORDERS = frozenset(_FOR_THE_HOST) | {
    "start", "stop", "restart", "try-restart", "reload-or-restart", "kill", "reset-failed", "enable",
    "disable", "mask", "unmask",
}  # fmt: skip
