"""Changing a host: jobs that run once, outlive the connection, and can be asked about."""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from systems.errors import LinkLost, NotArmed, TimedOut
from systems.shell import Command, JobState, Output, Stream
from systems.ssh.hosts import SshHosts
from tests.systems.ssh.job_folders import folder_of, forget_jobs
from tests.systems.ssh.permits import Armed, Unarmed
from tests.systems.ssh.servers import Estate, until
from tests.systems.ssh.stand_in_sudo import host_with_sudo

pytestmark = pytest.mark.servers


@pytest.fixture
def job(estate: Estate) -> Iterator[str]:
    name = f"test-{secrets.token_hex(6)}"
    yield name
    forget_jobs(name)


def pid_of(folder: Path) -> int:
    return int((folder / "pid").read_text().split()[0])


def begun(folder: Path) -> bool:
    return (folder / "stdout").exists() and (folder / "stdout").read_text() == "begun\n"


class Kept:
    def __init__(self) -> None:
        self.data_of = {Stream.STDOUT: b"", Stream.STDERR: b""}

    def data(self, host: str, stream: Stream, chunk: bytes) -> None:
        self.data_of[stream] += chunk


async def test_a_change_ends_with_output_and_status(estate: Estate, hosts: SshHosts, job: str) -> None:
    estate.sshd("db1")
    permit = Armed()
    command = Command("echo out; echo err >&2; exit 3", as_root=False)
    output = await hosts.hands("db1", permit).change(command, job=job)
    assert (output.stdout, output.stderr, output.status) == ("out\n", "err\n", 3)
    assert permit.asked == [("db1", command.line, job)]
    assert permit.told == [output]


async def test_nothing_is_sent_unless_the_session_is_armed(estate: Estate, hosts: SshHosts, job: str) -> None:
    server = estate.sshd("db1")
    with pytest.raises(NotArmed):
        await hosts.hands("db1", Unarmed()).change(Command("echo x"), job=job)
    with pytest.raises(NotArmed):
        await hosts.hands("db1", Unarmed()).stream(Command("echo x"), Kept())
    assert "Accepted" not in server.log.read_text()


async def test_input_arrives_whole_and_stands_on_no_disk(estate: Estate, hosts: SshHosts, job: str) -> None:
    estate.sshd("db1")
    secret = "s3cret 'quoted' \\back\\slash ä\n\n" + "x" * 300_000 + "\n"
    command = Command("cat; ps -eo args", as_root=False, stdin=secret)
    output = await hosts.hands("db1", Armed()).change(command, job=job)
    assert output.stdout.startswith(secret)
    assert "s3cret" not in output.stdout[len(secret) :]
    folder = folder_of(estate, job)
    assert "s3cret" not in (folder / "command").read_text()
    assert sorted(file.name for file in folder.iterdir()) == [
        "boot_id",
        "command",
        "ended.0",
        "stderr",
        "stdout",
    ]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())


async def test_the_same_job_runs_once_however_often_it_is_asked(
    estate: Estate, hosts: SshHosts, job: str
) -> None:
    estate.sshd("db1")
    count = estate.folder / "count"
    command = Command(f"echo once >> {count}; sleep 0.3; echo done", as_root=False)
    hands = hosts.hands("db1", Armed())
    together = await asyncio.gather(*(hosts.hands("db1", Armed()).change(command, job=job) for _ in range(5)))
    later = await hands.change(command, job=job)
    assert [output.stdout for output in (*together, later)] == ["done\n"] * 6
    assert count.read_text() == "once\n"


async def test_a_job_outlives_the_connection_that_started_it(
    estate: Estate, hosts: SshHosts, job: str
) -> None:
    server = estate.sshd("db1")
    gate = estate.folder / "gate"
    os.mkfifo(gate)
    permit = Armed()
    command = Command(f"read x < {gate}; echo got $x; cat", as_root=False, stdin="and the input")
    changing = asyncio.create_task(hosts.hands("db1", permit).change(command, job=job))
    await until((folder_of(estate, job) / "pid").exists)
    server.cut()
    with pytest.raises(LinkLost, match="whether it went on is not known"):
        await changing
    assert isinstance(permit.told[0], LinkLost)
    assert (await hosts.jobs("db1").job(job, ordered_at=datetime.now(UTC))).state is JobState.RUNNING
    gate.write_text("this\n")

    async def has_ended() -> bool:
        return (await hosts.jobs("db1").job(job, ordered_at=datetime.now(UTC))).state is JobState.ENDED

    await until(has_ended)
    reading = await hosts.jobs("db1").job(job, ordered_at=datetime.now(UTC))
    assert (reading.status, reading.stdout) == (0, "got this\nand the input")
    followed = await hosts.hands("db1", Armed()).change(command, job=job)
    assert followed.stdout == "got this\nand the input"


async def test_a_job_that_never_began_is_absent(estate: Estate, hosts: SshHosts, job: str) -> None:
    host_with_sudo(estate, "free")  # root's jobs are looked for, too
    reading = await hosts.jobs("db1").job(job, ordered_at=datetime.now(UTC))
    assert (reading.state, reading.status) == (JobState.ABSENT, None)


