"""What must be so after any run, whatever was broken, cut or killed: asked of the simulation and the journal.

No adapter of the console's is used: a misreading of its own cannot hide itself here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from practice.galera.history import Storage
from practice.host.files import Entry, walk
from practice.host.machine import Machine
from practice.host.units import Unit
from runbooks.journal.entries import Entry as EntryOfJournal
from runbooks.journal.entries import Kind
from runbooks.journal.place import open_journal
from runbooks.report import report
from tests.practice.campaign.cases import CLUSTER, Case, Comes
from tests.practice.campaign.site import Site

_MADE_UP = {"/proc", "/sys"}


@dataclass(frozen=True, slots=True)
class Interrupted:
    """How often a run was."""

    kills: int = 0
    cuts: int = 0


class Witness:
    """Looks at a site before a run, and judges it after it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        cluster = site.serving.practice.clusters[CLUSTER]
        self._forced = cluster.forced
        self._primaries = cluster.most_primaries = len(cluster.primaries())
        self._data = {name: _data(machine) for name, machine in site.serving.practice.machines.items()}
        self._before = _untouched(site)

    def problems(self, case: Case, interrupted: Interrupted) -> list[str]:
        """Everything that is not as it must be, each in a sentence; empty: all is."""
        found = [*self._of_cluster(case), *self._of_data(), *self._of_jobs()]
        if case.comes is Comes.REFUSED or not case.changes:
            found += self._of_refusal(case)
        return [*found, *self._of_journal(interrupted)]

    def _of_cluster(self, case: Case) -> Iterator[str]:
        cluster = self._site.serving.practice.clusters[CLUSTER]
        if (lost := cluster.lost()) and not case.loses:
            yield f"{lost} acknowledged commits are lost"
        if (forced := cluster.forced - self._forced) != case.forced:
            yield f"{forced} Primary components were made by force, and {case.forced} were to be"
        if cluster.most_primaries > max(1, self._primaries):
            yield f"there were {cluster.most_primaries} Primary components at once"
        if case.comes is Comes.REFUSED:
            return
        for name, server in cluster.servers.items():
            state = server.state_comment if server.process else ""
            if state != (wanted := case.ends.get(name, "Synced")):
                yield f"{name} is {state or 'down'} at the end, and not {wanted or 'down'}"
        if case.comes is Comes.DONE and len(cluster.primaries()) != 1:
            yield f"there are {len(cluster.primaries())} Primary components at the end"

    def _of_data(self) -> Iterator[str]:
        """Data directories are moved, never deleted: what stood in one stands somewhere."""
        for name, before in self._data.items():
            after = {id(entry) for entry in _data(self._site.serving.practice.machines[name]).values()}
            for path, entry in before.items():
                if id(entry) not in after:
                    yield f"{name}: {path} is gone"

    def _of_jobs(self) -> Iterator[str]:
        """Each command ran once at most, over all attempts at its step, whatever was cut off or killed."""
        commands = Counter((host, job.rsplit(".", 1)[0]) for host, job, _ in self._site.gates.ran)
        for (host, command), times in commands.items():
            if times > 1:
                yield f"{host} ran {command} {times} times"

    def _of_refusal(self, case: Case) -> Iterator[str]:
        after = _untouched(self._site)
        for name, was in self._before.items():
            for what in sorted({*was, *after[name]}):
                if was.get(what) != after[name].get(what):
                    yield f"{name}: {what} was changed, though it was {case.comes.name.lower()}"
        for host, _, line in self._site.gates.ran:
            yield f"{host} ran {line!r}, though it was {case.comes.name.lower()}"

    def _of_journal(self, interrupted: Interrupted) -> Iterator[str]:
        journal = open_journal(str(self._site.journal), read_only=True)
        try:
            proof = journal.verify()
            if not proof.holds:
                yield f"the journal does not verify: {proof.sentence}"
            entries = list(journal.entries())
            announced = {_job(entry): entry for entry in entries if entry.kind is Kind.CHANGE}
            ended = {
                _job(entry) for entry in entries if entry.kind is Kind.OUTCOME and "status" in entry.data
            }
            ran = {(host, job): line for host, job, line in self._site.gates.ran}
            for (host, job), line in ran.items():
                found = announced.get(job)
                if found is None or (found.host, found.line) != (host, line):
                    yield f"{host} ran {job} ({line!r}), which the journal did not announce so"
            told = {job for job in ended if not job.split(".")[1].startswith("lease-")}
            for job in sorted(told - {job for _, job in ran}):
                yield f"the journal tells an end of {job}, which never ran"
            runs = dict.fromkeys(entry.run for entry in entries if entry.kind is Kind.RUN_BEGUN)
            if len(runs) > 1:
                yield f"{len(runs)} runs were begun"
            for run in runs:
                told_gone = report(journal, run).count("**Here the console was gone**")
                if told_gone != interrupted.kills:
                    yield f"the report tells {told_gone} consoles that were gone, of {interrupted.kills}"
        finally:
            journal.close()


def _job(entry: EntryOfJournal) -> str:
    return str(entry.data.get("job", ""))


def _data(machine: Machine) -> dict[str, Entry]:
    """Every database's own file on a host, in use or moved aside."""
    tree = machine.files.find("/")
    return {path: entry for path, entry in walk(tree, "/", _MADE_UP) if isinstance(entry.payload, Storage)}


def _state(unit: Unit) -> tuple[object, ...]:
    """What a start or a stop of it changes: of one that systemd starts again and again, that it does."""
    if unit.active == "activating" and unit.restarts:
        return ("comes and goes by itself", unit.enabled)
    return (unit.active, unit.enabled, unit.invocation, unit.main_pid)


def _untouched(site: Site) -> dict[str, dict[str, object]]:
    """What a start, a stop, an edit, a new or a removed file would change, by host."""
    found: dict[str, dict[str, object]] = {}
    for name, machine in site.serving.practice.machines.items():
        here: dict[str, object] = {"power": (machine.is_on, machine.boot_id)}
        for unit in machine.systemd.units.values():
            here[f"unit {unit.name}"] = _state(unit)
        for path, entry in walk(machine.files.find("/"), "/", _MADE_UP):
            here[path] = (entry.kind, entry.owner, entry.mode, entry.data)
        found[name] = here
    return found
