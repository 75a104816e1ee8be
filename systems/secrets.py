"""Secrets are references in files and values in memory only: how they are fetched, how they are hidden."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shlex
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

from systems.errors import SystemsError

KINDS = ("env", "file", "cmd", "prompt")
REDACTED = "***"

_SHORTEST = 4
_MOST_BYTES = 65536
_COMMAND_S = 60.0
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)

AskSecret = Callable[[str], Awaitable[str]]
"""Shows the question, masks what is typed, and returns it."""


class SecretUnavailable(SystemsError):
    """A secret's reference leads to nothing that may be used: which one, why, and what to do."""


def flaw_of_reference(reference: str) -> str:
    """What is wrong with the form of a reference, completing a sentence; empty: nothing.

    The text itself is never repeated: it may be a password that somebody wrote where a reference belongs.
    """
    kind, colon, rest = reference.partition(":")
    if not colon or kind not in KINDS:
        return (
            'is no reference; expected "env:NAME", "file:PATH", "cmd:COMMAND" or "prompt:", never the value'
        )
    if kind == "env" and not _NAME.fullmatch(rest):
        return 'is no reference; expected "env:" and the name of a variable'
    if kind in {"file", "cmd"} and not rest.strip():
        return f'is no reference; expected "{kind}:" and a {"path" if kind == "file" else "command"}'
    return ""


async def resolve(
    reference: str, *, what: str, base: Path | None = None, ask: AskSecret | None = None
) -> str:
    """Fetch the value of a reference, or raise `SecretUnavailable`.

    `what` names the secret in messages ("the SQL password of orders"); `base` is the folder from which
    a relative file: counts; `ask` is called for prompt:, where there is somebody to ask.
    """
    flaw = flaw_of_reference(reference)
    if flaw:
        raise SecretUnavailable(f"{what} {flaw}")
    kind, _, rest = reference.partition(":")
    if kind == "env":
        value = _from_environment(rest, what)
    elif kind == "file":
        value = await asyncio.to_thread(_from_file, (base or Path.cwd()) / _expanded(rest, what), what)
    elif kind == "cmd":
        value = await _from_command(rest, what)
    else:
        value = await _from_prompt(rest.strip() or what, what, ask)
    if not value:
        raise SecretUnavailable(f"{what} is empty: {kind}: gave nothing")
    return value


class Redactor:
    """Hides known secrets by value, wherever they turn up, in the forms that they usually take."""

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        """Hide this value from now on. One shorter than 4 characters is not hidden: it is everywhere."""
        if len(value) >= _SHORTEST:
            self._forms |= _forms(value)
            longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        """The text with every known secret replaced by ***."""
        return self._pattern.sub(REDACTED, text) if self._pattern else text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._forms)} forms)"


def _forms(value: str) -> set[str]:
    """As it is, and as URLs, shells, JSON, Python and base64 write it (at any place of a longer text)."""
    raw = value.encode("utf-8", "surrogatepass")
    forms = {
        value,
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        json.dumps(value)[1:-1],
        repr(value)[1:-1],
    }
    forms.add(shlex.quote(value).strip("'"))
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode()
        first = (0, 2, 3)[shift]
        last = len(encoded) - (0, 3, 2)[(len(raw) + shift) % 3]
        forms |= {encoded[first:last], encoded[first:last].translate(str.maketrans("+/", "-_"))}
    return {form for form in forms if len(form) >= _SHORTEST}


def _from_environment(name: str, what: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise SecretUnavailable(f"{what}: the environment has no variable {name}; set it, and start again")
    return value


def _expanded(path: str, what: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise SecretUnavailable(
            f"{what}: {path} names no home that is known; write the path in full"
        ) from error


def _from_file(path: Path, what: str) -> str:
    """Read a file that only its owner may read: checked on the open file, so that it cannot be exchanged."""
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise SecretUnavailable(f"{what}: {path} is no regular file; name one")
            if state.st_mode & 0o077:
                raise SecretUnavailable(
                    f"{what}: {path} may be read by others (mode {stat.S_IMODE(state.st_mode):04o}); "
                    f"run: chmod 600 {shlex.quote(str(path))}"
                )
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise SecretUnavailable(f"{what}: {path} is larger than 64 KiB; that is no password")
        return content.decode("utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise SecretUnavailable(f"{what}: {path} cannot be read: {reason}") from error


async def _from_command(line: str, what: str) -> str:
    """The first line that a command prints, as password managers have it."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise SecretUnavailable(f"{what}: cmd: {line!r} is no command line: {error}") from error
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except (OSError, ValueError) as error:
        raise SecretUnavailable(f"{what}: {words[0] if words else line!r} cannot be run: {error}") from error
    try:
        async with asyncio.timeout(_COMMAND_S):
            output, errors = await process.communicate()
    except TimeoutError as error:
        raise SecretUnavailable(f"{what}: {words[0]} gave nothing within {_COMMAND_S:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        said = errors.decode("utf-8", "replace").strip()[-200:]
        raise SecretUnavailable(f"{what}: {words[0]} ended with status {process.returncode}: {said}")
    return output.decode("utf-8", "replace").partition("\n")[0].rstrip("\r")


async def _from_prompt(question: str, what: str, ask: AskSecret | None) -> str:
    if ask is None:
        raise SecretUnavailable(f"{what} is to be asked for, and nobody is here to answer; use env: or file:")
    return await ask(question)
