"""What checks, verifies and surveys see: readers, and looks of which the age is known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from runbooks.engine.api import Looked
from runbooks.engine.work import Work
from runbooks.model import Check, Clouds, Look, Sighting, Vips, unknown
from systems.errors import SystemsError, TimedOut
from systems.galera.readings import ClusterSurvey
from systems.shell import Reader


def looked_at(look: Look) -> datetime:
    """When the node that was asked first was asked: the look is as old as its oldest part."""
    return min((node.started_at for node in look.survey.nodes), default=look.survey.taken_at)


class Eyes:
    """A `Context` for one run: it can read, and nothing else."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._last: tuple[Look, bool] | None = None

    @property
    def values(self) -> Mapping[str, str]:
        return self._work.values

    @property
    def facts(self) -> Mapping[str, str]:
        return self._work.facts

    def reader(self, host: str) -> Reader:
        return self._work.gear.hosts.reader(host)

    @property
    def clouds(self) -> Clouds:
        clouds = self._work.gear.clouds
        if clouds is None:
            raise SystemsError("no cloud can be asked from here")
        return clouds

    @property
    def vips(self) -> Vips:
        vips = self._work.gear.vips
        if vips is None:
            raise SystemsError("no virtual address is known here")
        return vips

    async def look(self, *, max_age_s: float = 0.0, preparation: bool = False) -> Look:
        if self._last is not None and max_age_s > 0:
            look, prepared = self._last
            if self.age_s(look) <= max_age_s and (prepared or not preparation):
                return look
        look = await self._look(preparation=preparation)
        self._last = (look, preparation)
        self._work.tell(Looked(look))
        return look

    async def _look(self, *, preparation: bool) -> Look:
        work = self._work
        book, target, surveyor = work.runbook, work.target, work.gear.surveyor
        nothing = ClusterSurvey(target, work.gear.clock.now(), ())
        if book.survey is not None:
            return Look(nothing, found=await book.survey(self, target))
        if book.before is not None:
            look = await self._named_cluster()
            return replace(look, found=await book.before(self, target, look.survey))
        if book.beside is None:
            return await surveyor.look(target, preparation=preparation)
        vip = self.vips.balancers(target)
        served = vip.settings.serves
        look = await surveyor.look(served, preparation=preparation) if served else Look(nothing)
        return replace(look, found=await book.beside(self, vip, look.survey))

    async def _named_cluster(self) -> Look:
        name = self.values.get("cluster", "")
        try:
            return await self._work.gear.surveyor.look(name)
        except KeyError:  # the runbook refuses it, in a sentence of its own
            return Look(ClusterSurvey(name, self._work.gear.clock.now(), ()))

    async def look_for_plan(self) -> Look:
        """A new look with all that the runbook plans from; a second one where a host was only too slow.

        Right after a power loss hosts are busy, and a plan must not be refused for one answer that was late.
        """
        preparation = self._work.runbook.needs_preparation
        look = await self.look(preparation=preparation)
        if any(isinstance(node.evidence, TimedOut) for node in look.survey.nodes):
            look = await self.look(preparation=preparation)
        return look

    def age_s(self, look: Look) -> float:
        return (self._work.gear.clock.now() - looked_at(look)).total_seconds()

    async def ask(self, check: Check) -> Sighting:
        """Ask a check or verify, with a deadline. What goes wrong in it is an unknown, never a yes."""
        limit_s = self._work.gear.limits.check_s
        try:
            async with asyncio.timeout(limit_s):
                return await check(self)
        except SystemsError as error:
            return unknown(str(error))
        except TimeoutError:
            return unknown(f"no answer within {limit_s:g} s")
        except Exception as error:  # noqa: BLE001 - a defect in one check must not lose the run
            return unknown(f"the check itself failed, which is a defect of the runbook: {error!r}")
