"""Looks at one host again and again: the quick questions each time, the slow ones when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from systems.errors import SudoRefused
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
        self._quick: Quick | None = None
        self._as_root = True
        self._looks = 0
        self._slow_looks = 0

    async def look(self, *, full: bool = False) -> HostEvidence:
        """Ask in one round trip (the first time two); `full` asks the slow part too. Raises a `SystemsError`.

        Where sudo is refused it goes on with what the login may see by itself.
        """
        try:
            return await self._look(full=full)
        except SudoRefused:
            if not self._as_root:
                raise
            self._as_root = False
            return await self._look(full=full)

    async def _look(self, *, full: bool) -> HostEvidence:
        settings = self._settings or await self._discover()
        probes: tuple[Probe, ...] = quick_probes(settings, as_root=self._as_root)
        if full or self._slow is None or self._looks % self._options.slow_every == 0:
            probes += (self._slow_probe(settings),)
        asked_at = datetime.now(UTC)
        anybody, root, *slow = await self._ask(probes)
        quick = parse_quick(self.host, anybody, root, settings, asked_at=asked_at)
        if not slow and (self._quick is None or quick.start != self._quick.start):
            slow = await self._ask((self._slow_probe(settings),))
        return put_together(quick, self._remember(quick, slow))

    def _remember(self, quick: Quick, answers: Sequence[Output]) -> Slow:
        """Keep this look for the next one; return the newest slow part."""
        self._quick = quick
        self._looks += 1
        if self._looks % (self._options.slow_every * self._options.size_every) == 0:
            self._as_root = True  # by now sudo may be allowed
        newest = self._slow
        for answer in answers:
            self._slow_looks += 1
            newest = parse_slow(
                answer,
                datadir=self._options.datadir,
                defaults_file=self._options.defaults_file,
                zone=quick.zone,
                before=newest,
            )
        if newest is None:
            newest = Slow(quick.taken_at)
        self._slow, self._settings = newest, newest.settings
        return newest

    async def _discover(self) -> HostSettings:
        """Where things are: asked once before everything else, then kept fresh by the slow part."""
        probe = settings_probe(self._options.defaults_file, as_root=self._as_root)
        output = await self._reader.read(probe, timeout_s=self._options.ssh_timeout_s)
        return parse_settings(
            split_sections(output.stdout).get("defaults", ()),
            datadir=self._options.datadir,
            defaults_file=self._options.defaults_file,
        )

    def _slow_probe(self, settings: HostSettings) -> Probe:
        receives = self._quick is not None and self._quick.view.sst_in_progress
        is_sized = receives or self._slow_looks % self._options.size_every == 0
        return slow_probe(settings, as_root=self._as_root, size=is_sized)

    async def _ask(self, probes: Sequence[Probe]) -> list[Output]:
        """All answers of one round trip; raises the first error among them."""
        outputs = []
        for answer in await self._reader.read_many(probes, timeout_s=self._options.ssh_timeout_s):
            if isinstance(answer, Exception):
                raise answer
            outputs.append(answer)
        return outputs
