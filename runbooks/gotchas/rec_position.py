"""Gotchas of positions, remembered views and slow starts (GOTCHAS B.7)."""

from __future__ import annotations

from runbooks.gotchas.detectors import options, prepared, saved, transfer
from runbooks.model import Gotcha, Severity

REC_POSITION = (
    Gotcha(
        id="REC-11",
        title="a recovery run beside a running mysqld",
        symptom="Lock errors, or files that belong to root and stop the next start.",
        cause="--wsrep-recover was run while mysqld ran, or as root.",
        fix="Prove that no process runs, pass --user=mysql, and look for files that are not mysql's.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-11; PRPM galera-recovery",
        detector=prepared.foreign_owners,
        blocks=True,
    ),
    Gotcha(
        id="REC-13",
        title="a position in the grastate.dat of a running node",
        symptom="grastate.dat shows a number although mysqld runs.",
        cause="The provider is paused, as by FLUSH TABLES WITH READ LOCK or a backup.",
        fix="Look at the process: a number there does not prove a stop.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-13; GSRC:replicator_smm.cpp pause",
        detector=saved.number_while_running,
    ),
    Gotcha(
        id="REC-21",
        title="a remembered view blocks the start",
        symptom="A node starts and stays without a Primary, silently.",
        cause="gvwstate.dat made it wait for the members of its last view, without a time limit.",
        fix="Bring the members back; or stop all, move gvwstate.dat aside on all, and recover by positions.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-21; GSRC:gcomm/src/pc.cpp",
        detector=saved.view_waits,
    ),
    Gotcha(
        id="REC-23",
        title="the cache does not survive a restart",
        symptom="A node that was restarted can give no IST.",
        cause="gcache.recover is off.",
        fix="Read the effective value in wsrep_provider_options; switch it on where it is off.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-23; B.5",
        detector=options.cache_forgotten,
    ),
    Gotcha(
        id="REC-39",
        title="crash recovery looks like a hang",
        symptom="A start takes minutes and nothing seems to happen.",
        cause="InnoDB replays its redo log.",
        fix="Do not kill it; follow the log and the disk, and give the unit time (PXC-21).",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-39",
        detector=transfer.recovering_long,
    ),
    Gotcha(
        id="REC-40",
        title="one start at a time never ends",
        symptom=(
            "After a power loss the first node waits for the "
            "second, which is not started before the first is up."
        ),
        cause="With gvwstate.dat a node becomes Primary only when all members of its last view are back.",
        fix="Start all of them at once with --no-block, then wait for the Primary with a deadline.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-40; GSRC:gcomm/src/pc.cpp",
        detector=saved.serial_start,
    ),
)
"""The gotchas of B.7 that are about positions."""
