"""Reads ssh_config files into lines, and tells which lines apply to a host: ssh_config(5), OpenSSH 9."""

from __future__ import annotations

import glob
import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from systems.errors import Unreachable
from systems.ssh.config_patterns import matches_list

_RAW = frozenset({"proxycommand", "localcommand", "remotecommand", "knownhostscommand"})
"""Keywords whose value is the rest of the line, quotes and all."""
_MAX_INCLUDES = 16
_EXEC_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line that says something, and where it stands: errors name it."""

    file: str
    number: int
    keyword: str
    """In lower case."""
    words: tuple[str, ...]

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.number}"

    @property
    def value(self) -> str:
        return self.words[0]


@dataclass(slots=True)
class Asked:
    """What the `Host` and `Match` lines are held against while a host is resolved."""

    original: str
    """The name as the operator gave it."""
    local_user: str
    host: str
    """What `Host` lines are held against: the given name, in the final pass the `HostName`."""
    is_final: bool = False
    wants_final: bool = False
    """A `Match final` was met: everything has to be read once more."""
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What is set so far, by keyword: the first value of each counts."""

    @property
    def host_name(self) -> str:
        return self.values.get("hostname", (self.host,))[0].replace("%h", self.original).replace("%%", "%")

    @property
    def user(self) -> str:
        return self.values.get("user", (self.local_user,))[0]


class ConfigFiles:
    """The files of one session, each read once."""

    def __init__(self, user_file: str | None, system_file: str | None) -> None:
        self._tops = [(path, is_user) for path, is_user in ((user_file, True), (system_file, False)) if path]
        self._lines: dict[str, tuple[Line, ...]] = {}
        self._included: dict[Line, tuple[str, ...]] = {}

    def applying(self, asked: Asked) -> Iterator[Line]:
        """Yield the lines that apply, in order. The caller notes values in `asked` as it goes."""
        for path, is_user in self._tops:
            yield from self._walk(path, asked, is_user=is_user, depth=0)

    def read_all(self) -> bool:
        """Read all files, so that no later call does. False: one cannot be read, or a `Match exec` is there,
        which starts a program when it is met.
        """
        try:
            return not any(
                line.keyword == "match" and "exec" in "".join(line.words).lower() for line in self._all()
            )
        except Unreachable:
            return False

    def mention(self, words: tuple[str, ...]) -> bool:
        """Whether any line at all, applying or not, has one of `words` in its values; of a file that cannot
        be read it is not known, so yes.
        """
        try:
            return any(
                word in value.lower() for line in self._all() for word in words for value in line.words
            )
        except Unreachable:
            return True

    def _all(self) -> Iterator[Line]:
        for path, is_user in self._tops:
            yield from self._all_of(path, is_user=is_user, depth=0)

    def _all_of(self, path: str, *, is_user: bool, depth: int) -> Iterator[Line]:
        for line in self._read(path):
            yield line
            if line.keyword == "include" and depth < _MAX_INCLUDES:
                for found in self._files_of(line, is_user=is_user):
                    yield from self._all_of(found, is_user=is_user, depth=depth + 1)

    def _walk(self, path: str, asked: Asked, *, is_user: bool, depth: int) -> Iterator[Line]:
        is_active = True
        for line in self._read(path):
            if line.keyword == "host":
                is_active = matches_list(line.words, asked.host)
            elif line.keyword == "match":
                is_active = _match(line, asked)
            elif not is_active:
                continue
            elif line.keyword == "include":
                if depth >= _MAX_INCLUDES:
                    raise Unreachable(f"{line.where}: Include goes deeper than {_MAX_INCLUDES} files")
                for found in self._files_of(line, is_user=is_user):
                    yield from self._walk(found, asked, is_user=is_user, depth=depth + 1)
            else:
                yield line

    def _files_of(self, line: Line, *, is_user: bool) -> tuple[str, ...]:
        if line not in self._included:
            self._included[line] = tuple(_included(line, is_user=is_user))
        return self._included[line]

    def _read(self, path: str) -> tuple[Line, ...]:
        if path not in self._lines:
            self._lines[path] = tuple(_parse(path))
        return self._lines[path]


