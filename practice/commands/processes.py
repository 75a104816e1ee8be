"""pgrep, pkill, ps, kill, sleep, timeout, env, sh, setsid, nohup."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.commands.searching import to_python
from practice.host.processes import SIGNALS, Process
from practice.shell.interpreter import Shell
from practice.shell.programs import Call, execute
from practice.shell.redirects import open_file

if TYPE_CHECKING:
    from practice.shell.streams import Stream


@program("pgrep", "pkill")
async def pgrep(call: Call) -> int:
    """Processes by name, or by their whole command line with -f."""
    signal = 15
    args: list[str] = []
    for arg in call.args:
        name = arg.lstrip("-").removeprefix("SIG")
        if call.name == "pkill" and arg.startswith("-") and (name in SIGNALS or name.isdecimal()):
            signal = SIGNALS.get(name, int(name) if name.isdecimal() else 15)
        else:
            args.append(arg)
    try:
        given = read_options(
            args, flags="aflxon", valued="uP", long="full list-name list-full exact oldest newest"
        )
        pattern = re.compile(to_python(given.words[0] if given.words else ".", extended=True))
    except (OptionFault, re.error) as fault:
        return await call.warn(str(fault), 2)
    found = [process for process in call.machine.processes.table.values() if process is not call.process]
    found = [
        process
        for process in found
        if _fits(process, pattern, full=given.has("f", "full"), exact=given.has("x"))
    ]
    if given.has("u"):
        found = [process for process in found if process.who.user in given.last("u").split(",")]
    found.sort(key=lambda process: (process.started_ticks, process.pid))
    if given.has("o", "oldest", "n", "newest"):
        found = found[:1] if given.has("o", "oldest") else found[-1:]
    for process in found:
        if call.name == "pkill":
            call.machine.processes.kill(process.pid, signal)
        elif given.has("a", "list-full"):
            await call.say(f"{process.pid} {' '.join(process.argv)}\n")
        else:
            await call.say(f"{process.pid} {process.name}\n" if given.has("l") else f"{process.pid}\n")
    return int(not found)


def _fits(process: Process, pattern: re.Pattern[str], *, full: bool, exact: bool) -> bool:
    text = " ".join(process.argv) if full else process.name
    return bool(pattern.fullmatch(text) if exact else pattern.search(text))


@program("ps")
async def ps(call: Call) -> int:
    """All processes: pid, user, command line."""
    await call.say("    PID USER     COMMAND\n")
    for process in sorted(call.machine.processes.table.values(), key=lambda one: one.pid):
        await call.say(f"{process.pid:7} {process.who.user:<8} {' '.join(process.argv)}\n")
    return 0


@program("kill")
async def kill(call: Call) -> int:
    """Send signals."""
    return await kill_words(call.shell, list(call.args))


async def kill_words(shell: Shell, words: list[str]) -> int:
    """The builtin and the program."""
    signal = 15
    if words and words[0] == "-s" and len(words) > 1:
        words = [f"-{words[1]}", *words[2:]]
    if words and words[0].startswith("-") and words[0] != "--":
        name = words[0][1:].removeprefix("SIG")
        if name not in SIGNALS and not name.isdecimal():
            await shell.complain(f"kill: {name}: invalid signal specification")
            return 2
        signal = SIGNALS.get(name, int(name) if name.isdecimal() else 15)
        words = words[1:]
    status = 0
    for word in (one for one in words if one != "--"):
        pid = int(word) if re.fullmatch("[0-9]{1,9}", word) else -1
        process = shell.machine.processes.table.get(pid)
        if process is not None and not shell.process.who.is_root and process.who != shell.process.who:
            await shell.complain(f"kill: ({word}) - Operation not permitted")
            status = 1
        elif not shell.machine.processes.kill(pid, signal):
            await shell.complain(f"kill: ({word}) - No such process")
            status = 1
    return status


def seconds_of(text: str) -> float | None:
    """Read 5, 0.05, 3m, 2h, 3650d."""
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{0,9})?)([smhd]?)", text)
    if not match:
        return None
    return float(match.group(1)) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match.group(2)]


@program("sleep")
async def sleep(call: Call) -> int:
    """Wait, by the clock on the wall."""
    spans = [seconds_of(arg) for arg in call.args]
    if not spans or any(span is None for span in spans):
        return await call.warn(f"invalid time interval '{' '.join(call.args)}'")
    await asyncio.sleep(sum(span or 0.0 for span in spans))
    return 0


@program("timeout")
async def timeout(call: Call) -> int:
    """Run a program, and end it when its time is over."""
    try:
        given = read_options(call.args, flags="v", valued="ks", long="foreground preserve-status", stops=True)
    except OptionFault as fault:
        return await call.warn(str(fault), 125)
    limit = seconds_of(given.words[0]) if given.words else None
    if limit is None or len(given.words) < 2:
        return await call.warn("invalid time interval", 125)
    process = call.machine.processes.make(tuple(given.words[1:]), parent=call.process)
    inner = Shell(call.machine, process, budget=call.shell.budget)
    inner.depth = call.shell.depth

    async def run() -> int:
        return await execute(inner, given.words[1:])

    task = call.machine.processes.start(process, run())
    call.process.on_signal = lambda signal: _pass_on(call, process, signal)
    try:
        done, _ = await asyncio.wait([task], timeout=min(limit, 1e8) or None)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    if done:
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return 124


def _pass_on(call: Call, process: Process, signal: int) -> None:
    call.machine.processes.kill(process.pid, signal)


@program("env")
async def env(call: Call) -> int:
    """Run a program with other variables."""
    words = list(call.args)
    values: dict[str, str] = {}
    while words and (words[0] in {"-i", "-", "-u"} or "=" in words[0]):
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if equals:
            values[name] = value
        elif word == "-u" and words:
            call.process.env.pop(words.pop(0), None)
        elif word != "-u":
            call.process.env.clear()
    call.process.env.update(values)
    if not words:
        await call.say("".join(f"{name}={value}\n" for name, value in call.process.env.items()))
        return 0
    inner = Shell(call.machine, call.process, budget=call.shell.budget)
    inner.depth = call.shell.depth
    from practice.shell.programs import locate

    if locate(inner, words[0]) is None:
        return await call.warn(f"'{words[0]}': No such file or directory", 127)
    return await execute(inner, words)


@program("sh", "bash", "dash")
async def sh(call: Call) -> int:
    """Another shell: -c LINE NAME ARGS, -s ARGS, FILE ARGS."""
    words = list(call.args)
    inner = Shell(call.machine, call.process, name=call.argv[0], budget=call.shell.budget)
    inner.depth = call.shell.depth
    from_text = reads_input = False
    while words and re.fullmatch(r"[-+][a-zA-Z]+|--", words[0]):
        word = words.pop(0)
        if word == "--":
            break
        from_text = from_text or "c" in word
        reads_input = reads_input or "s" in word
        inner.options.update(set(word[1:]) & set("euxfaC") if word[0] == "-" else set())
    if from_text:
        if not words:
            return await call.warn("-c requires an argument", 2)
        line = words.pop(0)
        if words:
            inner.name = words.pop(0)
        inner.arguments = words
        return await inner.whole(line)
    if words and not reads_input:
        path = words.pop(0)
        inner.arguments = words
        stream = open_file(inner, path, "<")
        text = (await stream.read_all()).decode("utf-8", "surrogateescape")
        inner.name = path
        return await inner.whole(text)
    inner.arguments = words
    stdin: Stream = call.stdin
    return await inner.whole(stdin)


@program("setsid", "nohup", "nice", "ionice", "stdbuf")
async def setsid(call: Call) -> int:
    """Run a program: sessions and priorities are not modelled."""
    words = [word for at, word in enumerate(call.args) if not (word.startswith("-") and at == 0)]
    if not words:
        return await call.warn("no command specified")
    if call.name in {"setsid", "nohup"}:
        call.process.ignores.add(1)
    inner = Shell(call.machine, call.process, budget=call.shell.budget)
    inner.depth = call.shell.depth
    return await execute(inner, words)
