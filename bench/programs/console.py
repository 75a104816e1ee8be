"""The real console on recorded readings: `console READINGS_PER_S`. Nothing is asked over a network.

Three nodes commit between two looks, as a healthy cluster does; triage judges every look.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

from widgets.tempo import set_tempo

set_tempo()

from systems.errors import SystemsError  # noqa: E402
from systems.galera.readings import ClusterSurvey, NodeSurvey  # noqa: E402
from tests.scenes import busy, some_hosts, stamped  # noqa: E402
from tests.scripted import ScriptedSource  # noqa: E402
from tui.app import QuarterdeckApp  # noqa: E402

HOSTS = ("db1", "db2", "db3")
KEPT = 30


class Recorded(ScriptedSource):
    """Tells the recorded looks one after the other, in a circle, stamped anew."""

    def __init__(self, every_s: float) -> None:
        first = ClusterSurvey("orders", datetime.now(UTC), tuple([busy(host, 1300) for host in HOSTS]))
        super().__init__({"orders": [first]}, hosts=some_hosts())
        self._every_s = every_s
        self._recorded = [[busy(host, 1300 + 11 * number) for host in HOSTS] for number in range(KEPT)]

    async def watch(self, cluster: str) -> AsyncIterator[NodeSurvey]:
        number = 0
        while True:
            before = self.latest(cluster)
            self._before[cluster] = replace(before, before=None) if before else None
            for node in self._recorded[number % KEPT]:
                survey = stamped(node, datetime.now(UTC))
                assert not isinstance(survey.status, SystemsError)
                self._told[cluster][node.host] = survey
                yield survey
            number += 1
            await asyncio.sleep(self._every_s)


if __name__ == "__main__":
    source = Recorded(1 / float(sys.argv[1]))
    QuarterdeckApp(source.inventory, source, who="ana@bastion1").run()
