"""One cloud that can be asked: what the panes, the command line and the checks get (`CloudReader`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from systems.errors import NotUnderstood, Refused, SystemsError
from systems.openstack.asking import Asks, Question, Reply, server_path
from systems.openstack.decoding import Asked
from systems.openstack.parse import (
    instances_reading,
    parse_console,
    parse_console_log,
    parse_events,
    parse_hypervisors,
    parse_instance,
    parse_page,
    parse_services,
)
from systems.openstack.readings import (
    Answer,
    CloudSurvey,
    ConsoleLogReading,
    ConsoleReading,
    EventsReading,
    HypervisorsReading,
    Instance,
    InstancesReading,
    ServicesReading,
    T,
)
from systems.openstack.refusals import refusal

MOST_PAGES = 50
"""At 1,000 instances a page, Nova's own limit."""
TOKEN_TTL_S = 600.0
"""`[consoleauth] token_ttl` as Nova has it when nobody changed it; the API does not tell it."""
LIST_S = 40.0
"""For one page of the list: a busy Nova takes many seconds for 1,000 instances."""
LOG_LINES = 1000
_FLAVOR_NAMES = (2, 47)
"""Since then the list has the flavor's name, not only its id; and `locked`, since 2.9."""
_SERVICE_HOSTS = (2, 53)
_REMOTE_CONSOLES = (2, 6)
_NEEDS = {"webmks": (2, 8), "spice-direct": (2, 99)}
_PROTOCOLS = {
    "spice-html5": "spice",
    "spice-direct": "spice",
    "novnc": "vnc",
    "xvpvnc": "vnc",
    "serial": "serial",
    "rdp-html5": "rdp",
    "webmks": "mks",
}
CONSOLE_TYPES = tuple(_PROTOCOLS)
"""Every type that some Nova knows, the usual ones first."""
_OLD_ACTIONS = {
    "spice": "os-getSPICEConsole",
    "vnc": "os-getVNCConsole",
    "serial": "os-getSerialConsole",
    "rdp": "os-getRDPConsole",
}


class CloudReader:
    """Reads one cloud; nothing here can change anything. Errors of the methods are `SystemsError`s."""

    def __init__(self, api: Asks, *, all_projects: bool = True, token_ttl_s: float = TOKEN_TTL_S) -> None:
        """`all_projects`: ask for those of all, and make do with one's own where the account may not."""
        self._api = api
        self._all_projects = all_projects
        self._token_ttl_s = token_ttl_s

    @property
    def name(self) -> str:
        return self._api.cloud

    async def survey(self) -> CloudSurvey:
        """Look once; what could not be read is an error in its place, nothing raises."""
        instances, hypervisors, services = await asyncio.gather(
            _answer(self.instances), _answer(self.hypervisors), _answer(self.services)
        )
        return CloudSurvey(self.name, datetime.now(UTC), instances, hypervisors, services)

    async def instances(self) -> InstancesReading:
        """All instances that the account can see, page by page."""
        try:
            return await self._instances(all_projects=self._all_projects)
        except Refused as error:
            if not self._all_projects or error.status != 403:
                raise
        own = await self._instances(all_projects=False)
        self._all_projects = False
        return own

    async def _instances(self, *, all_projects: bool) -> InstancesReading:
        pages: list[tuple[Instance, ...]] = []
        marker, scope = "", "all_tenants=1" if all_projects else ""
        asked = Asked("the list of instances of all projects" if all_projects else "the list of instances")
        while True:
            query = "&".join(filter(None, (scope, f"marker={marker}" if marker else "")))
            reply = await self._good(
                Question(f"/servers/detail{f'?{query}' if query else ''}", microversion=_FLAVOR_NAMES),
                asked,
                timeout_s=LIST_S,
            )
            page, marker = parse_page(reply)
            pages.append(page)
            if not marker:
                return instances_reading(pages, reply, is_all_projects=all_projects)
            if len(pages) >= MOST_PAGES:
                count = sum(map(len, pages))
                raise NotUnderstood(
                    f"{self.name}: the list of instances does not end: {count} were read in {MOST_PAGES} "
                    "pages. Name a region or a project of its own for this console in clouds.yaml."
                )

    async def instance(self, instance: Instance) -> Instance:
        """One instance, read anew."""
        asked = Asked(f"the state of {instance.name}", instance.name, instance.host or "", instance.status)
        path = server_path(instance.id)
        return parse_instance(await self._good(Question(path, microversion=_FLAVOR_NAMES), asked))

    async def hypervisors(self) -> HypervisorsReading:
        """All hypervisors; most accounts may not see them."""
        return parse_hypervisors(
            await self._good(Question("/os-hypervisors/detail"), Asked("the list of hypervisors"))
        )

    async def services(self) -> ServicesReading:
        """All processes of Nova that report; most accounts may not see them."""
        question = Question("/os-services", microversion=_SERVICE_HOSTS)
        return parse_services(await self._good(question, Asked("the list of Nova's services")))

    async def events(self, instance: Instance) -> EventsReading:
        """What was done to an instance, newest first."""
        question = Question(server_path(instance.id, "/os-instance-actions"))
        asked = Asked(f"the events of {instance.name}", instance.name, instance.host or "", instance.status)
        return parse_events(await self._good(question, asked))

    async def console_log(self, instance: Instance, *, lines: int = LOG_LINES) -> ConsoleLogReading:
        """The last lines that the instance wrote to its console."""
        question = Question(
            server_path(instance.id, "/action"), body={"os-getConsoleOutput": {"length": lines}}
        )
        asked = Asked(
            f"the console log of {instance.name}", instance.name, instance.host or "", instance.status
        )
        return parse_console_log(await self._good(question, asked))

    async def console(self, instance: Instance, kind: str) -> ConsoleReading:
        """A URL to the instance's screen, with a token in it that is good for minutes. Changes nothing.

        `kind` is one of `CONSOLE_TYPES`; which of them a cloud has is told by what it answers.
        """
        asked = Asked(
            f"a {kind} console of {instance.name}", instance.name, instance.host or "", instance.status
        )
        question = await self._console_question(instance, kind)
        return parse_console(await self._good(question, asked), ttl_s=self._token_ttl_s)

    async def _console_question(self, instance: Instance, kind: str) -> Question:
        protocol = _PROTOCOLS.get(kind)
        if protocol is None:
            known = ", ".join(CONSOLE_TYPES)
            raise Refused(f"{self.name}: {kind} is no type of console; it is one of {known}")
        newest = await self._api.newest()
        needed = _NEEDS.get(kind, _REMOTE_CONSOLES)
        if newest >= needed:
            body: dict[str, object] = {"remote_console": {"protocol": protocol, "type": kind}}
            path = server_path(instance.id, "/remote-consoles")
            return Question(path, body=body, microversion=needed)
        old = _OLD_ACTIONS.get(protocol)
        if old is None or kind in _NEEDS:
            version = ".".join(map(str, newest))
            raise Refused(
                f"{self.name}: this Nova is too old for a console of the type {kind}: its API goes to "
                f"{version}, and {'.'.join(map(str, needed))} is needed. Ask for spice-html5, novnc or "
                "serial."
            )
        return Question(server_path(instance.id, "/action"), body={old: {"type": kind}})

    async def _good(self, question: Question, asked: Asked, *, timeout_s: float = 15.0) -> Reply:
        reply = await self._api.ask(question, timeout_s=timeout_s)
        if reply.status != 200:
            raise refusal(reply, asked)
        return reply


async def _answer(read: Callable[[], Awaitable[T]]) -> Answer[T]:
    try:
        return await read()
    except SystemsError as error:
        return error
