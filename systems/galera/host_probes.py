"""The shell lines that ask a host for everything that only it knows of its node. They only read."""

from __future__ import annotations

import shlex

from systems.galera.host_settings import HostSettings
from systems.galera.processes import SERVER_NAMES, TRANSFER_PATTERN
from systems.galera.sections import sectioned
from systems.galera.units import PROPERTIES, UNITS
from systems.shell import Probe

LOG_LINES = 400
LOG_BYTES = 65536

_OPTION_FILES = "/etc/my.cnf /etc/my.cnf.d /etc/mysql /etc/percona-xtradb-cluster.conf.d"
_FLAG_FILES = (
    "/etc/default/mysql",
    "/etc/default/mysqld",
    "/etc/default/mariadb",
    "/etc/sysconfig/mysql*",
    "/etc/sysconfig/mariadb*",
    "/etc/systemd/system/mysql*.d/*",
    "/etc/systemd/system/mariadb*.d/*",
    "/run/systemd/system/mysql*.d/*",
    "/run/systemd/system/mariadb*.d/*",
    "/run/mariadb-wsrep-new-cluster",
)
"""Where a bootstrap flag may be left behind (REC-05).

PXC's own mysql.bootstrap is sorted out later: it is packaged with the flag in it, and only
mysql@bootstrap reads it (PRPM mysql@.service).
"""


def settings_probe(defaults_file: str, *, as_root: bool = True) -> Probe:
    """What the option files say in the server's own groups, and which of them the login may not read."""
    return _probe(_settings_questions(defaults_file), as_root=as_root)


def quick_probes(settings: HostSettings, *, as_root: bool = True) -> tuple[Probe, Probe]:
    """What is asked at every look: (what anybody may see, what root sees). About 35 ms of CPU."""
    units = " ".join(f"{unit}.service" for unit in UNITS)
    anybody = (
        ("host", "grep -Hs '' /proc/sys/kernel/random/boot_id /etc/machine-id /proc/sys/kernel/hostname"),
        ("clock", "date '+%s.%N %z'; cat /proc/uptime"),
        ("systemd", "stat -c %n /run/systemd/system"),
        ("units", f"LC_ALL=C systemctl show {units} --no-pager --property={','.join(PROPERTIES)}"),
        ("listen", "grep -hs ' 0A ' /proc/net/tcp /proc/net/tcp6"),
    )
    datadir = shlex.quote(settings.datadir)
    names = (".", "grastate.dat", "gvwstate.dat", "sst_in_progress", "galera.cache")
    places = " ".join((datadir, *(f"{datadir}/{name}" for name in names)))
    if settings.pid_file:
        places += f" {shlex.quote(settings.pid_file)}"
    named = shlex.quote("|".join(SERVER_NAMES))
    root = (
        ("servers_before", f"pgrep -x {named}"),
        ("transfers", f"pgrep -a -f {shlex.quote(TRANSFER_PATTERN)}"),
        ("files", f"LC_ALL=C stat -c '%F|%s|%Y|%n' {places}"),
        ("names", f"ls -U {datadir} | grep -E '^(GRA_.*[.]log|gcache[.]page[.].*|.*[.]pid)$' | head -n 300"),
        ("saved", f"LC_ALL=C head -v -c 4000 {datadir}/grastate.dat {datadir}/gvwstate.dat"),
        ("df", f"LC_ALL=C df -B1 --output=source,fstype,size,avail,iavail,target {datadir}"),
        ("servers", f"pgrep -a -x {named} || pgrep -o -l ."),
    )
    return _probe(anybody, as_root=False), _probe(root, as_root=as_root)


def slow_probe(settings: HostSettings, *, as_root: bool = True, size: bool = False) -> Probe:
    """What is asked now and then: log since the last start at most, options, version, flags. About 50 ms."""
    journal = (
        "journalctl -q --no-pager -o short-iso -u mysql -u mariadb -u mysql@bootstrap -u mysqld "
        f"-n {LOG_LINES} | tail -c {LOG_BYTES}"
    )
    flags = "grep -HEs -e 'wsrep[-_]new[-_]cluster' " + " ".join(_FLAG_FILES)
    versions = " || ".join(f"{path}{name} --version" for path in ("", "/usr/sbin/") for name in SERVER_NAMES)
    killed = f"Killed process [0-9]+ \\(({'|'.join(SERVER_NAMES)})\\)"
    questions = [
        *_settings_questions(settings.defaults_file),
        ("journal", journal),
        ("oom", f"dmesg -T | grep -E {shlex.quote(killed)} | tail -n 5"),
        ("flags", flags),
        ("environment", "systemctl show-environment"),
        ("version", versions),
        ("addresses", "ip -o addr show"),
        ("fstab", "cat /etc/fstab"),
        ("real", f"readlink -f {shlex.quote(settings.datadir)}"),
    ]
    if settings.log_error:
        line = f"tail -q -n {LOG_LINES} {_log_path(settings)} | tail -c {LOG_BYTES}"
        questions.append(("log", line))
    if size:
        questions.append(("size", f"du -sb {shlex.quote(settings.datadir)}"))
    return _probe(tuple(questions), as_root=as_root)


def _settings_questions(defaults_file: str) -> tuple[tuple[str, str], ...]:
    option = f" --defaults-file={shlex.quote(defaults_file)}" if defaults_file else ""
    files = shlex.quote(defaults_file) if defaults_file else _OPTION_FILES
    return (
        ("defaults", f"my_print_defaults{option} --mysqld"),
        ("unreadable", f"find {files} -type d ! -readable -o -name '*.cnf' ! -name debian.cnf ! -readable"),
    )


def _log_path(settings: HostSettings) -> str:
    """A quoted path; one that ends in *.err is the server's own default name, left to the shell."""
    if settings.log_error.endswith("/*.err"):
        return f"{shlex.quote(settings.log_error.removesuffix('/*.err'))}/*.err"
    return shlex.quote(settings.log_error)


def _probe(questions: tuple[tuple[str, str], ...], *, as_root: bool) -> Probe:
    return Probe(sectioned(questions), as_root=as_root, accepts=None)
