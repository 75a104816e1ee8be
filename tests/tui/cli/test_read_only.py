"""No verb of the command line changes anything unarmed: each is called, on hosts that fail on any change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import click
import pytest
from click.testing import CliRunner

from runbooks.journal.entries import Draft, Kind
from runbooks.journal.place import ENVIRONMENT, open_journal
from systems.openstack.hands import CloudHands
from systems.shell import Permit
from tests.clouds import FakeClouds, FakeNova, an_instance
from tests.octavias import FakeOctavia, a_balancer
from tests.runbooks.read_only_hosts import Changed, ReadOnlyHosts
from tui.cli.group import cli

RUN = "20261122-1402-a7c3f1"
CALLS: dict[str, tuple[str, ...]] = {
    "demo": ("demo", "--list"),
    "drill list": ("drill", "list"),
    "drill hint": ("drill", "hint", "one-killed"),
    "drill start": ("drill", "start", "one-killed"),
    "drill score": ("drill", "score"),
    "triage": ("triage", "--between", "0"),
    "doctor": ("doctor",),
    "exec": ("exec", "@orders", "uptime"),
    "runbook list": ("runbook", "list"),
    "runbook show": ("runbook", "show", "galera-recover"),
    "runbook plan": ("runbook", "plan", "galera-recover", "--target", "orders"),
    "runbook run": ("runbook", "run", "galera-recover", "--target", "orders"),
    "runbook rehearse": ("runbook", "rehearse", "galera-recover", "--target", "orders"),
    "runbook resume": ("runbook", "resume", RUN),
    "runbook undo": ("runbook", "undo", RUN),
    "runbook runs": ("runbook", "runs"),
    "journal list": ("journal", "list"),
    "journal show": ("journal", "show", "1"),
    "journal grep": ("journal", "grep", "orders"),
    "journal verify": ("journal", "verify"),
    "journal export": ("journal", "export", "--run", RUN),
    "cloud list": ("cloud", "list"),
    "cloud show": ("cloud", "show", "web-1"),
    "cloud log": ("cloud", "log", "web-1"),
    "cloud console": ("cloud", "console", "web-1"),
    "cloud screen": ("cloud", "screen", "web-1"),
    "cloud serial": ("cloud", "serial", "web-1", "--for", "0.2"),
    "cloud act": ("cloud", "act", "stop", "web-1"),
    "cloud lbs": ("cloud", "lbs"),
    "cloud lb": ("cloud", "lb", "orders"),
    "cloud failover": ("cloud", "failover", "orders"),
    "why": ("why", "db1"),
    "vips list": ("vips", "list"),
    "vips probe": ("vips", "probe", "orders-vip"),
    "vips undo": ("vips", "undo", "orders-vip"),
    "vips set": ("vips", "set", "orders-vip", "db1", "drain"),
    "lease list": ("lease", "list"),
    "lease break": ("lease", "break", "orders", "--reason", "its console burnt down"),
}
"""Every verb, with what it needs and without `--arm`."""


def verbs(group: click.Group = cli, before: str = "") -> Iterator[str]:
    """Every command of the command line that is no group, with the groups before it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from verbs(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


class ReadOnlyClouds(FakeClouds):
    """A cloud that can be asked, and fails the test on any change to it."""

    all: ClassVar[list[ReadOnlyClouds]] = []

    def __init__(self, hosts: ReadOnlyHosts) -> None:
        super().__init__(
            FakeNova.of(an_instance("web-1"), in_list=True), octavias=[FakeOctavia.of(a_balancer("orders"))]
        )
        self._hosts = hosts
        self.all.append(self)

    @classmethod
    def typed_anywhere(cls) -> list[bytes]:
        """What reached the keyboard of any guest."""
        return [data for one in cls.all for data in one.typed()]

    def hands(self, cloud: str, permit: Permit) -> CloudHands:
        self._hosts.refuse(f"somebody asked for the hands of {cloud}")

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadOnlyHosts:
    """What every call is given instead of SSH; estate and journal are real."""
    hosts = ReadOnlyHosts()
    monkeypatch.setattr("tui.access.SshHosts", lambda **_: hosts)
    monkeypatch.setattr("tui.access.EstateClouds", lambda *_: ReadOnlyClouds(hosts))
    (tmp_path / "estate.toml").write_text(
        '[estate]\nname = "north"\n[[galera]]\nname = "orders"\nnodes = "db[1-3]"\n[[cloud]]\nname = "kilo"\n'
        '[[haproxy]]\nname = "orders-vip"\nhosts = "lb[1-2]"\nserves = "orders"\n'
    )
    monkeypatch.setenv("QUARTERDECK_ESTATE", str(tmp_path / "estate.toml"))
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "journal.sqlite"))
    journal = open_journal(estate="north")
    opening = {"runbook": "galera-recover", "title": "Bring it back", "reason": "db1 lost its power"}
    journal.append(Draft(Kind.RUN_BEGUN, run=RUN, system="orders", data=opening))
    journal.close()
    return hosts


