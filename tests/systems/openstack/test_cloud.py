"""The reader of a cloud: pages, accounts that may see little, and Novas of every age."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from systems.errors import NotUnderstood, Refused, SystemsError
from systems.openstack.asking import Question, Reply
from systems.openstack.cloud import CloudReader
from systems.openstack.readings import Instance, InstancesReading
from tests.systems.openstack.recorded import made, reply

WEB = Instance("0eca1150-46c7-40ed-b606-51d073a5b85a", "web-1", "ACTIVE", host="cmp1")


class ScriptedApi:
    """Answers by path, the last answer of a path again and again; keeps the questions."""

    cloud = "kilo"

    def __init__(self, answers: dict[str, Sequence[Reply]], newest: tuple[int, int] = (2, 100)) -> None:
        self._answers = {path: list(replies) for path, replies in answers.items()}
        self._newest = newest
        self.asked: list[Question] = []

    async def newest(self, *, timeout_s: float = 15.0) -> tuple[int, int]:
        return self._newest

    async def ask(self, question: Question, *, timeout_s: float = 15.0) -> Reply:
        self.asked.append(question)
        found = self._answers[question.path]
        return found.pop(0) if len(found) > 1 else found[0]


def page(*ids: str, more: bool = False) -> Reply:
    links = [{"rel": "next", "href": "x"}] if more else []
    return made({"servers": [{"id": one} for one in ids], "servers_links": links})


async def test_all_pages_are_read() -> None:
    first, second = "/servers/detail?all_tenants=1", "/servers/detail?all_tenants=1&marker=b"
    reader = CloudReader(ScriptedApi({first: [page("a", "b", more=True)], second: [page("c")]}))
    found = await reader.instances()
    assert [one.id for one in found.instances] == ["a", "b", "c"]
    assert found.is_all_projects


async def test_a_list_without_end_is_given_up() -> None:
    again = page("a", more=True)
    paths = ("/servers/detail?all_tenants=1", "/servers/detail?all_tenants=1&marker=a")
    reader = CloudReader(ScriptedApi({path: [again] for path in paths}))
    with pytest.raises(NotUnderstood, match="does not end: 50 were read in 50 pages"):
        await reader.instances()


async def test_an_account_of_one_project_sees_its_own_and_is_not_refused_again() -> None:
    api = ScriptedApi(
        {
            "/servers/detail?all_tenants=1": [reply("no-all-projects")],
            "/servers/detail": [page("a")],
        }
    )
    reader = CloudReader(api)
    for _ in range(2):
        found = await reader.instances()
        assert (len(found.instances), found.is_all_projects) == (1, False)
    assert [question.path for question in api.asked].count("/servers/detail?all_tenants=1") == 1


async def test_a_look_has_an_answer_for_each_part() -> None:
    api = ScriptedApi(
        {
            "/servers/detail?all_tenants=1": [reply("servers")],
            "/os-hypervisors/detail": [reply("no-hypervisors")],
            "/os-services": [reply("services")],
        }
    )
    survey = await CloudReader(api).survey()
    assert isinstance(survey.instances, InstancesReading)
    assert isinstance(survey.hypervisors, Refused)
    assert "the list of hypervisors was refused" in str(survey.hypervisors)
    assert not isinstance(survey.services, SystemsError)


@pytest.mark.parametrize(
    ("newest", "kind", "path", "body"),
    [
        (
            (2, 100),
            "spice-html5",
            "remote-consoles",
            {"remote_console": {"protocol": "spice", "type": "spice-html5"}},
        ),
        ((2, 6), "novnc", "remote-consoles", {"remote_console": {"protocol": "vnc", "type": "novnc"}}),
        ((2, 3), "spice-html5", "action", {"os-getSPICEConsole": {"type": "spice-html5"}}),
        ((2, 0), "novnc", "action", {"os-getVNCConsole": {"type": "novnc"}}),
    ],
)
async def test_a_console_is_asked_for_as_that_nova_knows_it(
    newest: tuple[int, int], kind: str, path: str, body: dict[str, object]
) -> None:
    where = f"/servers/{WEB.id}/{path}"
    api = ScriptedApi({where: [reply("console-spice")]}, newest)
    console = await CloudReader(api, token_ttl_s=120.0).console(WEB, kind)
    assert console.ttl_s == 120.0
    assert (api.asked[0].path, api.asked[0].body) == (where, body)


@pytest.mark.parametrize(
    ("newest", "kind", "words"),
    [
        (
            (2, 3),
            "spice-direct",
            "too old for a console of the type spice-direct: its API goes to 2.3, and 2.99",
        ),
        ((2, 7), "webmks", "2.8 is needed"),
        ((2, 100), "telnet", "telnet is no type of console; it is one of spice-html5"),
    ],
)
async def test_a_console_that_this_nova_cannot_have_is_not_asked_for(
    newest: tuple[int, int], kind: str, words: str
) -> None:
    api = ScriptedApi({}, newest)
    with pytest.raises(Refused, match=words):
        await CloudReader(api).console(WEB, kind)
    assert api.asked == []


async def test_a_refused_console_names_instance_and_host() -> None:
    api = ScriptedApi({f"/servers/{WEB.id}/remote-consoles": [reply("no-spice")]})
    with pytest.raises(Refused, match=r"a spice-html5 console of web-1 was refused .* on cmp1"):
        await CloudReader(api).console(WEB, "spice-html5")


async def test_events_and_console_log_of_one_instance() -> None:
    api = ScriptedApi(
        {
            f"/servers/{WEB.id}/os-instance-actions": [reply("events")],
            f"/servers/{WEB.id}/action": [reply("console-log")],
            f"/servers/{WEB.id}": [reply("server-error")],
        }
    )
    reader = CloudReader(api)
    assert [one.action for one in (await reader.events(WEB)).events][-1] == "create"
    assert "LAST LINE" in (await reader.console_log(WEB, lines=50)).text
    assert api.asked[-1].body == {"os-getConsoleOutput": {"length": 50}}
    assert (await reader.instance(WEB)).status == "ERROR"
