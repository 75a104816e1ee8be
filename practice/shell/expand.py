"""Expands words: parameters, substitutions, arithmetic, fields, file names (Shell Command Language, 2.6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.shell.arithmetic import ArithmeticFault, evaluate
from practice.shell.patterns import Piece, fits, has_pattern, without_prefix, without_suffix
from practice.shell.tree import Arithmetic, Param, Part, Substitution, Text, Word

if TYPE_CHECKING:
    from practice.shell.interpreter import Shell

_BREAK = object()


class ExpansionFault(Exception):
    """A word cannot be expanded; the shell ends."""


Field = list[Piece]


async def fields_of(shell: Shell, words: tuple[Word, ...]) -> list[str]:
    """Expand words into arguments."""
    arguments: list[str] = []
    for word in words:
        if (plain := word.plain) is not None and not any(char in plain for char in "*?[~"):
            arguments.append(plain)
            continue
        for one in await _fields(shell, word, splits=True):
            arguments += _paths(shell, one)
    return arguments


async def text_of(shell: Shell, word: Word) -> str:
    """Expand a word that is not split: of an assignment, a redirection, a case."""
    return "".join(text for text, _ in await pieces_of(shell, word))


async def pieces_of(shell: Shell, word: Word) -> Field:
    """Expand a word that is not split, keeping what is quoted: a pattern."""
    found = await _fields(shell, word, splits=False)
    joined: Field = []
    for at, one in enumerate(found):
        joined += [(" ", True), *one] if at else one
    return joined


async def _fields(shell: Shell, word: Word, *, splits: bool) -> list[Field]:
    done: list[Field] = []
    current: Field = []
    is_field = False
    parts = word.parts
    if parts and isinstance(parts[0], Text) and not parts[0].quoted and parts[0].text.startswith("~"):
        parts = (Text(_home(shell, parts[0].text)), *parts[1:])
    for part in parts:
        for item in await _expand(shell, part, splits=splits):
            if item is _BREAK:
                if is_field:
                    done.append(current)
                current, is_field = [], False
            elif isinstance(item, tuple):
                current.append(item)
                is_field = is_field or item[1] or bool(item[0])
    if is_field or not splits:
        done.append(current)
    return done


async def _expand(shell: Shell, part: Part, *, splits: bool) -> list[object]:
    """What a part stands for: pieces, and breaks between fields."""
    match part:
        case Text(text, quoted):
            return [(text, quoted)]
        case Arithmetic(word, quoted):
            return _split(shell, str(await _number(shell, word)), quoted=quoted, splits=splits)
        case Substitution(body, quoted):
            text = await shell.substitute(body)
            return _split(shell, text, quoted=quoted, splits=splits)
        case Param():
            return await _param(shell, part, splits=splits)
    raise AssertionError


async def _number(shell: Shell, word: Word) -> int:
    text = await text_of(shell, word)
    match = re.fullmatch(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*([-+*/%]?)=(?!=)(.*)", text, re.DOTALL)

    def value_of(name: str) -> str:
        return shell.get(name) or ""

    try:
        if match:
            name, op, rest = match.groups()
            value = evaluate(f"{name} {op} ({rest})" if op else rest, value_of)
            shell.set(name, str(value))
            return value
        return evaluate(text, value_of)
    except ArithmeticFault as error:
        raise ExpansionFault(str(error)) from error


async def _param(shell: Shell, part: Param, *, splits: bool) -> list[object]:
    if part.name in {"@", "*"} and not part.op:
        return _arguments(shell, part, splits=splits)
    value = shell.get(part.name)
    op = part.op
    if op == "length":
        return [(str(len(value or "")), part.quoted)]
    if op in {"#", "##", "%", "%%"}:
        pattern = await pieces_of(shell, part.word or Word(()))
        cut = without_prefix if op[0] == "#" else without_suffix
        text = cut(pattern, value or "", longest=len(op) == 2)
        return _split(shell, text, quoted=part.quoted, splits=splits)
    if op:
        return await _default(shell, part, value, splits=splits)
    if value is None and shell.options_u:
        raise ExpansionFault(f"{part.name}: parameter not set")
    return _split(shell, value or "", quoted=part.quoted, splits=splits)


async def _default(shell: Shell, part: Param, value: str | None, *, splits: bool) -> list[object]:
    """${x:-w} and its kin."""
    is_empty = value is None or (part.op[0] == ":" and value == "")
    kind = part.op[-1]
    word = part.word or Word(())
    if kind == "+":
        if is_empty:
            return [("", part.quoted)] if part.quoted else []
        return await _inner(shell, word, quoted=part.quoted, splits=splits)
    if not is_empty:
        return _split(shell, value or "", quoted=part.quoted, splits=splits)
    if kind == "-":
        return await _inner(shell, word, quoted=part.quoted, splits=splits)
    text = await text_of(shell, word)
    if kind == "?":
        raise ExpansionFault(f"{part.name}: {text or 'parameter not set'}")
    shell.set(part.name, text)
    return _split(shell, text, quoted=part.quoted, splits=splits)


async def _inner(shell: Shell, word: Word, *, quoted: bool, splits: bool) -> list[object]:
    items: list[object] = []
    for part in word.parts:
        for item in await _expand(shell, part, splits=splits and not quoted):
            is_piece = isinstance(item, tuple)
            items.append((item[0], True) if quoted and is_piece and isinstance(item, tuple) else item)
    return items or ([("", True)] if quoted else [])


def _arguments(shell: Shell, part: Param, *, splits: bool) -> list[object]:
    """$@ and $*."""
    values = shell.arguments
    if part.quoted and part.name == "@" and splits:
        items: list[object] = []
        for at, value in enumerate(values):
            items += [_BREAK, (value, True)] if at else [(value, True)]
        return items
    if part.quoted or not splits:
        joint = (shell.get("IFS") or " \t\n")[:1] if part.name == "*" else " "
        return [(joint.join(values), part.quoted)]
    items = []
    for at, value in enumerate(values):
        items += [_BREAK] if at else []
        items += _split(shell, value, quoted=False, splits=True)
    return items


def _split(shell: Shell, text: str, *, quoted: bool, splits: bool) -> list[object]:
    """Cut what came of an expansion into fields."""
    if quoted or not splits:
        return [(text, quoted)] if text or quoted else []
    ifs = shell.get("IFS")
    ifs = " \t\n" if ifs is None else ifs
    if not ifs or not any(char in text for char in ifs):
        return [(text, False)] if text else []
    items: list[object] = []
    blanks = "".join(char for char in ifs if char in " \t\n")
    others = "".join(char for char in ifs if char not in " \t\n")
    separator = _separator(blanks, others)
    at = 0
    for match in separator.finditer(text):
        if match.start() > at:
            items.append((text[at : match.start()], False))
        elif others and match.start() > 0 and match.group().strip(blanks):
            items.append(("", True))
        items.append(_BREAK)
        at = match.end()
    if at < len(text):
        items.append((text[at:], False))
    return items


def _separator(blanks: str, others: str) -> re.Pattern[str]:
    blank = f"[{re.escape(blanks)}]" if blanks else ""
    other = f"[{re.escape(others)}]" if others else ""
    if not other:
        return re.compile(f"{blank}+")
    if not blank:
        return re.compile(other)
    return re.compile(f"{blank}*{other}{blank}*|{blank}+")


def _home(shell: Shell, text: str) -> str:
    head, slash, rest = text.partition("/")
    if head == "~":
        return f"{shell.get('HOME') or ''}{slash}{rest}"
    home = shell.process_home(head[1:])
    return f"{home}{slash}{rest}" if home else text


def _paths(shell: Shell, field: Field) -> list[str]:
    """The names of files that fit a pattern; without any, the word itself."""
    text = "".join(piece for piece, _ in field)
    if not has_pattern(field) or shell.options_f:
        return [text]
    return _globbed(shell, field, text) or [text]


def _globbed(shell: Shell, field: Field, text: str) -> list[str]:
    components: list[Field] = [[]]
    for piece, quoted in field:
        pieces = piece.split("/")
        components[-1].append((pieces[0], quoted))
        components += [[(one, quoted)] for one in pieces[1:]]
    found = ["/"] if text.startswith("/") else [""]
    for component in components[1:] if text.startswith("/") else components:
        name = "".join(piece for piece, _ in component)
        if not name:
            continue
        found = [path for base in found for path in _step(shell, base, component, name)][:5000]
    return sorted(found)


def _step(shell: Shell, base: str, component: Field, name: str) -> list[str]:
    def joined(one: str) -> str:
        return f"{base.rstrip('/')}/{one}" if base else one

    try:
        if not has_pattern(component):
            shell.machine.files.find(shell.path(joined(name)), shell.process.who, follow=False)
            return [joined(name)]
        names = shell.machine.files.names(shell.path(base or "."), shell.process.who)
    except KernelError:
        return []
    return [joined(one) for one in names if (one[0] != "." or name.startswith(".")) and fits(component, one)]
