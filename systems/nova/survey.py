"""One look at all hosts of a cloud's consoles, and at the instance that proves them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from systems.errors import SystemsError
from systems.nova.collect import read_nova
from systems.nova.flaws import Facts, Flaw
from systems.nova.lint import lint
from systems.nova.options import Side
from systems.nova.readings import NovaHost
from systems.openstack.readings import Answer, Instance
from systems.shell import Reader


@dataclass(frozen=True, slots=True)
class NovaSurvey:
    """Every host that was named is here, whether it answered or not."""

    cloud: str
    taken_at: datetime
    control: tuple[str, ...]
    computes: tuple[str, ...]
    answers: Mapping[str, Answer[NovaHost]]
    """By host."""
    instance: Answer[Instance]
    """The one that proves it; why there is none."""
    base_url: str = ""
    """The address of the page that is wanted; empty: whatever there is."""

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.control, *self.computes)))

    @property
    def answering(self) -> tuple[str, ...]:
        return tuple(read.host for read in self.read())

    def read(self, side: Side | None = None) -> Iterator[NovaHost]:
        """Those that answered, of one side or of both."""
        for host in self.hosts:
            answer = self.answers[host]
            if isinstance(answer, NovaHost) and (side is None or side in answer.sides):
                yield answer

    @property
    def unread(self) -> dict[str, SystemsError]:
        """Why hosts did not answer, by host."""
        return {host: one for host, one in self.answers.items() if isinstance(one, SystemsError)}

    @property
    def proxy_is_tls(self) -> bool | None:
        """Whether the proxies speak TLS: Nova's do when they have their certificate. None: they differ."""
        found = {host.cert_exists for host in self.read(Side.CONTROL)}
        return found.pop() if len(found) == 1 else None

    def facts(self, host: NovaHost) -> Facts:
        """What the rules need to know of one host."""
        return Facts(
            side=frozenset(host.sides),
            release=host.release,
            addresses=host.addresses,
            web_exists=host.web_exists,
            cert_exists=host.cert_exists,
            key_exists=host.key_exists,
            proxy_is_tls=self.proxy_is_tls,
            base_url=self.base_url,
        )

    def flaws(self, host: NovaHost) -> tuple[Flaw, ...]:
        """What is wrong in its files."""
        return lint(host.conf, self.facts(host))


async def survey_nova(
    cloud: str,
    reader: Callable[[str], Reader],
    control: Sequence[str],
    computes: Sequence[str],
    instance: Callable[[], Awaitable[Instance]],
    *,
    base_url: str = "",
) -> NovaSurvey:
    """Ask all of them side by side; nothing raises, errors are answers."""
    hosts = tuple(dict.fromkeys((*control, *computes)))

    async def ask(host: str) -> Answer[NovaHost]:
        sides = {side for side, names in ((Side.CONTROL, control), (Side.COMPUTE, computes)) if host in names}
        try:
            return await read_nova(host, reader(host), frozenset(sides))
        except SystemsError as error:
            return error

    async def ask_instance() -> Answer[Instance]:
        try:
            return await instance()
        except SystemsError as error:
            return error

    taken_at = datetime.now(UTC)
    found, answers = await asyncio.gather(ask_instance(), asyncio.gather(*map(ask, hosts)))
    told = dict(zip(hosts, answers, strict=True))
    return NovaSurvey(cloud, taken_at, tuple(control), tuple(computes), told, found, base_url)
