"""On a real Nova whose services are units of a host: from VNC to a SPICE console that greets, and back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.fixtures import why_no_lab
from tests.lab.lab import Lab, wait_for
from tests.lab.scripts import SCRIPTS
from tests.lab.slots import cache_folder, slot

pytestmark = [pytest.mark.lab, pytest.mark.cloud, pytest.mark.whole]

VALUES = ("control=ctl1", "compute=ctl1", "instance=web-1")
USERS = "users=10.77.0.0/24"


@dataclass
class Consoles:
    """The host, and the console's own command line beside it."""

    lab: Lab
    journal: Path

    def call(self, *words: str) -> tuple[int, str]:
        """The exit status of `quarterdeck runbook WORDS`, and what it said."""
        estate = self.lab.script("nova", "estate").strip()
        command = [sys.executable, "-m", "tui.cli", "--estate", estate, "runbook", *words]
        done = subprocess.run(
            [str(SCRIPTS / "nova.sh"), "do", *command],
            env={**self.lab.environment, "QUARTERDECK_JOURNAL": str(self.journal)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def plan(self, *values: str) -> tuple[int, str]:
        sets = [word for value in (*VALUES, *values) for word in ("--set", value)]
        return self.call("plan", "spice-console", "--target", "lab", *sets)

    def run(self, *values: str) -> tuple[int, str]:
        sets = [word for value in (*VALUES, *values) for word in ("--set", value)]
        words = ("--arm", "the lab gets SPICE", "--yes-to", "web-1", *sets)
        return self.call("run", "spice-console", "--target", "lab", *words)

    def on_host(self, line: str) -> str:
        return self.lab.script("host", "sh", "ctl1", line, check=False)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    if why := why_no_lab():
        pytest.skip(f"this machine cannot host the lab: {why}")
    with slot("novatest") as number:
        made = Lab(f"novatest{number}", cache_folder())
        try:
            made.script("nova", "up", deadline_s=900)
            yield made
        finally:
            made.script("nova", "down", deadline_s=120, check=False)


@pytest.fixture
def consoles(lab: Lab, tmp_path: Path) -> Consoles:
    """With an API that answers: a restart of all in one takes it away for seconds."""
    made = Consoles(lab, tmp_path / "journal.sqlite")
    wait_for("Nova's API to answer", lambda: "cannot be reached" not in " ".join(made.plan(USERS)[1].split()))
    return made


FILES = "sha256sum /etc/nova/nova.conf /etc/iptables/rules.v4; stat -c '%a %U %n' /etc/nova/nova.conf"


def test_from_vnc_alone_to_a_console_that_greets_and_back(consoles: Consoles) -> None:
    before = consoles.on_host(FILES)

    status, said = consoles.plan()
    assert (status, "the firewall of ctl1 lets nobody reach port 6082" in said.replace("\n", " ")) == (
        4,
        True,
    )

    status, said = consoles.run(USERS)
    assert status == 0, said
    assert "the websocket answered 101 with its token, and web-1 greeted back: SPICE" in said
    assert "8 steps done and verified" in said
    assert "labsecret" not in said
    rules = consoles.on_host("cat /etc/iptables/rules.v4; iptables-save")
    assert rules.count("-A INPUT -s 10.77.0.0/24 -p tcp -m tcp --dport 6082 -j ACCEPT") == 2
    assert "--dport 59" not in rules
    assert consoles.on_host(FILES).splitlines()[2] == before.splitlines()[2]

    status, said = consoles.plan(USERS)
    assert status == 0
    assert "every nova.conf is right" in said

    consoles.on_host("touch /etc/nova/nova.conf")
    status, said = consoles.plan(USERS)
    assert "restart nova-compute on ctl1" in said
    assert "SPICE-10" in said

    run = json.loads(consoles.call("runs", "--json")[1])[-1]["run"]
    status, said = consoles.call("undo", run, "--arm", "back to VNC")
    assert status == 0, said
    assert consoles.on_host(FILES) == before
    assert "6082" not in consoles.on_host("iptables-save")
    assert consoles.on_host("systemctl is-active nova-compute nova-spicehtml5proxy").split() == [
        "active",
        "inactive",
    ]


def test_a_proxy_without_its_page_stops_the_plan(consoles: Consoles) -> None:
    consoles.on_host("mv /usr/share/spice-html5/spice_auto.html /root/")
    try:
        status, said = consoles.plan(USERS)
    finally:
        consoles.on_host("mv /root/spice_auto.html /usr/share/spice-html5/")
    assert status == 4
    assert "ctl1 has no /usr/share/spice-html5/spice_auto.html" in " ".join(said.split())


def test_an_address_that_is_not_on_the_host_stops_the_plan(consoles: Consoles) -> None:
    """E10."""
    status, said = consoles.plan(USERS, "addresses=ctl1=172.16.10.100")
    assert status == 4
    assert "172.16.10.100 is no address of ctl1" in " ".join(said.split())
