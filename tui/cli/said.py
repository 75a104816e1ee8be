"""How the headless commands speak: exit statuses, one sentence for an error, JSON for other programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from systems.errors import SystemsError
from systems.text import safe_json, visible

NONE = 0
"""Nothing was found, all is done, the chain holds."""
WARNING = 1
CRITICAL = 2
UNREAD = 3
"""Something that had to be read could not be: no answer is not a good answer."""
REFUSED = 4
"""A runbook refused, or something stood against it; nothing was changed by what was refused."""
STOPPED = 5
"""A run stopped before its end; `runbook resume` goes on."""
USAGE = 64
"""The call itself is wrong (EX_USAGE of sysexits.h); click's own 2 would read as "critical"."""
UNHEARD = 141
"""Nobody reads the output any more, as shells count SIGPIPE; what was to be told may be of any kind."""


def say_nothing_more() -> None:
    """Once nobody reads standard output: what is written to it from now on is lost, without an error."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def json_text(value: object, *, indent: int | None = None) -> str:
    """One JSON document; text from a host stands in it as data that no terminal obeys."""
    return safe_json(json.dumps(value, ensure_ascii=False, indent=indent, default=str))


def say_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(json_text(value, indent=2))


def complain(sentence: str) -> None:
    """Say it on stderr; what a host has said in it is made visible."""
    click.echo(visible(sentence, newlines=True), err=True)


def fail(sentence: str, status: int) -> NoReturn:
    """Say what is wrong on stderr, and end with this status."""
    complain(f"quarterdeck: {sentence}")
    raise SystemExit(status)


@contextmanager
def sentences(status: int = UNREAD) -> Iterator[None]:
    """Turn a `SystemsError` into its sentence and this exit status, and a `ValueError` from bad input too."""
    try:
        yield
    except SystemsError as error:
        fail(str(error), status)
    except ValueError as error:
        fail(str(error), USAGE)
