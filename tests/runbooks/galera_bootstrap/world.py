"""Fresh hosts in memory that become a cluster by the very commands of galera-bootstrap."""

from __future__ import annotations

import re
import shlex

from runbooks.model import Look
from systems.galera.preparation import DatadirState, PreparationReading
from systems.galera.readings import NodeSurvey
from systems.shell import Command
from tests.builders import STATE, a_hit, a_node, a_survey, a_unit
from tests.runbooks.doubles import DoubleHost, Fuse, World
from tests.runbooks.galera_bootstrap.blanks import HOSTS, ROOM, blank, prepared
from tests.runbooks.rigs import DoubleSurveyor, a_healthy_node

CONFIG, UP, ENABLED = "/etc/zz-galera.cnf", "/srv/up", "/srv/enabled"


class BlankHost(DoubleHost):
    """One host: its option file, whether its server is up, and what its cluster holds."""

    def __init__(self, name: str, cluster: dict[str, str]) -> None:
        super().__init__(name)
        self.cluster = cluster

    def run(self, command: Command) -> tuple[int, str]:
        done = super().run(command)
        line, stdin = command.line, command.stdin or ""
        if line.startswith("t=/etc/mysql"):
            self.files[CONFIG] = stdin
        elif line == "galera_new_cluster":
            self.files[UP] = "Primary"
        elif line == "systemctl start --no-block mariadb":
            self.files[UP] = "joined"
        elif line == "systemctl stop mariadb":
            self.files.pop(UP, None)
        elif line == "systemctl enable mariadb.service":
            self.files[ENABLED] = "yes"
        elif line.startswith("cat /var/lib/mysql/grastate.dat"):
            return (
                0,
                f"# GALERA saved state\nversion: 2.1\nuuid:    {STATE}\nseqno:   18\nsafe_to_bootstrap: 0\n",
            )
        self._statement(line, stdin)
        return done

    def _statement(self, line: str, stdin: str) -> None:
        text = f"{line} {stdin}"
        for made in re.findall(r"INSERT INTO quarterdeck_probe.proof \(node\) VALUES \('(\w+)'\)", text):
            self.cluster[f"row {made}"] = made
        for account, drops in (("quarterdeck_probe", "DROP USER"), ("monitor", "never")):
            if f"CREATE USER IF NOT EXISTS '{account}'" in text:
                self.cluster[account] = "1"
            elif drops in text and account in text:
                self.cluster.pop(account, None)

    def say(self, line: str) -> tuple[int, str]:
        """What its shell and its server answer; anything else is not scripted."""
        self.asked.append(line)
        rows = "\n".join(value for name, value in sorted(self.cluster.items()) if name.startswith("row "))
        answers = {
            "find -L": "\n".join(shlex.split(line)[2:-2]),
            "--verbose --help": "ok",
            "user_privileges": "2\t0" if "monitor" in self.cluster else "0\tNULL",
            "SELECT node FROM": rows,
            "user='quarterdeck_probe'": self.cluster.get("quarterdeck_probe", "0"),
            "WHERE user=''": "",
            "show-environment": "",
            "SELECT COUNT(*)": "0",
            "table_constraints": "",
            "t.engine <> 'InnoDB'": "",
        }
        said = " ".join(shlex.split(line))
        found = next((text for word, text in answers.items() if word in said), None)
        return super().say(line) if found is None else (0, found)


def a_blank_world() -> World:
    """db1, db2 and db3, as their packages leave them."""
    world, cluster = World(*HOSTS), dict[str, str]()
    for name in HOSTS:
        world[name] = BlankHost(name, cluster)
    return world


class BlankSurveyor(DoubleSurveyor):
    """Looks at these hosts, their preparation always included."""

    def __init__(self, world: World, fuse: Fuse) -> None:
        super().__init__(world, a_healthy_node, fuse)

    async def look(self, target: str, *, preparation: bool = False) -> Look:
        self.fuse.point("look")
        nodes = [self._node(host) for host in self.world.values()]
        preparations = {host.name: self._prepared(host) for host in self.world.values()}
        return Look(a_survey(*nodes, name=target), preparations)

    def _node(self, host: DoubleHost) -> NodeSurvey:
        at, options = self.world.clock.now(), self._options(host)
        enabled = "enabled" if ENABLED in host.files else "disabled"
        if UP not in host.files:
            unit = a_unit("mariadb", active="inactive", sub="dead", enabled=enabled)
            return blank(host.name, at=at, configured=options, units={"mariadb": unit})
        members = [name for name, other in self.world.items() if UP in other.files]
        evidence = {
            "configured": options,
            "units": {"mariadb": a_unit("mariadb", enabled=enabled)},
            "filesystem": ROOM,
            "log_hits": (a_hit("synchronized"),),
        }
        status = {"conf_id": len(members), "cluster_size": len(members)}
        return a_node(host.name, at=at, size=len(members), status=status, evidence=evidence)

    def _prepared(self, host: DoubleHost) -> PreparationReading:
        options = self._options(host)
        state = DatadirState.HAS_DATA if UP in host.files else DatadirState.FRESH
        return prepared(host.name, configured=options, datadir_state=state)

    def _options(self, host: DoubleHost) -> dict[str, str]:
        lines = (line.partition(" = ") for line in host.files.get(CONFIG, "").splitlines())
        return {name: value.strip('"') for name, equals, value in lines if equals}
