"""What a shell script is made of, once parsed (POSIX.1-2017, Shell Command Language)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand for themselves."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Param:
    """$name, ${name}, ${name OP word}."""

    name: str
    op: str = ""
    word: Word | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """$(commands)."""

    body: Sequence
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """$((expression))."""

    word: Word
    quoted: bool = False


Part = Text | Param | Substitution | Arithmetic


@dataclass(frozen=True, slots=True)
class Word:
    """Parts without a blank between them."""

    parts: tuple[Part, ...]

    @property
    def plain(self) -> str | None:
        """Its characters when nothing in it is quoted or expanded."""
        if all(isinstance(part, Text) and not part.quoted for part in self.parts):
            return "".join(part.text for part in self.parts if isinstance(part, Text))
        return None


@dataclass(slots=True)
class Document:
    """A here-document: its text stands behind the line that asks for it, and is known then."""

    end: str
    strips_tabs: bool
    is_plain: bool
    """Nothing in it is expanded."""
    body: Word = Word(())


@dataclass(frozen=True, slots=True)
class Redirect:
    """FD OP word: <, >, >>, >|, <>, <&, >&; << with a document."""

    fd: int
    op: str
    word: Word | Document


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments, words, redirections."""

    assigns: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound command with redirections of its own."""

    body: Command
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by |."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines joined by && and ||: the operator before each, empty for the first."""

    parts: tuple[tuple[str, Command], ...]


@dataclass(frozen=True, slots=True)
class Background:
    """A command that is not waited for."""

    body: Command


@dataclass(frozen=True, slots=True)
class Sequence:
    """Commands one after the other."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Subshell:
    """( commands )."""

    body: Sequence


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with what follows each, and what follows when none holds."""

    arms: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None


@dataclass(frozen=True, slots=True)
class Loop:
    """While, or until."""

    condition: Sequence
    body: Sequence
    until: bool


@dataclass(frozen=True, slots=True)
class For:
    """One round for each word; None: for each argument."""

    name: str
    words: tuple[Word, ...] | None
    body: Sequence


@dataclass(frozen=True, slots=True)
class Case:
    """The first arm with a pattern that fits."""

    word: Word
    arms: tuple[tuple[tuple[Word, ...], Sequence], ...]


@dataclass(frozen=True, slots=True)
class Function:
    """Name () body."""

    name: str
    body: Command


Command = (
    Simple
    | Compound
    | Pipeline
    | AndOr
    | Background
    | Sequence
    | Subshell
    | If
    | Loop
    | For
    | Case
    | Function
)
