"""Run every check of the project, the real servers included, and close with a table of what ran.

    check.py          lint, unit tests, servers as an ordinary user, the lab's hosts; about 22 minutes
    check.py --all    the long tests too (marker `whole`)

What this machine cannot host is named in the table with the reason and the way to get it. With CI=true
anything that was not run is a failure. What takes long to prepare is prepared beside the other work.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from make.report import Outcome, Row, Verdict, read_junit, table

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
OUT = ROOT / "build" / "check"
IS_CI = os.environ.get("CI") == "true"
LINTS: dict[str, Sequence[str]] = {
    "ruff check": (str(BIN / "ruff"), "check"),
    "ruff format": (str(BIN / "ruff"), "format", "--check", "--quiet"),
    "mypy": (str(BIN / "mypy"),),
    "import layers": (str(BIN / "lint-imports"), "--no-logo"),
    "shell syntax": (
        "bash",
        "-c",
        "for f in lab/*.sh lab/*/*.sh make/*.sh .ci/run; do bash -n $f || exit; done",
    ),
}


class Beside:
    """A preparation that runs beside the checks; its output goes to a log."""

    def __init__(self, what: str, *command: str) -> None:
        self.what, self.started_s = what, time.monotonic()
        self.log = OUT / f"{slug(what)}.log"
        self.took_s = 0.0
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["nice", *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._clock = threading.Thread(target=self._wait, daemon=True)
        self._clock.start()

    def _wait(self) -> None:
        self.process.wait()
        self.took_s = time.monotonic() - self.started_s

    def row(self) -> Row:
        """Wait for it and say how it went."""
        self._clock.join()
        status = self.process.wait()
        lines = self.log.read_text(errors="replace").splitlines() or [""]
        if status:
            heading = f"\n== {self.what} failed; the end of {self.log.relative_to(ROOT)}:"
            print(heading, *lines[-25:], sep="\n", flush=True)
        return Row(self.what, Verdict.FAILED if status else Verdict.PASSED, self.took_s, lines[-1])

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()


class Check:
    """One run of all checks."""

    def __init__(self, *, is_whole: bool) -> None:
        self.is_whole = is_whole
        self.rows: list[Row] = []
        self.tests = Outcome()
        self.beside: list[Beside] = []

    def run(self) -> int:
        """Run everything; returns the exit status."""
        OUT.mkdir(parents=True, exist_ok=True)
        why_no_lab = answer_of("can-lab")
        try:
            self._install()
            programs = self._begin("servers' programs", "lab/fetch.sh")
            tree = None if why_no_lab else self._begin("lab's base tree", "lab/build-base.sh")
            for name, command in LINTS.items():
                self._lint(name, command)
            self._pytest("unit tests", "not servers and not lab", "-n", "2", deadline_s=900)
            self.rows.append(programs.row())
            self._pytest("tests on servers", "servers", "-n", "2", "--dist", "loadfile", deadline_s=900)
            if tree:
                self.rows.append(tree.row())
                self._pytest("tests on the lab", "lab", "-n", "2", deadline_s=3600 if self.is_whole else 1500)
            else:
                self._not_run("tests on the lab", "lab", why_no_lab)
        finally:
            for preparation in self.beside:
                preparation.stop()
            if not os.environ.get("LAB_KEEP"):  # labs of test processes that did not live to take them down
                ask("lab/orphans.sh")
        return self._close()

    def _begin(self, what: str, *command: str) -> Beside:
        self.beside.append(Beside(what, *command))
        return self.beside[-1]

    def _install(self) -> None:
        """Install the machine's packages first: two users of apt at once would disturb each other."""
        if why := answer_of("can-install"):
            note = f"nothing is installed ({why}); programs are unpacked from packages instead"
            self.rows.append(Row("machine's packages", Verdict.PASSED, 0, note))
            return
        self.rows.append(self._begin("machine's packages", "lab/machine.sh", "install").row())

    def _lint(self, name: str, command: Sequence[str]) -> None:
        started_s = time.monotonic()
        print(f"\n== {name}", flush=True)
        status = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
        verdict = Verdict.FAILED if status else Verdict.PASSED
        self.rows.append(Row(name, verdict, time.monotonic() - started_s))

    def _pytest(self, what: str, marks: str, *options: str, deadline_s: float) -> None:
        started_s = time.monotonic()
        report = OUT / f"{slug(what)}.xml"
        report.unlink(missing_ok=True)
        print(f"\n== {what}", flush=True)
        options = (
            "-m",
            self._marks(marks),
            f"--junitxml={report}",
            "-o",
            "faulthandler_timeout=300",
            *options,
        )
        process = subprocess.Popen(
            (sys.executable, "-m", "pytest", *options),
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            print(f"\n{what} ran past {deadline_s:g} s and were ended", flush=True)
        finally:
            end_group(process)
        tests = read_junit(report)
        self.tests.add(tests)
        verdict = Verdict.FAILED if process.returncode or tests.failed else Verdict.PASSED
        notes = [tests.sentence, *(f"{count} not run: {why}" for why, count in tests.skipped.most_common())]
        self.rows.append(Row(what, verdict, time.monotonic() - started_s, "; ".join(notes)))

    def _marks(self, marks: str) -> str:
        return marks if self.is_whole else f"({marks}) and not whole"

    def _not_run(self, what: str, marks: str, why: str) -> None:
        """Name the tests that this machine cannot host."""
        said = ask(sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", self._marks(marks))
        count = sum("::" in line for line in said.stdout.splitlines())
        self.tests.skipped[why] += count
        self.rows.append(Row(what, Verdict.NOT_RUN, 0, f"{count} tests: {why}"))

    def _close(self) -> int:
        has_failed = any(row.verdict is Verdict.FAILED for row in self.rows)
        is_short = self.tests.skipped.total() > 0
        print("\n== what ran\n" + table(self.rows))
        if not self.is_whole:
            print("The long tests (marker `whole`) are part of `make check-all` only.")
        if is_short and IS_CI:
            print("CI=true: what was not run counts as failed.")
        print(f"total: {self.tests.sentence}", flush=True)
        return int(has_failed or (is_short and IS_CI))


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a test run with all that it started in its session."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                continue


def slug(what: str) -> str:
    """A file's name for what ran: "lab's base tree" -> labs-base-tree."""
    return what.replace("'", "").replace(" ", "-")


def ask(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command that only tells something."""
    return subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def answer_of(question: str) -> str:
    """Why the machine cannot do it and what would help, in a sentence; empty when it can."""
    said = ask("lab/machine.sh", question)
    return (said.stdout or said.stderr).strip() if said.returncode else ""


def environment() -> dict[str, str]:
    """The environment of tests: programs that were unpacked are found, after those that are installed."""
    programs = ask("lab/fetch.sh", "path").stdout.strip()
    return {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}:/usr/sbin:{programs}/bin"}


if __name__ == "__main__":
    sys.exit(Check(is_whole="--all" in sys.argv[1:]).run())
