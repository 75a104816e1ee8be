"""Fits out a database host: accounts, programs, option files, packages, units, as Debian's packages do."""

from __future__ import annotations

import importlib

from practice.commands import PROGRAMS
from practice.commands.network import PACKAGES
from practice.host.files import Entry
from practice.host.machine import Account, Machine
from practice.host.units import Unit

_COMMANDS = (
    "reading", "lines", "listing", "changing", "moving", "searching", "finding", "editing", "processes",
    "identity", "services", "logs", "network", "sockets", "database", "balancing",
)  # fmt: skip

GALERA_OPTIONS = "/etc/mysql/mariadb.conf.d/60-galera.cnf"

_MY_CNF = """[client-server]
socket = /run/mysqld/mysqld.sock
!includedir /etc/mysql/conf.d/
!includedir /etc/mysql/mariadb.conf.d/
"""

_SERVER_CNF = """[mysqld]
pid-file                = /run/mysqld/mysqld.pid
basedir                 = /usr
bind-address            = 127.0.0.1
expire_logs_days        = 10
character-set-server  = utf8mb4
collation-server      = utf8mb4_general_ci
"""
"""As Debian's package brings it."""

_IN_USE = """[mariadbd]
bind-address = 0.0.0.0
innodb_buffer_pool_size = 2G
max_connections = 400
skip_name_resolve = ON
"""

_UNIT_FILE = """[Unit]
Description=MariaDB 10.11.19 database server
After=network.target

[Service]
Type=notify
User=mysql
Group=mysql
ExecStart=/usr/sbin/mariadbd $MYSQLD_OPTS $_WSREP_NEW_CLUSTER $_WSREP_START_POSITION
Restart=on-abnormal
RestartSec=5s
TimeoutStartSec=900
LimitNOFILE=32768
"""


def fit_out(machine: Machine, hosts: dict[str, str]) -> None:
    """Give a host what every host of the estate has; `hosts`: addresses by name."""
    files = machine.files
    for account in (
        Account("root", 0, "/root"),
        Account("mysql", 100, "/nonexistent", "/bin/false"),
        Account("ops", 1000, "/home/ops", sudo="nopasswd", password="practice", groups=("ops", "adm")),
    ):
        machine.accounts[account.name] = account
    for folder in (
        "/etc",
        "/usr/bin",
        "/usr/sbin",
        "/var/log",
        "/var/lib",
        "/home",
        "/opt",
        "/srv",
        "/etc/mysql/conf.d",
    ):
        files.make_dirs(folder)
    files.make_dirs("/root", mode=0o700)
    files.make_dirs("/home/ops", owner="ops", mode=0o755)
    for name, target in (("/bin", "usr/bin"), ("/sbin", "usr/sbin"), ("/lib", "usr/lib")):
        files.put(name, Entry("l", mode=0o777, target=target))
    files.make_dirs("/var").children["run"] = Entry("l", mode=0o777, target="/run")
    machine.make_run()
    _programs(machine)
    files.write("/etc/machine-id", f"{machine.machine_id}\n")
    files.write("/etc/hostname", f"{machine.name}\n")
    files.write(
        "/etc/hosts", "127.0.0.1 localhost\n" + "".join(f"{at} {name}\n" for name, at in hosts.items())
    )
    files.write("/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n")
    files.write(
        "/etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'
    )
    machine.packages = dict(PACKAGES)
    machine.start_init()
    machine.add_daemon("systemd-journald", "Journal Service", ("/lib/systemd/systemd-journald",))
    machine.add_daemon(
        "ssh",
        "OpenBSD Secure Shell server",
        ("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",),
        port=22,
    )
    machine.add_daemon("cron", "Regular background program processing daemon", ("/usr/sbin/cron", "-f"))
    machine.add_daemon("chrony", "chrony, an NTP client/server", ("/usr/sbin/chronyd", "-F", "1"))


def _programs(machine: Machine) -> None:
    for name in _COMMANDS:
        importlib.import_module(f"practice.commands.{name}")
    for name, (folder, program) in PROGRAMS.items():
        entry = machine.files.write(f"{folder}/{name}", b"", mode=0o755)
        entry.payload, entry.hole_bytes = program, 65536


def fit_out_database(machine: Machine) -> None:
    """Write what the packages of a database server bring along."""
    files = machine.files
    files.write("/usr/lib/galera/libgalera_smm.so", b"", mode=0o755).hole_bytes = 3_000_000
    files.write("/etc/mysql/my.cnf", _MY_CNF)
    files.write("/etc/mysql/mariadb.conf.d/50-server.cnf", _SERVER_CNF)
    files.write("/lib/systemd/system/mariadb.service", _UNIT_FILE)
    files.write("/etc/systemd/system/mysql@.service", _UNIT_FILE)


def write_galera_options(
    machine: Machine, cluster: str, addresses: tuple[str, ...], *, cache: str = "512M"
) -> None:
    """Write the options of one node; `cache`: the size of its write-set cache, as an option file has it."""
    text = (
        "[galera]\nbinlog_format = ROW\ndefault_storage_engine = InnoDB\n"
        "innodb_autoinc_lock_mode = 2\nwsrep_on = ON\n"
        "wsrep_provider = /usr/lib/galera/libgalera_smm.so\n"
        f'wsrep_provider_options = "gcache.size={cache};gcache.recover=yes"\n'
        f"wsrep_cluster_name = {cluster}\nwsrep_cluster_address = gcomm://{','.join(addresses)}\n"
        f"wsrep_node_name = {machine.name}\nwsrep_node_address = {machine.address}\n"
        f"wsrep_node_incoming_address = {machine.address}:3306\n"
        "wsrep_sst_method = rsync\nwsrep_slave_threads = 4\n"
    )
    machine.files.write(GALERA_OPTIONS, _IN_USE + text)


def database_units(machine: Machine) -> tuple[Unit, Unit]:
    """The unit of a member and the one that bootstraps."""
    name = "MariaDB 10.11.19 database server"
    member = Unit(machine, "mariadb", name, "/lib/systemd/system/mariadb.service")
    member.aliases, member.restart = ("mysql", "mysqld"), "on-abnormal"
    first = Unit(machine, "mysql@bootstrap", name, "/etc/systemd/system/mysql@.service", enabled="disabled")
    for unit in (member, first):
        unit.timeout_start, unit.limit_nofile = "15min", "32768"
        machine.systemd.add(unit)
    return member, first
