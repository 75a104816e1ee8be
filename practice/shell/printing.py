"""echo and printf, as dash has them."""

from __future__ import annotations

import re

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}
_SPEC = re.compile(r"%([-+ #0]*)(\*|[0-9]{1,4})?(?:\.(\*|[0-9]{1,4}))?([a-zA-Z%])")


def echoed(words: list[str]) -> str:
    """What echo writes: dash reads escapes without being asked."""
    ends = "\n"
    if words and words[0] == "-n":
        words, ends = words[1:], ""
    text, stops = unescaped(" ".join(words), octal_after_zero=True)
    return text if stops else text + ends


def unescaped(text: str, *, octal_after_zero: bool) -> tuple[str, bool]:
    r"""Read backslash escapes; the second value: \c ended it."""
    if "\\" not in text:
        return text, False
    octal = r"0[0-7]{0,3}" if octal_after_zero else r"[0-7]{1,3}"
    out: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char != "\\" or at + 1 == len(text):
            out.append(char)
            at += 1
            continue
        match = re.compile(octal).match(text, at + 1)
        following = text[at + 1]
        if match:
            out.append(_byte(int(match.group(), 8) & 255))
            at = match.end()
        elif following == "c" and octal_after_zero:
            return "".join(out), True
        else:
            out.append(_ESCAPES.get(following, "\\" + following))
            at += 2
    return "".join(out), False


def _byte(number: int) -> str:
    return bytes([number]).decode("utf-8", "surrogateescape")


def printed(form: str, args: list[str]) -> tuple[str, str]:
    """What printf writes, and what it complains about; the format is used again while arguments are left."""
    out: list[str] = []
    rest = list(args)
    flaw = ""
    while True:
        before = len(rest)
        text, stops, fault = _once(form, rest)
        out.append(text)
        flaw = flaw or fault
        if stops or not rest or len(rest) == before or sum(map(len, out)) > 1 << 22:
            return "".join(out), flaw


def _once(form: str, rest: list[str]) -> tuple[str, bool, str]:
    out: list[str] = []
    at = 0
    flaw = ""
    for match in _SPEC.finditer(form):
        out.append(unescaped(form[at : match.start()], octal_after_zero=False)[0])
        at = match.end()
        flags, width, precision, kind = match.groups()
        if kind == "%":
            out.append("%")
            continue
        if width == "*":
            width = rest.pop(0) if rest else "0"
        if precision == "*":
            precision = rest.pop(0) if rest else "0"
        value = rest.pop(0) if rest else ""
        if kind == "b":
            text, stops = unescaped(value, octal_after_zero=True)
            out.append(_padded(text, flags, width))
            if stops:
                return "".join(out), True, flaw
            continue
        text, fault = _formatted(kind, flags, precision, value)
        flaw = flaw or fault
        out.append(_padded(text, flags, width))
    out.append(unescaped(form[at:], octal_after_zero=False)[0])
    return "".join(out), False, flaw


def _formatted(kind: str, flags: str, precision: str | None, value: str) -> tuple[str, str]:
    digits = int(precision) if precision and precision.isdecimal() else None
    if kind == "s":
        return value[:digits] if digits is not None else value, ""
    if kind == "c":
        return value[:1], ""
    if kind in "diouxX":
        number, flaw = _integer(value)
        form = {"d": "d", "i": "d", "u": "d"}.get(kind, kind)
        text = format(abs(number), form)
        sign = "-" if number < 0 else "+" if "+" in flags else " " if " " in flags else ""
        return sign + text.rjust(digits or 0, "0"), flaw
    if kind in "fFeEgG":
        try:
            return f"%.{6 if digits is None else min(digits, 60)}{kind}" % float(value or 0), ""
        except ValueError:
            return "0", f"{value}: expected numeric value"
    return "", f"%{kind}: invalid directive"


def _integer(value: str) -> tuple[int, str]:
    if value[:1] in {"'", '"'}:
        return (ord(value[1]) if len(value) > 1 else 0), ""
    match = re.match(r"\s*([-+]?)(0[xX][0-9a-fA-F]+|[0-9]+)", value[:40])
    if not match:
        return 0, f"{value}: expected numeric value" if value else ""
    digits = match.group(2)
    is_octal = digits[0] == "0" and re.fullmatch("[0-7]+", digits)
    number = int(digits, 8) if is_octal else int(digits, 16 if digits[:2].lower() == "0x" else 10)
    number = min(number, 2**63 - 1)
    flaw = "" if match.end() == len(value) else f"{value}: not completely converted"
    return (-number if match.group(1) == "-" else number), flaw


def _padded(text: str, flags: str, width: str | None) -> str:
    columns = int(width) if width and width.lstrip("-").isdecimal() else 0
    if "-" in flags or columns < 0:
        return text.ljust(min(abs(columns), 10000))
    if "0" in flags:
        sign = text[:1] if text[:1] in {"-", "+"} else ""
        return sign + text[len(sign) :].rjust(min(columns, 10000) - len(sign), "0")
    return text.rjust(min(columns, 10000))
