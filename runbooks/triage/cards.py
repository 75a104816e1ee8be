"""What each scenario card advises, and the runbook that answers it (GOTCHAS B.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.triage.scenario import Case, Scenario

RECOVER = "galera-recover"
BOOTSTRAP = "galera-bootstrap"
ROLLING = "galera-rolling-restart"


@dataclass(frozen=True, slots=True)
class Card:
    """The answer to one scenario."""

    advice: str
    """What to do, or what not to do, in one sentence."""
    runbook: str | None = None
    names_a_node: bool = False
    """The runbook is given the first host of the case as its node."""


def card_of(case: Case) -> Card:
    """The card that answers this case."""
    return CARDS[case.scenario]


CARDS: Mapping[Scenario, Card] = {
    Scenario.STOPPED_ONE: Card("Start it again, plainly; no bootstrap anywhere.", RECOVER, names_a_node=True),
    Scenario.CRASHED_ONE: Card(
        "Read in its log why it died, then start it plainly; no bootstrap anywhere.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.NO_STATE: Card(
        "Start it plainly when a full copy may run now: it "
        "makes one donor slower, and this node is never a source.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.FOREIGN: Card(
        "Do NOT start it: joining throws its data away; decide by name whether it may go, and keep a copy.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.FAILED_SST: Card(
        "Do NOT start it before the copy's failure is understood (disk, port 4444, tools, donor's log).",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.CUT_OFF: Card(
        "Open TCP 4567 between it and the others, both ways; "
        "it comes back by itself; never pc.bootstrap here.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.VOTED_OUT: Card(
        "Keep its GRA_*.log and error log, find out why it differs, then let it take a full copy (SST).",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.HUNG_JOIN: Card(
        "Look whether a Synced donor exists and port 4444 "
        "is open to it; stop the joiner before trying again.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.DONOR: Card(
        "A donor at work needs only time; one that was desynced by hand wants wsrep_desync=OFF.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.HOST: Card(
        "First the machine: power, console, network; its silence is no proof that its database is dead."
    ),
    Scenario.UNMOUNTED: Card(
        "Mount the volume of its data first, and tie its unit to it; started without, it takes a full copy "
        "beside the data that it has (HOST-06)."
    ),
    Scenario.WAIT: Card(
        "Wait and look again; do not start, stop or kill anything on it.", RECOVER, names_a_node=True
    ),
    Scenario.LOOP: Card(
        "Stop the unit so that it rests, repair the cause that its log names, then start it once.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.MUTE: Card(
        "Look at that host (load, disk, connections, a stopped "
        "process); kill nothing, bootstrap nothing elsewhere."
    ),
    Scenario.WSREP_OFF: Card(
        "Switch wsrep_on in its configuration and restart it; what it wrote alone is lost to the full copy."
    ),
    Scenario.FLOW_CONTROL: Card(
        "On the slow node, in this order: end its lock or load, desync it, stop it in order.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.DDL: Card("Let it end: killing it does not undo it on the other nodes (PXC-30).", RECOVER),
    Scenario.LOCK: Card(
        "Release the lock on that node (end the backup, UNLOCK TABLES, or that session); then it catches up.",
        RECOVER,
        names_a_node=True,
    ),
    Scenario.CERTIFICATION: Card(
        "Send writes that touch the same rows to one node, and let applications retry on error 1213."
    ),
    Scenario.SEPARATE: Card(
        "Stop the writes of one side now; decide which data stays, by name; the other side is wiped by SST.",
        RECOVER,
    ),
    Scenario.SPLIT_BRAIN: Card(
        "Stop the writes of one side BEFORE the network is "
        "healed, else the side with the smaller view aborts.",
        RECOVER,
    ),
    Scenario.STOPPED_SOME: Card(
        "Start one, wait until it is Synced, then the other, each from the node that never stopped.", RECOVER
    ),
    Scenario.HALVES: Card(
        "Heal the network and they merge by themselves; "
        "pc.bootstrap only when the other half is proven dead.",
        RECOVER,
    ),
    Scenario.ALL_NON_PRIMARY: Card(
        "Wait for the merge; if none comes, pc.bootstrap once, on the most advanced node only.", RECOVER
    ),
    Scenario.QUORUM_LOST: Card(
        "If the dead come back they re-form by themselves; "
        "else pc.bootstrap once, on the most advanced survivor.",
        RECOVER,
    ),
    Scenario.ALL_STOPPED: Card(
        "Bootstrap the most advanced node only, then start the others one by one.", RECOVER
    ),
    Scenario.ALL_CRASHED: Card(
        "Recover every position first, bootstrap the most "
        "advanced node only, then start the others one by one.",
        RECOVER,
    ),
    Scenario.POWER_LOSS: Card(
        "Start all of them at once, without waiting for the first; do NOT bootstrap.", RECOVER
    ),
    Scenario.MEMBER_MISSING: Card(
        "Prove that the missing member is off, then the most advanced of the others starts anew.", RECOVER
    ),
    Scenario.LOST: Card(
        "Do NOT bootstrap: restore a backup, or have the data directories "
        "inspected; a cluster that never held data is made by galera-bootstrap."
    ),
    Scenario.NEW: Card("Make the cluster: one node is bootstrapped, the others join it.", BOOTSTRAP),
    Scenario.STOP_HISTORIES: Card(
        "Start NOTHING: keep copies of all data directories, then a human decides which history lives."
    ),
    Scenario.STOP_SURVEY: Card(
        "Bootstrap NOTHING: bring the missing host back, or prove that it is off and sign it off by name.",
        RECOVER,
    ),
    Scenario.STOP_SIDE: Card(
        "No pc.bootstrap: the silent side may be Primary; prove that it is off, or make it answer.", RECOVER
    ),
}
"""Every scenario but HEALTHY."""
