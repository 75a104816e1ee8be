"""The light cluster for tests: three real servers as plain processes, and readers that need no SSH."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from systems.errors import SystemsError, TimedOut, Unreachable
from systems.galera.host_look import SurveyOptions
from systems.galera.survey import NodeAccess
from systems.shell import Output, Probe
from systems.sql_server import ServerReader, Way

LAB = Path(__file__).parents[3] / "lab"
NODES = ("n1", "n2", "n3")
PASSWORD = "lab"


@dataclass
class LocalReader:
    """Runs probes on this machine, as the user of the tests; `as_root` changes nothing here."""

    host: str
    env: dict[str, str]

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        process = await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            probe.line,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.env,
        )
        try:
            async with asyncio.timeout(timeout_s):
                stdout, stderr = await process.communicate()
        except TimeoutError as error:
            process.kill()
            await process.wait()
            raise TimedOut(f"{self.host}: no answer after {timeout_s:g} s") from error
        return Output(
            stdout.decode("utf-8", "replace"),
            stderr.decode("utf-8", "replace"),
            process.returncode or 0,
            datetime.now(UTC),
        )

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        answers: list[Output | Exception] = []
        for probe in probes:
            try:
                answers.append(await self.read(probe, timeout_s=timeout_s))
            except SystemsError as error:
                answers.append(error)
        return tuple(answers)

    async def stream(self, probe: Probe, sink: Any, *, timeout_s: float | None = None) -> int:
        raise NotImplementedError


@dataclass
class LightCluster:
    """One light cluster in a folder and on addresses of its own."""

    folder: Path
    net: str
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(3))

    def run(self, *arguments: str, timeout_s: float = 300.0) -> str:
        """Run a verb of light.sh; raises when it fails."""
        done = subprocess.run(
            [str(LAB / "light.sh"), *arguments],
            env=os.environ | {"LIGHT_DIR": str(self.folder), "LIGHT_NET": self.net},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, f"light.sh {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def sql(self, node: str, statement: str) -> str:
        return self.run("sql", node[1:], statement)

    def datadir(self, node: str) -> Path:
        return self.folder / node / "data"

    def recover_into_log(self, node: str) -> None:
        """What an operator does by hand: a recovery run whose output goes to the node's own error log."""
        folder = self.folder / node
        command = ["mariadbd", f"--defaults-file={folder}/my.cnf", "--wsrep-recover"]
        command.append(f"--log-error={folder}/err.log")
        subprocess.run(command, env=self.environment(), capture_output=True, check=True)

    def environment(self) -> dict[str, str]:
        """Where the unpacked programs are found."""
        script = f'cd "{LAB}" && . ./lib.sh && . ./programs.sh && env -0'
        shown = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
        return dict(pair.split("=", 1) for pair in shown.split("\0") if "=" in pair)

    def access(self, *, sql_timeout_s: float = 3.0) -> list[NodeAccess]:
        env = self.environment()
        return [
            NodeAccess(
                node,
                LocalReader(node, env),
                ServerReader(node, "admin", PASSWORD, self.threads, self._way(node)),
                SurveyOptions(defaults_file=str(self.folder / node / "my.cnf"), sql_timeout_s=sql_timeout_s),
            )
            for node in NODES
        ]

    def close(self) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _way(self, node: str) -> Any:
        path = str(self.folder / node / "s")

        async def open_way(timeout_s: float) -> Way:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(timeout_s)
            try:
                sock.connect(path)
            except OSError as error:
                sock.close()
                raise Unreachable(f"{node}: Can't connect to {path}: {error.strerror}") from error
            return Way(sock)

        return open_way
