"""test and [ (POSIX.1-2017, test; -ef, -nt and -O as dash has them)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.host.files import may

if TYPE_CHECKING:
    from practice.host.files import Entry
    from practice.shell.interpreter import Shell

_BINARY = frozenset(
    ("=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef")
)
_UNARY = frozenset(f"-{char}" for char in "bcdefghknOGLprsStuwxz")


class TestFault(Exception):
    """The expression is none."""


def test(shell: Shell, words: list[str]) -> bool:
    """Whether an expression holds."""
    if len(words) > 200:
        raise TestFault("too many arguments")
    reader = _Expression(shell, words)
    if not words:
        return False
    value = reader.either()
    if reader.at < len(words):
        raise TestFault(f"{words[reader.at]}: unexpected operator")
    return value


class _Expression:
    def __init__(self, shell: Shell, words: list[str]) -> None:
        self.shell = shell
        self.words = words
        self.at = 0

    def either(self) -> bool:
        value = self._both()
        while self._next() == "-o":
            self.at += 1
            other = self._both()
            value = value or other
        return value

    def _both(self) -> bool:
        value = self._not()
        while self._next() == "-a":
            self.at += 1
            other = self._not()
            value = value and other
        return value

    def _not(self) -> bool:
        if self._next() == "!" and len(self.words) - self.at > 1:
            self.at += 1
            return not self._not()
        return self._primary()

    def _next(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def _primary(self) -> bool:
        left = len(self.words) - self.at
        if left == 0:
            raise TestFault("argument expected")
        word = self.words[self.at]
        if left >= 3 and self.words[self.at + 1] in _BINARY:
            op, right = self.words[self.at + 1 : self.at + 3]
            self.at += 3
            return self._compare(word, op, right)
        if word == "(" and left >= 3:
            self.at += 1
            value = self.either()
            if self._next() != ")":
                raise TestFault("closing paren expected")
            self.at += 1
            return value
        if word in _UNARY and left >= 2:
            self.at += 2
            return self._unary(word, self.words[self.at - 1])
        self.at += 1
        return word != ""

    def _compare(self, left: str, op: str, right: str) -> bool:
        match op:
            case "=" | "==":
                return left == right
            case "!=":
                return left != right
            case "<":
                return left < right
            case ">":
                return left > right
            case "-nt" | "-ot" | "-ef":
                return self._files(left, op, right)
        a, b = _number(left), _number(right)
        return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b}[op]

    def _files(self, left: str, op: str, right: str) -> bool:
        one, other = self._entry(left), self._entry(right)
        if op == "-ef":
            return one is not None and one is other
        if op == "-ot":
            one, other = other, one
        return one is not None and (other is None or one.mtime_s > other.mtime_s)

    def _entry(self, path: str, *, follow: bool = True) -> Entry | None:
        try:
            return self.shell.machine.files.find(self.shell.path(path), self.shell.process.who, follow=follow)
        except KernelError:
            return None

    def _unary(self, op: str, word: str) -> bool:  # noqa: C901 - one arm for each operator
        if op == "-n":
            return word != ""
        if op == "-z":
            return word == ""
        if op == "-t":
            return False
        entry = self._entry(word, follow=op not in {"-L", "-h"}) if word else None
        if entry is None:
            return False
        who = self.shell.process.who
        match op[1]:
            case "e":
                return True
            case "f" | "d" | "S" | "p" | "b" | "c":
                return entry.kind == {"S": "s"}.get(op[1], op[1])
            case "L" | "h":
                return entry.kind == "l"
            case "s":
                return entry.size > 0
            case "r" | "w" | "x":
                return may(entry, who, {"r": 4, "w": 2, "x": 1}[op[1]])
            case "O":
                return entry.owner == who.user
            case "G":
                return entry.group == who.groups[0]
        return False


def _number(text: str) -> int:
    if not re.fullmatch(r"\s*[-+]?[0-9]{1,19}\s*", text):
        raise TestFault(f"Illegal number: {text}")
    return int(text)
