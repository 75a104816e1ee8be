"""Proving a cluster: all Synced with one view, and every node's writes read on every other (GOTCHAS A.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from runbooks.model import Act, Check, Context, Look, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import Judge, all_of, all_synced, every, nothing_to_check, of, synced
from runbooks.steps.node import BOOTSTRAP_UNIT, Node
from runbooks.words import count, listed
from systems.galera.readings import HostEvidence, WsrepStatus
from systems.shell import Command, Probe

SCHEMA = "quarterdeck_probe"
"""The scratch schema of the proof. Its one table has a primary key (E4, PXC-23)."""
_NEW = "DROP DATABASE IF EXISTS quarterdeck_probe; CREATE DATABASE quarterdeck_probe"
"""Rows of an earlier proof would prove nothing of this one."""
_CREATE = "CREATE TABLE quarterdeck_probe.proof (node VARCHAR(64) NOT NULL PRIMARY KEY) ENGINE=InnoDB"
_WRITE = "SET SESSION wsrep_sync_wait=15; INSERT INTO quarterdeck_probe.proof (node) VALUES ('%s')"
_READ = "SELECT node FROM quarterdeck_probe.proof"
_COUNT = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name='quarterdeck_probe'"
_SYNC_READ = "--init-command=SET SESSION wsrep_sync_wait=1"
QUEUE = 10
"""Write-sets to apply at one moment that say nothing: a loaded cluster is never at nought for long."""
_FAILURES = (
    "voted-out",
    "sst-failed",
    "disk-full",
    "state-not-saved",
    "conflicting-prims",
    "reversing-history",
    "crashed",
)
"""Lines that a clean end does not leave in an error log (B.8).

