"""A practice estate that takes over the facts of another cluster: the console sees there what it was told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from practice.facts import FactsWrong, read_facts
from systems.galera.readings import HostEvidence, WsrepStatus, WsrepVariables
from tests.practice.inside import Inside, inside
from tests.practice.running import Running

UUID = "5fd05d4b-63a7-11ef-9a5c-0e6f2b7c5d11"
MEMBERS = tuple(f"8a1b2c{number}d-0001-11ef-8000-00000000000{number}" for number in (1, 2, 3))
SYNCED = {"runs": True, "component": 0, "primary": True, "view": 7, "uuid": UUID, "seqno": 1311}
STOPPED = {"uuid": UUID, "seqno": 1300, "saved": {"uuid": UUID, "seqno": 1300, "safe": False}}


async def load(estate: Inside, hosts: dict[str, dict[str, Any]]) -> None:
    """Give the order, and forget the hosts that were there before."""
    await estate.serving.load(read_facts({"cluster": "billing", "writes_per_s": 0, "hosts": hosts}))
    await estate.reopen()


async def test_hosts_states_positions_and_saved_files_are_those_that_were_told(tmp_path: Path) -> None:
    view = {"member_uuid": MEMBERS[2], "members": list(MEMBERS)}
    crashed = {"uuid": UUID, "seqno": 1305, "saved": {"uuid": UUID, "seqno": -1}, "last_view": view}
    async with inside(tmp_path) as estate:
        await load(
            estate, {"sql1": {**SYNCED, "weight": 2}, "sql2": STOPPED, "sql9": {**crashed, "failed": True}}
        )
        survey = await estate.access.survey("billing")
    one, other, third = survey.nodes
    assert isinstance(one.status, WsrepStatus)
    assert isinstance(one.variables, WsrepVariables)
    assert (one.status.state_comment, one.status.cluster_size) == ("Synced", 1)
    assert (one.status.state_uuid, one.status.conf_id) == (UUID, 7)
    assert one.status.last_committed == 1311
    assert one.variables.provider_options["pc.weight"] == "2"
    assert isinstance(other.evidence, HostEvidence)
    assert other.evidence.grastate is not None
    assert str(other.evidence.grastate.position) == f"{UUID}:1300"
    assert other.evidence.units["mariadb"].active == "inactive"
    assert not other.evidence.is_running
    assert isinstance(third.evidence, HostEvidence)
    assert third.evidence.units["mariadb"].active == "failed"
    assert third.evidence.gvwstate is not None
    assert third.evidence.gvwstate.members == tuple(sorted(MEMBERS))


async def test_servers_of_two_components_stay_apart_and_a_silent_host_does_not_answer(tmp_path: Path) -> None:
    alone = {**SYNCED, "component": 1, "primary": False, "seqno": 1310}
    async with inside(tmp_path) as estate:
        await load(estate, {"sql1": SYNCED, "sql2": alone, "sql3": {"silent": True}})
        await estate.pass_time(60.0)
        survey = await estate.access.survey("billing")
    one, other, silent = survey.nodes
    assert isinstance(one.status, WsrepStatus)
    assert isinstance(other.status, WsrepStatus)
    assert one.status.is_primary
    assert other.status.cluster_status == "non-Primary"
    assert not silent.answers_ssh


def test_the_order_is_taken_at_the_control_socket_and_the_estate_file_names_the_new_hosts(
    estate: Running,
) -> None:
    nodes = {f"sql{number}": SYNCED for number in (1, 2)}
    told = estate.order("load", cluster="billing", hosts=nodes)["state"]["clusters"]
    assert told["billing"]["primaries"] == [["sql1", "sql2"]]
    assert 'nodes = "sql[1-2]"' in (estate.folder / "estate.toml").read_text()
    assert "Host sql2" in (estate.folder / "ssh_config").read_text()


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"cluster": "a b", "hosts": {"db1": {}}}, "cluster 'a b': a name is of letters"),
        ({"cluster": "orders", "hosts": {}}, "for 1 to 15 hosts"),
        ({"cluster": "orders", "hosts": {"db1 -oProxyCommand=x": {}}}, "host 'db1 -oProxyCommand=x'"),
        ({"cluster": "orders", "hosts": {"db1": {"uid": "x"}}}, "there is no fact 'uid'"),
        ({"cluster": "orders", "hosts": {"db1": {"seqno": "7"}}}, "db1: seqno: a whole number"),
        ({"cluster": "orders", "hosts": {"db1": {"uuid": "x"}}}, "db1: uuid: a UUID"),
        ({"cluster": "orders", "hosts": {"db1": {"runs": 1}}}, "db1: runs: true or false"),
        ({"cluster": "orders", "hosts": {"db1": {"saved": 3}}}, "db1: saved: an object or null"),
        (
            {"cluster": "orders", "hosts": {"db1": {"write_share": 2}}},
            "db1: write_share: a number from 0 to 1",
        ),
    ],
)
def test_facts_that_cannot_be_are_refused_with_a_sentence(order: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FactsWrong, match=re.escape(sentence)):
        read_facts(order)
