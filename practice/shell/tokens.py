"""What stands between the words of a script: blanks, comments, redirections, here-documents."""

from __future__ import annotations

import re

from practice.shell.tree import Document, Redirect, Text, Word
from practice.shell.words import SyntaxFault, Unfinished, WordReader

_REDIRECT = re.compile(r"([0-9]*)(<<-|<<|>>|<&|>&|<>|>\||<|>)")


class TokenReader(WordReader):
    """See the module."""

    def __init__(self, text: str, *, depth: int = 0) -> None:
        super().__init__(text, depth=depth)
        self._documents: list[Document] = []

    def _redirect(self, found: list[Redirect]) -> bool:
        self._blanks()
        match = _REDIRECT.match(self.text, self.at)
        if not match:
            return False
        self.at = match.end()
        op = match.group(2)
        fd = int(match.group(1)) if match.group(1) else (0 if op[0] == "<" else 1)
        if fd > 1000:
            raise SyntaxFault("Bad file descriptor")
        self._blanks()
        word = self._checked_word()
        if op in {"<<", "<<-"}:
            is_quoted = any(not isinstance(part, Text) or part.quoted for part in word.parts)
            end = "".join(part.text for part in word.parts if isinstance(part, Text))
            document = Document(end, op == "<<-", is_quoted)
            self._documents.append(document)
            found.append(Redirect(fd, "<<", document))
        else:
            found.append(Redirect(fd, op, word))
        return True

    def _checked_word(self) -> Word:
        start = self.at
        word = self.word()
        if self.at == start:
            raise (Unfinished if not self.peek() else SyntaxFault)(f"{self._shown()} unexpected")
        return word

    def _next_word(self) -> str:
        match = re.compile(r"(?:[a-z]+|[!{}])(?=[\s;&|<>()]|$)").match(self.text, self.at)
        return match.group() if match else ""

    def _blanks(self) -> None:
        while True:
            char = self.peek()
            if char and char in " \t\r":
                self.at += 1
            elif self.text.startswith("\\\n", self.at):
                self.at += 2
            elif char == "#" and (self.at == 0 or self.text[self.at - 1] in " \t\n;&|()"):
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def _newlines(self) -> None:
        self._blanks()
        while self.peek() == "\n":
            self._newline()
            self._blanks()

    def _newline(self) -> None:
        """Step over a line's end, and over the here-documents that begin behind it."""
        self.at += 1
        for document in self._documents:
            lines: list[str] = []
            while (line := self._document_line(document)) != document.end:
                lines.append(line + "\n")
            text = "".join(lines)
            whole = Word((Text(text, quoted=True),))
            document.body = whole if document.is_plain else type(self)(text, depth=self.depth + 1).document()
        self._documents.clear()

    def _document_line(self, document: Document) -> str:
        stop = self.text.find("\n", self.at)
        line = self.text[self.at :] if stop < 0 else self.text[self.at : stop]
        line = line.lstrip("\t") if document.strips_tabs else line
        if stop < 0 and line != document.end:
            raise Unfinished("here-document without its end")
        self.at = len(self.text) if stop < 0 else stop + 1
        return line

    def _shown(self) -> str:
        char = self.peek()
        if char == "":
            return "end of file"
        return "newline" if char == "\n" else f'"{char}"'
