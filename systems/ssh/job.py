"""Starts, follows and looks at jobs on a host: the texts that go there and what comes back."""

from __future__ import annotations

import re
import secrets
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from systems.errors import NotUnderstood, Refused, SystemsError, Unreachable
from systems.shell import JobReading, JobState
from systems.ssh.job_script import MAX_OUTPUT_BYTES, to_change, to_look
from systems.text import visible_bytes

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
LATE_S = 10
"""How late a start may arrive: one that was stuck on the way for longer does nothing."""
_CLOCK_ERROR = timedelta(seconds=5)
"""How far our clock may have gone wrong since a job was ordered."""
_KEPT = timedelta(days=6)
"""A job may be cleaned away after it: where it lies on a full disk, temporary files go after a week or so."""


def check_name(job: str) -> str:
    """Raise `ValueError` unless `job` is fit to be the name of a directory."""
    if not _NAME.fullmatch(job):
        raise ValueError(f"a job is named by letters, digits, dots, dashes: {job!r} is not")
    return job


class TooLate(Refused):
    """The start arrived past its time, or the host's clock was set meanwhile; nothing was run."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One script for a host, and how to read what it says. Its marks are random, never whole in its text."""

    script: str
    job: str
    mark: bytes
    ordered_at: datetime | None
    """When the job was ordered, by the clock here; None: not known."""
    _start: str
    _between: str
    _end: str

    @classmethod
    def _of(cls, body: str, job: str, wait_s: int, expiry: int, ordered_at: datetime | None = None) -> Talk:
        left, right, start, between, end = (secrets.token_hex(12) for _ in range(5))
        names = {"a": left, "b": right, "start": start, "between": between, "end": end}
        settings = names | {"job": check_name(job), "most": str(MAX_OUTPUT_BYTES)}
        settings |= {"wait": str(wait_s), "expiry": str(expiry)}
        assigned = "\n".join(f"{name}={shlex.quote(value)}" for name, value in settings.items())
        return cls(f"{assigned}\n{body}", job, f"{left}{right}".encode(), ordered_at, start, between, end)

    @classmethod
    def to_change(cls, job: str, *, wait_s: int, host_time: int) -> Talk:
        """Start `job` unless it exists, and follow it. `host_time`: seconds, by the host's own clock."""
        return cls._of(to_change(), job, wait_s, host_time + LATE_S)

    @classmethod
    def to_look(cls, job: str, ordered_at: datetime | None) -> Talk:
        """Tell what became of `job`, which was ordered at that time by the clock here; None: not known."""
        return cls._of(to_look(), job, 0, 0, ordered_at)

    def input(self, line: str, stdin: str | None) -> bytes:
        """What goes to the script's standard input; what stands before it there, as a password, is lost."""
        if "\0" in line or "\0" in (stdin or ""):
            raise ValueError("neither a command nor its input may hold a NUL character")
        return f"{self._start}{line}{self._between}{stdin or ''}{self._end}".encode()

    def parse(self, host: str, stdout: bytes, stderr: bytes) -> JobReading:
        """Read the answer. Raises `Refused` when nothing was started, `NotUnderstood` when it is cut off."""
        pieces = re.split(rb"\n" + self.mark + rb" ([^\n]*)\n", stdout)
        words = pieces[1].decode("utf-8", "replace").split(" ", 4) if len(pieces) > 1 else []
        match words:
            case ["absent", up_s]:
                return self._absent(up_s)
            case [("running" | "ended" | "lost") as state, status, out_size, err_size, place] if (
                len(pieces) >= 7
            ):
                return JobReading(
                    job=self.job,
                    state=JobState(state),
                    status=int(status) if status.isdigit() else None,
                    stdout=_text(pieces[2], int(out_size), host, f"{place}/stdout"),
                    stderr=_text(pieces[4], int(err_size), host, f"{place}/stderr"),
                    taken_at=datetime.now(UTC),
                )
            case [why] if why in _NOT_STARTED:
                raise _NOT_STARTED[why](f"{host}: nothing was run: {_REASONS[why]}")
        said = visible_bytes(stderr.strip() or stdout.strip()[:300]) or "nothing"
        raise NotUnderstood(
            f"{host}: what became of job {self.job} cannot be read; the shell there said: {said}"
        )

    def _absent(self, up_s: str) -> JobReading:
        """Not there. `up_s`: for how many seconds the host has kept what lies in a temporary place."""
        now = datetime.now(UTC)
        is_proof = False
        if self.ordered_at is not None and up_s.isascii() and up_s.isdigit():
            ago = now - self.ordered_at
            kept = timedelta(seconds=min(float(up_s), _KEPT.total_seconds()))
            is_proof = -_CLOCK_ERROR <= ago <= kept - _CLOCK_ERROR
        state = JobState.ABSENT if is_proof else JobState.FORGOTTEN
        return JobReading(self.job, state, None, "", "", now)


_REASONS = {
    "late": "the start arrived too late, or the host's clock was set meanwhile",
    "cut": "the connection was cut before all of the command's input had arrived",
    "nowhere": "no directory for the job can be made there, in /var/lib or /run: disk full or read-only?",
}
_NOT_STARTED: dict[str, type[SystemsError]] = {"late": TooLate, "cut": Unreachable, "nowhere": Refused}


def _text(data: bytes, size: int, host: str, place: str) -> str:
    text = data.decode("utf-8", "backslashreplace")
    if size > MAX_OUTPUT_BYTES:
        return f"[the first {size - MAX_OUTPUT_BYTES} bytes are left out; all of it: {host}:{place}]\n{text}"
    return text
