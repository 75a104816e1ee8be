"""The script of a job in the shells that hosts have, and what it says when nothing can begin."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from systems.errors import NotUnderstood, Refused, Unreachable
from systems.shell import JobReading, JobState
from systems.ssh.job import Talk, TooLate
from tests.systems.ssh.job_folders import forget_jobs

SHELLS = [["dash"], ["bash"], ["bash", "--posix"], ["busybox", "sh"]]


@pytest.fixture
def job() -> Iterator[str]:
    name = f"test-{os.getpid()}-{time.monotonic_ns()}"
    yield name
    forget_jobs(name)


def talk(shell: list[str], script: Talk, given: bytes, home: Path, *, path: str = "") -> JobReading:
    done = subprocess.run(
        [*shell, "-c", script.script],
        input=given,
        capture_output=True,
        env={"PATH": path or os.environ["PATH"], "HOME": str(home)},
        timeout=60,
        check=False,
    )
    return script.parse("db1", done.stdout, done.stderr)


def now() -> int:
    return int(time.time())


def at() -> datetime:
    return datetime.now(UTC)


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
    assert talk(shell, Talk.to_look(job, at()), b"", tmp_path).status == 7


def test_a_command_finds_the_name_of_its_job(shell: list[str], job: str, tmp_path: Path) -> None:
    script = Talk.to_change(job, wait_s=10, host_time=now())
    reading = talk(shell, script, script.input('echo "$QUARTERDECK_JOB"', None), tmp_path)
    assert reading.stdout == f"{job}\n"


def test_a_job_that_goes_on_is_running_in_every_shell(shell: list[str], job: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    script = Talk.to_change(job, wait_s=1, host_time=now())
    assert talk(shell, script, script.input(f"read x < {gate}", None), tmp_path).state is JobState.RUNNING
    assert talk(shell, Talk.to_look(job, at()), b"", tmp_path).state is JobState.RUNNING
    gate.write_text("\n")
    follow = Talk.to_change(job, wait_s=10, host_time=now())
    assert talk(shell, follow, follow.input("echo no", None), tmp_path).state is JobState.ENDED


def test_a_start_that_was_cut_halfway_begins_nothing(job: str, tmp_path: Path) -> None:
    script = Talk.to_change(job, wait_s=1, host_time=now())
    with pytest.raises(Unreachable, match="nothing was run: the connection was cut before all"):
        talk(["sh"], script, script.input(f"touch {tmp_path}/x", "a lot of input")[:-5], tmp_path)
    assert talk(["sh"], Talk.to_look(job, at()), b"", tmp_path).state is JobState.ABSENT


@pytest.mark.parametrize("ordered", [None, timedelta(days=-7), timedelta(minutes=5)], ids=str)
def test_a_job_that_could_be_gone_is_not_told_as_never_begun(
    job: str, tmp_path: Path, ordered: timedelta | None
) -> None:
    script = Talk.to_look(job, None if ordered is None else at() + ordered)
    assert talk(["sh"], script, b"", tmp_path).state is JobState.FORGOTTEN


@pytest.mark.parametrize(
    ("up_s", "state"),
    [
        (b"3600", JobState.ABSENT),
        (b"120", JobState.FORGOTTEN),
        (b"", JobState.FORGOTTEN),
        (b"9" * 30, JobState.ABSENT),
    ],
)
def test_a_job_that_is_not_there_never_began_only_if_the_host_was_up_when_it_was_ordered(
    job: str, up_s: bytes, state: JobState
) -> None:
    script = Talk.to_look(job, at() - timedelta(minutes=2))
    assert script.parse("db1", b"\n" + script.mark + b" absent " + up_s + b"\n", b"").state is state


def test_every_shell_tells_for_how_long_the_host_has_been_up(
    shell: list[str], job: str, tmp_path: Path
) -> None:
    script = Talk.to_look(job, at())
    done = subprocess.run(
        [*shell, "-c", script.script], input=b"", capture_output=True, timeout=60, check=False, cwd=tmp_path
    )
    up_s = float(Path("/proc/uptime").read_text().split()[0])
    first = Path("/proc/1/stat").read_text().rpartition(") ")[2].split()
    told = int(done.stdout.split()[-1])
    assert not done.stderr
    assert told == pytest.approx(up_s - int(first[19]) / 100, abs=5)


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
    script = Talk.to_look(job, at())
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
            Talk.to_look(job, at()).input(line, stdin)


def test_a_home_below_the_folder_for_temporary_files_keeps_the_jobs_of_its_login(
    shell: list[str], job: str
) -> None:
    with TemporaryDirectory(dir="/tmp") as folder:  # the place that is told apart, whatever TMPDIR says
        home = Path(folder)
        stand_in = home / "bin" / "id"
        stand_in.parent.mkdir()
        stand_in.write_text("#!/bin/sh\necho 4242\n")
        stand_in.chmod(0o755)
        script = Talk.to_change(job, wait_s=10, host_time=now())
        path = f"{stand_in.parent}:{os.environ['PATH']}"
        assert talk(shell, script, script.input("echo once", None), home, path=path).stdout == "once\n"
        assert (home / ".local/state/quarterdeck/jobs" / job / "command").exists()
