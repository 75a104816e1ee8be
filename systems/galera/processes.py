"""Which processes of a host are this node's server, and which belong to a state transfer."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

SERVER_NAMES = ("mysqld", "mariadbd")
TRANSFER_PATTERN = "[w]srep_sst_|[s]ocat|[r]sync|[x]trabackup|[m]ariabackup|[m]ariadb-backup|[xm]bstream"
"""Matched against whole command lines; in brackets, so that the line which asks does not match itself."""

_TRANSFER_PROGRAMS = ("socat", "rsync", "xbstream", "mbstream")

_BACKUP_TOOLS = ("xtrabackup", "mariabackup", "mariadb-backup", "innobackupex")


@dataclass(frozen=True, slots=True)
class Process:
    """One line of `pgrep -a`."""

    pid: int
    arguments: tuple[str, ...]

    @property
    def program(self) -> str:
        return posixpath.basename(self.arguments[0]) if self.arguments else ""

    @property
    def is_passing(self) -> bool:
        """It has no command line: it ends, has ended and nobody has taken note, or only just begins."""
        return not self.arguments or self.arguments[0].startswith("[")


def parse_processes(lines: Iterable[str]) -> tuple[Process, ...]:
    """Read the lines of `pgrep -a`; what begins with no pid is left out."""
    processes = []
    for line in lines:
        pid, _, command = line.partition(" ")
        if pid.isascii() and pid.isdigit() and len(pid) < 12:
            processes.append(Process(int(pid), _split(command)))
    return tuple(processes)


def server_pids(
    processes: Sequence[Process], datadir: str, defaults_file: str, main_pids: Collection[int] = ()
) -> tuple[int, ...]:
    """The servers that may be this node's. `main_pids`: what the units call their main process.

    One that names another datadir or another option file is another node's. One that names neither
    counts, unless this node has an option file of its own: rather one too many than one unseen. One without
    a command line counts only while a unit calls it its own: else it is a `mariadbd --version` that ends,
    this look's or another console's, and a stopped node would pass for one that runs and does not answer.
    """
    return tuple(
        process.pid
        for process in processes
        if (process.pid in main_pids if process.is_passing else _may_serve(process, datadir, defaults_file))
    )


def transfer_pids(processes: Sequence[Process], datadir: str) -> tuple[int, ...]:
    """The processes of a state transfer into or out of this node (REC-16).

    Without a wsrep_sst script above them a backup tool is somebody's backup, and socat, rsync or a
    stream tool counts only when it names the transfer or its port.
    """
    scripts = [p for p in processes if any("wsrep_sst_" in word for word in p.arguments[:3])]
    ours = [p for p in scripts if _named(p, "--datadir") in {"", _plain(datadir)}]
    if scripts and not ours:
        return ()
    tools = [p for p in processes if p not in scripts and p.program in _TRANSFER_PROGRAMS]
    if ours:
        tools += [p for p in processes if p.program in _BACKUP_TOOLS]
    else:
        tools = [p for p in tools if any("sst" in word or "4444" in word for word in p.arguments)]
    return tuple(sorted(p.pid for p in (*ours, *tools)))


def _may_serve(process: Process, datadir: str, defaults_file: str) -> bool:
    if "--version" in process.arguments:
        return False  # the look itself asks for the version, at the same moment
    named_datadir = _named(process, "--datadir") or _named(process, "-h")
    if named_datadir:
        return named_datadir == _plain(datadir)
    named_file = _named(process, "--defaults-file")
    if defaults_file:
        return named_file == _plain(defaults_file)
    return True


def _named(process: Process, option: str) -> str:
    """The path given as `option=PATH` or `option PATH`; empty: it is not given."""
    words = process.arguments
    for at, word in enumerate(words):
        if word.startswith(f"{option}="):
            return _plain(word.partition("=")[2])
        if word == option and at + 1 < len(words):
            return _plain(words[at + 1])
    return ""


def _plain(path: str) -> str:
    return posixpath.normpath(path) if path else ""


def _split(command: str) -> tuple[str, ...]:
    """pgrep joins arguments by blanks without quoting; `sh -c` lines carry quotes of their own."""
    try:
        return tuple(shlex.split(command))
    except ValueError:
        return tuple(command.split())
