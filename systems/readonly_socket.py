"""Proves that a pipeline asks HAProxy's stats socket only to show something; for `systems.readonly`.

The socket's own language changes servers too: a client of it reads only with known words before the pipe.
"""

from __future__ import annotations

import re

from systems.shellwords import SimpleCommand

_SHOWS = re.compile(r"show (info|stat|servers state)(;show (info|stat|servers state))*")
_PATH = r"/[A-Za-z0-9_./-]+"
_CLIENT = re.compile(rf"socat -t\d+ - UNIX-CONNECT:{_PATH}|nc -w \d+ -U {_PATH}")


def only_shows(before: SimpleCommand | None, command: SimpleCommand) -> bool:
    """Whether `command` is a client of a socket that `before` tells nothing but to show something."""
    if before is None or before.then != "|" or len(before.words) != 2:
        return False
    program, said = (word.text for word in before.words)
    client = " ".join([word.text for word in command.words])
    return bool(program == "echo" and _SHOWS.fullmatch(said) and _CLIENT.fullmatch(client))
