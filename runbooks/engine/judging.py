"""Judges whether a step may begin: its look is young, no gotcha stands against it, its check says yes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from runbooks.engine.api import Judged
from runbooks.engine.eyes import Eyes, looked_at
from runbooks.engine.work import Work
from runbooks.model import Gotcha, Holds, Look, Sighting, Step, unknown
from systems.galera.readings import ClusterSurvey


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found before a step (`at_steady_s`: by the steady clock)."""

    judged: tuple[Judged, ...]
    check: Sighting
    looked_at: datetime | None
    too_old: str
    """Why the look cannot be used; empty when it can, or none is needed."""
    at_steady_s: float

    @property
    def blocking(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.blocks)

    @property
    def sentence(self) -> str:
        """Why the step may not begin; empty: it may."""
        if self.too_old:
            return self.too_old
        if self.blocking:
            first = self.blocking[0]
            verb = "holds" if first.sighting.holds is Holds.YES else "is not known to be absent"
            return f"{first.id} {verb}: {first.sighting.evidence}"
        if self.check.holds is not Holds.YES:
            return self.check.evidence
        return ""

    @property
    def evidence(self) -> tuple[str, ...]:
        """What the judgement rests on, a line each."""
        gotchas = tuple(
            f"{one.id} {one.sighting.holds.value}: {one.sighting.evidence}" for one in self.judged
        )
        return (*gotchas, f"check {self.check.holds.value}: {self.check.evidence}")


async def judge(work: Work, eyes: Eyes, step: Step, *, anew: bool = False) -> Judgement:
    """Look (anew, or at most 30 s ago), judge the step's gotchas on that look, and ask its check."""
    limit_s = work.gear.limits.look_max_age_s
    look: Look | None = None
    too_old = ""
    if step.gotchas or step.acts:
        look = await eyes.look(max_age_s=0.0 if anew else limit_s)
        if (age_s := eyes.age_s(look)) > limit_s:
            too_old = f"the survey is {age_s:.0f} s old, and only one younger than {limit_s:g} s counts"
    narrowed = look and without(look, step.leaves_out)
    judged = tuple(_judge(step, work.gear.catalogue.get(name), name, narrowed) for name in step.gotchas)
    check = await eyes.ask(step.check)
    return Judgement(
        judged=judged,
        check=check,
        looked_at=looked_at(look) if look is not None else None,
        too_old=too_old,
        at_steady_s=work.gear.clock.steady_s(),
    )


def without(look: Look, hosts: Collection[str]) -> Look:
    """The same look without those of these nodes that do not answer; one that does counts as ever."""
    if not hosts:
        return look

    def narrowed(survey: ClusterSurvey) -> ClusterSurvey:
        kept = tuple(
            node for node in survey.nodes if node.host not in hosts or node.answers_sql or node.answers_ssh
        )
        return replace(survey, nodes=kept, before=narrowed(survey.before) if survey.before else None)

    return replace(look, survey=narrowed(look.survey))


def _judge(step: Step, gotcha: Gotcha | None, name: str, look: Look | None) -> Judged:
    """One that blocks and has no detector is shown: nothing but the operator's eyes can judge it."""
    if gotcha is None:
        sighting = unknown(f"{name} is not in the catalogue of gotchas")
        return Judged(name, None, sighting, blocks=True)
    if gotcha.detector is None or look is None:
        return Judged(name, gotcha, unknown(gotcha.why_no_detector or "has no detector"), blocks=False)
    try:
        sighting = gotcha.detector(look)
    except Exception as error:  # noqa: BLE001 - a defect in one detector must not read as "all is well"
        sighting = unknown(f"its detector failed, which is a defect: {error!r}")
    stops = gotcha.blocks and name not in step.answers and sighting.holds is not Holds.NO
    return Judged(name, gotcha, sighting, blocks=stops)
