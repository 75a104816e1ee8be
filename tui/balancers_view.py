"""What the console knows of the load balancers of one cloud: its last look, and the last list that came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems.errors import SystemsError

if TYPE_CHECKING:
    from runbooks.cloud.balancers import BalancersVerdict, JudgedBalancer
    from systems.openstack.octavia_readings import BalancersReading, BalancersSurvey


@dataclass(slots=True, eq=False)
class BalancersView:
    """The load balancers of one cloud, as they were judged when their list came last."""

    cloud: str
    survey: BalancersSurvey | None = None
    reading: BalancersReading | None = None
    verdict: BalancersVerdict | None = None
    judged: tuple[JudgedBalancer, ...] = ()
    """Worst first."""

    def take(self, survey: BalancersSurvey, verdict: BalancersVerdict) -> None:
        """Take the newest look; of a list that did not come the last one stays."""
        self.survey, self.verdict = survey, verdict
        if not isinstance(survey.answer, SystemsError):
            self.reading, self.judged = survey.answer, verdict.judged

    def of(self, key: str) -> JudgedBalancer | None:
        """The load balancer of that id in the last list; None: there is none."""
        return next((one for one in self.judged if one.balancer.id == key), None)

    @property
    def error(self) -> SystemsError | None:
        """Why they could not be read the last time; None: they were, or were never asked for."""
        answer = self.survey.answer if self.survey else None
        return answer if isinstance(answer, SystemsError) else None
