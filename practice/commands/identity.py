"""sudo, id, whoami, getent, hostname, uname, date, uptime, nproc, and other small questions."""

from __future__ import annotations

import errno
import re
from datetime import UTC, datetime

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.host.errors import KernelError
from practice.host.files import ROOT
from practice.shell.conditions import TestFault, test
from practice.shell.interpreter import Shell
from practice.shell.printing import echoed, printed
from practice.shell.programs import Call, execute, locate

ROOT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@program("sudo")
async def sudo(call: Call) -> int:
    """Run a program as root, as the account's rule in sudoers has it."""
    try:
        given = read_options(call.args, flags="nSkvEHi", valued="pu", stops=True)
    except OptionFault as fault:
        return await call.warn(str(fault))
    user = call.process.who.user
    account = call.machine.accounts.get(user)
    rule = "nopasswd" if call.process.who.is_root else account.sudo if account else "none"
    if rule == "password":
        refused = await _password(
            call, given.has("n"), given.has("S"), given.last("p", default="[sudo] password: ")
        )
        if refused:
            return 1
    elif rule == "none":
        if given.has("S"):
            await call.stdin.read_line()
        if given.has("n") and account and account.password:
            return await call.warn("a password is required")
        text = f"{user} is not in the sudoers file.\n"
        await _raw(call, text)
        return 1
    if given.has("v") or not given.words:
        return 0
    call.process.who = ROOT
    call.process.env["PATH"] = ROOT_PATH
    call.process.env |= {"HOME": "/root", "USER": "root", "LOGNAME": "root", "SUDO_USER": user}
    inner = Shell(call.machine, call.process, budget=call.shell.budget)
    inner.depth = call.shell.depth
    if locate(inner, given.words[0]) is None:
        return await call.warn(f"{given.words[0]}: command not found")
    return await execute(inner, given.words)


async def _raw(call: Call, text: str) -> None:
    stream = call.process.fds.get(2)
    if stream is not None:
        await stream.write(text.encode())


async def _password(call: Call, never_asks: bool, from_input: bool, prompt: str) -> bool:
    """Ask for the password; true: sudo refuses."""
    account = call.machine.accounts[call.process.who.user]
    if never_asks:
        await call.warn("a password is required")
        return True
    if not from_input:
        await call.warn("a terminal is required to read the password; either use the -S option")
        return True
    for _ in range(3):
        await _raw(call, prompt)
        line = await call.stdin.read_line()
        if line.rstrip(b"\n").decode("utf-8", "replace") == account.password:
            return False
        if not line:
            await call.warn("no password was provided")
            return True
        await _raw(call, "Sorry, try again.\n")
    await call.warn("3 incorrect password attempts")
    return True


@program("id", "whoami")
async def identity(call: Call) -> int:
    """Who runs this."""
    user = call.process.who.user
    account = call.machine.accounts.get(user)
    uid = 0 if call.process.who.is_root else account.uid if account else 65534
    words = [word for word in call.args if not word.startswith("-")]
    if words:
        if words[0] not in call.machine.accounts:
            return await call.warn(f"'{words[0]}': no such user")
        user, uid = words[0], call.machine.accounts[words[0]].uid
    options = "".join(arg[1:] for arg in call.args if arg.startswith("-"))
    if call.name == "whoami" or "n" in options:
        await call.say(f"{user}\n")
    elif "u" in options or "g" in options or "G" in options:
        await call.say(f"{uid}\n")
    else:
        await call.say(f"uid={uid}({user}) gid={uid}({user}) groups={uid}({user})\n")
    return 0


@program("getent")
async def getent(call: Call) -> int:
    """Accounts and names of hosts."""
    if not call.args or call.args[0] not in {"passwd", "group", "hosts", "ahosts", "ahostsv4"}:
        return await call.warn("Unknown database", 1)
    kind, *keys = call.args
    if kind in {"hosts", "ahosts", "ahostsv4"}:
        return await _hosts(call, keys)
    status = 0
    for key in keys or list(call.machine.accounts):
        account = call.machine.accounts.get(key)
        if account is None:
            status = 2
        elif kind == "passwd":
            await call.say(f"{key}:x:{account.uid}:{account.uid}::{account.home}:{account.shell}\n")
        else:
            await call.say(f"{key}:x:{account.uid}:\n")
    return status


async def _hosts(call: Call, keys: list[str]) -> int:
    lines = [line.split() for line in call.machine.files.text("/etc/hosts").splitlines() if line.strip()]
    status = 0
    for key in keys:
        found = next((words for words in lines if key in words), None)
        if found is None:
            status = 2
        else:
            await call.say(f"{found[0]:<15} {' '.join(found[1:])}\n")
    return status


