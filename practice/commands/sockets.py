"""socat and nc, as far as they reach a UNIX socket of their own host, or try a port of another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from practice.commands import program
from practice.host.errors import KernelError
from practice.host.files import may

if TYPE_CHECKING:
    from practice.host.machine import Listener
    from practice.shell.programs import Call


class _Said:
    """The near end of a connection that is asked once: what is sent, and what comes back."""

    def __init__(self, sent: bytes) -> None:
        self._sent, self.came = sent, bytearray()

    async def read(self, n: int = -1) -> bytes:
        """All of it, then the end."""
        del n
        sent, self._sent = self._sent, b""
        return sent

    def write(self, data: bytes) -> None:
        self.came += data

    async def drain(self) -> None:
        return None

    def close(self) -> None:
        return None


@program("socat")
async def socat(call: Call) -> int:
    """`socat -t5 - UNIX-CONNECT:PATH` asks a socket; -V tells what it was built with."""
    if "-V" in call.args:
        await call.say(
            "socat by Gerhard Rieger and contributors\n  #define WITH_UNIX 1\n  #define WITH_OPENSSL 1\n"
        )
        return 0
    words = [word for word in call.args if not re.fullmatch(r"-t\d+", word)]
    if len(words) != 2 or words[0] != "-" or not words[1].startswith("UNIX-CONNECT:"):
        return await call.warn(
            f'E exactly 2 addresses required (there are {len(words)}); use option "-h" for help'
        )
    path = words[1].removeprefix("UNIX-CONNECT:")
    found = _listener(call, path)
    if isinstance(found, str):
        return await call.warn(f'E connect(5, AF=1 "{path}", {len(path) + 2}): {found}')
    return await _ask(call, found)


@program("nc")
async def nc(call: Call) -> int:
    """`nc -U PATH` asks a socket; `nc -z HOST PORT` only tries whether something listens."""
    words = [word for word in call.args if not word.startswith("-")]
    given = "".join(word[1:] for word in call.args if word.startswith("-"))
    if "w" in given and words:
        words = words[1:]
    if "U" in given and words:
        found = _listener(call, words[0])
        return await call.warn(f"{words[0]}: {found}") if isinstance(found, str) else await _ask(call, found)
    if "z" in given and len(words) == 2 and words[1].isdigit():
        listens = call.machine.tries(words[0], int(words[1]))
        told = "succeeded!" if listens else "failed: Connection refused" if listens is False else "timed out"
        if "v" in given:
            await call.warn(f"connect to {words[0]} {words[1]} port [tcp/*] {told}")
        return 0 if listens else 1
    return await call.warn("does no more than that in the practice estate", 1)


def _listener(call: Call, path: str) -> Listener | str:
    """What answers at a socket, or why the kernel lets nobody through."""
    who = call.process.who
    try:
        entry = call.machine.files.find(path, who)
    except KernelError as error:
        return error.text
    if not may(entry, who, 2):
        return "Permission denied"
    return call.machine.sockets.get(path) or "Connection refused"


async def _ask(call: Call, listener: Listener) -> int:
    sent = b""
    while more := await call.stdin.read():
        sent += more
    said = _Said(sent)
    await listener(said, said, call.process.who.user)
    await call.say(bytes(said.came).decode("utf-8", "replace"))
    return 0
