"""Fresh connections through a virtual address: where they landed, what failed, how long nobody did."""

from __future__ import annotations

import asyncio

import pytest

from runbooks.model import Severity
from runbooks.vips.trial import Trial, shares, told, try_for, try_some
from systems.errors import LinkLost, SystemsError
from systems.haproxy.attempt import Attempt
from tests.reading_builders import NOON

HOSTS = ["db1", "db2", "db3"]
BROKEN = LinkLost("orders-vip: the connection broke")


def at(second: float, answer: str | SystemsError) -> Attempt:
    return Attempt(NOON, second - 0.1, second, answer)


def a_trial(*attempts: Attempt, ended_s: float = 10.0) -> Trial:
    return Trial(list(attempts), 0.0, ended_s)


def test_an_even_landing_is_well() -> None:
    trial = a_trial(*[at(number, HOSTS[number % 3]) for number in range(9)])
    assert told(trial, HOSTS, 10.0) == (Severity.INFO, "9 fresh connections: db1 3, db2 3, db3 3")


def test_a_member_that_gets_nothing_is_told_once_there_were_enough_connections() -> None:
    few = a_trial(*[at(number, "db1") for number in range(3)])
    assert told(few, HOSTS, 10.0)[0] is Severity.INFO
    many = a_trial(*[at(number, HOSTS[number % 2]) for number in range(9)])
    severity, sentence = told(many, HOSTS, 10.0)
    assert severity is Severity.WARNING
    assert sentence.endswith("db3 should get connections, and got none")


def test_a_server_that_answers_though_no_balancer_should_send_clients_there_is_told() -> None:
    trial = a_trial(at(1, "db1"), at(2, "db9"))
    assert "db9 answers, which no balancer should send clients to" in told(trial, HOSTS, 10.0)[1]


def test_errors_are_counted_and_the_longest_time_without_an_answer_is_told() -> None:
    trial = a_trial(at(1, "db1"), at(2, BROKEN), at(3, BROKEN), at(6.5, "db1"), at(9, "db2"))
    assert trial.failed == 2
    assert trial.longest_gap_s(10.0) == pytest.approx(5.5)
    severity, sentence = told(trial, ["db1", "db2"], 10.0)
    assert severity is Severity.WARNING
    assert sentence == "5 fresh connections: db1 2, db2 1; 2 errors, nobody was served for 5.5 s at most"


def test_the_time_before_the_first_answer_and_after_the_last_counts_as_a_gap() -> None:
    assert a_trial(at(7, "db1"), ended_s=8.0).longest_gap_s(8.0) == pytest.approx(7.0)
    assert a_trial(at(1, "db1"), ended_s=9.0).longest_gap_s(9.0) == pytest.approx(8.0)


def test_where_nothing_landed_it_is_critical() -> None:
    severity, sentence = told(a_trial(at(1, BROKEN)), HOSTS, 10.0)
    assert severity is Severity.CRITICAL
    assert sentence == "1 fresh connection: none landed; 1 error"


def test_shares_are_told_of_every_member_first_and_of_strangers_after_them() -> None:
    trial = a_trial(at(1, "db1"), at(2, "db9"), at(3, "db1"), at(4, BROKEN))
    assert shares(trial, ["db2", "db1"]) == [("db2", 0, 0.0), ("db1", 2, 2 / 3), ("db9", 1, 1 / 3)]


async def test_a_few_are_made_one_after_the_other() -> None:
    under_way = most = 0

    async def attempt() -> Attempt:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return at(0, "db1")

    assert len((await try_some(attempt, 9)).attempts) == 9
    assert most == 1


async def test_one_that_hangs_holds_up_no_other_and_too_many_are_held_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runbooks.vips.trial._MOST_OPEN", 2)
    release = asyncio.Event()
    made = 0

    async def attempt() -> Attempt:
        nonlocal made
        made += 1
        if made < 3:
            await release.wait()
        return at(0, "db1")

    asyncio.get_running_loop().call_later(0.3, release.set)
    trial = await try_for(attempt, 0.6, rate=200.0)
    assert len(trial.attempts) == made > 2
    assert trial.held_back > 0