def test_every_verb_is_called() -> None:
    """A new verb needs a call above, so that it is walked as well."""
    assert set(verbs()) == set(CALLS)


@pytest.mark.parametrize("verb", CALLS)
def test_no_verb_changes_a_host_unarmed(hosts: ReadOnlyHosts, verb: str) -> None:
    called = CliRunner().invoke(cli, CALLS[verb])
    assert hosts.reached == []
    assert ReadOnlyClouds.typed_anywhere() == []
    assert isinstance(called.exception, SystemExit | None), called.exception
    assert called.output


def test_a_line_that_may_change_something_is_not_sent_unarmed(hosts: ReadOnlyHosts) -> None:
    called = CliRunner().invoke(cli, ("exec", "@orders", "--", "reboot"))
    assert called.exit_code == 64
    assert hosts.asked == hosts.reached == []


def test_a_dry_run_needs_no_journal_and_says_so(
    hosts: ReadOnlyHosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "estate.toml" / "journal.sqlite"))
    planned = CliRunner().invoke(cli, CALLS["runbook plan"])
    assert "this dry run goes on without it, a run would be refused" in planned.stderr
    assert "STOP-SURVEY" in planned.stdout
    assert planned.exit_code == 4  # these hosts answer nothing
    ran = CliRunner().invoke(cli, CALLS["runbook run"])
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert hosts.reached == []


def test_an_armed_act_reaches_for_the_hands_of_a_cloud(hosts: ReadOnlyHosts) -> None:
    unnamed = CliRunner().invoke(cli, ("cloud", "act", "stop", "web-1", "--arm", "ticket 1432"))
    assert (unnamed.exit_code, hosts.reached) == (64, [])
    misnamed = ("cloud", "act", "stop", "web-1", "--arm", "ticket 1432", "--yes-to", "web-2")
    assert (CliRunner().invoke(cli, misnamed).exit_code, hosts.reached) == (64, [])
    called = CliRunner().invoke(cli, (*misnamed[:-1], "web-1"))
    assert isinstance(called.exception, Changed)
    assert hosts.reached == ["somebody asked for the hands of kilo"]


def test_an_armed_failover_reaches_for_the_hands_of_a_cloud(hosts: ReadOnlyHosts) -> None:
    unnamed = CliRunner().invoke(cli, ("cloud", "failover", "orders", "--arm", "ticket 1432"))
    assert (unnamed.exit_code, hosts.reached) == (64, [])
    misnamed = ("cloud", "failover", "orders", "--arm", "ticket 1432", "--yes-to", "order")
    assert (CliRunner().invoke(cli, misnamed).exit_code, hosts.reached) == (64, [])
    called = CliRunner().invoke(cli, (*misnamed[:-1], "orders"))
    assert isinstance(called.exception, Changed)
    assert hosts.reached == ["somebody asked for the hands of kilo"]


def test_the_walk_itself_can_fail(hosts: ReadOnlyHosts) -> None:
    """With a reason it does reach for the hands of its hosts."""
    called = CliRunner().invoke(cli, ("exec", "--arm", "ticket 1432", "@orders", "--", "reboot"))
    assert isinstance(called.exception, Changed)
    assert hosts.reached


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("db1", "drain"), 64, 'nothing was sent: give --arm "reason"'),
        (("db1", "drain", "--arm", "disks"), 4, "db1 was not seen on lb1, lb2"),
        (("db1", "sleep", "--arm", "disks"), 64, "none of ready, drain, maint"),
        (("db1", "drain", "--arm", "disks", "--on", "lb9"), 64, "lb9 is no load balancer of orders-vip"),
    ],
)
def test_a_member_that_was_not_seen_is_not_changed(
    hosts: ReadOnlyHosts, words: tuple[str, ...], status: int, told: str
) -> None:
    called = CliRunner().invoke(cli, ("vips", "set", "orders-vip", *words))
    assert called.exit_code == status
    assert told in called.stderr
    assert hosts.reached == []


def test_load_balancers_that_do_not_answer_are_told_as_unread(hosts: ReadOnlyHosts) -> None:
    called = CliRunner().invoke(cli, ("vips", "list"))
    assert called.exit_code == 3
    assert "lb1 and lb2 cannot be asked: nothing is known of what serves" in called.stdout
    assert hosts.reached == []
