"""Findings say what is wrong, how sure it is, what to do; the verdict says it in one line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from runbooks.gotchas import CATALOGUE
from runbooks.model import Finding, Look, Severity
from runbooks.triage import Scenario, triage, verdict
from runbooks.triage.cards import CARDS
from runbooks.triage.watching import WATCHED
from systems.galera.readings import ClusterSurvey, NodeSurvey
from tests.builders import (
    NOON,
    a_filesystem,
    a_hit,
    a_hung_node,
    a_joining_node,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
    address_of,
)
from tests.preparation_builders import a_preparation

PAIR = tuple(f"{address_of(host)}:3306" for host in ("db1", "db2"))


def two_and(third: NodeSurvey, *, at: datetime = NOON, before: ClusterSurvey | None = None) -> ClusterSurvey:
    pair = [a_node(host, size=2, at=at, status={"incoming_addresses": PAIR}) for host in ("db1", "db2")]
    return a_survey(*pair, third, before=before)


def found(survey: ClusterSurvey) -> dict[str, Finding]:
    return {finding.id: finding for finding in triage(survey)}


def test_every_scenario_has_a_card() -> None:
    assert set(CARDS) == set(Scenario) - {Scenario.HEALTHY}


def test_what_is_watched_stands_in_the_catalogue_with_a_detector() -> None:
    assert all(CATALOGUE[id_].detector for id_ in WATCHED)


def test_what_follows_from_views_is_told_at_once_and_confirmed_by_the_second_look() -> None:
    earlier = NOON - timedelta(seconds=2)
    first = two_and(a_node("db3", state="Initialized", at=earlier), at=earlier)
    assert "seen once" in found(first)["R-NET"].sentence
    second = two_and(a_node("db3", state="Initialized"), before=first)
    assert "seen once" not in found(second)["R-NET"].sentence


def test_what_a_host_proves_needs_no_second_look() -> None:
    assert "seen once" not in found(two_and(a_stopped_node("db3")))["R-1C"].sentence


def test_findings_come_worst_first() -> None:
    survey = two_and(a_stopped_node("db3", seqno=1000, filesystem=a_filesystem(free_bytes=0)))
    assert [finding.severity for finding in triage(survey)] == [Severity.CRITICAL, Severity.WARNING]
    assert [finding.id for finding in triage(survey)] == ["REC-28", "R-1G"]


def test_the_runbook_gets_the_node_that_it_is_about() -> None:
    finding = found(two_and(a_stopped_node("db3")))["R-1C"]
    assert finding.runbook == "galera-recover"
    assert finding.values == {"node": "db3"}


def test_a_crash_tells_its_end_its_position_and_the_way_back() -> None:
    unit = a_unit(
        active="failed", sub="failed", result="signal", exit_status=9, since=NOON - timedelta(minutes=2)
    )
    sentence = found(two_and(a_stopped_node("db3", recovered=990, units={"mariadb": unit})))["R-1C"].sentence
    for part in (
        "killed by signal KILL",
        "since 11:58:00 UTC",
        "2 of 3 carry on",
        "990 of 1000",
        "IST of 10",
    ):
        assert part in sentence


def test_the_minutes_left_follow_from_the_write_rate() -> None:
    def look(at: datetime, written: int, before: ClusterSurvey | None) -> ClusterSurvey:
        status = {
            "replicated_bytes": written,
            "all": {"wsrep_replicated": "1000"},
            "incoming_addresses": PAIR,
        }
        pair = [a_node(host, size=2, at=at, status=status) for host in ("db1", "db2")]
        return a_survey(*pair, a_stopped_node("db3", seqno=990, at=at), before=before)

    first = look(NOON - timedelta(seconds=10), 1_000_000, None)
    sentence = found(look(NOON, 2_000_000, first))["R-1G"].sentence
    assert "for about 22 min more" in sentence, sentence


def test_a_volume_that_fills_up_is_a_warning_before_it_is_full() -> None:
    survey = two_and(a_node("db3", size=3, evidence={"filesystem": a_filesystem(free_bytes=8_000_000_000)}))
    finding = found(survey)["REC-28"]
    assert finding.severity is Severity.WARNING
    assert "92 % full, 8.0 GB left" in finding.sentence


def test_clocks_that_disagree_are_told() -> None:
    finding = found(a_survey(a_node("db1"), a_node("db2"), a_node("db3", evidence={"clock_offset_s": -40.0})))
    assert "40 s apart" in finding["K.1-clock"].sentence


def test_preparation_adds_its_findings_when_it_was_read() -> None:
    survey = a_survey()
    readings = {
        node.host: a_preparation(node.host, tables_without_primary_key=("app.log",)) for node in survey.nodes
    }
    assert triage(survey) == ()
    told = triage(survey, look=Look(survey, readings))
    assert [finding.id for finding in told] == ["PXC-23"]


def test_text_from_a_host_stays_text() -> None:
    line = "\x1b]52;c;ZXZpbA==\x07 [/red] Main process exited, code=killed"
    survey = two_and(a_stopped_node("db3", log_hits=(a_hit("killed", line),)))
    assert any(line in proof for proof in found(survey)["R-1C"].evidence), (
        "shown by whoever shows it, as data"
    )


VERDICTS = [
    pytest.param(
        two_and(a_stopped_node("db3")),
        "✖",
        "2 of 3 in the cluster: db3 is down since 09:00:00 UTC",
        id="crashed",
    ),
    pytest.param(
        two_and(a_stopped_node("db3", seqno=1000)),
        "▲",
        "2 of 3 in the cluster: db3 is stopped since 09:00:00 UTC",
        id="stopped",
    ),
    pytest.param(
        two_and(a_lost_node("db3")), "✖", "2 of 3 in the cluster: db3 is out of reach", id="out of reach"
    ),
    pytest.param(
        a_survey(a_node("db1"), a_node("db2"), a_lost_node("db3")),
        "▲",
        "3 of 3 as the cluster counts; db3 is out of reach of this console",
        id="only our way is cut",
    ),
    pytest.param(a_survey(), "●", "3 of 3 Synced, seqno 1000", id="healthy"),
    pytest.param(
        a_survey(a_node("db1"), a_node("db2"), a_node("db3", variables={"dirty_reads": True})),
        "▲",
        "A node without a Primary answers with old data: db3: wsrep_dirty_reads is ON",
        id="whole, with a switch left on",
    ),
    pytest.param(
        a_survey(*(a_stopped_node(f"db{n}", seqno=1000 + n) for n in (1, 2, 3))),
        "✖",
        "All 3 nodes were stopped in order and nobody serves: db3 has the highest position (1003; db2 1002, "
        "db1 1001) and must start first",
        id="nobody runs",
    ),
]


@pytest.mark.parametrize(("survey", "sign", "sentence"), VERDICTS)
def test_a_verdict_is_one_line(survey: ClusterSurvey, sign: str, sentence: str) -> None:
    line = verdict(survey)
    assert (line.sign, line.sentence) == (sign, sentence)
    assert line.ascii_sign.isascii()
    assert line.system == "orders"


def test_a_verdict_takes_findings_that_somebody_has_already() -> None:
    survey = two_and(a_stopped_node("db3"))
    assert verdict(survey, triage(survey)) == verdict(survey)


def test_an_arbitrator_that_the_estate_names_is_no_stranger() -> None:
    four = [a_node(f"db{n}", status={"cluster_size": 4}) for n in (1, 2, 3)]
    assert "ROLL-12" in found(a_survey(*four))
    assert "ROLL-12" not in found(replace(a_survey(*four), arbitrators=1))


def test_a_verdict_says_what_it_is_and_its_detail_what_follows_from_it() -> None:
    """Nothing is said twice on the screen that is read first."""
    by_hand = a_node("db3", state="Donor/Desynced", variables={"desync": True}, status={"recv_queue": 7})
    said = verdict(a_survey(a_node("db1"), a_node("db2"), by_hand))
    assert said.sentence == "2 of 3 Synced: db3 is desynced by hand (wsrep_desync is ON)"
    assert said.detail == "7 write-sets behind, it may lag without limit and cannot be a donor (ROLL-04)"


def test_the_host_of_an_error_is_named_once() -> None:
    evidence = found(two_and(a_hung_node("db3")))["R-MUTE"].evidence
    assert evidence[0] == "db3: SQL: SHOW GLOBAL STATUS had no answer after 5 s"


def test_a_flag_at_boot_is_answered_by_the_runbook_that_takes_it_away() -> None:
    units = {
        "mariadb": a_unit(),
        "mysql@bootstrap": a_unit("mysql@bootstrap", active="inactive", enabled="enabled"),
    }
    finding = found(a_survey(a_node("db1", evidence={"units": units}), a_node("db2"), a_node("db3")))[
        "PXC-03"
    ]
    assert (finding.runbook, finding.values) == ("galera-recover", {"node": "db1"})


def test_a_joiner_is_told_by_how_long_it_has_been_at_it_and_not_as_one_that_has_ended() -> None:
    joiner = found(two_and(a_joining_node("db3")))["R-WAIT"]
    assert joiner.sentence.startswith("db3 has been receiving state from the cluster for 0 s")
    assert "db3: unit mariadb activating/start since 12:00:00 UTC" in joiner.evidence
    assert "db3: grastate.dat is empty" in joiner.evidence


def test_a_full_disk_is_told_by_the_disk_and_a_log_only_where_that_has_room() -> None:
    line = "[ERROR] WSREP: Cannot create new cache page: exceeds available storage space 0"
    hits = (a_hit("disk-full", line),)
    full = a_stopped_node("db3", filesystem=a_filesystem(free_bytes=0), log_hits=hits)
    assert "db3: /var/lib/mysql is 100 % full (0 bytes free)" in found(two_and(full))["REC-28"].sentence
    assert line not in found(two_and(full))["REC-28"].sentence
    roomy = a_stopped_node("db3", log_hits=hits)
    assert line in found(two_and(roomy))["REC-28"].sentence
