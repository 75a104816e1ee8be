"""Looks at one host again and again: the quick questions each time, the slow ones when they are due."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from systems.errors import SudoRefused, SystemsError, TimedOut
from systems.galera.host_evidence import put_together
from systems.galera.host_probes import quick_probes, settings_probe, slow_probe
from systems.galera.host_quick import Quick, parse_quick
from systems.galera.host_settings import HostSettings, parse_settings
from systems.galera.host_slow import Slow, parse_slow
from systems.galera.readings import HostEvidence
from systems.galera.sections import split_sections
from systems.shell import Output, Probe, Reader


@dataclass(frozen=True, slots=True)
class SurveyOptions:
    """How a node is looked at."""

    datadir: str = ""
    """Empty: what the node's own option files say."""
    defaults_file: str = ""
    """The node's option file, when it is not the default one: several servers on one host."""
    sql_timeout_s: float = 5.0
    ssh_timeout_s: float = 8.0
    slow_every: int = 15
    """The log, the options and the size are read at every n-th look, and when the server was started or
    ended: they cost the host more than all the rest."""
    size_every: int = 4
    """The size of the datadir is measured at every n-th slow look, and at each while a copy is received."""


class HostLook:
    """One host and what is remembered of it between two looks."""

    def __init__(self, host: str, reader: Reader, options: SurveyOptions | None = None) -> None:
        self.host = host
        self._reader = reader
        self._options = options or SurveyOptions()
        self._settings: HostSettings | None = None
        self._slow: Slow | None = None
        self._slow_error = ""
        self._quick: Quick | None = None
        self._root_refused = ""
        self._looks = 0
        self._slow_looks = 0

    async def look(self, *, full: bool = False) -> HostEvidence:
        """Ask in one round trip (the first time two); `full` asks the slow part too. Raises a `SystemsError`.

        When only the slow part fails, the one before stands and `details_error` says why. Where sudo is
        refused it goes on with what the login may see by itself, and asks for root again with the next
        `full` one, or a while later: each refusal stands in the host's log.
        """
        if full:
            self._root_refused = ""
        try:
            return await self._look(full=full)
        except SudoRefused as error:
            if self._root_refused:
                raise
            self._root_refused = str(error)
            return await self._look(full=full)

    async def _look(self, *, full: bool) -> HostEvidence:
        settings = self._settings or await self._discover()
        is_due = full or self._looks % self._options.slow_every == 0
        slow = asyncio.create_task(self._ask_slow(settings, full=full)) if is_due else None
        try:
            asked_at = datetime.now(UTC)
            anybody, root = await self._ask(quick_probes(settings, as_root=not self._root_refused))
            quick = parse_quick(self.host, anybody, root, settings, asked_at=asked_at)
            if slow is not None:
                self._keep_slow(await slow, quick)
            elif self._quick is None or quick.start != self._quick.start:
                self._keep_slow(await self._ask_slow(settings, full=full), quick)
        finally:
            if slow is not None:
                slow.cancel()
        self._quick = quick
        self._looks += 1
        slow_part, refused = self._slow or Slow(quick.taken_at, settings), self._root_refused
        if self._looks % (self._options.slow_every * self._options.size_every) == 0:
            self._root_refused = ""  # by now sudo may be allowed
        return put_together(quick, slow_part, self._slow_error, refused)

    def _keep_slow(self, answer: Output | SystemsError, quick: Quick) -> None:
        """Keep a slow part that came; of one that did not, the one before stays, and the reason is told."""
        if isinstance(answer, SudoRefused):
            raise answer
        self._slow_looks += 1
        self._slow_error = str(answer) if isinstance(answer, SystemsError) else ""
        if isinstance(answer, SystemsError):
            return
        self._slow = parse_slow(
            answer,
            datadir=self._options.datadir,
            defaults_file=self._options.defaults_file,
            zone=quick.zone,
            before=self._slow,
        )
        self._settings = self._slow.settings

    async def _ask_slow(self, settings: HostSettings, *, full: bool) -> Output | SystemsError:
        """A host that is slow with this part, such as one with a huge journal, must not lose the other."""
        receives = self._quick is not None and self._quick.view.sst_in_progress
        is_sized = receives or self._slow_looks % self._options.size_every == 0
        probe = slow_probe(settings, as_root=not self._root_refused, size=is_sized and not self._slow_error)
        timeout_s = self._options.ssh_timeout_s * (0.9 if full else 0.5)
        try:
            async with asyncio.timeout(timeout_s):
                return (await self._ask((probe,), timeout_s=timeout_s))[0]
        except TimeoutError:
            return TimedOut(f"{self.host}: its log and options had no answer after {timeout_s:g} s")
        except SystemsError as error:
            return error

    async def _discover(self) -> HostSettings:
        """Where things are: asked once before everything else, then kept fresh by the slow part."""
        probe = settings_probe(self._options.defaults_file, as_root=not self._root_refused)
        output = await self._reader.read(probe, timeout_s=self._options.ssh_timeout_s)
        return parse_settings(
            split_sections(output.stdout).get("defaults", ()),
            datadir=self._options.datadir,
            defaults_file=self._options.defaults_file,
        )

    async def _ask(self, probes: Sequence[Probe], *, timeout_s: float | None = None) -> list[Output]:
        """All answers of one round trip; raises the first error among them."""
        outputs = []
        deadline_s = timeout_s or self._options.ssh_timeout_s
        for answer in await self._reader.read_many(probes, timeout_s=deadline_s):
            if isinstance(answer, Exception):
                raise answer
            outputs.append(answer)
        return outputs
