"""Real clusters under real faults: each is told by its name, with proof and the runbook that answers."""

from __future__ import annotations

import pytest

from runbooks.gotchas import CATALOGUE
from runbooks.model import Holds, Look, Severity
from runbooks.triage import Scenario, classify, triage, verdict, why
from tests.recorded_surveys import names, recorded

RECOVER = "galera-recover"
FAULTS = [
    pytest.param("kill-one", "R-1C", ("db3",), RECOVER, id="kill -9 of one node"),
    pytest.param("stop-one", "R-1G", ("db3",), RECOVER, id="one stopped"),
    pytest.param("stop-two", "R-2", ("db2", "db3"), RECOVER, id="two stopped"),
    pytest.param("stop-all", "R-3", ("db1", "db2", "db3"), RECOVER, id="three stopped"),
    pytest.param("kill-two", "R-5", ("db1",), RECOVER, id="kill -9 of two"),
    pytest.param("power-loss", "R-7A", ("db1", "db2", "db3"), RECOVER, id="power loss, views kept"),
    pytest.param("power-loss-no-view", "R-6", ("db1", "db2", "db3"), RECOVER, id="power loss, views lost"),
    pytest.param("never-returns", "STOP-SURVEY", ("db3",), RECOVER, id="one member stays off"),
    pytest.param("never-returns-waiting", "R-7B", ("db1", "db2"), RECOVER, id="the others wait for it"),
    pytest.param("unequal-seqno", "STOP-SURVEY", ("db3",), RECOVER, id="the most advanced one is away"),
    pytest.param("partition", "R-NET", ("db3",), RECOVER, id="one cut off"),
    pytest.param("two-clusters", "R-SEP", ("db1", "db2", "db3"), RECOVER, id="bootstrapped by accident"),
    pytest.param("split-brain", "R-SB", ("db1", "db2", "db3"), RECOVER, id="made Primary by force"),
    pytest.param("foreign-uuid", "R-FOR", ("db3",), RECOVER, id="data of another cluster"),
    pytest.param("zero-uuid", "R-1Z", ("db3",), RECOVER, id="no usable state"),
    pytest.param("voted-out", "R-VOTE", ("db3",), RECOVER, id="voted out"),
    pytest.param("flow-control", "R-FC", ("db3",), RECOVER, id="flow control"),
    pytest.param("desync", "R-DON", ("db3",), RECOVER, id="desynced by hand"),
    pytest.param("donor", "R-DON", ("db1", "db3"), RECOVER, id="donor in a full copy"),
    pytest.param("donor", "R-WAIT", ("db3",), RECOVER, id="joiner in a full copy"),
    pytest.param("ftwrl", "R-LOCK", ("db3",), RECOVER, id="held by a backup's lock"),
    pytest.param("disk-full", "R-LOOP", ("db3",), RECOVER, id="full disk"),
    pytest.param("disk-full", "REC-28", ("db3",), RECOVER, id="full disk, the gotcha"),
    pytest.param("frozen", "R-MUTE", ("db3",), None, id="a stopped process"),
    pytest.param("host-off", "R-HOST", ("db3",), None, id="a host without power"),
    pytest.param("ssh-blocked", "R-HOST", ("db3",), None, id="SSH dropped"),
    pytest.param("left-in-bootstrap", "PXC-04", ("db1",), "galera-rolling-restart", id="bootstrap unit"),
    pytest.param("boot-unit", "PXC-03", ("db1",), RECOVER, id="bootstrap unit at boot"),
]


@pytest.mark.parametrize(("fault", "id_", "hosts", "runbook"), FAULTS)
def test_a_fault_is_told_by_its_name(
    fault: str, id_: str, hosts: tuple[str, ...], runbook: str | None
) -> None:
    findings = {finding.id: finding for finding in triage(recorded(fault))}
    assert id_ in findings, f"found {list(findings)}"
    finding = findings[id_]
    assert finding.hosts == hosts
    assert finding.runbook == runbook
    assert finding.evidence
    assert "seen once" not in finding.sentence, "two looks say it"


def test_every_recording_is_expected_to_say_something() -> None:
    assert {str(param.values[0]) for param in FAULTS} | {"healthy"} == set(names())


def test_a_healthy_cluster_has_no_finding_at_all() -> None:
    survey = recorded("healthy")
    assert triage(survey) == ()
    line = verdict(survey)
    assert (line.sign, line.severity) == ("●", Severity.INFO)
    assert line.sentence.startswith("3 of 3 Synced, seqno ")
    assert "IST window" in line.sentence


SAFE = ("never-returns", "never-returns-waiting", "unequal-seqno", "two-clusters", "split-brain", "partition")


@pytest.mark.parametrize("fault", SAFE)
def test_what_must_be_refused_is_refused_and_says_why(fault: str) -> None:
    found = classify(recorded(fault))
    assert found.refused
    assert found.chosen is None


def test_a_split_brain_is_seen_although_both_sides_count_the_same_view() -> None:
    groups = classify(recorded("split-brain")).groups
    assert [group.hosts for group in groups] == [("db1", "db2"), ("db3",)]
    assert len({group.conf_id for group in groups}) == 1, "recorded so: the view number alone tells nothing"


def test_members_that_wait_for_a_lost_one_are_freed_by_signing_it_off() -> None:
    found = classify(recorded("never-returns-waiting"), signed_off=("db3",))
    assert (found.scenario, found.refused) == (Scenario.MEMBER_MISSING, "")
    assert found.chosen is None, "their SQL is closed: no position is known before they are stopped"


def test_a_donor_by_rsync_is_paused_and_still_no_lock() -> None:
    survey = recorded("donor")
    number = CATALOGUE["REC-13"].detector
    assert number is not None
    assert number(Look(survey)).holds is Holds.YES
    assert "R-LOCK" not in {finding.id for finding in triage(survey)}


WHY = [
    ("kill-one", "db3", "code=killed, status=9/KILL"),
    ("stop-one", "db3", "mariadb is inactive/dead since"),
    ("kill-two", "db1", "The quorum is lost: db2 and db3 are down"),
    ("disk-full", "db3", "/var/lib/mysql is 100 % full"),
    ("voted-out", "db3", "Inconsistent by consensus"),
    ("partition", "db3", "the way between them is cut"),
    ("host-off", "db3", "its host does not answer over SSH"),
    ("flow-control", "db3", "holds back the writes of all"),
    ("split-brain", "db1", "are both Primary"),
    ("healthy", "db1", "is not red"),
]


@pytest.mark.parametrize(("fault", "host", "cause"), WHY)
def test_why_it_is_red_is_one_sentence_with_the_cause(fault: str, host: str, cause: str) -> None:
    answer = why(recorded(fault), host)
    assert cause in answer.sentence
    broken = [rung for rung in answer.rungs if rung.sighting.holds is Holds.YES]
    assert all(rung in (answer.rungs[0], answer.rungs[-1]) for rung in broken), (
        "it stops at the first broken one"
    )
