"""Run every check of the project, the real servers included, and close with a table of what ran.

    check.py          lint, unit tests, servers as an ordinary user, a real OpenStack, the lab's hosts
    check.py --all    the long tests too (marker `whole`)

What this machine cannot host is named in the table with the reason and the way to get it. With CI=true
anything that was not run is a failure. What takes long to prepare is prepared beside the other work, and the
lab's tests, which mostly wait for servers, run beside all others, which mostly compute.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from make.report import Outcome, Row, Verdict, read_junit, table

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
OUT = ROOT / "build" / "check"
HEARTBEAT_S = 60.0
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
    """One run of all checks, in two lanes: what computes, and what waits for the lab's hosts."""

    def __init__(self, *, is_whole: bool) -> None:
        self.is_whole = is_whole
        self.tests = Outcome()
        self.beside: list[Beside] = []
        self.running: list[subprocess.Popen[bytes]] = []
        self.is_ended = False
        self._one_at_a_time = threading.Lock()

    def run(self) -> int:
        """Run everything; returns the exit status."""
        OUT.mkdir(parents=True, exist_ok=True)
        rows: list[Row] = []
        try:
            rows.append(self._install())
            why_no_lab = answer_of("can-lab")
            programs = self._begin("servers' programs", "lab/fetch.sh")
            services = self._begin("OpenStack's services", "lab/octavia.sh", "install")
            if why_no_lab:
                rows += self._all_but_the_lab(programs, services)
                rows.append(self._not_run("tests on the lab", "lab", why_no_lab))
            else:
                tree = self._begin("lab's base tree", "lab/build-base.sh")
                rows += self._in_lanes(
                    lambda: self._all_but_the_lab(programs, services), lambda: self._the_lab(tree)
                )
        finally:
            for process in self.running:
                end_group(process)
            for preparation in self.beside:
                preparation.stop()
            if not os.environ.get("LAB_KEEP"):  # labs of test processes that did not live to take them down
                ask("lab/orphans.sh")
        return self._close(rows)

    def _in_lanes(self, *lanes: Callable[[], list[Row]]) -> list[Row]:
        """Run them side by side; says now and then what still runs, and how far it is."""
        with ThreadPoolExecutor(len(lanes)) as pool:
            futures: list[Future[list[Row]]] = [pool.submit(lane) for lane in lanes]
            try:
                while wait(futures, HEARTBEAT_S).not_done:
                    self._say(" | ".join(filter(None, map(progress, sorted(OUT.glob("*.out"))))))
            except BaseException:  # Ctrl-C: what runs is ended, and the lanes begin nothing more
                self.is_ended = True
                for process in self.running:
                    end_group(process)
                raise
        return [row for future in futures for row in future.result()]

    def _all_but_the_lab(self, programs: Beside, services: Beside) -> list[Row]:
        rows = [self._lint(name, command) for name, command in LINTS.items()]
        deadline_s = 3600 if self.is_whole else 1500
        rows.append(
            self._pytest(
                "unit tests", "not servers and not cloud and not lab", "-n", "3", deadline_s=deadline_s
            )
        )
        rows.append(programs.row())
        options = ("-n", "2", "--dist", "loadfile")
        rows.append(self._pytest("tests on servers", "servers", *options, deadline_s=1500))
        # One after the other, on one cloud: another one would cost what it takes to start it.
        rows += [services.row(), self._pytest("tests on OpenStack", "cloud and not lab", deadline_s=1800)]
        return rows

    def _the_lab(self, tree: Beside) -> list[Row]:
        deadline_s = 5400 if self.is_whole else 1500
        return [tree.row(), self._pytest("tests on the lab", "lab", "-n", "2", deadline_s=deadline_s)]

    def _begin(self, what: str, *command: str) -> Beside:
        self.beside.append(Beside(what, *command))
        return self.beside[-1]

    def _install(self) -> Row:
        """Install the machine's packages first: two users of apt at once would disturb each other."""
        if why := answer_of("can-install"):
            note = f"nothing is installed ({why}); programs are unpacked from packages instead"
            return Row("machine's packages", Verdict.PASSED, 0, note)
        return self._begin("machine's packages", "lab/machine.sh", "install").row()

    def _lint(self, name: str, command: Sequence[str]) -> Row:
        started_s = time.monotonic()
        done = ask("nice", *command)
        verdict = Verdict.FAILED if done.returncode else Verdict.PASSED
        self._say(f"\n== {name}\n{(done.stdout + done.stderr).strip()}")
        return Row(name, verdict, time.monotonic() - started_s)

    def _pytest(self, what: str, marks: str, *options: str, deadline_s: float) -> Row:
        if self.is_ended:
            return Row(what, Verdict.NOT_RUN, 0, "the checks were ended")
        started_s = time.monotonic()
        report, log = OUT / f"{slug(what)}.xml", OUT / f"{slug(what)}.out"
        report.unlink(missing_ok=True)
        fixed = ("-m", self._marks(marks), f"--junitxml={report}", "-o", "faulthandler_timeout=300")
        # The lab's servers and clients have deadlines to keep: what computes gives way to them.
        polite = () if marks == "lab" else ("nice", "-n", "5")
        with log.open("wb") as out:
            process = subprocess.Popen(
                (*polite, sys.executable, "-m", "pytest", *fixed, *options),
                cwd=ROOT,
                env={**environment(), "CHECK_ALL": "1" if self.is_whole else ""},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.running.append(process)
        late = ""
        try:
            process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            late = f"\n{what} ran past {deadline_s:g} s and were ended"
        finally:
            end_group(process)
        self._say(f"\n== {what}\n{log.read_text(errors='replace').rstrip()}{late}")
        log.unlink()
        tests = read_junit(report)
        verdict = Verdict.FAILED if process.returncode or tests.failed else Verdict.PASSED
        notes = [tests.sentence, *(f"{count} not run: {why}" for why, count in tests.skipped.most_common())]
        self.tests.add(tests)
        return Row(what, verdict, time.monotonic() - started_s, "; ".join(notes))

    def _say(self, text: str) -> None:
        with self._one_at_a_time:
            print(text, flush=True)

    def _marks(self, marks: str) -> str:
        return marks if self.is_whole else f"({marks}) and not whole"

    def _not_run(self, what: str, marks: str, why: str) -> Row:
        """Name the tests that this machine cannot host."""
        said = ask(sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", self._marks(marks))
        count = sum("::" in line for line in said.stdout.splitlines())
        self.tests.skipped[why] += count
        return Row(what, Verdict.NOT_RUN, 0, f"{count} tests: {why}")

    def _close(self, rows: list[Row]) -> int:
        has_failed = any(row.verdict is Verdict.FAILED for row in rows)
        is_short = self.tests.skipped.total() > 0
        print("\n== what ran\n" + table(rows))
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


def progress(log: Path) -> str:
    """How far a test run is that writes to that log: "unit-tests 46%"; empty: it has not begun."""
    done = re.findall(r"\[ *(\d+%)\]", log.read_text(errors="replace") if log.exists() else "")
    return f"{log.stem} {done[-1]}" if done else ""


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
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PATH": f"{BIN}:{kept['PATH']}:/usr/sbin:{programs}/bin"}


if __name__ == "__main__":
    sys.exit(Check(is_whole="--all" in sys.argv[1:]).run())
