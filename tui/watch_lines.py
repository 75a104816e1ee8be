"""The lines of the watch that are about no cluster: the hosts, and runs that were not finished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from widgets.layout import Row, row
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.picture import HostView, Picture
    from widgets.signs import Signs

KIND_WIDTH = 9
NAME_WIDTH = 11
INDENT = 4 + KIND_WIDTH + NAME_WIDTH + 2
SHORT_SHARE = 0.05
"""A root filesystem with less than this share free is worth a word."""


def line_head(digit: str, kind: str, name: str) -> list[Piece]:
    """How every line of the watch begins: the key of its pane, the kind, the name."""
    return [
        (f"  {digit} ", Tone.KEY),
        (kind.ljust(KIND_WIDTH), Tone.DIM),
        (f"{name:<{NAME_WIDTH - 1}} ", Tone.STRONG),
    ]


def hosts_rows(picture: Picture, signs: Signs) -> list[Row]:
    """One line for all hosts: how many answer, and what the first ones lack."""
    hosts = list(picture.hosts.values())
    if not hosts:
        return []
    asked = [host for host in hosts if host.asked_at is not None]
    silent = [host for host in asked if host.error is not None]
    lacking = [words for host in asked if host.error is None and (words := _lack(host))]
    if not asked:
        sign, tone, words = signs.unknown, Tone.DIM, f"asking {len(hosts)} hosts"
    else:
        sign, tone = (signs.critical, Tone.CRITICAL) if silent else (signs.good, Tone.GOOD)
        if lacking and not silent:
            sign, tone = signs.warning, Tone.WARNING
        words = "; ".join(
            [f"{len(asked) - len(silent)} of {len(hosts)} answer", *_silent(silent), *_few(lacking)]
        )
    return [row(*line_head("6", "hosts", ""), (f"{sign} ", tone), words, hang=INDENT, key="pane hosts")]


def _silent(silent: Sequence[HostView]) -> list[str]:
    names = [host.host for host in silent]
    if not names:
        return []
    return [f"no answer from {', '.join(names[:4])}{' and more' if len(names) > 4 else ''}"]


def _few(words: Sequence[str]) -> list[str]:
    return [*words[:2], *([f"{len(words) - 2} more lack something"] if len(words) > 2 else [])]


def _lack(host: HostView) -> str:
    reading = host.reading
    if reading is None:
        return ""
    free, size = reading.root_free_bytes, reading.root_bytes
    if free is not None and size and free < size * SHORT_SHARE:
        return f"{host.host} has {free / 1e9:.1f} GB free on /"
    if reading.failed_units:
        return f"{host.host} has failed units: {', '.join(reading.failed_units[:2])}"
    return ""


def runs_rows(desk: Desk, signs: Signs) -> list[Row]:
    """Runs under way, and runs that were not finished."""
    rows = []
    for session in desk.sessions:
        if session.is_running:
            state = session.state
            words = f"{state.runbook}: {state.phase.value}" + (f", {state.here.title}" if state.here else "")
            head = line_head("7", "runbooks", state.target)
            rows.append(row(*head, (f"{signs.here} ", Tone.WARNING), words, hang=INDENT, key="pane runbooks"))
    for run in desk.unfinished[:3]:
        words = f"{run.runbook} was not finished ({run.ending}, {run.done} steps verified)"
        right: list[Piece] = [("7", Tone.KEY), (" go on", Tone.DIM)]
        head = line_head("7", "runbooks", run.target)
        rows.append(
            row(
                *head,
                (f"{signs.warning} ", Tone.WARNING),
                words,
                right=right,
                hang=INDENT,
                key="pane runbooks",
            )
        )
    return rows
