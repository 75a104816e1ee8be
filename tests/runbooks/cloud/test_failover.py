"""The failover of a load balancer: journalled before it is sent, sent once, and proven by reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.arming import Arming
from runbooks.cloud.failover import FailoverResult, carry_out_failover, journal_failover, why_not
from runbooks.journal.entries import Kind
from runbooks.journal.words import describe
from systems.errors import NotArmed, Refused, TimedOut, Unreachable
from systems.openstack.hands import CloudHands
from systems.openstack.octavia_readings import Balancer
from tests.octavias import FakeOctavia, a_balancer, locked, standing
from tests.runbooks.clocks import HandClock
from tests.runbooks.journals import a_journal

WELL, BROKEN = a_balancer("orders"), a_balancer("orders", standing("ERROR", "OFFLINE"))
LINE = "PUT /lbaas/loadbalancers/id-orders/failover"


class Bench:
    """An Octavia in memory, a real journal, and a session that is armed unless it is said otherwise."""

    def __init__(self, folder: Path, octavia: FakeOctavia, *, armed: bool = True) -> None:
        self.octavia, self.clock = octavia, HandClock()
        self.journal = a_journal(folder, clock=self.clock)
        self.arming = Arming(self.journal, clock=self.clock)
        self.told: list[str] = []
        if armed:
            self.arming.arm("INC-1432")

    async def fail_over(self, balancer: Balancer = WELL) -> FailoverResult:
        def hands(now: Balancer) -> CloudHands:
            permit = self.arming.permit(lambda text: text, system="kilo", step=f"failover {now.name}")
            return CloudHands(self.octavia, permit)

        return await carry_out_failover(
            balancer, self.octavia.reader(), hands, self.told.append, clock=self.clock
        )

    @property
    def entries(self) -> list[str]:
        return [f"{entry.kind.value}: {describe(entry)}" for entry in self.journal.entries()][1:]


@pytest.mark.parametrize("before", [WELL, BROKEN])
async def test_it_is_sent_once_journalled_and_proven(tmp_path: Path, before: Balancer) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(before, slow=3))
    result = await bench.fail_over(before)
    assert (result.kind, result.balancer.standing.provisioning) == (Kind.VERIFIED, "ACTIVE")
    assert bench.octavia.orders == [LINE]
    assert bench.entries == [f"change: kilo: {LINE}", "outcome: of 2: ended 0"]
    assert any("PENDING_UPDATE" in said for said in bench.told)


async def test_one_that_was_quick_is_proven_by_the_write_that_was_seen(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(WELL, slow=0))
    assert (await bench.fail_over()).is_verified


async def test_unarmed_nothing_is_sent(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(WELL), armed=False)
    with pytest.raises(NotArmed, match="Nothing was changed"):
        await bench.fail_over()
    assert bench.octavia.orders == []


async def test_what_stands_on_the_screen_may_be_old_so_it_is_read_first_and_a_lock_sends_nothing(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(a_balancer("orders", locked(3))))
    result = await bench.fail_over(WELL)
    assert result.kind is Kind.BLOCKED
    assert "orders is locked: PENDING_UPDATE; Octavia is at work on it (LB-18)" in result.sentence
    assert (bench.octavia.orders, bench.entries) == ([], [])


@pytest.mark.parametrize(
    ("balancer", "why"),
    [
        (WELL, ""),
        (BROKEN, ""),
        (a_balancer("orders", standing("DELETED")), "to fail over it must be ACTIVE or ERROR"),
        (a_balancer("orders", standing("MIGRATING")), "to fail over it must be ACTIVE or ERROR"),
        (a_balancer("orders", provider="ovn"), "which has no amphorae to replace"),
    ],
)
def test_what_octavia_would_refuse_says_why(balancer: Balancer, why: str) -> None:
    assert why in why_not(balancer)
    assert bool(why_not(balancer)) == bool(why)


@pytest.mark.parametrize(
    ("status", "message", "words"),
    [
        (
            409,
            "Invalid state PENDING_UPDATE of loadbalancer resource 7",
            "orders is PENDING_UPDATE: Octavia is",
        ),
        (403, "Policy does not allow this request to be performed.", "admin for a failover"),
    ],
)
async def test_a_refusal_is_a_failure_in_words(tmp_path: Path, status: int, message: str, words: str) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(WELL, refusals={LINE: (status, message)}))
    result = await bench.fail_over()
    assert result.kind is Kind.FAILED
    assert "a failover of orders was refused by Octavia" in result.sentence
    assert words in result.sentence
    assert bench.octavia.orders == [LINE]
    assert "was refused by Octavia" in bench.entries[-1]


async def test_an_answer_that_did_not_come_is_resolved_by_reading_and_never_by_sending_again(
    tmp_path: Path,
) -> None:
    error = TimedOut("kilo: Octavia did not answer within 15 s")
    bench = Bench(tmp_path, FakeOctavia.of(WELL, order_error=error, takes_all_the_same=True))
    result = await bench.fail_over()
    assert result.kind is Kind.VERIFIED
    assert bench.octavia.orders == [LINE]
    assert any("was not seen" in said for said in bench.told)


async def test_an_order_of_which_nothing_was_seen_is_not_proven_by_one_that_was_active_all_along(
    tmp_path: Path,
) -> None:
    error = TimedOut("kilo: Octavia did not answer within 15 s")
    bench = Bench(tmp_path, FakeOctavia.of(WELL, order_error=error))
    result = await bench.fail_over()
    assert result.kind is Kind.UNVERIFIED
    assert "Whether Octavia took the order was not seen" in result.sentence


async def test_what_was_never_sent_is_a_failure(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(WELL, order_error=Unreachable("kilo: Octavia cannot be reached")))
    result = await bench.fail_over()
    assert (result.kind, result.sentence) == (Kind.FAILED, "kilo: Octavia cannot be reached")


async def test_one_that_ends_in_error_is_a_failure(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(WELL, ends_in="ERROR"))
    result = await bench.fail_over()
    assert result.kind is Kind.FAILED
    assert result.sentence.startswith("orders went into ERROR after ")
    assert "the log of octavia-worker says why" in result.sentence


async def test_one_that_does_not_come_to_its_end_is_unverified_and_not_done(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(WELL, slow=100_000))
    result = await bench.fail_over()
    assert result.kind is Kind.UNVERIFIED
    assert "orders is PENDING_UPDATE, operating ONLINE after 900 s; nobody knows" in result.sentence


async def test_one_that_is_gone_before_it_begins_is_an_error(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeOctavia.of())
    with pytest.raises(Refused, match="there is no orders any more"):
        await bench.fail_over()


async def test_what_was_proven_stands_in_the_journal(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FakeOctavia.of(WELL))
    result = await bench.fail_over()
    journal_failover(bench.journal, lambda text: text, "kilo", result)
    assert bench.entries[-1].startswith("verified: step failover orders verified: orders is ACTIVE")
