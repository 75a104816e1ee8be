"""The acts on an instance: journalled before they are sent, sent once, and proven by reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.arming import Arming
from runbooks.cloud.acts import ACTS, ActResult, carry_out, journal_result
from runbooks.journal.entries import Kind
from runbooks.journal.words import describe
from systems.errors import NotArmed, TimedOut, Unreachable
from systems.openstack.cloud import CloudReader
from systems.openstack.hands import CloudHands
from systems.openstack.readings import Instance
from tests.clouds import FakeNova, an_instance
from tests.runbooks.clocks import HandClock
from tests.runbooks.journals import a_journal

UP, OFF = an_instance("web-1"), an_instance("web-1", "SHUTOFF")


class Bench:
    """A Nova in memory, a real journal, and a session that is armed unless it is said otherwise."""

    def __init__(self, folder: Path, nova: FakeNova, *, armed: bool = True) -> None:
        self.nova, self.clock = nova, HandClock()
        self.journal = a_journal(folder, clock=self.clock)
        self.arming = Arming(self.journal, clock=self.clock)
        self.told: list[str] = []
        if armed:
            self.arming.arm("ticket 1432")

    async def act(self, name: str, instance: Instance) -> ActResult:
        def hands(act: object, now: Instance) -> CloudHands:
            permit = self.arming.permit(lambda text: text, system="kilo", step=f"{name} {now.name}")
            return CloudHands(self.nova, permit)

        return await carry_out(
            ACTS[name], instance, CloudReader(self.nova), hands, self.told.append, clock=self.clock
        )

    @property
    def entries(self) -> list[str]:
        return [f"{entry.kind.value}: {describe(entry)}" for entry in self.journal.entries()][1:]


@pytest.mark.parametrize(
    ("name", "before", "sent", "status"),
    [
        ("stop", UP, '{"os-stop": null}', "SHUTOFF"),
        ("start", OFF, '{"os-start": null}', "ACTIVE"),
        ("reboot", UP, '{"reboot": {"type": "SOFT"}}', "ACTIVE"),
        ("hard-reboot", UP, '{"reboot": {"type": "HARD"}}', "ACTIVE"),
    ],
)
async def test_an_act_is_sent_once_journalled_and_proven(
    tmp_path: Path, name: str, before: Instance, sent: str, status: str
) -> None:
    bench = Bench(tmp_path, FakeNova.of(before, slow=3))
    result = await bench.act(name, before)
    assert (result.kind, result.instance.status) == (Kind.VERIFIED, status)
    line = f"POST /servers/id-web-1/action {sent}"
    assert bench.nova.orders == [line]
    assert bench.entries == [f"change: kilo: {line}", "outcome: of 2: ended 0"]
    assert any("at-work" in said for said in bench.told)


async def test_unarmed_nothing_is_sent(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeNova.of(UP), armed=False)
    with pytest.raises(NotArmed, match="Nothing was changed"):
        await bench.act("stop", UP)
    assert bench.nova.orders == []


@pytest.mark.parametrize(
    ("name", "before", "why"),
    [
        ("start", UP, "web-1 is ACTIVE, and to start it must be SHUTOFF"),
        ("stop", an_instance("web-1", task="rebooting"), "Nova is at work on web-1: rebooting"),
        ("reboot", OFF, "web-1 is SHUTOFF, and to soft reboot it must be ACTIVE"),
        ("hard-reboot", an_instance("web-1", is_locked=True), "web-1 is locked"),
    ],
)
async def test_what_nova_would_refuse_is_not_sent(
    tmp_path: Path, name: str, before: Instance, why: str
) -> None:
    bench = Bench(tmp_path, FakeNova.of(before))
    result = await bench.act(name, before)
    assert result.kind is Kind.BLOCKED
    assert why in result.sentence
    assert bench.nova.orders == []
    assert bench.entries == []


async def test_what_stands_on_the_screen_may_be_old_so_the_instance_is_read_first(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeNova.of(OFF))
    assert (await bench.act("stop", UP)).kind is Kind.BLOCKED


async def test_a_refusal_is_a_failure_in_words(tmp_path: Path) -> None:
    message = "Cannot 'stop' instance id-web-1 while it is in vm_state stopped"
    bench = Bench(tmp_path, FakeNova.of(UP, order_reply=(409, message)))
    result = await bench.act("stop", UP)
    assert result.kind is Kind.FAILED
    assert "to stop web-1 was refused by Nova" in result.sentence
    assert "in the vm state stopped, in which Nova does not stop" in result.sentence
    assert "was refused by Nova" in bench.entries[-1]


async def test_an_answer_that_did_not_come_is_resolved_by_reading(tmp_path: Path) -> None:
    nova = FakeNova.of(UP, order_error=TimedOut("kilo: Nova did not answer within 15 s"))
    nova._take(UP.id, "os-stop")  # it took the order all the same
    nova.instances[UP.id] = UP
    bench = Bench(tmp_path, nova)
    result = await bench.act("stop", UP)
    assert (result.kind, result.instance.status) == (Kind.VERIFIED, "SHUTOFF")
    assert any("was not seen" in said for said in bench.told)


async def test_what_was_never_sent_is_a_failure(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeNova.of(UP, order_error=Unreachable("kilo: Nova cannot be reached")))
    result = await bench.act("stop", UP)
    assert (result.kind, result.sentence) == (Kind.FAILED, "kilo: Nova cannot be reached")


async def test_an_instance_that_goes_into_error_is_a_failure(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeNova.of(UP, goes_to={"reboot": "ERROR"}))
    result = await bench.act("hard-reboot", UP)
    assert (result.kind, result.sentence) == (Kind.FAILED, "web-1 went into ERROR")


async def test_one_that_does_not_come_to_its_end_is_unverified_and_not_done(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeNova.of(UP, slow=100_000))
    result = await bench.act("stop", UP)
    assert result.kind is Kind.UNVERIFIED
    assert "web-1 is ACTIVE, at-work, power running after 150 s" in result.sentence


async def test_a_soft_reboot_is_not_proven_by_an_instance_that_nobody_touched(tmp_path: Path) -> None:
    nova = FakeNova.of(UP)
    nova.order_error = TimedOut("kilo: Nova did not answer within 15 s")
    result = await Bench(tmp_path, nova).act("reboot", UP)
    assert result.kind is Kind.UNVERIFIED
    assert "Whether Nova took the order was not seen" in result.sentence


async def test_what_was_proven_stands_in_the_journal(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeNova.of(UP))
    result = await bench.act("stop", UP)
    journal_result(bench.journal, lambda text: text, "kilo", "stop", result)
    assert bench.entries[-1].startswith("verified: step stop web-1 verified: web-1 is SHUTOFF")


def test_start_and_stop_take_each_other_back_and_a_reboot_has_no_way_back() -> None:
    assert {act.name: act.undo for act in ACTS.values()} == {
        "start": "stop",
        "stop": "start",
        "reboot": "",
        "hard-reboot": "",
    }
