"""The demo on the terminals that people have: nothing is lost on any of them, and no colour is needed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.pty import Session
from tests.tui.cli.demo_console import (
    DemoConsole,
    demo_command,
    demo_environment,
    demo_session,
    wait_until_gone,
)
from tests.tui.cli.newcomer import ESC, WHY, goes_to_the_end, leaves, sees_why
from tests.tui.cli.slow_link import SlowLink

COLOUR = re.compile(rb"\x1b\[(?:[0-9:;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9:;]*)?m")
MORE_THAN_16 = re.compile(rb"\x1b\[(?:[0-9:;]*;)?[34]8[;:][0-9:;]*m")
KINDS: Mapping[str, Mapping[str, str]] = {
    "without colours": {"NO_COLOR": "1"},
    "a plain xterm": {"TERM": "xterm", "COLORTERM": ""},
}


class AtTheFarEnd(DemoConsole):
    """Waits for what comes back over the link before it looks again."""

    def settle(self) -> None:
        self.session.settle(1.2, 4.0)


def written_by(session: Session) -> bytes:
    return b"".join(chunk.data for chunk in session.chunks)


def in_tmux(home: Path) -> Session:
    """The demo in a tmux of its own, which ends with it; its line of state leaves 80 x 24."""
    argv = ["tmux", "-S", str(home / "tmux"), "-f", "/dev/null", "new-session"]
    return Session(
        [*argv, *demo_command("--surprise", "2")], columns=80, lines=25, env=demo_environment(home)
    )


def over_a_slow_link(home: Path) -> Session:
    return SlowLink(demo_command("--surprise", "2"), columns=80, lines=24, env=demo_environment(home))


def ends_well(console: DemoConsole, home: Path) -> None:
    """The whole path, each key of it, and nothing left."""
    report = home / "report.md"
    assert goes_to_the_end(console, "~/report.md", report) == ["2", "4", "5"]
    leaves(console)
    assert "**verified**" in report.read_text()
    assert WHY in report.read_text()
    wait_until_gone(home)


@pytest.mark.parametrize("kind", KINDS)
def test_states_are_told_apart_by_signs_and_words(kind: str, short_home: Path) -> None:
    with demo_session(short_home, "--surprise", "0", env=KINDS[kind]) as session:
        console = DemoConsole(session)
        console.see("READ-ONLY", "● 3 of 3")
        console.press(":break kill-one\r")
        console.see("✖ 2 of 3 in the cluster")
        console.press("1")
        console.see("● Synced", "✖ down", "failed (signal)")
        leaves(console)
    assert not MORE_THAN_16.search(written_by(session))
    assert bool(COLOUR.search(written_by(session))) is (kind != "without colours")
    wait_until_gone(short_home)


@pytest.mark.whole
@pytest.mark.parametrize("kind", KINDS)
def test_a_newcomer_comes_to_the_end_with_few_colours(kind: str, short_home: Path) -> None:
    with demo_session(short_home, "--surprise", "2", env=KINDS[kind]) as session:
        ends_well(DemoConsole(session), short_home)


def test_over_a_link_of_300_ms_every_key_arrives_and_every_frame_comes(short_home: Path) -> None:
    with over_a_slow_link(short_home) as session:
        console = AtTheFarEnd(session)
        sees_why(console)
        console.press(":")
        console.see("pane, host, runbook")
        console.press("break kill-two")
        console.see("│break kill-two", "demo     break kill-two")
        console.press(ESC)
        console.until(lambda text: "break kill-two" not in text, "the page below the palette")
        leaves(console)
    wait_until_gone(short_home)


@pytest.mark.whole
def test_a_newcomer_comes_to_the_end_over_a_link_of_300_ms(short_home: Path) -> None:
    with over_a_slow_link(short_home) as session:
        ends_well(AtTheFarEnd(session), short_home)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_it_works_in_tmux(short_home: Path) -> None:
    with in_tmux(short_home) as session:
        console = DemoConsole(session)
        sees_why(console)
        leaves(console)
    wait_until_gone(short_home)


@pytest.mark.whole
@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_a_newcomer_comes_to_the_end_in_tmux(short_home: Path) -> None:
    with in_tmux(short_home) as session:
        ends_well(DemoConsole(session), short_home)
