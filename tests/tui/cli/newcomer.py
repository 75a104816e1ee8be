"""The keys of somebody who sees the demo for the first time: from red to a report, in ninety seconds."""

from __future__ import annotations

import re
from pathlib import Path

from tests.tui.cli.demo_console import DemoConsole

ESC, CTRL_Q = "\x1b", "\x11"
WHY = "I want to see it put right"


def goes_to_the_end(console: DemoConsole, written: str, report: Path) -> list[str]:
    """Press what the line of hints says, up to the report; returns the numbers of the steps agreed to.

    `written`: how the place of the report is typed in.
    """
    sees_why(console)
    console.press("b")
    console.see("answers what you came from", "Enter plans the runbook")
    console.press("\r")
    console.see("systemctl start --no-block mariadb", "A arm, with a reason")
    console.press("A")
    console.see("This console is read-only.")
    console.press(f"{WHY}\r")
    console.see("ARMED", "Enter begin")
    console.press("\r")
    asked = _agrees_to_each_step(console)
    console.press(ESC)
    console.see("[7 runbooks]", "8 the journal: all that was done here")
    console.press("8")
    console.see("e the report of your run")
    console.press("e")
    console.see("**done**", "o to a file of yours")
    console.press("o")
    console.see("To file")
    console.press(f"{written}\r")
    console.until(lambda _: report.exists() and report.read_text().endswith("\n"), "the report")
    return asked


def sees_why(console: DemoConsole) -> None:
    """From the first frame to the reason why it is red."""
    console.see("DEMO", "nothing real is touched", "3 of 3")
    console.see("2 of 3 in the cluster", "w why is it red")
    console.press("w")
    console.until(lambda text: "[R-" in text, "the finding")
    while "[R-MUTE]" in console.text:  # it looked in the very moment of the kill: once more
        console.press(ESC)
        console.see("w why is it red")
        console.settle()
        console.press("w")
        console.until(lambda text: "[R-" in text, "the finding")
    console.see("killed by signal KILL", "b the runbook that answers it")


def leaves(console: DemoConsole) -> None:
    """Quit, and wait until it has ended."""
    console.press(CTRL_Q)
    console.wait_ended()


def _agrees_to_each_step(console: DemoConsole) -> list[str]:
    """Say yes to each step as it is shown; returns the numbers of the steps that were asked for.

    A key that comes as soon as the question is meant for what stood there before, so it is pressed again.
    """
    asked: list[str] = []
    while "Esc back, then 8" not in console.text:
        console.until(
            lambda text: "Enter runs exactly" in text or "Esc back, then 8" in text, "a question, or the end"
        )
        step = re.search(r"▶ +(\d+) ", console.text)
        if step is not None and "Enter runs exactly" in console.text:
            asked += [step[1]] if step[1] not in asked else []
            console.press("\r")
            console.settle()
    return asked
