"""Why there is no rehearsal: what no practice copy of a cluster can show, each in one sentence."""

from __future__ import annotations

from runbooks.membership import primary_groups
from runbooks.model import Plan, Refusal, Runbook, Target
from runbooks.words import count, listed
from systems.galera.readings import ClusterSurvey, Flavour, HostEvidence, WsrepStatus

INSTEAD = "wait until the cluster is at rest and rehearse again, or run without a rehearsal"
_READ_THE_PLAN = "read the plan, which has every command: `runbook plan`; and run without a rehearsal"
_MOST_STEPS = 3


def refuse_kind(book: Runbook) -> Refusal | None:
    """A practice copy is one of a cluster."""
    if book.about is Target.CLUSTER:
        return None
    sentence = f"{book.name} is about a {book.about.value}, and practice copies are made of clusters only"
    return Refusal(sentence, (), _READ_THE_PLAN)


def refuse_members(survey: ClusterSurvey) -> Refusal | None:
    """Members that a copy has not, since they are no hosts: sizes and quorum would differ."""
    if survey.arbitrators:
        return Refusal(
            f"{survey.name} has an arbitrator, which a practice copy has not: sizes and quorum would differ",
            (),
            _READ_THE_PLAN,
        )
    unread = [node.host for node in survey.nodes if not isinstance(node.status, WsrepStatus)]
    for group in primary_groups(survey):
        strangers = group.size - len(group.hosts) - len(unread)
        if strangers > 0:
            return Refusal(
                f"{survey.name} has {count(strangers, 'member')} that its estate file does not name, and a "
                "practice copy would lack: sizes and quorum would differ",
                (f"{listed(group.hosts)}: cluster size {group.size}",),
                "name each node in the estate file, and an arbitrator (garbd) by `arbitrators`; then "
                + _READ_THE_PLAN,
            )
    return None


def refuse_plan(survey: ClusterSurvey, real: Plan, copied: Plan) -> Refusal | None:
    """The copy is given another plan than the cluster; None: the steps are the same."""
    keys, copied_keys = [step.key for step in real.steps], [step.key for step in copied.steps]
    if keys == copied_keys:
        return None
    evidence = (f"{survey.name}: {', '.join(keys)}", f"practice copy: {', '.join(copied_keys)}")
    absent = [f'"{step.title}"' for step in real.steps if step.key not in copied_keys]
    others = sorted({flavour.value for flavour in _flavours(survey) - {Flavour.MARIADB, Flavour.UNKNOWN}})
    if not absent or not others:
        return Refusal("the practice copy is given another plan than the real cluster", evidence, INSTEAD)
    more = f" and {len(absent) - _MOST_STEPS} more" if len(absent) > _MOST_STEPS else ""
    return Refusal(
        f"{survey.name} is {listed(others)}, and a practice copy is MariaDB: it has nothing for "
        f"{', '.join(absent[:_MOST_STEPS])}{more}, so that this plan cannot be rehearsed",
        evidence,
        _READ_THE_PLAN,
    )


def _flavours(survey: ClusterSurvey) -> set[Flavour]:
    return {node.evidence.flavour for node in survey.nodes if isinstance(node.evidence, HostEvidence)}
