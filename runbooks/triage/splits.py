"""More than one Primary component: two clusters where there should be one (R-SEP, R-SB)."""

from __future__ import annotations

from runbooks.membership import Group
from runbooks.model import Severity
from runbooks.triage.scenario import Case, Classification, Scenario
from runbooks.words import listed, short
from systems.galera.readings import ClusterSurvey


def split(survey: ClusterSurvey, groups: tuple[Group, ...]) -> Classification:
    """Tell separate clusters from a split-brain: by whether two groups share a state UUID."""
    uuids = {group.state_uuid for group in groups}
    scenario = Scenario.SEPARATE if len(uuids) == len(groups) else Scenario.SPLIT_BRAIN
    sides = " and ".join(
        f"{listed(group.hosts)} ({short(group.state_uuid)}, at {group.last_committed})" for group in groups
    )
    if scenario is Scenario.SEPARATE:
        sentence = (
            f"{len(groups)} separate clusters run where there "
            f"should be one: {sides}; each has a history of its own"
        )
    else:
        sentence = f"Split-brain: {sides} are both Primary with the same history and take different writes"
    proof = tuple(
        f"{host}: Primary, wsrep_cluster_state_uuid {group.state_uuid}, conf_id {group.conf_id}, "
        f"size {group.size}, members {', '.join(sorted(group.addresses)) or 'not told'}"
        for group in groups
        for host in group.hosts
    )
    hosts = tuple(host for group in groups for host in group.hosts)
    return Classification(
        scenario,
        groups,
        Case(scenario, hosts, sentence, proof, Severity.CRITICAL),
        not_surveyed=tuple(
            node.host for node in survey.nodes if not node.answers_sql and not node.answers_ssh
        ),
        refused="two Primary components live: stop the writes of one side, then decide which one stays",
    )
