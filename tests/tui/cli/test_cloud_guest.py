"""`quarterdeck cloud screen` and `serial`, on a cloud in memory."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runbooks.journal.place import ENVIRONMENT, open_journal
from runbooks.journal.words import describe
from systems.consoles.link import TokenRefused
from systems.consoles.picture import Picture
from systems.errors import Refused
from tests.clouds import FakeClouds, FakeNova, an_instance
from tests.guest_links import BOOT, LOGIN, FakeLink, a_screen, a_spice_screen, shows
from tests.systems.consoles import spices
from tests.systems.consoles.pictures import drawn
from tui.cli import cloud_serial
from tui.cli.group import cli


class Clouds(FakeClouds):
    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clouds:
    made = Clouds(FakeNova.of(an_instance("web-1"), in_list=True))
    monkeypatch.setattr("tui.access.EstateClouds", lambda *_: made)
    (tmp_path / "estate.toml").write_text('[estate]\nname = "north"\n[[cloud]]\nname = "kilo"\n')
    monkeypatch.setenv("QUARTERDECK_ESTATE", str(tmp_path / "estate.toml"))
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "journal.sqlite"))
    return made


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, ("cloud", *words))


def noted() -> list[str]:
    journal = open_journal(estate="north")
    try:
        return [describe(entry) for entry in journal.entries()]
    finally:
        journal.close()


def test_the_text_of_a_screen_is_printed_and_that_it_was_looked_at_is_noted(clouds: Clouds) -> None:
    called = call("screen", "web-1")
    assert (called.exit_code, called.stdout) == (0, "\n".join(BOOT) + "\n")
    assert noted() == ["note: the screen of web-1 was opened"]
    assert clouds.typed() == []


def test_a_picture_is_told_with_another_status(clouds: Clouds) -> None:
    clouds.links = [a_screen(Picture(720, 400)), a_screen(Picture(64, 16, bytearray(range(256)) * 4))]
    dark = call("screen", "web-1")
    assert (dark.exit_code, dark.stdout) == (1, "")
    assert "shows no text but a picture of 720 x 400 dots: all of one colour" in dark.stderr
    assert "cloud console --type novnc" in call("screen", "web-1").stderr


def test_a_screen_comes_by_the_protocol_that_is_asked_for_or_that_there_is(clouds: Clouds) -> None:
    assert call("screen", "web-1", "--type", "spice").stdout == "\n".join(BOOT) + "\n"
    no_vnc = Refused("[vnc] enabled = False.", status=400)
    clouds.links = [no_vnc]
    assert call("screen", "web-1").stdout == "\n".join(BOOT) + "\n"
    clouds.links = [no_vnc]
    refused = call("screen", "web-1", "--type", "vnc")
    assert (refused.exit_code, "[vnc] enabled = False" in refused.stderr) == (3, True)
    assert [kind for _, _, kind in clouds.linked] == ["spice-html5", "novnc", "spice-html5", "novnc"]
    assert clouds.typed() == []


def test_what_could_not_be_drawn_is_told(clouds: Clouds) -> None:
    stream = spices.said(122, bytes(60))
    clouds.links = [a_spice_screen(stream + spices.display_of(drawn(*BOOT))) for _ in range(2)]
    called = call("screen", "web-1", "--type", "spice")
    assert called.exit_code == 0
    assert "it comes as a video stream" in called.stderr
    told = json.loads(call("screen", "web-1", "--type", "spice", "--json").stdout)
    assert told["not_drawn"] == "a video stream"


def test_a_text_is_waited_for(clouds: Clouds) -> None:
    link = a_screen(drawn("Loading initial ramdisk ..."))
    link.say(shows(drawn("web-1 login:")))
    clouds.links = [link]
    called = call("screen", "web-1", "--until", "login:", "--json")
    assert called.exit_code == 0
    told = json.loads(called.stdout)
    assert (told["text"], told["is_there"], told["size"]) == ("web-1 login:", True, "720 x 400")
    missing = call("screen", "web-1", "--until", "nonsense", "--within", "0.1")
    assert missing.exit_code == 3
    assert "'nonsense' did not come within 0.1 s" in missing.stderr


def test_a_serial_line_is_shown_without_what_steers_a_terminal(clouds: Clouds) -> None:
    clouds.links = [FakeLink(b"\x1b]52;c;ZXZpbA==\x07\x1b[31mred\x1b[0m\r\n" + LOGIN)]
    called = call("serial", "web-1", "--until", "login:")
    assert called.exit_code == 0
    assert "\x1b[31mred\x1b[0m" in called.stdout
    assert "52;c" not in called.stdout
    assert "read-only" in called.stderr
    assert noted() == ["note: the serial console of web-1 was opened"]


def test_a_line_that_is_refused_is_the_sentence(clouds: Clouds) -> None:
    link = FakeLink()
    link.cut(TokenRefused("nova-serialproxy at nova:6083 took the connection and closed it at once."))
    clouds.links = [link]
    called = call("serial", "web-1")
    assert called.exit_code == 3
    assert "closed it at once" in called.stderr


def test_armed_keys_go_to_the_guest_until_the_key_that_leaves(
    clouds: Clouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = FakeLink(LOGIN)
    clouds.links = [link]

    def typed(keys: asyncio.Queue[bytes | None]) -> object:
        for data in (b"root\r", b"hunter2\r\x1dnever", b"never"):
            keys.put_nowait(data)
        from contextlib import nullcontext

        return nullcontext()

    monkeypatch.setattr(cloud_serial, "_reading", typed)
    called = call("serial", "web-1", "--arm", "ticket 1432")
    assert called.exit_code == 0, called.output
    assert link.typed == b"root\rhunter2\r"
    told = "\n".join(noted())
    assert "keys go to the serial console of web-1" in told
    assert "hunter2" not in told
