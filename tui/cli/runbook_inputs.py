"""Inputs of an unattended run: plain ones by --set, secret ones by reference, never by value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.opening import ask_secret
from tui.cli.said import USAGE, fail

if TYPE_CHECKING:
    from runbooks.model import Runbook


def named(name: str) -> Runbook:
    """The runbook of that name; ends with a sentence for an unknown one."""
    from runbooks.library import RUNBOOKS

    if name not in RUNBOOKS:
        fail(f"there is no runbook {name!r}; there are: {', '.join(RUNBOOKS)}", USAGE)
    return RUNBOOKS[name]


def plain_values(book: Runbook, settings: tuple[str, ...]) -> dict[str, str]:
    """Read --set; ends with a sentence for an unknown input, and for a secret one."""
    from runbooks.model import InputKind

    kinds = {item.name: item.kind for item in book.inputs}
    values = {}
    for setting in settings:
        name, value = _parted("--set", setting)
        if name not in kinds:
            fail(f"--set {name}: {book.name} has no such input; it has: {', '.join(kinds) or 'none'}", USAGE)
        if kinds[name] is InputKind.SECRET:
            fail(
                f"--set {name}: others can read a secret that stands there; use --secret {name}=file:PATH",
                USAGE,
            )
        values[name] = value
    return values


async def secret_values(references: tuple[str, ...]) -> dict[str, str]:
    """Fetch what --secret refers to; raises `SecretUnavailable`."""
    from systems.secrets import resolve

    values = {}
    for reference in references:
        name, value = _parted("--secret", reference)
        values[name] = await resolve(value, what=f"the input {name}", base=Path.cwd(), ask=ask_secret)
    return values


def _parted(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        fail(f"{option} needs NAME=VALUE, and got {name!r}", USAGE)
    return name, value
