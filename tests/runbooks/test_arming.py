"""Read-only until a reason is given, and again when the time is over by either clock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runbooks.arming import Arming
from runbooks.journal.entries import Draft, Kind
from runbooks.journal.kept import kept_in
from runbooks.journal.port import JournalUnwritable, OutcomeUnwritten
from runbooks.journal.sqlite import SqliteJournal
from runbooks.lease.port import LeaseLost
from runbooks.lease.sqlite import SqliteLeases
from systems.errors import LinkLost, NotArmed, Unreachable
from systems.shell import Command, Output
from tests.runbooks.clocks import NOON, HandClock
from tests.runbooks.journals import a_journal

START = Command("systemctl start mariadb")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def journal(tmp_path: Path, clock: HandClock) -> SqliteJournal:
    return a_journal(tmp_path, clock=clock)


@pytest.fixture
def arming(journal: SqliteJournal, clock: HandClock) -> Arming:
    return Arming(journal, clock=clock)


def kinds(journal: SqliteJournal) -> list[str]:
    return [entry.kind.value for entry in journal.entries()]


def test_a_new_session_is_read_only(arming: Arming, journal: SqliteJournal) -> None:
    with pytest.raises(NotArmed, match="this session is read-only"):
        arming.permit(str).before("db1", START, "j1")
    assert (arming.is_armed, arming.left_s, arming.reason) == (False, 0.0, "")
    assert kinds(journal) == []


def test_arming_needs_a_reason(arming: Arming) -> None:
    with pytest.raises(ValueError, match="arming needs a reason"):
        arming.arm("  ")
    with pytest.raises(ValueError, match="up to 240 minutes"):
        arming.arm("night shift", minutes=600)
    assert not arming.is_armed


def test_arming_is_journalled_before_it_holds(arming: Arming, journal: SqliteJournal) -> None:
    arming.arm("db1 lost\nits power")
    [entry] = journal.entries()
    assert (entry.kind, entry.data) == (Kind.ARMED, {"reason": "db1 lost its power", "minutes": 15})
    journal.close()
    fresh = Arming(journal)
    with pytest.raises(JournalUnwritable):
        fresh.arm("db1 lost its power")
    assert not fresh.is_armed


@pytest.mark.parametrize(
    ("steady_s", "day_s"),
    [(901.0, 901.0), (901.0, -7200.0), (1.0, 901.0)],
    ids=["time passes", "the clock is set back", "the machine sleeps"],
)
def test_it_ends_by_the_clock_that_says_less(
    arming: Arming, clock: HandClock, steady_s: float, day_s: float
) -> None:
    arming.arm("db1 lost its power", minutes=15)
    permit = arming.permit(str)
    permit.before("db1", START, "j1")
    clock.turn(steady_s, day_s=day_s)
    assert not arming.is_armed
    with pytest.raises(NotArmed, match="the time of arming has run out"):
        permit.before("db1", START, "j2")


def test_extending_counts_from_now_and_is_journalled(
    arming: Arming, clock: HandClock, journal: SqliteJournal
) -> None:
    arming.arm("db1 lost its power", minutes=15)
    clock.turn(600)
    arming.extend(15)
    assert arming.left_s == 900
    assert kinds(journal) == ["armed", "extended"]
    clock.turn(901)
    with pytest.raises(NotArmed):
        arming.extend()


def test_disarming_is_at_once(arming: Arming, journal: SqliteJournal) -> None:
    arming.arm("db1 lost its power")
    permit = arming.permit(str)
    arming.disarm()
    arming.disarm()
    with pytest.raises(NotArmed):
        permit.before("db1", START, "j1")
    assert kinds(journal) == ["armed", "disarmed"]


def test_a_change_is_written_before_and_its_outcome_after(
    arming: Arming, journal: SqliteJournal, clock: HandClock
) -> None:
    arming.arm("db1 lost its power")
    permit = arming.permit(str, run="r1", system="orders", step="start:db1", data={"attempt": 1})
    number = permit.before("db1", START, "r1.start.0.1")
    before = journal.entry(number)
    assert before is not None
    assert (before.host, before.line, before.run, before.step) == ("db1", START.line, "r1", "start:db1")
    assert before.data == {"job": "r1.start.0.1", "as_root": True, "attempt": 1}
    clock.turn(2.5)
    permit.after(number, Output("started\n", "", 0, NOON))
    [*_, after] = journal.entries()
    assert (after.kind, after.about, after.host, after.step) == (Kind.OUTCOME, number, "db1", "start:db1")
    assert (after.data["status"], after.data["stdout"], after.data["took_s"]) == (0, "started\n", 2.5)


@pytest.mark.parametrize(("error", "known"), [(LinkLost("gone"), False), (Unreachable("no route"), True)])
def test_an_error_says_whether_the_end_is_known(
    arming: Arming, journal: SqliteJournal, error: Exception, known: bool
) -> None:
    arming.arm("db1 lost its power")
    permit = arming.permit(str)
    permit.after(permit.before("db1", START, "j1"), error)
    [*_, after] = journal.entries()
    assert after.data["known"] is known
    assert after.data["error"] == type(error).__name__


def test_a_long_output_is_kept_whole_beside_the_journal(arming: Arming, journal: SqliteJournal) -> None:
    arming.arm("db1 lost its power")
    permit = arming.permit(str, run="r1")
    text = "".join(f"line {number}\n" for number in range(10_000))
    permit.after(permit.before("db1", START, "j1"), Output(text, "", 0, NOON))
    [*_, after] = journal.entries()
    [kept] = kept_in(after.data)
    assert journal.kept(kept) == text
    assert str(after.data["stdout"]).endswith("line 9999\n")
    assert len(str(after.data["stdout"])) <= 4096
    assert journal.verify().holds


def test_secrets_are_hidden_in_line_input_and_output(arming: Arming, journal: SqliteJournal) -> None:
    arming.arm("db1 lost its power")
    permit = arming.permit(lambda text: text.replace("hunter22", "«secret:pw»"))
    number = permit.before("db1", Command("mariadb", stdin="SET PASSWORD 'hunter22'"), "j1")
    permit.after(number, Output("hunter22 is set", "hunter22", 0, NOON))
    change, outcome = list(journal.entries())[1:]
    assert change.stdin == "SET PASSWORD '«secret:pw»'"
    assert (outcome.data["stdout"], outcome.data["stderr"]) == ("«secret:pw» is set", "«secret:pw»")


def test_nothing_is_changed_when_the_journal_cannot_be_written(
    arming: Arming, journal: SqliteJournal
) -> None:
    arming.arm("db1 lost its power")
    permit = arming.permit(str)
    number = permit.before("db1", START, "j1")
    journal.close()
    with pytest.raises(JournalUnwritable):
        permit.before("db1", START, "j2")
    with pytest.raises(OutcomeUnwritten, match=f"the change of entry {number} was made"):
        permit.after(number, Output("", "", 0, NOON))


def test_a_lost_lease_refuses_the_next_change(
    arming: Arming, journal: SqliteJournal, clock: HandClock
) -> None:
    leases = SqliteLeases(journal, now=clock.now)
    arming.arm("db1 lost its power")
    lease = leases.take("orders", run="r1", what="galera-recover")
    permit = arming.permit(str, leases=leases, lease=lease)
    permit.before("db1", START, "j1")
    leases.break_up("orders", "ana has gone home")
    with pytest.raises(LeaseLost, match="it was broken"):
        permit.before("db1", START, "j2")
    assert kinds(journal) == ["armed", "lease-taken", "change", "lease-broken"]


def test_only_arming_makes_permits() -> None:
    root = Path(__file__).parents[2]
    makers = [
        str(path.relative_to(root))
        for folder in ("systems", "runbooks", "widgets", "tui")
        for path in (root / folder).rglob("*.py")
        if re.search(r"\bRunPermit\(", path.read_text().replace("class RunPermit", ""))
    ]
    assert makers == ["runbooks/arming.py"]


def test_an_exec_is_its_own_kind_of_entry(arming: Arming, journal: SqliteJournal) -> None:
    arming.arm("look for the slow query")
    arming.permit(str, kind=Kind.EXEC).before("db1", Command("uptime"), "")
    [_, entry] = journal.entries()
    assert (entry.kind, entry.line) == (Kind.EXEC, "uptime")
    assert journal.append(Draft(Kind.NOTE)).number == 3
