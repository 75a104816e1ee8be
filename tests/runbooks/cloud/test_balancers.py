"""What is wrong with load balancers: both statuses in words, the worst first, a lock with its age."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbooks.cloud.balancer_tree import PLAIN, branches_of, members_up
from runbooks.cloud.balancer_words import Kind, kind_of, operating_told, provisioning_told, standing_severity
from runbooks.cloud.balancers import JudgedBalancer, judge_balancer, judge_balancers
from runbooks.model import Severity
from systems.errors import Refused, Unreachable
from systems.openstack.octavia_readings import Balancer, BalancersSurvey, Generation, Pool, Standing
from tests.examples import examples
from tests.octavias import (
    CHECK,
    a_balancer,
    a_balancers_survey,
    a_listener,
    a_member,
    a_pool,
    locked,
    standing,
)
from tests.reading_builders import NOON


def judged(balancer: Balancer) -> JudgedBalancer:
    return judge_balancer(balancer, "kilo", NOON)


def told(balancer: Balancer) -> dict[str, Severity]:
    return {one.id: one.severity for one in judged(balancer).findings}


def degraded(*down: str) -> Pool:
    members = [
        a_member(n, standing(operating="ERROR" if n in down else "ONLINE")) for n in ("db1", "db2", "db3")
    ]
    return a_pool(*members, standing=standing(operating="ERROR" if len(down) == 3 else "DEGRADED"))


def test_a_load_balancer_that_is_well_has_no_finding() -> None:
    assert judged(a_balancer()) == JudgedBalancer(a_balancer(), -1, ())
    said = judge_balancers(a_balancers_survey(a_balancer("orders"), a_balancer("mail")))
    assert (said.sentence, said.severity) == ("2 load balancers", -1)


@pytest.mark.parametrize(
    ("minutes", "severity", "words"),
    [
        (0.5, Severity.INFO, "orders is locked for 30 s: PENDING_UPDATE."),
        (14, Severity.INFO, "orders is locked for 14 min: PENDING_UPDATE."),
        (72, Severity.WARNING, "orders is locked for 72 min: PENDING_UPDATE."),
    ],
)
def test_a_lock_is_told_with_its_age_and_one_that_does_not_end_is_a_warning(
    minutes: float, severity: Severity, words: str
) -> None:
    (finding,) = judged(a_balancer("orders", locked(minutes))).findings
    assert (finding.id, finding.severity, finding.sentence) == ("LB-18", severity, words)
    assert "409" in finding.advice
    assert ("does not end by itself" in finding.advice) == (severity is Severity.WARNING)


def test_a_lock_without_a_time_is_told_without_an_age() -> None:
    (finding,) = judged(a_balancer("orders", Standing("PENDING_CREATE", "OFFLINE"))).findings
    assert finding.sentence == "orders is locked: PENDING_CREATE."


def test_what_is_locked_below_is_the_evidence_of_one_lock() -> None:
    pool = a_pool(a_member("db1"), a_member("db2", locked(3)))
    (finding,) = judged(a_balancer("orders", locked(3), pool)).findings
    assert [line.partition(":")[0] for line in finding.evidence] == ["load balancer orders", "member db2"]


def test_an_error_that_serves_is_a_warning_and_one_that_does_not_is_critical() -> None:
    serving, dead = (
        judged(a_balancer("orders", standing("ERROR"))),
        a_balancer("orders", standing("ERROR", "OFFLINE")),
    )
    assert serving.severity == Severity.WARNING
    assert "it still serves, and nothing of it can be changed" in serving.findings[0].sentence
    assert "failover builds new amphorae" in serving.findings[0].advice
    assert judged(dead).severity == Severity.CRITICAL
    assert "it is OFFLINE" in judged(dead).findings[0].sentence


def test_an_error_below_names_the_object() -> None:
    pool = a_pool(a_member("db1"), a_member("db2", standing("ERROR")))
    (finding,) = judged(a_balancer("orders", standing(), pool)).findings
    assert finding.sentence.startswith("the member db2 of orders is in ERROR")
    assert finding.severity is Severity.WARNING


def test_one_member_that_fails_its_checks_is_told_with_those_that_are_left() -> None:
    balancer = a_balancer("orders", standing(operating="DEGRADED"), degraded("db2"))
    (finding,) = judged(balancer).findings
    assert (finding.id, finding.severity) == ("OCT-03", Severity.WARNING)
    assert finding.sentence == "orders: db2 of the pool galera fails its checks; 2 of 3 are left."
    assert members_up(balancer) == "2 of 3 members up"


def test_no_member_up_is_critical_and_stands_first() -> None:
    dead = a_balancer("orders", standing(operating="ERROR"), degraded("db1", "db2", "db3"))
    said = judge_balancers(a_balancers_survey(a_balancer("a"), a_balancer("b", locked(2)), dead))
    assert [one.balancer.name for one in said.judged] == ["orders", "b", "a"]
    assert said.sentence == "3 load balancers; orders has no member up in the pool galera"
    assert (said.severity, said.findings[0].id) == (Severity.CRITICAL, "OCT-02")
    assert "member db1: provisioning ACTIVE, operating ERROR" in said.findings[0].evidence[1]


def test_one_that_is_built_and_silent_is_told() -> None:
    assert told(a_balancer("orders", standing(operating="OFFLINE"))) == {"OCT-04": Severity.WARNING}


def test_one_that_is_being_built_is_not_told_as_silent() -> None:
    assert told(a_balancer("orders", locked(1, "PENDING_CREATE", "OFFLINE"))) == {"LB-18": Severity.INFO}


def test_what_is_switched_off_is_no_fault_of_its_own_and_is_told() -> None:
    off = standing(operating="OFFLINE", is_enabled=False)
    assert told(a_balancer("orders", off)) == {"OCT-05": Severity.WARNING}
    assert operating_told(Kind.BALANCER, off).words == "switched off: its admin_state_up is false"


def test_members_that_somebody_took_out_are_told_and_all_of_them_are_critical() -> None:
    off = a_member("db1", standing(operating="OFFLINE", is_enabled=False))
    drained = a_member("db2", standing(operating="DRAINING"), weight=0)
    (some,) = judged(a_balancer("orders", standing(), a_pool(off, drained, a_member("db3")))).findings
    assert (some.id, some.severity) == ("OCT-06", Severity.INFO)
    assert "db1 (switched off) and db2 (weight 0) of the pool galera taken out by hand" in some.sentence
    assert "1 of 3 are left" in some.sentence
    (none,) = judged(a_balancer("orders", standing(), a_pool(off, drained))).findings
    assert (none.severity, "no member gets new connections" in none.sentence) == (Severity.CRITICAL, True)


def test_a_pool_that_nothing_checks_is_told() -> None:
    blind = [a_member(name, standing(operating="NO_MONITOR")) for name in ("db1", "db2")]
    pool = a_pool(*blind, monitor=None)
    balancer = a_balancer("orders", standing(), pool)
    (finding,) = judged(balancer).findings
    assert (finding.id, finding.severity) == ("LB-02", Severity.WARNING)
    assert "a dead one of its 2 members stays in rotation" in finding.sentence
    assert members_up(balancer) == "2 members, unchecked"
    assert told(a_balancer("orders", standing(), a_pool(monitor=None))) == {}


@pytest.mark.parametrize(
    ("id_", "balancer"),
    [
        (
            "LB-01",
            a_balancer(
                "o",
                standing(),
                a_pool(a_member("db1", monitor_port=None), monitor=replace(CHECK, kind="TCP")),
            ),
        ),
        (
            "LB-04",
            a_balancer("o", standing(), a_pool(a_member("db1"), a_member("db2"), algorithm="ROUND_ROBIN")),
        ),
        (
            "LB-03",
            a_balancer(
                "o", standing(), a_pool(a_member("db1")), listeners=(a_listener(client_timeout_ms=50_000),)
            ),
        ),
    ],
)
def test_how_it_is_set_up_is_a_note_and_makes_nothing_worse(id_: str, balancer: Balancer) -> None:
    assert told(balancer) == {id_: Severity.INFO}
    assert judged(balancer).severity == -1
    assert judge_balancers(a_balancers_survey(balancer)).sentence == "1 load balancer"


def test_a_writer_with_backups_and_a_check_on_its_own_port_have_no_notes() -> None:
    pool = a_pool(
        a_member("db1"),
        a_member("db2", is_backup=True),
        algorithm="ROUND_ROBIN",
        monitor=replace(CHECK, kind="TCP"),
    )
    assert told(a_balancer("orders", standing(), pool)) == {}


def test_a_status_that_nobody_knows_is_no_good_news() -> None:
    odd = a_balancer("orders", standing("MIGRATING"))
    assert told(odd) == {"OCT-07": Severity.WARNING}
    assert judged(odd).severity == Severity.WARNING
    assert provisioning_told(standing("MIGRATING"), NOON).words.startswith("MIGRATING: a status that this")


def test_members_that_were_not_read_are_not_well() -> None:
    unread = a_pool(a_member("db1"), members=Refused("kilo: the list was refused", status=403))
    finding = next(one for one in judged(a_balancer("orders", standing(), unread)).findings)
    assert (finding.id, finding.severity) == ("OCT-08", Severity.WARNING)
    assert finding.evidence == ("kilo: the list was refused",)
    late = a_pool(a_member("db1"), members=None)
    assert told(a_balancer("orders", standing(), late)) == {"OCT-08": Severity.INFO}
    assert members_up(a_balancer("orders", standing(), late)) == "1 member, not all read"


@pytest.mark.parametrize(
    ("generation", "words", "extension"),
    [
        (
            Generation.LBAAS_V1,
            "its load balancers are LBaaS v1 of Neutron: recognised, not managed here",
            "lbaas",
        ),
        (
            Generation.LBAAS_V2,
            "its load balancers are LBaaS v2 of Neutron: recognised, not managed here",
            "lbaasv2",
        ),
    ],
)
def test_an_old_cloud_is_recognised_and_not_managed(
    generation: Generation, words: str, extension: str
) -> None:
    said = judge_balancers(a_balancers_survey(generation=generation))
    assert (said.sentence, said.severity) == (words, Severity.INFO)
    (finding,) = said.findings
    assert finding.id == "OCT-09"
    assert finding.evidence[1] == f"Neutron lists the extension {extension}"


def test_a_cloud_without_any_says_so_and_is_well() -> None:
    said = judge_balancers(a_balancers_survey(generation=Generation.NONE))
    assert (said.sentence, said.severity) == ("this cloud has no load balancers of OpenStack's", -1)


def test_an_octavia_that_cannot_be_read_is_critical_and_says_why() -> None:
    lost = Unreachable("kilo: Octavia at http://o:9876/v2.0 cannot be reached: connection refused. Is it up?")
    said = judge_balancers(BalancersSurvey("kilo", NOON, lost))
    assert said.sentence == "Octavia at http://o:9876/v2.0 cannot be reached: connection refused. Is it up?"
    assert (said.severity, said.findings[0].id) == (Severity.CRITICAL, "OCT-01")


def test_the_tree_stands_in_the_order_of_ones_questions() -> None:
    lines = [f"{one.lead}{one.title}" for one in branches_of(a_balancer("orders"), PLAIN)]
    assert lines == [
        "load balancer orders  203.0.113.55  (amphora)",
        "`-listener mysql  TCP 3306",
        "  `-pool galera  TCP SOURCE_IP",
        "    |-monitor check  HTTP / = 200 every 5 s, timeout 3 s, 2 bad take out, 2 good bring back",
        "    |-member db1  10.0.0.47:3306  weight 1, checked on 9200",
        "    |-member db2  10.0.0.48:3306  weight 1, checked on 9200",
        "    `-member db3  10.0.0.49:3306  weight 1, checked on 9200",
    ]


def test_objects_without_names_are_called_by_what_they_are() -> None:
    pool = a_pool(replace(a_member("db1"), name=""), name="")
    tree = a_balancer("orders", standing(), pool, listeners=(a_listener("", pool.id),))
    titles = [one.title for one in branches_of(tree)]
    assert titles[1].startswith("listener TCP 3306")
    assert titles[-1].startswith("member 10.0.0.")


PROVISIONING = ("ACTIVE", "ERROR", "DELETED", "PENDING_CREATE", "PENDING_UPDATE", "PENDING_DELETE")
OPERATING = ("ONLINE", "OFFLINE", "DEGRADED", "ERROR", "DRAINING", "NO_MONITOR")


@pytest.mark.parametrize("kind", Kind)
def test_every_status_has_words_of_its_own_for_every_kind(kind: Kind) -> None:
    for provisioning, operating in product(PROVISIONING, OPERATING):
        stands = standing(provisioning, operating)
        words = f"{provisioning_told(stands, NOON).words}; {operating_told(kind, stands).words}"
        assert "does not know" not in words
        is_good = (provisioning, operating) == ("ACTIVE", "ONLINE")
        assert (standing_severity(kind, stands, NOON) == -1) == is_good


@examples(60)
@given(st.text(max_size=16), st.text(max_size=16), st.booleans())
def test_any_status_has_a_verdict_and_only_a_known_good_one_is_good(prov: str, oper: str, on: bool) -> None:
    balancer = a_balancer("orders", standing(prov, oper, is_enabled=on))
    assert judged(balancer).severity == max(judged(balancer).severity, Severity.WARNING)
    assert kind_of(balancer) is Kind.BALANCER


def test_hostile_names_stay_data() -> None:
    evil = "[red]x[/] \x1b]52;c;ZXZpbA==\x07\u202e"
    balancer = a_balancer(evil, standing("ERROR"))
    (finding,) = judged(balancer).findings
    assert evil in finding.sentence
