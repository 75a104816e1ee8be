"""Reading over a real sshd: one command, several in one trip, big output, and text that is data."""

from __future__ import annotations

import asyncio

import pytest

from systems.errors import Refused, TimedOut, ToolMissing
from systems.shell import Output, Probe, Stream
from systems.ssh.hosts import SshHosts
from tests.systems.ssh.servers import Estate, until

pytestmark = pytest.mark.servers


class Kept:
    """A sink that keeps how much came, and the last bytes."""

    def __init__(self) -> None:
        self.count = {Stream.STDOUT: 0, Stream.STDERR: 0}
        self.tail = b""

    def data(self, host: str, stream: Stream, chunk: bytes) -> None:
        self.count[stream] += len(chunk)
        self.tail = (self.tail + chunk)[-100:]


async def test_a_command_answers_with_output_and_time(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    output = await hosts.reader("db1").read(Probe("echo out; ls /nowhere; true", accepts=None))
    assert (output.stdout, output.status) == ("out\n", 0)
    assert "No such file" in output.stderr
    assert output.at.tzinfo is not None


async def test_an_unexpected_status_is_a_sentence(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    with pytest.raises(
        Refused, match=r"db1: 'cat /nowhere' ended 1 and said: cat: /nowhere: No such file"
    ) as caught:
        await hosts.reader("db1").read(Probe("cat /nowhere"))
    assert caught.value.status == 1


async def test_a_missing_program_is_named(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    with pytest.raises(ToolMissing, match="db1: 'getenforce -x': a program is not installed"):
        await hosts.reader("db1").read(Probe("getenforce -x"))


async def test_a_command_that_is_too_slow_is_given_up_and_the_link_goes_on(
    estate: Estate, hosts: SshHosts
) -> None:
    estate.sshd("db1")
    reader = hosts.reader("db1")
    with pytest.raises(TimedOut, match=r"db1: 'tail -f /dev/null' ran past 0.5 s"):
        await reader.read(Probe("tail -f /dev/null"), timeout_s=0.5)
    assert (await reader.read(Probe("echo on"))).stdout == "on\n"
    assert len(estate.servers["db1"].connections()) == 1


async def test_control_characters_come_as_data_and_are_spelled_out_in_errors(
    estate: Estate, hosts: SshHosts
) -> None:
    estate.sshd("db1")
    line = r"printf '[/red] \033]52;c;aGk=\007 \377 \303\244'"
    output = await hosts.reader("db1").read(Probe(line))
    assert output.stdout == "[/red] \x1b]52;c;aGk=\x07 \\xff ä"
    with pytest.raises(Refused) as caught:
        await hosts.reader("db1").read(Probe(f"{line} >&2; false"))
    assert "\x1b" not in str(caught.value)


async def test_several_probes_answer_in_order_over_one_connection(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    answers = await hosts.reader("db1").read_many(
        [
            Probe("printf 'no newline at the end'"),
            Probe("echo; echo; echo"),
            Probe("cat /nowhere"),
            Probe("true"),
            Probe("echo err >&2; false", accepts=(0, 1)),
            Probe("ps -eo args"),
        ]
    )
    first, empty, failed, nothing, both, processes = answers
    assert isinstance(first, Output)
    assert first.stdout == "no newline at the end"
    assert isinstance(empty, Output)
    assert empty.stdout == "\n\n\n"
    assert isinstance(failed, Refused)
    assert isinstance(nothing, Output)
    assert (nothing.stdout, nothing.stderr) == ("", "")
    assert isinstance(both, Output)
    assert (both.stdout, both.stderr, both.status) == ("", "err\n", 1)
    assert isinstance(processes, Output)
    assert "ps -eo args" in processes.stdout


async def test_a_slow_probe_does_not_take_the_answers_before_it_along(
    estate: Estate, hosts: SshHosts
) -> None:
    estate.sshd("db1")
    quick, slow, after = await hosts.reader("db1").read_many(
        [Probe("echo quick"), Probe("tail -f /dev/null"), Probe("echo after")], timeout_s=1.0
    )
    assert isinstance(quick, Output)
    assert isinstance(slow, TimedOut)
    assert isinstance(after, TimedOut)


async def test_output_past_the_limit_is_refused_in_a_sentence(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    with pytest.raises(Refused, match="wrote more than 16 MiB and was ended; stream it"):
        await hosts.reader("db1").read(Probe("head -c 20000000 /dev/zero"))


async def test_fifteen_mebibytes_come_whole(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    output = await hosts.reader("db1").read(Probe("head -c 15000000 /dev/zero | tr '\\0' x"))
    assert len(output.stdout) == 15_000_000


async def test_a_stream_reaches_the_sink_and_returns_the_status(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    kept = Kept()
    probe = Probe("head -c 5000000 /dev/zero; echo end; echo bad >&2; test 1 = 2")
    assert await hosts.reader("db1").stream(probe, kept) == 1
    assert kept.count == {Stream.STDOUT: 5_000_004, Stream.STDERR: 4}


async def test_a_cancelled_stream_ends_the_program_over_there(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    reader = hosts.reader("db1")
    marker = str(estate.folder / "follow-this")
    (estate.folder / "follow-this").touch()
    following = asyncio.create_task(reader.stream(Probe(f"tail -f {marker}"), Kept()))

    async def is_running() -> bool:
        return (await reader.read(Probe.of("pgrep", "-fx", f"tail -f {marker}", accepts=(0, 1)))).status == 0

    async def is_over() -> bool:
        return not await is_running()

    await until(is_running)
    following.cancel()
    await until(is_over)


async def test_a_sink_that_fails_ends_the_stream_with_its_own_error(estate: Estate, hosts: SshHosts) -> None:
    class Broken:
        def data(self, host: str, stream: Stream, chunk: bytes) -> None:
            raise OSError(28, "No space left on device")

    estate.sshd("db1")
    with pytest.raises(OSError, match="No space left"):
        await hosts.reader("db1").stream(Probe("head -c 100000000 /dev/zero"), Broken())


async def test_a_hundred_readings_at_once_share_one_login(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    reader = hosts.reader("db1")
    outputs = await asyncio.gather(*(reader.read(Probe(f"echo {number}")) for number in range(100)))
    assert [output.stdout for output in outputs] == [f"{number}\n" for number in range(100)]
    assert len(estate.servers["db1"].connections()) == 1
