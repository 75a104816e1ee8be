"""Reads the grammar of a shell script into a tree (POSIX.1-2017, Shell Command Language, 2.10)."""

from __future__ import annotations

import re

from practice.shell.tokens import TokenReader
from practice.shell.tree import (
    AndOr,
    Background,
    Case,
    Command,
    Compound,
    For,
    Function,
    If,
    Loop,
    Pipeline,
    Redirect,
    Sequence,
    Simple,
    Subshell,
    Word,
)
from practice.shell.words import SyntaxFault, Unfinished

_OPERATORS = (
    "&&",
    "||",
    ";;",
    "<<-",
    "<<",
    ">>",
    "<&",
    ">&",
    "<>",
    ">|",
    "&",
    ";",
    "|",
    "<",
    ">",
    "(",
    ")",
    "\n",
)
_ASSIGN = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "in", "}"))


class Parser(TokenReader):
    """Reads commands one after the other from a text."""

    def sequence_until_paren(self) -> Sequence:
        inner = Parser(self.text, depth=self.depth + 1)
        inner.at = self.at
        body = inner.commands(("",), closes=")")
        self.at = inner.at + 1
        return body

    def sequence_of(self, text: str) -> Sequence:
        return Parser(text, depth=self.depth + 1).all()

    def all(self) -> Sequence:
        """Read the whole text."""
        found: list[Command] = []
        while (line := self.line()) is not None:
            found.append(line)
        return Sequence(tuple(found))

    def line(self) -> Sequence | None:
        """Read one complete line of commands; None: there is none any more."""
        self._blanks()
        while self.peek() == "\n":
            self._newline()
            self._blanks()
        if not self.peek():
            return None
        body = self.commands(("",), closes="\n")
        if self.peek() == "\n":
            self._newline()
        elif self._documents:
            raise Unfinished("here-document without its end")
        return body

    def commands(self, ends: tuple[str, ...], *, closes: str = "") -> Sequence:
        """Read commands up to a word of `ends` or the operator `closes`, which are left there."""
        found: list[Command] = []
        while True:
            if closes == "\n":
                self._blanks()
            else:
                self._newlines()
            char = self.peek()
            if char == "" and (closes == "\n" or (self.depth == 0 and ends == ("",) and not closes)):
                return Sequence(tuple(found))
            if char == "":
                raise Unfinished("unexpected end of file")
            if (closes and char == closes) or (ends != ("",) and self._next_word() in ends):
                return Sequence(tuple(found))
            if ends == (";;", "esac") and self.text.startswith(";;", self.at):
                return Sequence(tuple(found))
            found.append(self._and_or_item())

    def _and_or_item(self) -> Command:
        command = self._and_or()
        self._blanks()
        if self.text.startswith(";;", self.at):
            return command
        if self.peek() == "&" and not self.text.startswith("&&", self.at):
            self.at += 1
            return Background(command)
        if self.peek() == ";":
            self.at += 1
        elif self.peek() not in {"", "\n", ")"}:
            raise SyntaxFault(f"{self._shown()} unexpected")
        return command

    def _and_or(self) -> Command:
        parts: list[tuple[str, Command]] = [("", self._pipeline())]
        while True:
            self._blanks()
            op = self.text[self.at : self.at + 2]
            if op not in {"&&", "||"}:
                return parts[0][1] if len(parts) == 1 else AndOr(tuple(parts))
            self.at += 2
            self._newlines()
            parts.append((op, self._pipeline()))

    def _pipeline(self) -> Command:
        self._blanks()
        negated = False
        while self._next_word() == "!":
            self.at += 1
            negated = not negated
            self._blanks()
        commands = [self._command()]
        while True:
            self._blanks()
            if self.peek() != "|" or self.text.startswith("||", self.at):
                break
            self.at += 1
            self._newlines()
            commands.append(self._command())
        return Pipeline(tuple(commands), negated) if negated or len(commands) > 1 else commands[0]

    def _command(self) -> Command:
        self.depth += 1
        if self.depth > 60:
            raise SyntaxFault("nested too deeply")
        try:
            body = self._compound()
            if body is None:
                return self._simple()
            redirects: list[Redirect] = []
            while self._redirect(redirects):
                pass
            return Compound(body, tuple(redirects)) if redirects else body
        finally:
            self.depth -= 1

    def _compound(self) -> Command | None:
        self._blanks()
        if self.peek() == "(":
            self.at += 1
            body = self.commands(("",), closes=")")
            self.at += 1
            return Subshell(body)
        word = self._next_word()
        match word:
            case "{":
                self.at += 1
                body = self.commands(("}",))
                self.at += 1
                return body
            case "if":
                return self._if()
            case "while" | "until":
                self.at += 5
                condition = self._up_to("do")
                return Loop(condition, self._up_to("done"), word == "until")
            case "for":
                return self._for()
            case "case":
                return self._case()
            case _ if word in _RESERVED:
                raise SyntaxFault(f'"{word}" unexpected')
        match_name = _NAME.match(self.text, self.at)
        if match_name:
            after = re.compile(r"[ \t]*\([ \t]*\)").match(self.text, match_name.end())
            if after:
                self.at = after.end()
                self._newlines()
                return Function(match_name.group(), self._command())
        return None

    def _if(self) -> Command:
        self.at += 2
        arms: list[tuple[Sequence, Sequence]] = []
        while True:
            condition = self._up_to("then")
            body = self.commands(("elif", "else", "fi"))
            arms.append((condition, body))
            word = self._next_word()
            self.at += len(word)
            if word == "fi":
                return If(tuple(arms), None)
            if word == "else":
                return If(tuple(arms), self._up_to("fi"))

    def _for(self) -> Command:
        self.at += 3
        self._blanks()
        match = _NAME.match(self.text, self.at)
        if not match:
            raise (Unfinished if not self.peek() else SyntaxFault)("Bad for loop variable")
        self.at = match.end()
        self._newlines()
        words: list[Word] | None = None
        if self._next_word() == "in":
            self.at += 2
            words = []
            self._blanks()
            while self.peek() not in {"", ";", "\n"}:
                words.append(self._checked_word())
                self._blanks()
        self._blanks()
        if self.peek() == ";":
            self.at += 1
        self._newlines()
        if self._next_word() != "do":
            raise (Unfinished if not self.peek() else SyntaxFault)(
                f'{self._shown()} unexpected (expecting "do")'
            )
        self.at += 2
        return For(match.group(), None if words is None else tuple(words), self._up_to("done"))

    def _case(self) -> Command:
        self.at += 4
        self._blanks()
        word = self._checked_word()
        self._newlines()
        if self._next_word() != "in":
            raise (Unfinished if not self.peek() else SyntaxFault)(
                f'{self._shown()} unexpected (expecting "in")'
            )
        self.at += 2
        arms: list[tuple[tuple[Word, ...], Sequence]] = []
        while True:
            self._newlines()
            if self._next_word() == "esac":
                self.at += 4
                return Case(word, tuple(arms))
            if self.peek() == "(":
                self.at += 1
            patterns = [self._pattern()]
            while self.peek() == "|":
                self.at += 1
                patterns.append(self._pattern())
            if self.peek() != ")":
                raise (Unfinished if not self.peek() else SyntaxFault)(
                    f'{self._shown()} unexpected (expecting ")")'
                )
            self.at += 1
            body = self.commands((";;", "esac"))
            arms.append((tuple(patterns), body))
            if self.text.startswith(";;", self.at):
                self.at += 2

    def _pattern(self) -> Word:
        self._blanks()
        word = self._checked_word()
        self._blanks()
        return word

    def _up_to(self, end: str) -> Sequence:
        body = self.commands((end,))
        self.at += len(end)
        return body

    def _simple(self) -> Command:
        assigns: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self._blanks()
            if self._redirect(redirects):
                continue
            if self.peek() == "" or self.text.startswith(_OPERATORS, self.at):
                break
            match = _ASSIGN.match(self.text, self.at)
            if match and not words:
                self.at = match.end()
                assigns.append((match.group(1), self.word()))
            else:
                words.append(self.word())
        if not (assigns or words or redirects):
            raise (Unfinished if not self.peek() else SyntaxFault)(f"{self._shown()} unexpected")
        return Simple(tuple(assigns), tuple(words), tuple(redirects))
