"""The script of a job in the shells that hosts have, and what it says when nothing can begin."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from systems.errors import NotUnderstood, Refused, Unreachable
from systems.shell import JobReading, JobState
from systems.ssh.job import Talk, TooLate

SHELLS = [["dash"], ["bash"], ["bash", "--posix"], ["busybox", "sh"]]


@pytest.fixture
def job() -> Iterator[str]:
    name = f"test-{os.getpid()}-{time.monotonic_ns()}"
    yield name
    for base in (Path("/var/lib/quarterdeck/jobs"), Path("/run/quarterdeck/jobs")):
        shutil.rmtree(base / name, ignore_errors=True)


def talk(shell: list[str], script: Talk, given: bytes, home: Path) -> JobReading:
    done = subprocess.run(
        [*shell, "-c", script.script],
        input=given,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        timeout=60,
        check=False,
    )
    return script.parse("db1", done.stdout, done.stderr)


def now() -> int:
    return int(time.time())


@pytest.fixture(params=SHELLS, ids=" ".join)
def shell(request: pytest.FixtureRequest) -> list[str]:
    argv: list[str] = request.param
    if shutil.which(argv[0]) is None:
        pytest.skip(f"{argv[0]} is not installed")
    return argv


def test_a_job_runs_in_every_shell(shell: list[str], job: str, tmp_path: Path) -> None:
    script = Talk.to_change(job, wait_s=10, host_time=now())
    given = script.input('cat; echo "it\'s $0" >&2; exit 7', "in 'quotes' \\n\n")
    reading = talk(shell, script, b"a line of somebody else\n" + given, tmp_path)
    assert (reading.state, reading.status, reading.stdout) == (JobState.ENDED, 7, "in 'quotes' \\n\n")
    assert reading.stderr.startswith("it's ")
    again = Talk.to_change(job, wait_s=10, host_time=now())
    assert talk(shell, again, again.input("echo twice", None), tmp_path).stdout == reading.stdout
    assert talk(shell, Talk.to_look(job), b"", tmp_path).status == 7


def test_a_job_that_goes_on_is_running_in_every_shell(shell: list[str], job: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    script = Talk.to_change(job, wait_s=1, host_time=now())
    assert talk(shell, script, script.input(f"read x < {gate}", None), tmp_path).state is JobState.RUNNING
    assert talk(shell, Talk.to_look(job), b"", tmp_path).state is JobState.RUNNING
    gate.write_text("\n")
    follow = Talk.to_change(job, wait_s=10, host_time=now())
    assert talk(shell, follow, follow.input("echo no", None), tmp_path).state is JobState.ENDED


def test_a_start_that_was_cut_halfway_begins_nothing(job: str, tmp_path: Path) -> None:
    script = Talk.to_change(job, wait_s=1, host_time=now())
    with pytest.raises(Unreachable, match="nothing was run: the connection was cut before all"):
        talk(["sh"], script, script.input(f"touch {tmp_path}/x", "a lot of input")[:-5], tmp_path)
    assert talk(["sh"], Talk.to_look(job), b"", tmp_path).state is JobState.ABSENT


def test_a_late_start_begins_nothing(job: str, tmp_path: Path) -> None:
    script = Talk.to_change(job, wait_s=1, host_time=now() - 60)
    with pytest.raises(TooLate):
        talk(["sh"], script, script.input("true", None), tmp_path)


@pytest.fixture
def a_user() -> Iterator[list[str]]:
    """What to put before a command so that an ordinary user runs it: root may write everywhere."""
    if os.getuid():
        yield []
        return
    uid = 60_000 + os.getpid() % 5_000  # nobody else's: a user's jobs have one place in /tmp
    yield ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--"]
    shutil.rmtree(f"/tmp/quarterdeck-{uid}", ignore_errors=True)


def test_a_place_that_cannot_be_written_gives_way_to_another(job: str, a_user: list[str]) -> None:
    script = Talk.to_change(job, wait_s=10, host_time=now())
    home = Path("/dev/null")  # no folder, for nobody
    assert talk([*a_user, "sh"], script, script.input("echo fine", None), home).stdout == "fine\n"


def test_an_answer_that_stops_in_the_middle_is_not_understood(job: str) -> None:
    script = Talk.to_look(job)
    whole = b"\n" + script.mark + b" ended 0 4 0 /x\nout\n\n"
    with pytest.raises(NotUnderstood):
        script.parse("db1", whole, b"")
    with pytest.raises(NotUnderstood, match="the shell there said: sh: no such thing"):
        script.parse("db1", b"", b"sh: no such thing")
    end = b"\n" + script.mark
    assert script.parse("db1", whole + end[1:] + b" middle\n" + end + b" end\n", b"").stdout == "out\n"


def test_a_place_nowhere_is_said(job: str) -> None:
    script = Talk.to_change(job, wait_s=1, host_time=now())
    with pytest.raises(Refused, match="no directory for the job can be made"):
        script.parse("db1", b"\n" + script.mark + b" nowhere\n", b"")


def test_neither_line_nor_input_may_hold_nul(job: str) -> None:
    for line, stdin in (("a\0", None), ("a", "\0")):
        with pytest.raises(ValueError, match="NUL"):
            Talk.to_look(job).input(line, stdin)
