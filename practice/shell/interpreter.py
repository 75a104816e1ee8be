"""Runs a parsed shell script on a simulated host."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import posixpath
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.shell import tree
from practice.shell.compound import run_node
from practice.shell.expand import ExpansionFault
from practice.shell.flow import Break, Budget, Leave, Return
from practice.shell.parser import Parser
from practice.shell.streams import Stream, TextSink
from practice.shell.words import SyntaxFault, Unfinished

if TYPE_CHECKING:
    from practice.host.machine import Machine
    from practice.host.processes import Process

"""A shell that runs more commands than this is ended, as by a limit on its processor time."""
_DEEPEST_CALL = 40


_SETTINGS = re.compile(r"(?:[A-Za-z_]\w*=(?:[\w.-]*|'[\w.-]*')\n)*")


def parsed(text: str) -> tree.Sequence:
    """The tree of a whole script; raises `SyntaxFault`.

    Lines at its head that only set a variable are read apart: what follows is often the same once more.
    """
    head = _SETTINGS.match(text)
    if head is None or not head.end():
        return _parsed(text)
    rest = _parsed(text[head.end() :])
    return tree.Sequence((*Parser(head.group()).all().commands, *rest.commands))


@lru_cache(maxsize=300)
def _parsed(text: str) -> tree.Sequence:
    try:
        return Parser(text).all()
    except RecursionError as error:
        raise SyntaxFault("nested too deeply") from error


@lru_cache(maxsize=1000)
def _first_line(text: str) -> tuple[tree.Sequence | None, int, str]:
    """The first whole line of commands, where it ends, and what is missing where it is not whole yet.

    None: there is no command left. Raises `SyntaxFault`.
    """
    parser = Parser(text)
    try:
        return parser.line(), parser.at, ""
    except Unfinished as error:
        return None, 0, str(error)
    except RecursionError as error:
        raise SyntaxFault("nested too deeply") from error


class Shell:
    """One shell: its process, variables, functions, arguments."""

    def __init__(
        self, machine: Machine, process: Process, *, name: str = "sh", budget: Budget | None = None
    ) -> None:
        self.machine = machine
        self.process = process
        self.name = name
        self.arguments: list[str] = []
        self.variables: dict[str, str] = dict(process.env)
        self.exported: set[str] = set(process.env)
        self.functions: dict[str, tree.Command] = {}
        self.status = 0
        self.substituted = 0
        self.last_background = 0
        self.jobs: dict[int, asyncio.Task[int]] = {}
        self.options: set[str] = set()
        self.budget = budget or Budget()
        self.depth = 0
        self.has_bare_exec = False

    @property
    def options_u(self) -> bool:
        return "u" in self.options

    @property
    def options_f(self) -> bool:
        return "f" in self.options

    # ---- variables

    def get(self, name: str) -> str | None:
        """A variable or special parameter; None: it is not set."""
        match name:
            case "?":
                return str(self.status)
            case "$":
                return self.variables.get("$", str(self.process.pid))
            case "!":
                return str(self.last_background) if self.last_background else ""
            case "#":
                return str(len(self.arguments))
            case "-":
                return "".join(sorted(self.options))
            case "0":
                return self.name
            case "@" | "*":
                return " ".join(self.arguments) if self.arguments else None
        if name.isdecimal():
            index = int(name[:6]) - 1
            return self.arguments[index] if index < len(self.arguments) else None
        return self.variables.get(name)

    def set(self, name: str, value: str) -> None:
        """Set a variable."""
        if "a" in self.options:
            self.exported.add(name)
        self.variables[name] = value

    def path(self, path: str) -> str:
        """An absolute path, as seen from the working directory."""
        return posixpath.join(self.process.cwd, path)

    def process_home(self, user: str) -> str:
        """The home of a user; empty: there is no such user."""
        account = self.machine.accounts.get(user)
        return account.home if account else ""

    def environment(self) -> dict[str, str]:
        """What a program gets."""
        return {name: self.variables[name] for name in self.exported if name in self.variables}

    # ---- scripts

    async def run_text(self, text: str) -> int:
        """Run a whole script; the shell goes on after it."""
        try:
            body = parsed(text)
        except SyntaxFault as error:
            await self.complain(f"Syntax error: {error}")
            raise Leave(2) from None
        return await self.run(body)

    async def run_stream(self, stream: Stream) -> int:
        """Run commands as they come, each as soon as it is whole."""
        text = ""
        while True:
            line = await stream.read_line()
            text += line.decode("utf-8", "surrogateescape")
            missing = ""
            try:
                while text and not missing:
                    body, end, missing = _first_line(text)
                    if body is not None:
                        text = text[end:]
                        await self.run(body)
                    elif not missing:
                        text = ""
            except SyntaxFault as error:
                missing, line = str(error), b""
            if missing and not line:
                await self.complain(f"Syntax error: {missing}")
                return 2
            if not line:
                return self.status

    async def whole(self, text: str | Stream) -> int:
        """Run a script to its end, as a process of its own does; returns its exit status."""
        try:
            if isinstance(text, Stream):
                return await self.run_stream(text)
            return await self.run_text(text)
        except (Leave, Return) as end:
            return end.status
        except Break:
            return self.status
        except ExpansionFault as error:
            await self.complain(str(error))
            return 2
        except KernelError as error:
            return 141 if error.number == errno.EPIPE else 2
        except RecursionError:
            await self.complain("nested too deeply")
            return 2

    async def complain(self, text: str) -> None:
        """Write to standard error."""
        with contextlib.suppress(KernelError):
            await self.stream(2).write(f"{self.name}: 1: {text}\n".encode("utf-8", "surrogateescape"))

    def stream(self, fd: int) -> Stream:
        """An open descriptor. Raises `KernelError`."""
        stream = self.process.fds.get(fd)
        if stream is None:
            raise KernelError(errno.EBADF)
        return stream

    def fork(self, argv: tuple[str, ...] | None = None) -> Shell:
        """A copy of this shell in a process of its own."""
        process = self.machine.processes.make(
            argv or self.process.argv, parent=self.process, is_fork=argv is None
        )
        other = Shell(self.machine, process, name=self.name, budget=self.budget)
        other.arguments = list(self.arguments)
        other.variables = dict(self.variables)
        other.variables.setdefault("$", str(self.process.pid))
        other.exported = set(self.exported)
        other.functions = dict(self.functions)
        other.status, other.options, other.depth = self.status, set(self.options), self.depth
        other.last_background = self.last_background
        return other

    async def substitute(self, body: tree.Sequence) -> str:
        """What commands write, without the line feeds at its end."""
        sink = TextSink()
        inner = self.fork()
        inner.process.set_fd(1, sink)
        try:
            self.substituted = await inner.guarded(body)
        finally:
            self.machine.processes.end(inner.process)
        return bytes(sink.data).decode("utf-8", "surrogateescape").replace("\0", "").rstrip("\n")

    async def guarded(self, body: tree.Command) -> int:
        """Run commands in a shell that ends with them."""
        try:
            return await self.run(body)
        except (Leave, Return) as end:
            return end.status
        except Break:
            return self.status
        except ExpansionFault as error:
            await self.complain(str(error))
            return 2
        except KernelError as error:
            return 141 if error.number == errno.EPIPE else 2

    # ---- commands

    async def run(self, node: tree.Command) -> int:
        """Run a command; its exit status is kept in `status` too."""
        await self.budget.spend()
        self.depth += 1
        if self.depth > _DEEPEST_CALL * 4:
            await self.complain("Maximum function recursion depth (1000) reached")
            raise Leave(2)
        try:
            self.status = await run_node(self, node)
        finally:
            self.depth -= 1
        return self.status
