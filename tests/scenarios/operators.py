"""Quarterdeck as a script uses it, on the lab: the real command as a process, its JSON, and its journal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.lab import Lab, wait_for
from tests.lab.scripts import LabError
from tests.scenarios.consoles import Headless, headless
from tests.tui.cli.calls import call

CLUSTER = "orders"
RUN_S = 400.0
"""A run that takes longer hangs; one on an idle machine takes 10 to 60 s."""
_STATE = """cat /proc/sys/kernel/random/boot_id
systemctl show -P ActiveState -P InvocationID -P NRestarts mariadb mysql@bootstrap
cksum /var/lib/mysql/grastate.dat /var/lib/mysql/gvwstate.dat 2>/dev/null
stat -c '%n %i' /var/lib/mysql /var/lib/mysql/*
true"""


@dataclass(frozen=True, slots=True)
class Triaged:
    """What `quarterdeck triage --json` said of the cluster."""

    status: int
    scenario: str
    verdict: str
    detail: str
    findings: tuple[Mapping[str, Any], ...]

    def finding(self, card: str) -> Mapping[str, Any]:
        """The finding of one card; raises `LabError` when there is none."""
        for found in self.findings:
            if found["id"] == card:
                return found
        raise LabError(f"triage has no {card}: {self.verdict}; {[one['id'] for one in self.findings]}")


class Ran:
    """What `quarterdeck runbook run --json` tells, an event a line, while it goes on and afterwards."""

    def __init__(self, process: Headless) -> None:
        self._process = process

    @property
    def events(self) -> list[Mapping[str, Any]]:
        lines = self._process.said.splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def wait(self) -> int:
        """Wait for its end; its exit status."""
        return self._process.ended(RUN_S)

    @property
    def status(self) -> int:
        return self.wait()

    def until(self, what: str, holds: Callable[[Mapping[str, Any]], bool], deadline_s: float = 120.0) -> None:
        """Wait until it has told an event for which this holds; raises `LabError` when it ends before."""

        def is_told() -> bool:
            over = self._process.last_words()
            if any(holds(event) for event in self.events):
                return True
            if over:
                raise LabError(f"the run ended before {what}: {over}")
            return False

        wait_for(what, is_told, deadline_s)

    def of(self, event: str) -> list[Mapping[str, Any]]:
        return [one for one in self.events if one["event"] == event]

    @property
    def ended(self) -> Mapping[str, Any]:
        """Its last word; raises `LabError` when it had none."""
        if not (told := self.of("run-ended")):
            raise LabError(f"the run told no end: {self._process.said}")
        return told[-1]

    @property
    def id(self) -> str:
        return str(self.ended["run"])

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Every command that was sent, with its host."""
        return [(one["host"], one["line"]) for one in self.of("act-began")]

    @property
    def steps(self) -> dict[str, str]:
        """How each step ended, in their order."""
        return {one["step"]: one["outcome"] for one in self.of("step-ended")}

    def story(self) -> str:
        """For the message of an assertion: what it did, and its last word."""
        told = [f"{one['step']}: {one['outcome']}: {one['sentence']}" for one in self.of("step-ended")]
        end = self.events[-1] if self.events else {}
        return "\n".join(
            [*told, f"{self.status}: {end.get('sentence')} | {end.get('way_on')}", *end.get("evidence", ())]
        )


class Operator:
    """One operator's console with a home and a journal of its own; each call is another process."""

    def __init__(self, lab: Lab, home: Path) -> None:
        self.lab, self.home = lab, home

    def triage(self, scenario: str) -> Triaged:
        """Look until the cluster is told to be in this scenario: what a fault becomes takes its time."""
        seen: list[Triaged] = []

        def is_told() -> bool:
            seen.append(self.triage_now())
            return seen[-1].scenario == scenario

        try:
            wait_for(scenario, is_told)
        except LabError as error:
            raise LabError(f"{error}; {seen[-1].scenario}: {seen[-1].verdict}") from error
        return seen[-1]

    def triage_now(self) -> Triaged:
        """One call of `quarterdeck triage --json`."""
        called = call("--estate", str(self.lab.estate_path), "triage", "--json", home=self.home)
        if called.err:
            raise LabError(f"triage: {called.err}")
        [told] = json.loads(called.out)["systems"]
        findings = tuple(told["findings"])
        return Triaged(called.status, told["scenario"], told["verdict"], told["detail"], findings)

    def run(self, *yes_to: str, **values: str) -> Ran:
        """`quarterdeck runbook run galera-recover` to its end."""
        with self.running(*yes_to, **values) as ran:
            ran.wait()
        return ran

    def resume(self, run: str, *yes_to: str) -> Ran:
        """`quarterdeck runbook resume RUN` to its end."""
        with self._begun("resume", run, *_words(yes_to, {})) as ran:
            ran.wait()
        return ran

    def running(self, *yes_to: str, **values: str) -> AbstractContextManager[Ran]:
        """The same while it goes on; killed where the block ends, if it has not ended."""
        return self._begun("run", "galera-recover", "--target", CLUSTER, *_words(yes_to, values))

    @contextmanager
    def _begun(self, *words: str) -> Iterator[Ran]:
        estate = ("--estate", str(self.lab.estate_path))
        with headless(self.home, *estate, "runbook", *words, "--json", "--arm", "scenario test") as process:
            yield Ran(process)

    def changes(self) -> list[Mapping[str, Any]]:
        """The commands that the journal says were sent, but for the lease's markers in /run/quarterdeck."""
        return [entry for entry in self.journal() if entry["kind"] == "change" and entry["step"] != "lease"]

    def journal(self) -> list[Mapping[str, Any]]:
        """All entries of the journal, whose chain must hold."""
        proof = call("journal", "verify", home=self.home)
        if proof.status:
            raise LabError(f"journal verify: {proof.out}{proof.err}")
        entries: list[Mapping[str, Any]] = json.loads(call("journal", "list", "--json", home=self.home).out)
        return entries

    def untouched(self, hosts: tuple[str, ...]) -> dict[str, str]:
        """What a start, a stop or an edit on a host would change: two of these are equal when none was."""
        return {host: self.lab.sh(host, _STATE) for host in hosts}


def _words(yes_to: tuple[str, ...], values: Mapping[str, str]) -> list[str]:
    words = [word for name in yes_to for word in ("--yes-to", name)]
    return words + [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
