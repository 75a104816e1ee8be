"""journalctl, dmesg, reboot, poweroff, timedatectl."""

from __future__ import annotations

import asyncio
import re

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.shell.programs import Call


@program("reboot", "poweroff", folder="/usr/sbin")
async def reboot(call: Call) -> int:
    """Go down, and come back or not."""
    if not call.process.who.is_root:
        return await call.warn("must be superuser.")
    call.machine.shut_down(boots=call.name == "reboot")
    return 0


@program("journalctl")
async def journalctl(call: Call) -> int:
    """The log: of some units, the last lines; with -f what comes after them."""
    try:
        given = read_options(
            call.args, flags="qfkrexabm", valued="uno", long="no-pager quiet follow reverse list-boots utc",
            long_valued="unit lines output since until grep identifier"
        )  # fmt: skip
    except OptionFault as fault:
        return await call.warn(str(fault))
    if not call.process.who.is_root and "adm" not in call.process.who.groups:
        if not given.has("q", "quiet"):
            await call.warn("Hint: You are currently not seeing messages from other users and the system.")
        return 0
    found = [call.machine.systemd.find(name) for name in given.every("u", "unit")]
    units = tuple(unit.name for unit in found if unit is not None)
    lines = call.machine.journal.lines(units) if units or not given.has("u", "unit") else []
    if given.has("k"):
        lines = [line for line in lines if line.who == "kernel"]
    if pattern := given.last("grep"):
        try:
            expression = re.compile(pattern)
        except re.error:
            return await call.warn("Bad pattern")
        lines = [line for line in lines if expression.search(line.text)]
    count = given.last("n", "lines", default="10" if given.has("f", "follow") else "all")
    if count.isdecimal():
        lines = lines[max(0, len(lines) - int(count[:9])) :]
    form = given.last("o", "output", default="short")
    if not lines and not given.has("q", "quiet"):
        await call.say("-- No entries --\n")
    shown = [
        call.machine.journal.shown(line, form)
        for line in (reversed(lines) if given.has("r", "reverse") else lines)
    ]
    await call.say("".join(f"{line}\n" for line in shown))
    while given.has("f", "follow"):
        last = lines[-1] if lines else None
        await asyncio.sleep(0.25)
        now = call.machine.journal.lines(units)
        fresh = now[
            next(
                (at for at in range(len(now), 0, -1) if now[at - 1] is last), 0 if last is None else len(now)
            ) :
        ]
        await call.say("".join(f"{call.machine.journal.shown(line, form)}\n" for line in fresh))
        lines = now or lines
    return 0


@program("dmesg")
async def dmesg(call: Call) -> int:
    """The kernel's own lines."""
    if not call.process.who.is_root:
        return await call.warn("read kernel buffer failed: Operation not permitted")
    for line in call.machine.journal.lines():
        if line.who == "kernel":
            await call.say(f"[{call.machine.journal.shown(line)[:15]}] {line.text}\n")
    return 0


@program("timedatectl")
async def timedatectl(call: Call) -> int:
    """Whether the clock is kept right."""
    right = "yes" if abs(call.machine.skew_s) < 0.5 else "no"
    await call.say(
        f"NTPSynchronized={right}\n" if "show" in call.args else f"System clock synchronized: {right}\n"
    )
    return 0
