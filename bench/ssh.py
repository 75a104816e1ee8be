"""SSH: client CPU a host of the first and of a pooled command, and a stream. Peers: asyncssh, OpenSSH."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.launch import ROOT, Launcher, launcher
from bench.table import Row, Table

HOSTS = 50
TURNS = 3
"""Each is measured in turn, this often; the median counts."""
POOLED_ROUNDS = 4
STREAM_MIB = 200
CIPHER = "aes128-gcm@openssh.com"


@contextmanager
def fan(count: int) -> Iterator[Path]:
    """`count` sshds on loopback addresses; yields the ssh_config that names them host1, host2 and so on."""
    with tempfile.TemporaryDirectory(prefix="bench-ssh-") as folder, socket.socket() as free:
        free.bind(("127.20.0.2", 0))
        port = str(free.getsockname()[1])
        free.close()
        env = os.environ | {"FAN_DIR": f"{folder}/fan"}
        script = str(ROOT / "lab" / "sshfan.sh")
        try:
            subprocess.run([script, "many", "up", str(count), port], env=env, check=True, capture_output=True)
            yield Path(folder) / "fan" / "ssh_config"
        finally:
            subprocess.run([script, "many", "down"], env=env, check=False, capture_output=True)


def openssh_cpu_ms(config: Path, count: int) -> float:
    """CPU a host of `ssh host uname -n`, all at once."""
    before = _children_cpu_s()
    started = [
        subprocess.Popen(
            ["ssh", "-F", str(config), f"host{number}", "uname -n"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        for number in range(1, count + 1)
    ]
    for process in started:
        process.wait()
    return (_children_cpu_s() - before) * 1000 / count


def openssh_mb_s(config: Path, file: Path) -> float:
    """Speed of `ssh host cat FILE` with the cipher that we use."""
    began = time.monotonic()
    argv = ["ssh", "-F", str(config), "-c", CIPHER, "host1", f"cat {file}"]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return file.stat().st_size / (time.monotonic() - began) / 1e6


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fan_out(table: Table, config: Path, launch: Launcher) -> None:
    arguments = (str(config), str(HOSTS), str(1 + POOLED_ROUNDS))
    launch.numbers("bench.programs.fan", "ours", *arguments)
    launch.numbers("bench.programs.fan", "plain", *arguments)
    ours, plain, openssh = [], [], []
    for _ in range(TURNS):
        ours.append(launch.numbers("bench.programs.fan", "ours", *arguments))
        plain.append(launch.numbers("bench.programs.fan", "plain", *arguments))
        openssh.append(openssh_cpu_ms(config, HOSTS))
    first = median(rounds[0]["cpu_ms"] for rounds in ours)
    table.add(
        Row(
            f"first command, {HOSTS} hosts, import counted",
            first,
            "ms CPU a host",
            peer="asyncssh plain",
            theirs=median(rounds[0]["cpu_ms"] for rounds in plain),
            goal=6.5,
        )
    )
    table.add(Row("the same", first, "ms CPU a host", peer="ssh", theirs=median(openssh)))
    table.add(
        Row(
            "command on an open connection",
            median(row["cpu_ms"] for rounds in ours for row in rounds[1:]),
            "ms CPU a host",
            peer="asyncssh plain",
            theirs=median(row["cpu_ms"] for rounds in plain for row in rounds[1:]),
            goal=0.5,
        )
    )


def stream(table: Table, config: Path, launch: Launcher) -> None:
    file = config.parent / "big"
    with file.open("wb") as out:
        for _ in range(STREAM_MIB):
            out.write(os.urandom(1 << 20))
    ours, theirs = [], []
    for _ in range(TURNS):
        ours += launch.numbers("bench.programs.pull", str(config), "host1", str(file), "2")
        theirs.append(openssh_mb_s(config, file))
    peer = median(theirs)
    table.add(
        Row(
            f"stream of {STREAM_MIB} MiB",
            median(row["mb_s"] for row in ours),
            "MB/s",
            peer="ssh host cat",
            theirs=peer,
            goal=round(0.7 * peer, 1),
            more_is_better=True,
        )
    )
    table.add(Row("client CPU of the stream", median(row["cpu_ms_mb"] for row in ours), "ms CPU/MB"))
    table.notes.append(f"memory of the process that streams: {max(row['rss_mib'] for row in ours):.0f} MiB")


def run() -> Table:
    table = Table(f"SSH, client and servers on one machine (load {os.getloadavg()[0]:.1f})")
    with fan(HOSTS) as config, launcher() as launch:
        fan_out(table, config, launch)
        stream(table, config, launch)
    return table
