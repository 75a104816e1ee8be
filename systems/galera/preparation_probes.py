"""The shell lines and queries that ask how a host is prepared. They only read."""

from __future__ import annotations

import posixpath
import shlex

from systems.galera.sections import sectioned
from systems.galera.units import UNITS
from systems.shell import Probe
from systems.sql import Query

TOOLS = (
    "socat",
    "xtrabackup",
    "mariabackup",
    "mariadb-backup",
    "rsync",
    "pv",
    "ip",
    "ss",
    "openssl",
    "lsof",
    "my_print_defaults",
)
FIREWALLS = ("firewalld", "iptables", "nftables", "ufw")

_PACKAGES = "mysql|mariadb|percona|galera|xtrabackup|^(socat|rsync|pv|qpress)[[:space:]]"
_UNIT_PROPERTIES = "Id,LoadState,ActiveState,UnitFileState,LimitNOFILE,TimeoutStartUSec,RequiresMountsFor"

NO_PRIMARY_KEY_QUERY = Query(
    "SELECT t.table_schema, t.table_name FROM information_schema.tables t "
    "LEFT JOIN information_schema.table_constraints c ON c.table_schema = t.table_schema "
    "AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY KEY' "
    "WHERE t.table_type = 'BASE TABLE' AND c.constraint_name IS NULL "
    "AND t.table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') ORDER BY 1, 2"
)
"""PXC-23; GOTCHAS P."""

NOT_INNODB_QUERY = Query(
    "SELECT t.table_schema, t.table_name, t.engine FROM information_schema.tables t "
    "WHERE t.table_type = 'BASE TABLE' AND t.engine <> 'InnoDB' "
    "AND t.table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') ORDER BY 1, 2"
)
"""PXC-24; GOTCHAS P."""

ACCOUNTS_QUERY = Query(
    "SELECT user, host, plugin, SHA2(authentication_string, 256) FROM mysql.user ORDER BY 1, 2"
)
"""PXC-25. The server makes the digest, so that no hash of a password ever leaves it."""


def host_probe(*, as_root: bool) -> Probe:
    """What can be asked without knowing where the data is."""
    units = " ".join(f"{unit}.service" for unit in UNITS)
    questions = (
        ("rpm", f"rpm -qa --qf '%{{NAME}}\\t%{{VERSION}}-%{{RELEASE}}\\n' | grep -Ei '{_PACKAGES}'"),
        (
            "dpkg",
            "dpkg-query -W -f '${Package}\\t${Version}\\t${db:Status-Abbrev}\\n' "
            f"| grep -Ei '{_PACKAGES}'",
        ),
        ("managers", "command -v rpm; command -v dpkg-query"),
        ("tools", "; ".join(f"command -v {tool}" for tool in TOOLS)),
        ("socat", "socat -V | grep -i openssl"),
        ("names", "grep -Hs '' /etc/machine-id /etc/hostname /proc/sys/kernel/hostname"),
        ("selinux", "stat -c %n /proc/1; stat -c %n /sys/fs/selinux/enforce; cat /sys/fs/selinux/enforce"),
        ("selinux_file", "grep -hs '^SELINUX=' /etc/selinux/config"),
        ("firewalls", f"systemctl is-active {' '.join(FIREWALLS)}"),
        ("swaps", "cat /proc/swaps"),
        ("fstab", "cat /etc/fstab"),
        ("memory", "grep -E '^MemTotal:' /proc/meminfo"),
        ("clock", "LC_ALL=C timedatectl show -p NTPSynchronized || LC_ALL=C timedatectl status"),
        ("chrony", "LC_ALL=C chronyc -n tracking"),
        ("units", f"LC_ALL=C systemctl show {units} --no-pager --property={_UNIT_PROPERTIES}"),
        ("listen", "grep -hs ' 0A ' /proc/net/tcp /proc/net/tcp6"),
    )
    return Probe(sectioned(questions), as_root=as_root, accepts=None)


def datadir_probe(
    datadir: str, certificates: tuple[str, str, str], swap_files: tuple[str, ...], *, as_root: bool
) -> Probe:
    """What needs the places that the first answers named; `certificates`: CA, certificate, key."""
    place = shlex.quote(datadir)
    ca, cert, key = (shlex.quote(path) for path in certificates)
    questions = [
        ("exists", f"stat -c '%F|%U|%a' {place}"),
        ("parent", f"find {shlex.quote(posixpath.dirname(datadir))} -maxdepth 0 -executable"),
        ("content", f"find {place} -mindepth 1 -maxdepth 1 -printf '%y|%u|%f\\n' | head -n 2000"),
        ("readable", f"find {place} -maxdepth 0 -readable -executable"),
        ("saved", f"cat {place}/grastate.dat"),
        ("auto", f"grep -hs '^server' {place}/auto.cnf"),
        ("label", f"ls -Zd {place}"),
        ("mount", f"LC_ALL=C findmnt -T {place} -P -n -o SOURCE,TARGET,FSTYPE,UUID"),
        ("ca", f"openssl x509 -noout -fingerprint -sha256 -subject -in {ca}"),
        ("cert", f"openssl x509 -noout -subject -enddate -pubkey -in {cert}"),
        ("key", f"openssl pkey -noout -text_pub -in {key}"),
    ]
    if swap_files:
        paths = " ".join(shlex.quote(path) for path in swap_files)
        questions.append(("swap_modes", f"stat -c '%a %n' {paths}"))
    return Probe(sectioned(questions), as_root=as_root, accepts=None)
