"""Proves that a pipeline asks a socket only to show something; for `systems.readonly`.

HAProxy's own language changes servers too, and an HTTP request can change anything: a client of either reads
only with known words before the pipe. Of HTTP that is GET of the root, as health checks ask.
"""

from __future__ import annotations

import re

from systems.shellwords import SimpleCommand

_SHOWS = re.compile(r"show (info|stat|servers state)(;show (info|stat|servers state))*")
_PATH = r"/[A-Za-z0-9_./-]+"
_CLIENT = re.compile(rf"socat -t\d+ - UNIX-CONNECT:{_PATH}|nc -w \d+ -U {_PATH}")
_GET = r"GET / HTTP/1.0\r\n\r\n"
_ADDRESS = r"([A-Za-z0-9_.-]+|\[[0-9a-fA-F:]+\])"
_WEB_CLIENT = re.compile(
    rf"socat -t\d+ - TCP:{_ADDRESS}:\d+,connect-timeout=\d+|nc -w \d+ [A-Za-z0-9_.:][A-Za-z0-9_.:-]* \d+"
)
_OPENS = re.compile(rf"socat -u /dev/null TCP:{_ADDRESS}:\d+,connect-timeout=\d+")
"""Opens a port and closes it again: it reads nothing, so that it sends nothing."""


def only_shows(before: SimpleCommand | None, command: SimpleCommand) -> bool:
    """Whether `command` only tries a port, or is a client that `before` only tells to show something."""
    if _OPENS.fullmatch(" ".join([word.text for word in command.words])):
        return True
    if before is None or before.then != "|" or len(before.words) != 2:
        return False
    program, said = (word.text for word in before.words)
    client = " ".join([word.text for word in command.words])
    if program == "printf":
        return said == _GET and bool(_WEB_CLIENT.fullmatch(client))
    return bool(program == "echo" and _SHOWS.fullmatch(said) and _CLIENT.fullmatch(client))