async def test_a_job_whose_process_was_killed_is_lost(estate: Estate, hosts: SshHosts, job: str) -> None:
    estate.sshd("db1")
    changing = asyncio.create_task(
        hosts.hands("db1", Armed()).change(Command("echo begun; sleep 60", as_root=False), job=job)
    )
    await until(lambda: begun(folder_of(estate, job)))
    os.killpg(pid_of(folder_of(estate, job)), 9)
    with pytest.raises(LinkLost, match="nobody saw its end"):
        await changing
    reading = await hosts.jobs("db1").job(job, ordered_at=datetime.now(UTC))
    assert (reading.state, reading.stdout) == (JobState.LOST, "begun\n")


async def test_a_job_from_before_a_restart_of_the_host_is_lost(
    estate: Estate, hosts: SshHosts, job: str
) -> None:
    estate.sshd("db1")
    changing = asyncio.create_task(
        hosts.hands("db1", Armed()).change(Command("sleep 60", as_root=False), job=job)
    )
    await until((folder_of(estate, job) / "pid").exists)
    pid = pid_of(folder_of(estate, job))
    (folder_of(estate, job) / "boot_id").write_text("another-boot\n")
    with pytest.raises(LinkLost, match="nobody saw its end"):
        await changing
    assert (await hosts.jobs("db1").job(job, ordered_at=datetime.now(UTC))).state is JobState.LOST
    os.killpg(pid, 9)


async def test_a_change_that_takes_longer_runs_on_and_says_so(
    estate: Estate, hosts: SshHosts, job: str
) -> None:
    estate.sshd("db1")
    with pytest.raises(TimedOut, match=f"has not ended within 1 s; it runs on there as job {job}"):
        await hosts.hands("db1", Armed()).change(Command("sleep 60", as_root=False), job=job, timeout_s=1.0)
    assert (await hosts.jobs("db1").job(job, ordered_at=datetime.now(UTC))).state is JobState.RUNNING
    os.killpg(pid_of(folder_of(estate, job)), 9)


async def test_a_start_that_arrives_late_does_nothing(
    estate: Estate, hosts: SshHosts, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.sshd("db1")
    mark = estate.folder / "mark"
    monkeypatch.setattr("systems.ssh.job.LATE_S", -5)
    with pytest.raises(Exception, match="db1: nothing was run: the start arrived too late"):
        await hosts.hands("db1", Armed()).change(Command(f"touch {mark}", as_root=False), job=job)
    assert not mark.exists()
    assert not folder_of(estate, job).exists()


async def test_much_output_comes_by_its_end_and_says_where_the_rest_is(
    estate: Estate, hosts: SshHosts, job: str
) -> None:
    estate.sshd("db1")
    command = Command("head -c 5000000 /dev/zero | tr '\\0' x; echo end", as_root=False)
    output = await hosts.hands("db1", Armed()).change(command, job=job)
    assert output.stdout.startswith("[the first 805700 bytes are left out; all of it: db1:")
    assert output.stdout.endswith("xend\n")


async def test_a_command_runs_as_at_a_prompt(estate: Estate, hosts: SshHosts, job: str) -> None:
    estate.sshd("db1")
    output = await hosts.hands("db1", Armed()).change(
        Command("umask; pwd; echo $PATH", as_root=False), job=job
    )
    mask, folder, path = output.stdout.splitlines()
    assert mask == "0022"
    assert folder == pwd.getpwuid(os.getuid()).pw_dir
    assert path.endswith("/usr/sbin:/sbin:/usr/local/sbin")


async def test_old_jobs_are_swept_when_a_new_one_is_made(estate: Estate, hosts: SshHosts, job: str) -> None:
    estate.sshd("db1")
    hands = hosts.hands("db1", Armed())
    await hands.change(Command("true", as_root=False), job=job)
    old = folder_of(estate, job)
    os.utime(old, (1_000_000_000, 1_000_000_000))
    await hands.change(Command("true", as_root=False), job=f"{job}-2")
    assert not old.exists()
    os.utime(folder_of(estate, f"{job}-2"), (1_000_000_000, 1_000_000_000))
    await hands.change(Command("true", as_root=False), job=job)


async def test_the_foreground_shows_output_as_it_comes(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    permit, kept = Armed(), Kept()
    status = await hosts.hands("db1", permit).stream(
        Command("cat; echo err >&2; exit 4", as_root=False, stdin="typed"), kept
    )
    assert status == 4
    assert kept.data_of == {Stream.STDOUT: b"typed", Stream.STDERR: b"err\n"}
    assert isinstance(permit.told[0], Output)


async def test_a_password_prompt_of_the_command_itself_cannot_hang(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    kept = Kept()
    status = await hosts.hands("db1", Armed()).stream(
        Command("printf 'Password: '; read -r x || echo no terminal", as_root=False), kept, timeout_s=5
    )
    assert status == 0
    assert kept.data_of[Stream.STDOUT] == b"Password: no terminal\n"


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a b", "x" * 200, "a/b"])
async def test_a_job_name_is_the_name_of_a_directory(estate: Estate, hosts: SshHosts, name: str) -> None:
    with pytest.raises(ValueError, match="a job is named by"):
        await hosts.hands("db1", Armed()).change(Command("true"), job=name)
