"""`quarterdeck cloud act`, on a cloud in memory: shown, agreed to by name, armed, proven."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runbooks.journal.entries import Kind
from runbooks.journal.place import ENVIRONMENT, open_journal
from systems.errors import SystemsError
from systems.estate import load
from tests.clouds import FakeClouds, FakeNova, an_instance
from tui.access import Access
from tui.cli.group import cli
from tui.cli.opening import opened, working
from tui.works import Works


class Clouds(FakeClouds):
    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def nova(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNova:
    made = FakeNova.of(an_instance("web-1"), an_instance("web-2", "SHUTOFF"), in_list=True)
    monkeypatch.setattr("tui.access.EstateClouds", lambda *_: Clouds(made))
    monkeypatch.setattr("runbooks.cloud.acts.EVERY_S", 0.0)
    (tmp_path / "estate.toml").write_text('[estate]\nname = "north"\n[[cloud]]\nname = "kilo"\n')
    monkeypatch.setenv("QUARTERDECK_ESTATE", str(tmp_path / "estate.toml"))
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "journal.sqlite"))
    return made


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, ("cloud", "act", *words), catch_exceptions=False)


def test_unarmed_it_says_what_it_would_send_and_why_not_now(nova: FakeNova) -> None:
    running, off = call("stop", "web-1"), call("stop", "web-2")
    assert (running.exit_code, off.exit_code) == (4, 4)
    assert 'would send to Nova of kilo: POST /servers/id-web-1/action {"os-stop": null}' in running.stdout
    assert "not now" not in running.stdout
    assert "not now: web-2 is SHUTOFF, and to stop it must be ACTIVE or ERROR." in off.stdout
    assert nova.orders == []


def test_armed_it_is_sent_proven_and_journalled(nova: FakeNova) -> None:
    called = call("stop", "web-1", "--arm", "INC-1432", "--yes-to", "web-1")
    assert (called.exit_code, called.stdout) == (0, "")
    assert "stop web-1: web-1 is SHUTOFF" in called.stderr
    assert len(nova.orders) == 1
    journal = open_journal(estate="north")
    assert [one.kind for one in journal.entries()] == [Kind.ARMED, Kind.CHANGE, Kind.OUTCOME, Kind.VERIFIED]
    journal.close()


async def test_a_command_that_fails_closes_its_journal_too(nova: FakeNova, tmp_path: Path) -> None:
    kept: list[Works] = []

    async def fails(access: Access) -> None:
        async with working(access, None, "INC-1432") as works:
            kept.append(works)
            raise SystemsError("nothing was sent")

    async with opened(load(tmp_path / "estate.toml")) as access:
        with pytest.raises(SystemsError, match="nothing was sent"):
            await fails(access)
    with pytest.raises(RuntimeError, match="shutdown"):
        await kept[0].aside(list)
