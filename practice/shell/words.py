"""Reads the words of a script: quotes, parameters, substitutions (Shell Command Language, 2.2, 2.6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from practice.shell.tree import Arithmetic, Param, Part, Substitution, Text, Word

if TYPE_CHECKING:
    from practice.shell.tree import Sequence

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL = "?#@*$!-0123456789"
_OPERATORS = (":-", ":=", ":?", ":+", "##", "%%", "-", "=", "?", "+", "#", "%")
_ENDS = frozenset(" \t\n;&|<>()")
DEEPEST = 60
"""How deep commands and expansions may stand inside each other."""


class SyntaxFault(Exception):
    """The text is no shell script."""


class Unfinished(SyntaxFault):
    """The text ends in the middle of a command: more of it may make it whole."""


class WordReader:
    """A place in a text, and how words are read from there. The grammar builds on it."""

    def __init__(self, text: str, *, depth: int = 0) -> None:
        if depth > DEEPEST:
            raise SyntaxFault("nested too deeply")
        self.text = text
        self.at = 0
        self.depth = depth

    def sequence_until_paren(self) -> Sequence:
        """Read the commands of a $( ) up to its end."""
        raise NotImplementedError

    def sequence_of(self, text: str) -> Sequence:
        """Read the commands of a backquoted substitution."""
        raise NotImplementedError

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def word(self) -> Word:
        """Read one word that begins here."""
        parts: list[Part] = []
        while True:
            char = self.peek()
            if char == "" or char in _ENDS:
                return Word(tuple(parts))
            if self.text.startswith("\\\n", self.at):
                self.at += 2
                continue
            self._part(char, parts)

    def _part(self, char: str, parts: list[Part]) -> None:
        """Read one part outside double quotes."""
        if char == "\\":
            if self.at + 1 >= len(self.text):
                raise Unfinished("unexpected end of file")
            parts.append(Text(self.text[self.at + 1], quoted=True))
            self.at += 2
        elif char == "'":
            end = self.text.find("'", self.at + 1)
            if end < 0:
                raise Unfinished("Unterminated quoted string")
            parts.append(Text(self.text[self.at + 1 : end], quoted=True))
            self.at = end + 1
        elif char == '"':
            self.at += 1
            self._double(parts)
        elif char in "$`":
            parts.append(self.expansion(quoted=False))
        else:
            self._append(parts, char, quoted=False)
            self.at += 1

    def _double(self, parts: list[Part]) -> None:
        """Read what stands in double quotes, up to their end."""
        parts.append(Text("", quoted=True))
        while True:
            char = self.peek()
            if char == "":
                raise Unfinished("Unterminated quoted string")
            if char == '"':
                self.at += 1
                return
            self.quoted_part(char, parts, '$`"\\')

    def quoted_part(self, char: str, parts: list[Part], escapes: str) -> None:
        """Read one part as in double quotes, where a backslash takes the meaning of `escapes` only."""
        if char == "\\" and self.at + 1 < len(self.text):
            following = self.text[self.at + 1]
            self.at += 2
            if following != "\n":
                self._append(parts, following if following in escapes else f"\\{following}", quoted=True)
        elif char in "$`":
            parts.append(self.expansion(quoted=True))
        else:
            self._append(parts, char, quoted=True)
            self.at += 1

    def document(self) -> Word:
        """Read the whole text as an unquoted here-document."""
        parts: list[Part] = [Text("", quoted=True)]
        while char := self.peek():
            self.quoted_part(char, parts, "$`\\")
        return Word(tuple(parts))

    @staticmethod
    def _append(parts: list[Part], text: str, *, quoted: bool) -> None:
        last = parts[-1] if parts else None
        if isinstance(last, Text) and last.quoted == quoted:
            parts[-1] = Text(last.text + text, quoted)
        else:
            parts.append(Text(text, quoted))

    def expansion(self, *, quoted: bool) -> Part:
        """Read what begins with a dollar sign or a backquote."""
        if self.peek() == "`":
            return self._backquoted(quoted=quoted)
        rest = self.text[self.at + 1 : self.at + 3]
        if rest == "((":
            return self._arithmetic(quoted=quoted)
        if rest[:1] == "(":
            self.at += 2
            return Substitution(self.sequence_until_paren(), quoted)
        if rest[:1] == "{":
            self.at += 2
            return self._braced(quoted=quoted)
        self.at += 1
        match = _NAME.match(self.text, self.at)
        if match:
            self.at = match.end()
            return Param(match.group(), quoted=quoted)
        if rest[:1] and rest[0] in _SPECIAL:
            self.at += 1
            return Param(rest[0], quoted=quoted)
        return Text("$", quoted)

    def _backquoted(self, *, quoted: bool) -> Part:
        start = self.at + 1
        end = start
        while end < len(self.text) and self.text[end] != "`":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise Unfinished("EOF in backquote substitution")
        self.at = end + 1
        escaped = r'\\([$`\\"])' if quoted else r"\\([$`\\])"
        return Substitution(self.sequence_of(re.sub(escaped, r"\1", self.text[start:end])), quoted)

    def _arithmetic(self, *, quoted: bool) -> Part:
        self.at += 3
        parts: list[Part] = [Text("", quoted=True)]
        depth = 0
        while True:
            char = self.peek()
            if char == "":
                raise Unfinished("Missing '))'")
            if char == ")":
                if depth == 0:
                    if self.text[self.at + 1 : self.at + 2] not in {")", ""}:
                        raise SyntaxFault("Missing '))'")
                    self.at += 2
                    return Arithmetic(Word(tuple(parts)), quoted)
                depth -= 1
            depth += char == "("
            if char == '"':
                self.at += 1
                continue
            self.quoted_part(char, parts, "$`\\")

    def _braced(self, *, quoted: bool) -> Part:
        if self.text.startswith("#", self.at) and self.text[self.at + 1 : self.at + 2] not in {"}", ""}:
            match = re.compile(r"#([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*?$!-])\}").match(self.text, self.at)
            if match:
                self.at = match.end()
                return Param(match.group(1), "length", quoted=quoted)
        match = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[?#@*$!-]").match(self.text, self.at)
        if not match:
            if self.at >= len(self.text):
                raise Unfinished("Missing '}'")
            raise SyntaxFault("Bad substitution")
        self.at = match.end()
        if self.peek() == "}":
            self.at += 1
            return Param(match.group(), quoted=quoted)
        op = next((op for op in _OPERATORS if self.text.startswith(op, self.at)), "")
        if not op:
            if self.at >= len(self.text):
                raise Unfinished("Missing '}'")
            raise SyntaxFault("Bad substitution")
        self.at += len(op)
        word = self._brace_word(as_quoted=quoted and op[0] not in "#%")
        return Param(match.group(), op, word, quoted)

    def _brace_word(self, *, as_quoted: bool) -> Word:
        parts: list[Part] = []
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxFault("nested too deeply")
        while True:
            char = self.peek()
            if char == "":
                raise Unfinished("Missing '}'")
            if char == "}":
                self.at += 1
                self.depth -= 1
                return Word(tuple(parts))
            if as_quoted and char not in "'\"":
                self.quoted_part(char, parts, '$`"\\}')
            elif as_quoted and char == "'":
                self._append(parts, char, quoted=True)
                self.at += 1
            else:
                self._part(char, parts)
