"""Shell patterns: * ? [...] where they are not quoted (POSIX Shell Command Language, 2.13)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

Piece = tuple[str, bool]
"""Characters, and whether they are quoted."""

_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "xdigit": "0-9A-Fa-f",
}


def has_pattern(pieces: Sequence[Piece]) -> bool:
    """Whether anything in it may stand for something else."""
    return any(not quoted and any(char in text for char in "*?[") for text, quoted in pieces)


def to_regex(pieces: Sequence[Piece], *, any_char: str = ".") -> str:
    """The regular expression of a pattern; `any_char` is what * and ? stand for."""
    return _to_regex(tuple(pieces), any_char)


@lru_cache(maxsize=500)
def _to_regex(pieces: tuple[Piece, ...], any_char: str) -> str:
    chars = [(char, quoted) for text, quoted in pieces for char in text]
    out: list[str] = []
    at = 0
    while at < len(chars):
        char, quoted = chars[at]
        at += 1
        if quoted:
            out.append(re.escape(char))
        elif char == "*":
            if not out or out[-1] != f"{any_char}*":
                out.append(f"{any_char}*")
        elif char == "?":
            out.append(any_char)
        elif char == "[" and (found := _bracket(chars, at)):
            out.append(found[0])
            at = found[1]
        elif char == "\\" and at < len(chars):
            out.append(re.escape(chars[at][0]))
            at += 1
        else:
            out.append(re.escape(char))
    return "".join(out)


def _bracket(chars: list[Piece], at: int) -> tuple[str, int] | None:
    """A bracket expression that begins at `at`; None: it has no end, so that [ stands for itself."""
    text = "".join(char for char, _ in chars[at:])
    match = re.match(r"([!^]?)(\]?(?:\[:[a-z]+:\]|[^\]])*)\]", text)
    if not match or not match.group(2):
        return None
    inside = re.sub(r"\[:([a-z]+):\]", lambda name: _CLASSES.get(name.group(1), ""), _escaped(match.group(2)))
    expression = f"[{'^' if match.group(1) else ''}{inside}]"
    try:
        re.compile(expression)
    except re.error:
        return None
    return expression, at + match.end()


def _escaped(text: str) -> str:
    """Keep ranges and classes, escape what only regular expressions know."""
    parts = re.split(r"(\[:[a-z]+:\])", text)
    return "".join(
        part if part.startswith("[:") else re.sub(r"([\\\[\]^&~|])", r"\\\1", part) for part in parts
    )


def fits(pieces: Sequence[Piece], text: str) -> bool:
    """Whether the whole of `text` is what the pattern stands for."""
    if not has_pattern(pieces):
        return "".join(piece for piece, _ in pieces) == text
    return re.fullmatch(to_regex(pieces), text, re.DOTALL) is not None


def without_prefix(pieces: Sequence[Piece], text: str, *, longest: bool) -> str:
    """${x#pattern} and ${x##pattern}."""
    ends = range(len(text), -1, -1) if longest else range(len(text) + 1)
    if not has_pattern(pieces):
        return text.removeprefix("".join(piece for piece, _ in pieces))
    expression = re.compile(to_regex(pieces), re.DOTALL)
    return next((text[end:] for end in ends if expression.fullmatch(text, 0, end)), text)


def without_suffix(pieces: Sequence[Piece], text: str, *, longest: bool) -> str:
    """${x%pattern} and ${x%%pattern}."""
    starts = range(len(text) + 1) if longest else range(len(text), -1, -1)
    if not has_pattern(pieces):
        return text.removesuffix("".join(piece for piece, _ in pieces))
    expression = re.compile(to_regex(pieces), re.DOTALL)
    return next((text[:start] for start in starts if expression.fullmatch(text, start)), text)
