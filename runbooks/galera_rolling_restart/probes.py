"""What is asked of a host right before its node is stopped, and stands in no survey: options and backups."""

from __future__ import annotations

from runbooks.model import Check, Context, Sighting, no, unknown, yes
from runbooks.steps.node import Node
from systems.shell import Probe

_PARSE_S = 30.0
_BACKUPS = "[x]trabackup|[m]ariabackup|[m]ariadb-backup|[m]ysqldump|[m]ariadb-dump|[m]ydumper|[m]ysqlpump"
"""In brackets, so that the line which asks does not match itself. Only the names of what is found are asked
for: their arguments may hold a password."""
_NO_FAULT = "plugin table"
"""A dry parse cannot read mysql.plugin and says so as an error in some versions."""
_LONGEST = 300


def options_parse(node: Node) -> Check:
    """The server would take its option files: parsed by the server itself, which then ends (PXC-35).

    `--help --verbose` rather than `--validate-config`: every version has it. A value that a plugin refuses
    ends with status 0, so that error lines count as well.
    """
    probe = Probe(f"{node.server} --help --verbose 2>&1 >/dev/null", as_root=True, accepts=None)

    async def check(context: Context) -> Sighting:
        answer = await context.reader(node.host).read(probe, timeout_s=_PARSE_S)
        lines = [line.strip() for line in answer.stdout.splitlines() if line.strip()]
        errors = [line for line in lines if "[ERROR]" in line and _NO_FAULT not in line]
        if errors:
            told = errors[0][:_LONGEST]
            return no(f"{node.host}: its options would not let it start (PXC-35): {told}", node.host)
        if answer.status:
            told = lines[-1][:_LONGEST] if lines else "without a word"
            return unknown(
                f"{node.host}: {node.server} --help --verbose ended {answer.status}: {told}", node.host
            )
        return yes("its options parse", node.host)

    return check


def no_backup(node: Node) -> Check:
    """No backup tool reads this node now: a stop would tear it."""
    probe = Probe(f"pgrep -l -f '{_BACKUPS}'", as_root=True, accepts=(0, 1))

    async def check(context: Context) -> Sighting:
        lines = (await context.reader(node.host).read(probe)).stdout.splitlines()
        if lines:
            return no(f"{node.host}: a backup is running: {lines[0][:_LONGEST]}", node.host)
        return yes("no backup is running", node.host)

    return check
