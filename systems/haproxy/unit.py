"""Which configuration files HAProxy's unit has it read: its package may name a folder beside the file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from itertools import pairwise

CONFIG = "/etc/haproxy/haproxy.cfg"
UNIT = "haproxy"
_ARGV = re.compile(r"\bargv\[\]=(.*?) ; ")
_NAMED = re.compile(r"\$\{(\w+)\}")


def loaded(unit: Mapping[str, str], files: str) -> tuple[str, ...]:
    """Files and folders that it reads, in its order.

    `unit` has ExecStart and Environment as `systemctl show` prints them, `files` the text of its
    EnvironmentFiles. A unit that names none reads `CONFIG`.
    """
    found = _ARGV.search(unit.get("ExecStart", ""))
    values = dict(word.partition("=")[::2] for word in _words(unit.get("Environment", "")))
    for line in files.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            values[name] = " ".join(_words(value))
    words: list[str] = []
    for word in _words(found[1]) if found else ():
        if word.startswith("$") and word[1:].isidentifier():
            words += values.get(word[1:], "").split()
        else:
            words.append(_NAMED.sub(lambda match: values.get(match[1], ""), word))
    paths = [path for flag, path in pairwise(words) if flag == "-f"]
    if "--" in words:
        paths += words[words.index("--") + 1 :]
    return tuple(path for path in paths if path.startswith("/")) or (CONFIG,)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
