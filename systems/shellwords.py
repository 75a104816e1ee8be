"""Splits a shell line into its simple commands, and refuses every construct that could hide a program."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HARMLESS_REDIRECTIONS = re.compile(
    r"(2>&1|1?>&2|[12]?>[ \t]*/dev/null|<[ \t]*/dev/null)(?=[\s;|&]|$)",
)
_SEPARATORS = re.compile(r"&&|\|\||;|\||\n")
_WORD_ENDS = " \t\n;|&<>()"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a shell line, quotes and backslashes resolved."""

    text: str
    is_quoted: bool = False
    """Some part of it stood in quotes or behind a backslash: never a keyword or an assignment."""
    glob_at: int | None = None
    """Where in `text` the first unquoted `*`, `?` or `[` stands; the shell may put file names there."""

    @property
    def may_become_an_option(self) -> bool:
        """Whether the shell could turn it into something that begins with `-` and is not written here."""
        return self.glob_at is not None and (self.glob_at == 0 or self.text.startswith("-"))


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """The words between two separators; `then` is the separator that follows, empty at the end."""

    words: tuple[Word, ...]
    then: str
    is_redirected: bool


def split_commands(line: str) -> tuple[SimpleCommand, ...]:
    """Split at `;`, newline, `|`, `&&` and `||`.

    Raises `ValueError`, in a sentence, for all that is more than simple commands with literal words: command
    substitution, variables, braces, subshells, background, comments, and every redirection but those
    of `/dev/null`, `2>&1` and `>&2`.
    """
    return _Splitter(line).split()


class _Splitter:
    def __init__(self, line: str) -> None:
        self.line = line
        self.at = 0
        self.words: list[Word] = []
        self.is_redirected = False
        self.commands: list[SimpleCommand] = []

    def split(self) -> tuple[SimpleCommand, ...]:
        if _CONTROL.search(self.line):
            raise ValueError("the line holds a control character")
        line = self.line
        while self.at < len(line):
            char = line[self.at]
            if char in " \t":
                self.at += 1
            elif separator := _SEPARATORS.match(line, self.at):
                self.at = separator.end()
                self._end_command(separator.group())
            elif redirection := _HARMLESS_REDIRECTIONS.match(line, self.at):
                self.at = redirection.end()
                self.is_redirected = True
            else:
                self.words.append(_WordReader(line, self.at).read(self))
        self._end_command("")
        if not self.commands:
            raise ValueError("there is no command in the line")
        if self.commands[-1].then in ("|", "&&", "||"):
            raise ValueError(f"the line ends with {self.commands[-1].then!r}")
        return tuple(self.commands)

    def _end_command(self, then: str) -> None:
        if self.words:
            self.commands.append(SimpleCommand(tuple(self.words), then, self.is_redirected))
        elif self.is_redirected or (then and then != "\n"):
            raise ValueError(f"no command stands before {then or 'the end'!r}")
        self.words = []
        self.is_redirected = False


class _WordReader:
    def __init__(self, line: str, at: int) -> None:
        self.line = line
        self.at = at
        self.text = ""
        self.is_quoted = False
        self.glob_at: int | None = None

    def read(self, splitter: _Splitter) -> Word:
        start = self.at
        while self.at < len(self.line) and self.line[self.at] not in _WORD_ENDS:
            self._step(start)
        if self.at < len(self.line) and self.line[self.at] in "<>&()":
            raise ValueError(_why_not(self.line, self.at, self.text))
        splitter.at = self.at
        glob_at = None if self.text in ("[", "[[") else self.glob_at
        return Word(self.text, self.is_quoted, glob_at)

    def _step(self, start: int) -> None:
        char = self.line[self.at]
        self.at += 1
        if char == "'":
            self._single_quoted()
        elif char == '"':
            self._double_quoted()
        elif char == "\\":
            self._escaped()
        elif char == "`" or (char == "$" and self.line[self.at : self.at + 1] not in ("", *_WORD_ENDS)):
            raise ValueError(
                f"{char!r} outside single quotes would put in something that is not written here"
            )
        elif char in "{}":
            raise ValueError(f"{char!r} outside quotes may be expanded; quote it")
        elif char == "#" and self.at == start + 1:
            raise ValueError("a comment hides what follows it")
        else:
            if char in "*?[" and self.glob_at is None:
                self.glob_at = len(self.text)
            self.text += char

    def _single_quoted(self) -> None:
        end = self.line.find("'", self.at)
        if end < 0:
            raise ValueError("a single quote is not closed")
        self.text += self.line[self.at : end]
        self.at = end + 1
        self.is_quoted = True

    def _double_quoted(self) -> None:
        self.is_quoted = True
        line = self.line
        while self.at < len(line):
            char = line[self.at]
            self.at += 1
            if char == '"':
                return
            if char == "`" or (char == "$" and line[self.at : self.at + 1] != '"'):
                raise ValueError(f"{char!r} in double quotes would put in something that is not written here")
            if char == "\\" and line[self.at : self.at + 1] in ("$", '"', "\\", "`", "\n"):
                self._escaped()
            else:
                self.text += char
        raise ValueError("a double quote is not closed")

    def _escaped(self) -> None:
        char = self.line[self.at : self.at + 1]
        if char in ("", "\n"):
            raise ValueError("a backslash stands at the end of a line")
        self.text += char
        self.is_quoted = True
        self.at += 1


def _why_not(line: str, at: int, before: str) -> str:
    char = line[at]
    if char == "&":
        return "'&' would leave a program running behind"
    if char in "()":
        return f"{char!r} opens a subshell or a function; quote it if it is meant literally"
    target = line[at:].split(None, 1)[0]
    return f"the redirection {before[-1:] if before[-1:].isdigit() else ''}{target!s} may write or hide input"