def _parse(path: str) -> Iterator[Line]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            texts = file.readlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unreachable(
            f"{path} cannot be read: {error.strerror}; hosts cannot be resolved without it"
        ) from error
    for number, text in enumerate(texts, start=1):
        head = re.match(r"\s*([A-Za-z0-9]+)(\s*=\s*|\s+|$)", text)
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        if not head:
            raise Unreachable(f"{path}, line {number}: {text.strip()!r} is not a line of ssh_config(5)")
        keyword, rest = head[1].lower(), text[head.end() :].strip()
        words = (rest,) if keyword in _RAW and rest else tuple(_words(rest, path, number))
        if not words:
            raise Unreachable(f"{path}, line {number}: {head[1]} has no value")
        yield Line(path, number, keyword, words)


def _words(text: str, path: str, number: int) -> Iterator[str]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        if text[at] == "#":
            return
        word = ""
        while at < len(text) and not text[at].isspace():
            char = text[at]
            at += 1
            if char in "\"'":
                end = text.find(char, at)
                if end < 0:
                    raise Unreachable(f"{path}, line {number}: a quote is not closed")
                word += text[at:end]
                at = end + 1
            elif char == "\\" and text[at : at + 1] in ('"', "'", "\\", " "):
                word += text[at]
                at += 1
            else:
                word += char
        yield word


def _included(line: Line, *, is_user: bool) -> Iterator[str]:
    for word in line.words:
        path = os.path.expanduser(word) if is_user else word
        if not os.path.isabs(path):
            path = os.path.join(os.path.expanduser("~/.ssh") if is_user else "/etc/ssh", path)
        yield from sorted(glob.glob(path))


def _match(line: Line, asked: Asked) -> bool:
    words = list(line.words)
    result = True
    while words:
        word = words.pop(0)
        is_negated = word.startswith("!")
        name, equals, joined = word.lstrip("!").partition("=")
        name = name.lower()
        if name in ("all", "canonical", "final"):
            asked.wants_final = asked.wants_final or name == "final"
            holds = name == "all" or (asked.is_final and name == "final")
        else:
            if not equals and not words:
                raise Unreachable(f"{line.where}: Match {name} lacks what it is to match")
            argument = joined if equals else words.pop(0)
            holds = result and _criterion(line, name, argument, asked)
        result = result and holds is not is_negated
    return result


def _criterion(line: Line, name: str, argument: str, asked: Asked) -> bool:
    against: dict[str, Callable[[], str]] = {
        "host": lambda: asked.host_name,
        "originalhost": lambda: asked.original,
        "user": lambda: asked.user,
        "localuser": lambda: asked.local_user,
        "tagged": lambda: asked.values.get("tag", ("",))[0],
    }
    if name == "exec":
        return _exec(line, argument, asked)
    if name not in against:
        raise Unreachable(
            f"{line.where}: 'Match {name}' is not known here, and a guess could reach the wrong host; "
            "write the block with host, originalhost, user, localuser, tagged or exec"
        )
    return matches_list(tuple(argument.split(",")), against[name]())


def _exec(line: Line, command: str, asked: Asked) -> bool:
    tokens = tokens_of(
        asked.original, asked.host_name, asked.values.get("port", ("22",))[0], asked.user, asked
    )
    text = expand(command, tokens, line.where)
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", text],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_EXEC_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreachable(f"{line.where}: Match exec ran past {_EXEC_TIMEOUT_S:g} s") from error
    return done.returncode == 0


def tokens_of(original: str, host_name: str, port: str, user: str, asked: Asked) -> dict[str, str]:
    """Return what stands for %h, %p and the others (ssh_config(5), TOKENS)."""
    from hashlib import sha1

    local = _local_name()
    jump = ",".join(asked.values.get("proxyjump", ()))
    return {
        "%": "%",
        "C": sha1(f"{local}{host_name}{port}{user}{jump}".encode(), usedforsecurity=False).hexdigest(),
        "d": os.path.expanduser("~"),
        "h": host_name,
        "i": str(os.getuid()),
        "j": jump,
        "k": asked.values.get("hostkeyalias", (original,))[0],
        "L": local.split(".", 1)[0],
        "l": local,
        "n": original,
        "p": port,
        "r": user,
        "u": asked.local_user,
    }


@cache
def _local_name() -> str:
    return socket.gethostname()


def expand(text: str, tokens: dict[str, str], where: str) -> str:
    """Put in the tokens; an unknown one is an error, as it is for OpenSSH."""

    def put(match: re.Match[str]) -> str:
        if match[1] not in tokens:
            raise Unreachable(f"{where}: the token %{match[1]} is not known here")
        return tokens[match[1]]

    return re.sub(r"%(.)", put, text)
