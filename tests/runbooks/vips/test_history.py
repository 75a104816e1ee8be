"""What the journal tells of acts on members, and what takes the newest of them back."""

from __future__ import annotations

from pathlib import Path

from runbooks.journal.entries import Data, Draft, Kind
from runbooks.journal.sqlite import SqliteJournal
from runbooks.vips.change import Wish
from runbooks.vips.history import act_data, newest_to_undo, past_acts
from runbooks.vips.look import Member
from runbooks.vips.truth import truth
from systems.haproxy.readings import Admin, Server
from tests.runbooks.journals import ANA
from tests.systems.haproxy.builders import a_server


def member(balancer: str, server: Server) -> Member:
    return Member(balancer, server, server.name, truth(server, None))


UP = [member("lb1", a_server("db1", weight=5)), member("lb2", a_server("db1"))]
OUT = [member("lb1", a_server("db1", "DRAIN", admin=Admin.FORCED_DRAIN))]


def journal_of(
    path: Path, *acts: tuple[Data, tuple[str, ...]], unproven: tuple[str, ...] = ()
) -> SqliteJournal:
    """Of acts with the balancers that were told; `unproven`: those that did not say that it is so."""
    journal = SqliteJournal(path / "journal.sqlite", ANA, estate="north")
    for data, hosts in acts:
        for host in hosts:
            journal.append(Draft(Kind.CHANGE, system="orders-vip", host=host, line="echo", data=data))
            journal.append(Draft(Kind.OUTCOME, system="orders-vip", host=host, data=data))
            if host not in unproven:
                told: Data = {"act": data.get("act", "")}
                journal.append(Draft(Kind.VERIFIED, system="orders-vip", host=host, data=told))
    return journal


def test_each_balancer_is_put_back_to_what_it_had(tmp_path: Path) -> None:
    data = act_data("a1", Wish.of("weight=0"), UP)
    (act,) = past_acts(journal_of(tmp_path, (data, ("lb1", "lb2"))).entries())
    assert act.undo == {"lb1": Wish.of("weight=5"), "lb2": Wish.of("weight=1")}
    assert act.words == "db1 weight=0 on lb1, lb2"
    assert act.who == str(ANA)


def test_a_balancer_that_was_never_told_is_not_put_back(tmp_path: Path) -> None:
    data = act_data("a1", Wish.of("drain"), UP)
    (act,) = past_acts(journal_of(tmp_path, (data, ("lb1",))).entries())
    assert act.undo == {"lb1": Wish.of("ready")}


def test_an_act_that_was_taken_back_says_so_and_the_taking_back_is_no_act_to_undo(tmp_path: Path) -> None:
    drain = act_data("a1", Wish.of("drain"), UP)
    back = act_data("a2", Wish.of("ready"), OUT, undoes="a1")
    newest, first = past_acts(journal_of(tmp_path, (drain, ("lb1",)), (back, ("lb1",))).entries())
    assert (newest.is_undo, newest.is_undone) == (True, False)
    assert (first.is_undo, first.is_undone) == (False, True)
    assert first.words.endswith("taken back since")


def test_what_was_taken_back_on_one_balancer_only_is_left_to_do_on_the_other(tmp_path: Path) -> None:
    drain = act_data("a1", Wish.of("drain"), UP)
    back = act_data("a2", Wish.of("ready"), OUT, undoes="a1")
    acts = past_acts(journal_of(tmp_path, (drain, ("lb1", "lb2")), (back, ("lb1",))).entries())
    act = newest_to_undo(acts)
    assert act is not None
    assert (act.act, act.left) == ("a1", {"lb2": Wish.of("ready")})
    assert act.words == "db1 drain on lb1, lb2, taken back on lb1 since"


def test_what_was_not_proven_to_be_taken_back_is_left_to_do(tmp_path: Path) -> None:
    drain = act_data("a1", Wish.of("drain"), UP)
    back = act_data("a2", Wish.of("ready"), OUT, undoes="a1")
    journal = journal_of(tmp_path, (drain, ("lb1",)), (back, ("lb1",)), unproven=("lb1",))
    act = newest_to_undo(past_acts(journal.entries()))
    assert act is not None
    assert act.left == {"lb1": Wish.of("ready")}


def test_entries_of_other_acts_and_words_that_are_no_wish_are_passed_by(tmp_path: Path) -> None:
    odd: Data = {"act": "a3", "member": "db1", "undo": {"lb1": "reboot"}}
    plain: Data = {"job": "x"}
    assert past_acts(journal_of(tmp_path, (odd, ("lb1",)), (plain, ("db1",))).entries()) == []
