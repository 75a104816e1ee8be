"""$(( )): integers, signs, + - * / %, comparisons, && || !, and parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"\s*(?:(0[xX][0-9a-fA-F]+|[0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|(<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%()<>!~&|^?:]))"
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<=", ">=", "<", ">"),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)


class ArithmeticFault(Exception):
    """The expression cannot be worked out."""


def evaluate(text: str, value_of: Callable[[str], str]) -> int:
    """Work out an expression; `value_of` gives the text of a variable, empty when it is not set."""
    tokens: list[str] = []
    at = 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if not match:
            raise ArithmeticFault(f'arithmetic expression: expecting primary: "{text}"')
        tokens.append(match.group().strip())
        at = match.end()
    if not tokens:
        return 0
    if len(tokens) > 500:
        raise ArithmeticFault("arithmetic expression: too long")
    evaluation = _Evaluation(tokens, value_of, text)
    value = evaluation.level(0)
    if evaluation.at < len(tokens):
        raise ArithmeticFault(f'arithmetic expression: expecting EOF: "{text}"')
    return value


class _Evaluation:
    def __init__(self, tokens: list[str], value_of: Callable[[str], str], text: str) -> None:
        self.tokens = tokens
        self.value_of = value_of
        self.text = text
        self.at = 0
        self.depth = 0

    def level(self, index: int) -> int:
        if index == len(_LEVELS):
            return self._unary()
        left = self.level(index + 1)
        while self.at < len(self.tokens) and self.tokens[self.at] in _LEVELS[index]:
            op = self.tokens[self.at]
            self.at += 1
            left = _wrapped(self._apply(op, left, self.level(index + 1)))
        return left

    def _unary(self) -> int:
        if self.at >= len(self.tokens):
            raise ArithmeticFault(f'arithmetic expression: expecting primary: "{self.text}"')
        token = self.tokens[self.at]
        self.at += 1
        self.depth += 1
        if self.depth > 50:
            raise ArithmeticFault("arithmetic expression: nested too deeply")
        try:
            return self._primary(token)
        finally:
            self.depth -= 1

    def _primary(self, token: str) -> int:
        match token:
            case "-":
                return _wrapped(-self._unary())
            case "+":
                return self._unary()
            case "!":
                return int(not self._unary())
            case "~":
                return ~self._unary()
            case "(":
                value = self.level(0)
                if self.at >= len(self.tokens) or self.tokens[self.at] != ")":
                    raise ArithmeticFault(f"arithmetic expression: expecting ')': \"{self.text}\"")
                self.at += 1
                return value
        if token[0].isalpha() or token[0] == "_":
            token = self.value_of(token).strip() or "0"
        return _number(token, self.text)

    def _apply(self, op: str, left: int, right: int) -> int:
        if op in {"/", "%"}:
            if right == 0:
                raise ArithmeticFault("division by zero")
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return quotient if op == "/" else left - quotient * right
        if op in {"<<", ">>"}:
            return left << (right & 63) if op == "<<" else left >> (right & 63)
        simple: dict[str, Callable[[int, int], int]] = {
            "||": lambda a, b: int(bool(a) or bool(b)),
            "&&": lambda a, b: int(bool(a) and bool(b)),
            "|": lambda a, b: a | b,
            "^": lambda a, b: a ^ b,
            "&": lambda a, b: a & b,
            "==": lambda a, b: int(a == b),
            "!=": lambda a, b: int(a != b),
            "<": lambda a, b: int(a < b),
            ">": lambda a, b: int(a > b),
            "<=": lambda a, b: int(a <= b),
            ">=": lambda a, b: int(a >= b),
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
        }
        return simple[op](left, right)


def _wrapped(value: int) -> int:
    """As a signed number of 64 bits."""
    return (value + 2**63) % 2**64 - 2**63


def _number(token: str, text: str) -> int:
    match = re.fullmatch(r"([-+]?)(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})", token)
    if not match:
        raise ArithmeticFault(f"Illegal number: {token if token else text}")
    digits = match.group(2)
    try:
        value = int(digits, 8) if digits[0] == "0" and digits.isdecimal() else int(digits, 0)
    except ValueError:
        raise ArithmeticFault(f"Illegal number: {token}") from None
    return _wrapped(-value if match.group(1) == "-" else value)