@program("hostname")
async def hostname(call: Call) -> int:
    """Its name, or its addresses with -I."""
    await call.say(f"{call.machine.address if '-I' in call.args else call.machine.name}\n")
    return 0


@program("uname")
async def uname(call: Call) -> int:
    """System, name, kernel."""
    values = {
        "s": "Linux",
        "n": call.machine.name,
        "r": "6.1.0-41-amd64",
        "v": "#1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1 (2025-11-09)",
        "m": "x86_64",
        "o": "GNU/Linux",
    }
    letters = "".join(arg[1:] for arg in call.args if arg.startswith("-")) or "s"
    letters = "snrvmo" if "a" in letters else letters
    if any(letter not in values for letter in letters):
        return await call.warn("invalid option")
    await call.say(" ".join(value for letter, value in values.items() if letter in letters) + "\n")
    return 0


@program("date")
async def date(call: Call) -> int:
    """The host's own clock, in UTC."""
    form = next((arg[1:] for arg in call.args if arg.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    if any(arg in {"-s", "--set"} for arg in call.args):
        return await call.warn("cannot set date: Operation not permitted")
    now_s = call.machine.now_s()
    at = datetime.fromtimestamp(now_s, UTC)
    own = {"%s": str(int(now_s)), "%N": f"{int(now_s % 1 * 1e9):09}", "%z": "+0000", "%Z": "UTC", "%%": "%"}
    text = re.sub(r"%(.)", lambda found: own.get(found.group()) or _stamp(at, found.group()), form)
    await call.say(f"{text}\n")
    return 0


def _stamp(at: datetime, form: str) -> str:
    return at.strftime(form) if form[1] in "aAbBcdeFhHIjklmMnpPrRSTuUvVwWyY" else form


@program("uptime")
async def uptime(call: Call) -> int:
    """How long it has been up."""
    days, rest = divmod(int(call.machine.uptime_s()), 86400)
    at = datetime.fromtimestamp(call.machine.now_s(), UTC)
    hours = f"{rest // 3600:2}:{rest % 3600 // 60:02}"
    await call.say(f" {at:%H:%M:%S} up {days} days, {hours},  0 users,  load average: 0.21, 0.17, 0.12\n")
    return 0


@program("nproc")
async def nproc(call: Call) -> int:
    """How many processors it has."""
    await call.say(f"{call.machine.cpus}\n")
    return 0


@program("free")
async def free(call: Call) -> int:
    """Memory."""
    total = call.machine.memory_kib
    await call.say("               total        used        free      shared  buff/cache   available\n")
    await call.say(
        f"Mem:    {total:>12}{total // 3:>12}{total // 5:>12}{1024:>12}{total // 3:>12}{total * 3 // 5:>12}\n"
    )
    return 0


@program("true", "false")
async def true(call: Call) -> int:
    """Nothing, well or badly."""
    return int(call.name == "false")


@program("echo", "printf")
async def echo(call: Call) -> int:
    """As the builtins do."""
    if call.name == "echo":
        await call.say(echoed(list(call.args)))
        return 0
    if not call.args:
        return await call.warn("missing operand")
    text, flaw = printed(call.args[0], list(call.args[1:]))
    await call.say(text)
    return await call.warn(flaw) if flaw else 0


@program("test", "[")
async def test_program(call: Call) -> int:
    """As the builtin does."""
    words = list(call.args[:-1] if call.name == "[" else call.args)
    try:
        return int(not test(Shell(call.machine, call.process), words))
    except TestFault as fault:
        return await call.warn(str(fault), 2)


@program("sysctl", folder="/usr/sbin")
async def sysctl(call: Call) -> int:
    """Kernel settings: read, and written with -w or NAME=VALUE."""
    words = [arg for arg in call.args if not arg.startswith("-")]
    status = 0
    for word in words:
        name, equals, value = word.partition("=")
        path = f"/proc/sys/{name.strip().replace('.', '/')}"
        try:
            if equals:
                entry = call.machine.files.open_to_write(path, call.process.who, keeps=True)
                if entry.writes is None:
                    raise KernelError(errno.EACCES)
                entry.writes(value.strip().encode())
            text = call.machine.files.read(path, call.process.who).decode().strip()
        except KernelError as error:
            reason = error.text if error.number != errno.ENOENT else "No such file or directory"
            status = await call.warn(f"cannot stat {path}: {reason}")
            continue
        await call.say(f"{text}\n" if "-n" in call.args else f"{name.strip()} = {text}\n")
    return status