"No node with complete state" is none of them: nodes write it whenever all were non-Primary and merge by
themselves, as after a frozen member goes on; where it names a lost donor, no node is Synced.
"""


def prove_steps(nodes: Sequence[Node], planned: Look, *, beside: int = 0) -> tuple[Step, ...]:
    """State, writes in all directions, and the scratch schema dropped again."""
    if len(nodes) < 2:
        return (state_step(nodes, planned, beside=beside),)
    return (
        state_step(nodes, planned, beside=beside),
        write_step(nodes),
        drop_step(nodes),
    )


def state_step(nodes: Sequence[Node], planned: Look, *, beside: int = 0) -> Step:
    """Every node tells the same of the cluster, and nothing is left half done (A.5-1, B.8)."""
    hosts = tuple(node.host for node in nodes)
    return Step(
        key=f"prove:state:{','.join(hosts)}",
        title=f"prove: {listed(hosts)} agree",
        why="Green means that every node says so itself, not that commands ended well (A.5-1).",
        check=nothing_to_check,
        verify=of(
            all_of(
                all_synced(hosts, beside=beside),
                _settled(hosts),
                _clean_since(hosts, planned.survey.taken_at),
            )
        ),
        expects="nothing: it only reads",
        gotchas=("REC-05", "PXC-03"),
        answers=("REC-05", "PXC-03"),
        verify_deadline_s=60.0,
        skippable=False,
    )


def _settled(hosts: tuple[str, ...]) -> Judge:
    def judge(look: Look) -> Sighting:
        for host in hosts:
            node = look.survey.node(host)
            if isinstance(node.status, WsrepStatus) and (node.status.recv_queue or 0) > QUEUE:
                return no(f"{host} has {node.status.recv_queue} write-sets still to apply", host)
            evidence = node.evidence
            if not isinstance(evidence, HostEvidence):
                return unknown(f"{host} does not answer over SSH: {evidence}", host)
            unit = evidence.units.get(BOOTSTRAP_UNIT)
            if unit is not None and (unit.active == "active" or unit.enabled == "enabled"):
                return no(f"{host}: {BOOTSTRAP_UNIT} is {unit.active} and {unit.enabled}", host)
            if len(hosts) > 1 and evidence.grastate is not None and evidence.grastate.safe_to_bootstrap:
                return no(f"{host}: safe_to_bootstrap is still 1 in a cluster of {len(hosts)}", host)
        return yes("receive queues are short, no bootstrap unit in use, safe_to_bootstrap 0", *hosts)

    return judge


def _clean_since(hosts: tuple[str, ...], moment: datetime) -> Judge:
    def judge(look: Look) -> Sighting:
        for host in hosts:
            evidence = look.survey.node(host).evidence
            hits = evidence.log_hits if isinstance(evidence, HostEvidence) else ()
            bad = [hit for hit in hits if hit.pattern in _FAILURES and hit.at and hit.at > moment]
            if bad:
                return no(f"{host}: its log says: {bad[-1].line}", host)
            if isinstance(evidence, HostEvidence) and evidence.details_error:
                return unknown(f"{host}: its log could not be read: {evidence.details_error}", host)
        return yes("error logs are clean", *hosts)

    return judge


def write_step(nodes: Sequence[Node]) -> Step:
    """Write on each node, read on all others (A.5-2); the seed tried one direction only."""
    first = nodes[0]
    writes = (Act(node.host, commands.sql(node, _WRITE % commands.sql_text(node.host))) for node in nodes)
    reads = len(nodes) * (len(nodes) - 1)
    return Step(
        key=f"prove:write:{','.join(node.host for node in nodes)}",
        title="prove: write on each node, read on all others",
        why=f"{count(len(nodes), 'write')} and {count(reads, 'read')} show replication in all directions.",
        check=every(*(synced(node.host) for node in nodes)),
        verify=_rows_are_everywhere(tuple(nodes)),
        acts=(
            Act(first.host, commands.sql(first, _NEW)),
            Act(first.host, commands.sql(first, _CREATE)),
            *writes,
        ),
        expects=f"a scratch schema {SCHEMA} with {count(len(nodes), 'row')}, equal on every node",
        gotchas=("PXC-23", "PXC-24", "PXC-30"),
        verify_deadline_s=30.0,
        undo=(Act(first.host, _drop(first)),),
        undo_note=f"Drops the schema {SCHEMA}.",
        lasting=False,
    )


def _rows_are_everywhere(nodes: tuple[Node, ...]) -> Check:
    async def verify(context: Context) -> Sighting:
        wanted = {node.host for node in nodes}
        for node in nodes:
            line = (node.client, "-NB", _SYNC_READ, "-e", _READ)
            rows = (await context.reader(node.host).read(Probe.of(*line, as_root=True))).stdout
            missing = wanted - set(rows.splitlines())
            if missing:
                return no(f"{node.host} does not have what {listed(sorted(missing))} wrote", node.host)
        reads = len(nodes) * (len(nodes) - 1)
        return yes(
            f"{count(len(nodes), 'write')}, each read on all others: {reads} of {count(reads, 'read')}"
        )

    return verify


def drop_step(nodes: Sequence[Node]) -> Step:
    """Take the scratch schema away again, everywhere."""
    first, hosts = nodes[0], tuple(node.host for node in nodes)
    return Step(
        key=f"prove:drop:{','.join(hosts)}",
        title=f"prove: drop {SCHEMA} again",
        why="The proof leaves nothing behind.",
        check=every(*(synced(host) for host in hosts)),
        verify=_schema_is_gone(tuple(nodes)),
        acts=(Act(first.host, _drop(first)),),
        expects=f"no schema {SCHEMA} on any node",
        verify_deadline_s=30.0,
        undo_note="Nothing needs to be undone.",
    )


def _drop(node: Node) -> Command:
    return commands.sql(node, f"DROP DATABASE IF EXISTS {SCHEMA}")


def _schema_is_gone(nodes: tuple[Node, ...]) -> Check:
    async def verify(context: Context) -> Sighting:
        for node in nodes:
            line = (node.client, "-NB", _SYNC_READ, "-e", _COUNT)
            found = (await context.reader(node.host).read(Probe.of(*line, as_root=True))).stdout.strip()
            if found != "0":
                return no(f"{node.host} still has the schema {SCHEMA}", node.host)
        return yes(f"{SCHEMA} is gone on {listed(node.host for node in nodes)}")

    return verify
