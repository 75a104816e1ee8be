"""What a plan is made from: one look, what the run has learnt, and the classification that triage shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from runbooks.galera_recover.inputs import NODE, signed_off
from runbooks.model import Context, Look, Plan, Refusal, Sighting, Step, no, yes
from runbooks.steps.evidence import keep_step, survey_step
from runbooks.steps.node import Node, node_of
from runbooks.steps.recovery import incident, with_recovered
from runbooks.triage.classify import classify
from runbooks.triage.scenario import Classification, Scenario
from runbooks.words import count, listed

NAME = "galera-recover"


@dataclass(frozen=True, slots=True)
class Situation:
    """One cluster as it is seen now. Everything in galera-recover is planned from this."""

    look: Look
    found: Classification
    values: Mapping[str, str]

    @property
    def label(self) -> str:
        """Names the incident; what is kept or moved aside carries it."""
        return incident(self.look.survey)

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(node.host for node in self.look.survey.nodes)

    @property
    def vouched(self) -> tuple[str, ...]:
        """Nodes signed off by name."""
        return signed_off(self.values)

    @property
    def signed_off(self) -> tuple[str, ...]:
        """Those of them that are out of reach indeed; one that answers is judged by what it says."""
        return tuple(host for host in self.vouched if host in self.hosts and self.node(host) is None)

    @property
    def reachable(self) -> tuple[Node, ...]:
        """The nodes that can be commanded, in inventory order."""
        found = (node_of(node) for node in self.look.survey.nodes)
        return tuple(node for node in found if node is not None)

    def node(self, host: str) -> Node | None:
        """How to command one node; None: its host does not answer."""
        return node_of(self.look.survey.node(host))

    @property
    def sentence(self) -> str:
        """What the matter is, led by its card."""
        if self.found.cluster is not None:
            return f"{self.found.scenario.value}: {self.found.cluster.sentence}"
        cases = self.found.cases
        if not cases:
            return f"all {count(len(self.hosts), 'node')} are Synced: no node needs to be recovered"
        return "; ".join(f"{case.scenario.value}: {case.sentence}" for case in cases)

    @property
    def outline(self) -> str:
        """What is planned from: two looks that have it in common lead to the same.

        Positions count where nobody commits; those of a Primary component move with every write.
        """
        found = self.found
        cases = [(case.scenario.value, case.hosts) for case in found.cases]
        groups = [(group.hosts, group.state_uuid) for group in found.groups]
        living = [(one.host, str(one.position)) for one in found.candidates] if not groups else []
        saved = [(one.host, str(one.position)) for one in found.saved] if not groups else []
        rest = (found.to_recover, found.chosen, found.start_together, found.not_surveyed)
        return repr((found.scenario.value, cases, groups, living, saved, rest))

    @property
    def evidence(self) -> tuple[str, ...]:
        """The readings behind it, without repetition."""
        cases = (self.found.cluster, *self.found.cases)
        return tuple(dict.fromkeys(line for case in cases if case for line in case.evidence))


def situation(look: Look, values: Mapping[str, str], facts: Mapping[str, str]) -> Situation:
    """Judge a look as triage does, with the positions that this run has recovered."""
    survey = with_recovered(look.survey, facts)
    found = classify(survey, signed_off=signed_off(values))
    return Situation(replace(look, survey=survey), _only(found, values.get(NODE.name, "")), values)


def _only(found: Classification, host: str) -> Classification:
    """The cases of one node, while a Primary component lives; the rest stays as it is."""
    if not host or len(found.groups) != 1:
        return found
    return replace(
        found,
        outside=tuple(case for case in found.outside if host in case.hosts),
        inside=tuple(case for case in found.inside if host in case.hosts),
        cluster=None,
    )


def of_context(context: Context, look: Look) -> Situation:
    """The same for a look that a check or verify has just taken."""
    return situation(look, context.values, context.facts)


def survey_first(seen: Situation, *, twice: bool) -> Step:
    """The step that every plan begins with."""
    why = "Collect from all nodes first, act on one, and fail closed on anything unknown (B.3)."
    if twice:
        why += " What creates a Primary rests on two looks that say the same."

    def telling(context: Context, look: Look) -> str:
        return of_context(context, look).sentence

    def same(context: Context, look: Look) -> str:
        return of_context(context, look).outline

    return survey_step(seen.look, telling, twice=twice, why=why, same=same)


def keep_first(seen: Situation) -> Step:
    """Copies of what the run may change, on every node that can be reached."""
    return keep_step(seen.look.survey.name, seen.reachable, seen.label)


def plan_of(seen: Situation, steps: tuple[Step, ...], *, left_open: str = "") -> Plan:
    """A plan that tells what was seen, and from which readings."""
    return Plan(NAME, seen.look.survey.name, seen.sentence, steps, seen.evidence, left_open)


def refusal_of(seen: Situation, way_on: str, *, sentence: str = "", gotchas: tuple[str, ...] = ()) -> Refusal:
    """No plan: what was seen, and what would change the answer."""
    return Refusal(sentence or seen.sentence, seen.evidence, way_on, gotchas)


def may_start_from(host: str, scenarios: tuple[Scenario, ...], context: Context, look: Look) -> Sighting:
    """Whether a fresh look still says that a Primary may be made of this very node (REC-01, REC-04)."""
    seen = of_context(context, look)
    found = seen.found
    if found.groups:
        return no(f"{listed(found.groups[0].hosts)} are Primary: no second one may start (REC-01)")
    if found.refused:
        return no(found.refused)
    if found.scenario not in scenarios:
        return no(f"the cluster is no longer what was planned for: {seen.sentence}")
    if found.not_surveyed:
        return no(f"{listed(found.not_surveyed)} could not be looked at (REC-04)")
    if found.chosen != host:
        return no(f"now {found.chosen or 'no node'} would be chosen, not {host}: plan again")
    asked = len(seen.hosts) - len(seen.signed_off)
    signed = f", {listed(seen.signed_off)} signed off by name" if seen.signed_off else ""
    return yes(f"no Primary on {asked} of {count(len(seen.hosts), 'node')}{signed}; {found.chosen_because}")
