"""Shells that are kept for the next question: what they spare, what they must not mix, when they end."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import LinkLost
from systems.shell import Output, Probe, Stream
from systems.ssh import shells
from systems.ssh.hosts import SshHosts
from systems.ssh.wrap import Bundle, Part, Reply
from tests.systems.ssh.servers import Estate, sh, until


def shell_above(processes: str, args: str) -> int:
    """The process id of the shell that runs these arguments, in what `ps` says; 0: none does."""
    rows = {int(pid): (int(above), rest) for pid, above, rest in map(_fields, processes.splitlines()[1:])}
    at = next((pid for pid, (_, rest) in rows.items() if rest == args), 0)
    while at in rows and rows[at][1] != "sh -s":
        at = rows[at][0]
    return at if at in rows else 0


def _fields(line: str) -> list[str]:
    return line.split(None, 2)


async def kept_shell(hosts: SshHosts) -> int:
    """The process id of the shell that answers. The width tells this question from others that run now."""
    line = f"ps -eo pid,ppid,args --columns {500 + secrets.randbelow(10**6)}"
    return shell_above((await hosts.reader("db1").read(Probe(line))).stdout, line)


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.servers
async def test_one_shell_answers_one_question_after_the_other(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    first = await kept_shell(hosts)
    assert [await kept_shell(hosts) for _ in range(3)] == [first] * 3


@pytest.mark.servers
async def test_a_question_leaves_nothing_to_the_next_one(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    reader = hosts.reader("db1")
    shell = await kept_shell(hosts)
    home = (await reader.read(Probe("pwd"))).stdout
    left = await reader.read(Probe("ls /nowhere; printf half", accepts=None))
    assert (left.stdout, "nowhere" in left.stderr) == ("half", True)
    answers = await reader.read_many([Probe("pwd"), Probe("true")])
    assert [(one.stdout, one.stderr) for one in answers if isinstance(one, Output)] == [(home, ""), ("", "")]
    assert await kept_shell(hosts) == shell


@pytest.mark.servers
async def test_a_shell_that_waits_holds_up_no_unmounting(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    shell = await kept_shell(hosts)
    assert os.readlink(f"/proc/{shell}/cwd") == "/"


@pytest.mark.servers
async def test_a_shell_that_was_ended_meanwhile_is_replaced(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    first = await kept_shell(hosts)
    os.kill(first, signal.SIGKILL)
    await until(lambda: is_gone(first))
    assert await kept_shell(hosts) not in (0, first)


@pytest.mark.servers
async def test_a_shell_that_ends_in_the_middle_is_replaced_once(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    first = await kept_shell(hosts)
    gate = estate.folder / "gate"
    gate.touch()
    line = f"tail -f {gate}"
    asked = asyncio.create_task(hosts.reader("db1").read(Probe(line)))

    ended: list[int] = []
    for _ in range(2):
        await until(lambda: shell_above(sh("ps -ewwo pid,ppid,args"), line) not in (0, *ended))
        ended.append(shell_above(sh("ps -ewwo pid,ppid,args"), line))
        os.kill(ended[-1], signal.SIGKILL)
        sh(f"pkill -f '^{line}$'")
    with pytest.raises(LinkLost, match=r"in the middle of a command|before all probes had run"):
        await asked
    assert ended[0] == first != ended[1]
    assert await kept_shell(hosts) not in ended


@pytest.mark.servers
async def test_one_that_ran_past_its_deadline_answers_no_more(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    first = await kept_shell(hosts)
    with pytest.raises(Exception, match="ran past"):
        await hosts.reader("db1").read(Probe("tail -f /dev/null"), timeout_s=0.3)
    assert await kept_shell(hosts) != first


@pytest.mark.servers
async def test_questions_at_once_leave_few_shells_behind(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    told = await asyncio.gather(*(kept_shell(hosts) for _ in range(8)))
    await until(lambda: sum(not is_gone(shell) for shell in set(told)) <= shells.KEPT)


@pytest.mark.servers
async def test_one_that_waits_makes_room_where_sessions_are_few(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1", "MaxSessions 1")
    first = await kept_shell(hosts)
    seen: list[bytes] = []

    class Sink:
        def data(self, host: str, stream: Stream, chunk: bytes) -> None:
            seen.append(chunk)

    assert await hosts.reader("db1").stream(Probe("echo streamed"), Sink()) == 0
    assert b"".join(seen) == b"streamed\n"
    assert await kept_shell(hosts) != first


@pytest.mark.servers
async def test_one_that_is_not_asked_any_more_ends(
    estate: Estate, hosts: SshHosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shells, "IDLE_S", 0.05)
    estate.sshd("db1")
    shell = await kept_shell(hosts)
    await until(lambda: is_gone(shell))
    assert await kept_shell(hosts) != shell


LINES = (("printf out; printf err >&2; exit 3", False), ("true", False), ("echo last", False))
PARTS = (Part(b"out", b"err", 3), Part(b"", b"", 0), Part(b"last\n", b"", 0))


@pytest.fixture(scope="module")
def told() -> tuple[Bundle, bytes, bytes]:
    """A bundle, and what a shell with a talkative profile says to it."""
    bundle = Bundle.of(LINES, limit_s=10)
    profile = "echo Welcome; echo mind the gap >&2\n"
    done = subprocess.run(
        ["sh", "-s"], input=(profile + bundle.script).encode(), capture_output=True, check=True
    )
    return bundle, done.stdout, done.stderr


def fed(bundle: Bundle, stdout: bytes, stderr: bytes, cuts: Sequence[int]) -> Reply:
    reply = Reply(bundle, 1 << 20)
    for stream, data in ((Stream.STDOUT, stdout), (Stream.STDERR, stderr)):
        edges = [0, *sorted({min(cut, len(data)) for cut in cuts}), len(data)]
        for start, stop in pairwise(edges):
            assert reply.take(stream, data[start:stop])
    return reply


@given(st.lists(st.integers(0, 400), max_size=30))
def test_a_reply_is_whole_however_it_is_cut(told: tuple[Bundle, bytes, bytes], cuts: list[int]) -> None:
    reply = fed(*told, cuts)
    assert reply.is_whole
    assert reply.parts() == PARTS


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_reply_that_is_cut_off_is_never_whole_and_has_no_half_of_a_part(
    told: tuple[Bundle, bytes, bytes], out: int, err: int
) -> None:
    bundle, stdout, stderr = told
    reply = fed(bundle, stdout[:out], stderr[:err], [])
    parts = reply.parts()
    assert [(part.stdout, part.status) for part in parts] == [
        (part.stdout, part.status) for part in PARTS[: len(parts)]
    ]
    if reply.is_whole:
        assert parts == PARTS
