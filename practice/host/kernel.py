"""/proc and /sys of a simulated host: made up as they are read."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.host.files import Entry

if TYPE_CHECKING:
    from practice.host.machine import Machine
    from practice.host.processes import Process

SYSCTLS = {
    "net.ipv4.ip_forward": "0",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "2",
    "net.ipv4.conf.eth0.rp_filter": "2",
    "net.core.somaxconn": "4096",
    "vm.swappiness": "10",
    "vm.overcommit_memory": "0",
    "fs.file-max": "9223372036854775807",
    "kernel.ostype": "Linux",
    "kernel.osrelease": "6.1.0-41-amd64",
    "kernel.pid_max": "4194304",
}


def mount_kernel_files(machine: Machine) -> None:
    """Put /proc, /sys and /dev in place."""
    root = machine.files.root
    proc = Entry("d", mode=0o555)
    fixed = {
        "uptime": _read(lambda: f"{machine.uptime_s():.2f} {machine.uptime_s() * machine.cpus * 0.97:.2f}\n"),
        "loadavg": _read(lambda: _load(machine)),
        "meminfo": _read(lambda: _memory(machine)),
        "swaps": _read(lambda: "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
        "cpuinfo": _read(lambda: "".join(f"processor\t: {cpu}\n\n" for cpu in range(machine.cpus))),
        "version": _read(lambda: "Linux version 6.1.0-41-amd64 (Debian 6.1.158-1)\n"),
        "mounts": _read(
            lambda: "".join(f"{m.source} {m.target} {m.fstype} rw 0 0\n" for m in machine.files.mounts)
        ),
        "net": Entry("d", mode=0o555, children={"tcp": _read(lambda: _tcp(machine)), "tcp6": _read(_tcp6)}),
        "sys": _sysctl_tree(machine),
        "self": Entry("l", target="1"),
    }
    proc.lists = lambda: fixed | {str(p.pid): _process_dir(p) for p in machine.processes.table.values()}
    root.children["proc"] = proc
    root.children["sys"] = Entry("d", mode=0o555, children={"class": Entry("d", mode=0o555)})
    devices = {name: Entry("c", mode=0o666) for name in ("null", "zero", "full", "tty")}
    root.children["dev"] = Entry("d", mode=0o755, children=devices)


def _read(make: Callable[[], str]) -> Entry:
    return Entry("f", mode=0o444, reads=lambda: make().encode())


def _load(machine: Machine) -> str:
    count = len(machine.processes.table)
    return f"0.21 0.17 0.12 1/{count + 90} {max(machine.processes.table, default=1)}\n"


def _memory(machine: Machine) -> str:
    total = machine.memory_kib
    rows = {
        "MemTotal": total,
        "MemFree": total // 5,
        "MemAvailable": total * 3 // 5,
        "Buffers": total // 50,
        "Cached": total // 3,
        "SwapTotal": 0,
        "SwapFree": 0,
    }
    return "".join(f"{name + ':':<15}{value:>9} kB\n" for name, value in rows.items())


def _tcp(machine: Machine) -> str:
    head = (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    )
    rows = [
        f"{at:4}: 00000000:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000"
        f" {uid:5}        0 {20000 + port} 1 0000000000000000 100 0 0 10 0\n"
        for at, (port, uid) in enumerate(sorted(machine.listeners.items()))
    ]
    return head + "".join(rows)


def _tcp6() -> str:
    return "  sl  local_address                         remote_address                        st\n"


def _process_dir(process: Process) -> Entry:
    def stat() -> str:
        before = f"{process.pid} ({process.name}) S {process.ppid} {process.pid} {process.pid} 0 -1 4194304"
        after = "10000000 500 18446744073709551615" + " 0" * 13 + " 17" + " 0" * 14
        return f"{before} 0 0 0 0 1 1 0 0 20 0 1 0 {process.started_ticks} {after}\n"

    children = {
        "stat": _read(stat),
        "comm": _read(lambda: f"{process.name}\n"),
        "cmdline": _read(lambda: "\0".join(process.argv) + "\0"),
        "status": _read(lambda: f"Name:\t{process.name}\nPid:\t{process.pid}\nPPid:\t{process.ppid}\n"),
    }
    return Entry("d", process.who.user, process.who.groups[0], 0o555, children=children)


def _sysctl_tree(machine: Machine) -> Entry:
    tree = Entry("d", mode=0o555)
    for name, value in SYSCTLS.items():
        _place(tree, name, _sysctl(value))
    _place(tree, "kernel.hostname", _read(lambda: f"{machine.name}\n"))
    _place(tree, "kernel.random.boot_id", _read(lambda: f"{machine.boot_id}\n"))
    return tree


def _place(tree: Entry, name: str, entry: Entry) -> None:
    *folders, last = name.split(".")
    for folder in folders:
        tree = tree.children.setdefault(folder, Entry("d", mode=0o555))
    tree.children[last] = entry


def _sysctl(value: str) -> Entry:
    entry = Entry("f", mode=0o644, data=f"{value}\n".encode())

    def write(data: bytes) -> None:
        text = data.strip()
        if not text or len(text) > 100:
            raise KernelError(errno.EINVAL)
        entry.data = text + b"\n"

    entry.writes = write
    return entry
