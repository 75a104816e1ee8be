"""find and xargs."""

from __future__ import annotations

import re

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.commands.searching import to_python
from practice.host.errors import KernelError
from practice.host.files import Entry, may
from practice.shell.patterns import fits
from practice.shell.programs import Call, execute


class _Find:
    """The expression of one find, and what it prints."""

    def __init__(self, call: Call, words: list[str]) -> None:
        self.call = call
        self.words = words
        self.at = 0
        self.least = 0
        self.most = 10_000
        self.batches: list[tuple[list[str], list[str]]] = []
        self.out: list[str] = []
        self.has_action = any(word in {"-print", "-printf", "-exec", "-delete", "-quit"} for word in words)

    async def either(self, path: str, entry: Entry, depth: int) -> bool:
        value = await self._both(path, entry, depth)
        while self._next() in {"-o", "-or"}:
            self.at += 1
            if value:
                self._skip()
                return True
            value = await self._both(path, entry, depth)
        return value

    def _skip(self) -> None:
        """Step over the rest of this expression, up to its end or its closing parenthesis."""
        depth = 0
        while self.at < len(self.words):
            word = self.words[self.at]
            if word == ")" and depth == 0:
                return
            depth += (word == "(") - (word == ")")
            self.at += 1

    async def _both(self, path: str, entry: Entry, depth: int) -> bool:
        value = True
        while self._next() not in {"", ")", "-o", "-or"}:
            if self._next() in {"-a", "-and"}:
                self.at += 1
                continue
            other = await self._test(path, entry, depth, runs=value)
            value = value and other
        return value

    def _next(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def _take(self) -> str:
        word = self._next()
        if not word:
            raise OptionFault("missing argument")
        self.at += 1
        return word

    async def _test(self, path: str, entry: Entry, depth: int, *, runs: bool) -> bool:  # noqa: C901, PLR0912
        word = self._take()
        match word:
            case "!" | "-not":
                return not await self._test(path, entry, depth, runs=runs)
            case "(":
                value = await self.either(path, entry, depth)
                if self._take() != ")":
                    raise OptionFault("missing ')'")
                return value
            case "-maxdepth" | "-mindepth":
                self._take()
                return True
            case "-type":
                return entry.kind in self._take().split(",")
            case "-name":
                return fits([(self._take(), False)], path.rstrip("/").rpartition("/")[2] or "/")
            case "-path":
                return fits([(self._take(), False)], path)
            case "-readable" | "-writable" | "-executable":
                return may(
                    entry, self.call.process.who, {"-readable": 4, "-writable": 2, "-executable": 1}[word]
                )
            case "-regex":
                return re.fullmatch(to_python(self._take(), extended=False), path) is not None
            case "-user":
                return entry.owner == self._take()
            case "-empty":
                return not entry.children if entry.kind == "d" else entry.size == 0
            case "-size":
                return _compared(self._take(), -(-entry.size // 512))
            case "-mtime" | "-mmin":
                age_s = self.call.machine.now_s() - entry.mtime_s
                return _compared(self._take(), int(age_s // (86400 if word == "-mtime" else 60)))
            case "-prune":
                return True
            case "-print":
                if runs:
                    self.out.append(f"{path}\n")
                return True
            case "-printf":
                form = self._take()
                if runs:
                    self.out.append(self._printed(form, path, entry))
                return True
            case "-exec":
                return await self._exec(path, runs=runs)
        raise OptionFault(f"unknown predicate '{word}'")

    def _printed(self, form: str, path: str, entry: Entry) -> str:
        from practice.shell.printing import unescaped

        values = {
            "y": entry.kind,
            "u": entry.owner,
            "g": entry.group,
            "f": path.rpartition("/")[2] or "/",
            "p": path,
            "s": str(entry.size),
            "m": f"{entry.mode:o}",
            "T@": f"{entry.mtime_s:.10f}",
        }
        text = unescaped(form, octal_after_zero=False)[0]
        return re.sub(r"%(T@|.)", lambda found: values.get(found.group(1), found.group(1)), text)

    async def _exec(self, path: str, *, runs: bool) -> bool:
        argv: list[str] = []
        while (word := self._take()) not in {";", "+"}:
            argv.append(word)
        if word == "+":
            batch = next((paths for words, paths in self.batches if words == argv), None)
            if batch is None:
                batch = []
                self.batches.append((argv, batch))
            if runs:
                batch.append(path)
            return True
        if not runs:
            return True
        return await execute(self.call.shell, [word.replace("{}", path) for word in argv]) == 0

    async def finish(self) -> int:
        """Run what was gathered for -exec ... +."""
        status = 0
        for argv, paths in self.batches:
            if paths:
                at = argv.index("{}") if "{}" in argv else len(argv)
                status |= await execute(self.call.shell, [*argv[:at], *paths, *argv[at + 1 :]])
        return int(bool(status))


def _compared(text: str, value: int) -> bool:
    match = re.fullmatch(r"([-+]?)([0-9]{1,12})[ckMGbw]?", text)
    if not match:
        raise OptionFault(f"invalid argument '{text}'")
    number = int(match.group(2))
    return (
        value > number
        if match.group(1) == "+"
        else value < number
        if match.group(1) == "-"
        else value == number
    )


@program("find")
async def find(call: Call) -> int:
    """Files that fit, below some directories."""
    words = [word for word in call.args if word not in {"-L", "-H", "-P"}]
    at = next((at for at, word in enumerate(words) if word[:1] in {"-", "!", "("}), len(words))
    paths, expression = words[:at] or ["."], words[at:]
    search = _Find(call, expression)
    follows = "-L" in call.args
    status = 0
    try:
        for option in ("-mindepth", "-maxdepth"):
            if option in expression:
                value = expression[expression.index(option) + 1 : expression.index(option) + 2]
                number = int(value[0]) if value and value[0].isdecimal() else 0
                search.least, search.most = (
                    (number, search.most) if option == "-mindepth" else (search.least, number)
                )
        for path in paths:
            try:
                start = call.machine.files.find(call.path(path), call.process.who, follow=follows)
            except KernelError as error:
                status = await call.warn(f"'{path}': {error.text}")
                continue
            status |= await _search(call, search, path, start, 0)
        if "".join(search.out):
            await call.say("".join(search.out))
        return await search.finish() | status
    except (OptionFault, IndexError) as fault:
        return await call.warn(str(fault))


async def _search(call: Call, search: _Find, path: str, entry: Entry, depth: int) -> int:
    status = 0
    if depth >= search.least:
        await call.shell.budget.spend()
        search.at = 0
        if await search.either(path, entry, depth) and not search.has_action:
            search.out.append(f"{path}\n")
        if search.at < len(search.words):
            raise OptionFault("invalid expression")
    if entry.kind == "d" and depth < search.most:
        if not may(entry, call.process.who, 4):
            return await call.warn(f"'{path}': Permission denied")
        for name, child in sorted(entry.names().items()):
            status |= await _search(call, search, f"{path.rstrip('/')}/{name}", child, depth + 1)
    return status


@program("xargs")
async def xargs(call: Call) -> int:
    """Run a program with what is read as its arguments."""
    try:
        given = read_options(call.args, flags="r0", valued="nI", stops=True)
    except OptionFault as fault:
        return await call.warn(str(fault))
    words = (await call.stdin.read_all()).decode("utf-8", "surrogateescape").split()
    if not words and given.has("r"):
        return 0
    return await execute(call.shell, [*(given.words or ["echo"]), *words[:5000]])
