"""haproxy, as far as it tells its version and reads its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from practice.commands import program
from practice.host.errors import KernelError

if TYPE_CHECKING:
    from practice.shell.programs import Call

_SECTIONS = ("global", "defaults", "listen", "frontend", "backend")
_OPTIONS = ("stats", "user", "group", "mode", "timeout", "bind", "balance", "option", "http-check", "server")
_KEYWORDS = frozenset((*_SECTIONS, *_OPTIONS, "default-server", "log", "maxconn", "daemon", "chroot"))


@program("haproxy", folder="/usr/sbin")
async def haproxy(call: Call) -> int:
    """`haproxy -v`, and `haproxy -c -f FILE`: each line must begin with a word that it knows."""
    version = call.machine.packages.get("haproxy")
    if version is None:
        return await call.warn("command not found", 127)
    if call.args == ("-v",):
        await call.say(f"HAProxy version {version} 2024/05/02 - https://haproxy.org/\n")
        return 0
    words = list(call.args)
    if "-c" not in words or "-f" not in words[:-1]:
        return await call.warn("does no more than that in the practice estate", 1)
    path = words[words.index("-f") + 1]
    try:
        text = call.machine.files.read(call.path(path), call.process.who).decode("utf-8", "replace")
    except KernelError as error:
        await call.say(f"[ALERT]    (1) : Cannot open configuration file {path} : {error.text}\n")
        return 1
    for number, line in enumerate(text.splitlines(), start=1):
        given = line.split("#", 1)[0].split()
        if given and given[0] not in _KEYWORDS:
            await call.say(
                f"[ALERT]    (1) : config : parsing [{path}:{number}] : unknown keyword '{given[0]}'\n"
            )
            return 1
    await call.say("Configuration file is valid\n")
    return 0
