"""Every shell line that the runbooks run on a node, spelled as an operator would type it (GOTCHAS A.3, B)."""

from __future__ import annotations

from shlex import quote

from runbooks.steps.node import BOOTSTRAP_UNIT, Node
from systems.galera.readings import Flavour
from systems.shell import Command

BOOTSTRAP_FILE = "/run/mariadb-wsrep-new-cluster"
"""The flag of MariaDB's galera_new_cluster; killed in the middle, it leaves it to the next start."""
EVIDENCE_ROOT = "/var/lib/quarterdeck/evidence"


def start(node: Node, *, failed: bool = False) -> tuple[Command, ...]:
    """Start it as a member. Returns at once: a state transfer may take hours, the verify watches it.

    `failed`: its unit will have failed by then, whatever it is now.
    """
    begin = Command.of("systemctl", "start", "--no-block", node.unit)
    return (reset_failed(node), begin) if node.failed or failed else (begin,)


def stop(node: Node) -> Command:
    """Stop it by the unit that owns its process: any other one does nothing (PXC-04)."""
    return Command.of("systemctl", "stop", node.owner)


def kill_waiting(node: Node) -> tuple[Command, ...]:
    """End a server that waits for its last Primary view: it ignores the SIGTERM of a stop.

    Its storage engine is not open yet, so that nothing is torn. The stop before it keeps systemd from
    starting it again.
    """
    return (
        Command.of("systemctl", "stop", "--no-block", node.owner),
        Command.of("systemctl", "kill", "--signal=SIGKILL", node.owner),
    )


def bootstrap(node: Node) -> Command:
    """Make a new Primary component of this node alone (REC-42)."""
    match node.flavour:
        case Flavour.MARIADB:
            return Command.of("galera_new_cluster")
        case Flavour.CODERSHIP:
            return Command.of("mysqld_bootstrap")
        case _:
            return Command.of("systemctl", "start", f"{BOOTSTRAP_UNIT}.service")


def reset_failed(node: Node) -> Command:
    """Have systemd forget a failure, or it refuses to start again so soon."""
    return Command.of("systemctl", "reset-failed", *(node.failed or (node.unit,)))


def stop_bootstrap_unit() -> Command:
    """Stop the first node by the unit that started it (PXC-04)."""
    return Command.of("systemctl", "stop", f"{BOOTSTRAP_UNIT}.service")


def clear_flags(node: Node) -> tuple[Command, ...]:
    """Take away what would make a new cluster at this node's next start, wherever it stands (REC-05).

    The collector tells a flag as "PLACE: text". One in an option file is left out: which file it is in is not
    known, and `node.stuck_flags` tells it.
    """
    found: list[Command] = []
    for flag in node.evidence.bootstrap_flags:
        place = flag.split(":", 1)[0]
        if place == BOOTSTRAP_FILE:
            found.append(Command.of("rm", "-f", place))
        elif place.startswith("/"):
            found.append(Command(f"sed -i.quarterdeck 's/ *--wsrep[-_]new[-_]cluster//g' {quote(place)}"))
            found.append(Command.of("systemctl", "daemon-reload"))
        elif place.startswith(f"unit {BOOTSTRAP_UNIT} is"):
            found.append(Command.of("systemctl", "disable", f"{BOOTSTRAP_UNIT}.service"))
        elif place == "systemd's environment":
            found.append(
                Command.of("systemctl", "unset-environment", "_WSREP_NEW_CLUSTER", "WSREP_NEW_CLUSTER")
            )
    return tuple(dict.fromkeys(found))


def set_safe(node: Node) -> Command:
    """Lift the guard of Galera 3.19 and later on the node that was chosen."""
    return Command(f"sed -i 's/^safe_to_bootstrap: 0/safe_to_bootstrap: 1/' {quote(node.grastate)}")


def set_unsafe(node: Node) -> Command:
    """Take the flag from a node that was not chosen (REC-05)."""
    return Command(f"sed -i 's/^safe_to_bootstrap: 1/safe_to_bootstrap: 0/' {quote(node.grastate)}")


def pc_bootstrap(node: Node) -> Command:
    """Make a Primary component of the fragment that this node is in (REC-06: the value is ignored)."""
    return sql(node, "SET GLOBAL wsrep_provider_options='pc.bootstrap=1'")


def recover_position(node: Node) -> Command:
    """Ask the storage engine where its history ends; the server ends by itself (B.1, REC-11)."""
    if node.flavour is Flavour.MARIADB:
        return Command(f"{node.server} --user=mysql --wsrep-recover --disable-log-error 2>&1")
    # It logs to the file that my.cnf names unless told otherwise, and its position line is a note; 5.6
    # does not know the verbosity, hence "loose".
    return Command(
        f"{node.server} --user=mysql --wsrep-recover --loose-log-error-verbosity=3 --log-error=stderr 2>&1"
    )


def move_aside(path: str, label: str) -> Command:
    """Rename, never delete: what was there can be looked at, and put back (REC-03).

    Nothing happens when the file is not there: an orderly stop takes gvwstate.dat away by itself.
    """
    here, aside = quote(path), quote(f"{path}.{label}")
    return Command(f"test ! -e {here} || mv -T --backup=numbered {here} {aside}")


def move_back(path: str, label: str) -> Command:
    """Undo of `move_aside`."""
    aside = quote(f"{path}.{label}")
    return Command(f"test ! -e {aside} || mv -nT {aside} {quote(path)}")


def renew_datadir(node: Node, label: str) -> Command:
    """Rename the data directory and leave an empty one of the same owner, mode and label in its place."""
    here, aside = quote(node.datadir), quote(f"{node.datadir}.{label}")
    return Command(
        f"mv -T --backup=numbered {here} {aside} && install -d -o mysql -g mysql -m 0700 {here}"
        f" && if command -v restorecon >/dev/null; then restorecon {here}; fi"
    )


def sql(node: Node, statement: str, *, stdin: str | None = None) -> Command:
    """One statement as root through the node's own socket; options as in root's own my.cnf."""
    return Command(f"{node.client} -e {sql_word(statement)}", stdin=stdin)


def sql_word(statement: str) -> str:
    """A statement as one word of a shell line: in double quotes where that is safe, as people write it."""
    if "'" in statement and not any(char in statement for char in '"\\$`!'):
        return f'"{statement}"'
    return quote(statement)


def sql_text(text: str) -> str:
    """Fit to stand between single quotes of a statement."""
    return text.replace("\\", "\\\\").replace("'", "''")


def evidence_dir(cluster: str, label: str) -> str:
    """Where a run keeps its copies on each host; only root can read it."""
    safe = "".join(char if char.isalnum() or char in "-_" else "_" for char in cluster)
    return f"{EVIDENCE_ROOT}/{safe}-{label}"


def keep_copies(node: Node, directory: str) -> Command:
    """Copy what tells the node's state: saved state, last view, failed write-sets, end of the log (B.9)."""
    here, there = quote(node.datadir), quote(directory)
    error_log = node.evidence.configured.get("log_error", "")
    parts = [
        f"install -d -m 0700 {there}",
        f"find {here} -maxdepth 1 -type f"
        r" \( -name grastate.dat -o -name gvwstate.dat -o -name 'GRA_*' -o -name sst_in_progress \)"
        f" -exec cp -p --backup=numbered -t {there} {{}} +",
        f"journalctl -u {quote(node.owner)} -n 3000 --no-pager > {there}/journal.txt",
    ]
    if error_log.startswith("/"):
        parts.append(f"tail -n 3000 {quote(error_log)} > {there}/error.log")
    return Command(" && ".join(parts))
