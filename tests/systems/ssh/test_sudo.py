"""sudo for a login that is not root: allowed, refused, with a password, with a wrong one; never a hang."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from systems.errors import SudoRefused
from systems.shell import Command, JobState, Output, Probe, Stream
from systems.ssh.hosts import SshHosts
from systems.ssh.link import Link
from tests.systems.ssh.job_folders import forget_jobs
from tests.systems.ssh.permits import Armed
from tests.systems.ssh.servers import Estate
from tests.systems.ssh.stand_in_sudo import host_with_sudo

pytestmark = pytest.mark.servers


class Kept:
    def __init__(self) -> None:
        self.data_of = {Stream.STDOUT: b"", Stream.STDERR: b""}

    def data(self, host: str, stream: Stream, chunk: bytes) -> None:
        self.data_of[stream] += chunk


class Operator:
    """Gives the answers that it was made with, one a question."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []

    async def ask(self, host: str, user: str) -> str | None:
        self.asked.append((host, user))
        return self.answers.pop(0)


@pytest.fixture
def job() -> Iterator[str]:
    name = f"test-{secrets.token_hex(6)}"
    yield name
    forget_jobs(name)


@pytest.fixture
async def operator() -> Operator:
    return Operator("right one")


@pytest.fixture
async def asking(
    estate: Estate, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SshHosts]:
    monkeypatch.setattr(Link, "login_is_root", property(lambda _: False))
    made = SshHosts(config_file=str(estate.config), system_config_file=None, sudo_password=operator.ask)
    yield made
    await made.close()


async def test_a_probe_runs_by_sudo_where_it_is_allowed(estate: Estate, asking: SshHosts) -> None:
    log = host_with_sudo(estate, "free")
    reader = asking.reader("db1")
    assert (await reader.read(Probe.of("cat", "/etc/hostname", as_root=True))).status == 0
    assert log.read_text() == "cat /etc/hostname\n"
    assert (await reader.read(Probe("echo a | tr a b", as_root=True))).stdout == "b\n"


async def test_a_probe_is_refused_and_never_waits(
    estate: Estate, asking: SshHosts, operator: Operator
) -> None:
    host_with_sudo(estate, "password")
    began = time.monotonic()
    with pytest.raises(
        SudoRefused, match=r"db1: 'cat /x' was not run: sudo asks .* for a password there"
    ) as caught:
        await asking.reader("db1").read(Probe("cat /x", as_root=True, accepts=None))
    assert caught.value.status == 1
    answers = await asking.reader("db1").read_many(
        [Probe("echo free"), Probe("cat /x | wc -l", as_root=True)]
    )
    assert isinstance(answers[0], Output)
    assert isinstance(answers[1], SudoRefused)
    assert time.monotonic() - began < 2
    assert operator.asked == []


@pytest.mark.parametrize(
    ("mode", "why"), [("never", "sudoers does not let"), ("tty", "its sudoers asks for a terminal")]
)
async def test_what_no_password_helps_is_not_asked_for(
    estate: Estate, asking: SshHosts, operator: Operator, job: str, mode: str, why: str
) -> None:
    host_with_sudo(estate, mode)
    permit = Armed()
    with pytest.raises(SudoRefused, match=why):
        await asking.hands("db1", permit).change(Command("true"), job=job)
    assert isinstance(permit.told[0], SudoRefused)
    assert operator.asked == []


async def test_a_change_asks_for_the_password_once_and_keeps_it_off_the_wire_s_text(
    estate: Estate, asking: SshHosts, operator: Operator, job: str
) -> None:
    log = host_with_sudo(estate, "password")
    hands = asking.hands("db1", Armed())
    output = await hands.change(Command("cat; ps -eo args", stdin="the input\n"), job=job)
    assert output.stdout.startswith("the input\n")
    assert "right one" not in output.stdout
    again = await hands.change(Command("echo again"), job=f"{job}-2")
    assert again.stdout == "again\n"
    assert len(operator.asked) == 1
    assert "right one" not in log.read_text()
    assert (await asking.jobs("db1").job(job, ordered_at=datetime.now(UTC))).state is JobState.ENDED


async def test_a_wrong_password_is_said_within_two_seconds(
    estate: Estate, asking: SshHosts, operator: Operator, job: str
) -> None:
    host_with_sudo(estate, "password")
    operator.answers = ["wrong", None, "right one"]
    hands = asking.hands("db1", Armed())
    began = time.monotonic()
    with pytest.raises(SudoRefused, match=r"db1: nothing was run: sudo did not accept .*'s password"):
        await hands.change(Command("true"), job=job)
    assert time.monotonic() - began < 2
    with pytest.raises(SudoRefused, match="db1: nothing was run: no sudo password was given"):
        await hands.change(Command("true"), job=job)
    assert (await hands.change(Command("echo fine"), job=job)).stdout == "fine\n"


async def test_a_stream_in_the_foreground_gets_the_password_and_only_its_own_input(
    estate: Estate, asking: SshHosts, operator: Operator
) -> None:
    host_with_sudo(estate, "password")
    kept = Kept()
    hands = asking.hands("db1", Armed())
    assert await hands.stream(Command("cat; echo err >&2", stdin="typed"), kept) == 0
    assert kept.data_of == {Stream.STDOUT: b"typed", Stream.STDERR: b"err\n"}
    assert await hands.stream(Command("echo more"), kept) == 0
    assert kept.data_of[Stream.STDOUT] == b"typedmore\n"
    assert len(operator.asked) == 1


async def test_a_probe_that_streams_by_sudo_is_refused_by_name(estate: Estate, asking: SshHosts) -> None:
    """Its status alone would read as the command's own."""
    host_with_sudo(estate, "password")
    kept = Kept()
    with pytest.raises(SudoRefused, match=r"'id -u' was not run: sudo asks .* for a password there"):
        await asking.reader("db1").stream(Probe("id -u", as_root=True, accepts=None), kept)
    assert kept.data_of == {Stream.STDOUT: b"", Stream.STDERR: b"sudo: a password is required\n"}


async def test_a_command_that_ends_with_1_under_sudo_is_not_called_refused(
    estate: Estate, asking: SshHosts
) -> None:
    host_with_sudo(estate, "free")
    probe = Probe("grep nobody-of-this-name /etc/hostname", as_root=True, accepts=None)
    assert await asking.reader("db1").stream(probe, Kept()) == 1


async def test_a_job_of_root_that_cannot_be_seen_is_not_called_absent(
    estate: Estate, asking: SshHosts, job: str
) -> None:
    host_with_sudo(estate, "password")
    with pytest.raises(SudoRefused):
        await asking.jobs("db1").job(job, ordered_at=datetime.now(UTC))
