"""What sudo says when it does not run a command: sudo(8) 1.8 and 1.9, in the C locale."""

from __future__ import annotations

import re

from systems.errors import SudoRefused
from systems.text import visible_bytes

_REFUSALS = (
    (
        re.compile(
            rb"^sudo: .*(password is required|askpass|terminal is required|no tty present)", re.MULTILINE
        ),
        "sudo asks {user} for a password there",
    ),
    (re.compile(rb"^sudo: .*must have a tty", re.MULTILINE), "its sudoers asks for a terminal (requiretty)"),
    (
        re.compile(
            rb"^(\S+ is not in the sudoers file|Sorry, user .* (may not run sudo|is not allowed))",
            re.MULTILINE,
        ),
        "sudoers does not let {user} do it",
    ),
    (
        re.compile(rb"^sudo: (.*incorrect password attempt|.*maximum .* tries)", re.MULTILINE),
        "the password was wrong",
    ),
    (
        re.compile(rb"^sudo: .*(account validation|Account or password is expired)", re.MULTILINE),
        "{user}'s account has expired",
    ),
    (
        re.compile(rb"(^|: )sudo: (command )?not found", re.MULTILINE),
        "sudo is not installed there, and {user} is not root",
    ),
    (
        re.compile(rb"^env: .?sudo.?: No such file", re.MULTILINE),
        "sudo is not installed there, and {user} is not root",
    ),
)


def wants_password(error: SudoRefused) -> bool:
    """Whether a password would help."""
    return "for a password" in str(error)


def refusal(host: str, user: str, line: str, status: int, stderr: bytes) -> SudoRefused | None:
    """Return the error if `stderr` tells that sudo itself refused; None if the command ran."""
    if status not in (1, 126, 127):
        return None
    for pattern, reason in _REFUSALS:
        if found := pattern.search(stderr):
            said = visible_bytes(stderr[found.start() :].split(b"\n", 1)[0]).strip()
            return SudoRefused(
                f"{host}: {line!r} was not run: {reason.format(user=user)} ({said}). "
                f"A rule for it in /etc/sudoers.d, or a login as root, lets it through",
                status=status,
            )
    return None
