"""Gotchas of starting nodes: bootstrap, units, first joins (GOTCHAS A.4)."""

from __future__ import annotations

from runbooks.gotchas.detectors import boot, transfer
from runbooks.model import Gotcha, Severity

PXC_START = (
    Gotcha(
        id="PXC-01",
        title="every node is a cluster of its own",
        symptom="All nodes are up, each says Primary with size 1, and writes do not reach the others.",
        cause="The packaged option file has an empty gcomm://, and a plain start with it is a bootstrap.",
        fix="Keep one node, wipe the others by name, give all of them the full list, and let them join.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-01; PRPM templates; GSRC:galera/src/replicator_smm.cpp",
        detector=boot.clusters_of_one,
        blocks=True,
    ),
    Gotcha(
        id="PXC-02",
        title="an empty list of peers was left behind",
        symptom="All is well for months, then a restart of that node makes a second cluster.",
        cause="wsrep_cluster_address was emptied for the bootstrap instead of using the bootstrap command.",
        fix="Write the full list into the file; the bootstrap command does not need it empty.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-02; PRPM",
        detector=boot.empty_address,
        blocks=True,
    ),
    Gotcha(
        id="PXC-03",
        title="the bootstrap unit starts at boot",
        symptom="After a reboot one node runs alone with a new history; the others refuse it or copy it.",
        cause="mysql@bootstrap was enabled, or stands behind the name of the plain unit.",
        fix="Disable it, and enable the plain unit.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-03; PRPM mysql@.service",
        detector=boot.bootstrap_at_boot,
        blocks=True,
    ),
    Gotcha(
        id="PXC-04",
        title="mysqld belongs to the bootstrap unit",
        symptom=(
            "systemctl start mysql says that the cluster is in "
            "bootstrap mode; systemctl stop mysql does nothing."
        ),
        cause="The process was started by the other unit and belongs to it.",
        fix="When the cluster is whole, stop the bootstrap unit and start the plain one.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-04; PRPM mysql-systemd",
        detector=boot.owned_by_bootstrap,
    ),
    Gotcha(
        id="PXC-08",
        title="a start finds no Primary component",
        symptom="mysqld exits after about 30 s: failed to reach primary view, code 110.",
        cause="Nobody is up, port 4567 is filtered, or the addresses are wrong.",
        fix=(
            "Prove 4567 both ways first; when really nobody is up, "
            "recover the cluster instead of bootstrapping blindly."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-08; GSRC:gcomm/src/pc.cpp, gcs/src/gcs.cpp",
        detector=transfer.no_primary_reached,
    ),
    Gotcha(
        id="PXC-09",
        title="a bootstrap where a join was meant",
        symptom="A second Primary component with a UUID of its own appears.",
        cause="The bootstrap command was used on a node that should have joined.",
        fix="Ask every node first and refuse when any is Primary; stop the newcomer and let it join by SST.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-09",
        detector=boot.primary_lives,
        blocks=True,
    ),
    Gotcha(
        id="PXC-29",
        title="two joiners at once",
        symptom="The second joiner waits, donors are exhausted, and the size of the cluster flaps.",
        cause="Each full copy takes a donor out; with three nodes nobody is left to serve.",
        fix="Start the next node when the one before it is Synced.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-29; P80:add-node",
        detector=boot.two_joiners,
        blocks=True,
    ),
    Gotcha(
        id="PXC-32",
        title="port 4567 or 4568 is taken",
        symptom="The start fails with a bind error.",
        cause="garbd or another server is on the host, or an outgoing connection took the port.",
        fix="Find the owner with ss -ltnp, and give garbd a host or a port of its own.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-32",
        detector=boot.ports_taken,
        blocks=True,
    ),
    Gotcha(
        id="PXC-34",
        title="a pid file from before the crash",
        symptom="A node does not start after a crash since its pid file is still there.",
        cause="The wrapper of 5.x trusts the file, which only an orderly stop removes.",
        fix="Remove it when no mysqld runs on that data directory, and only then.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-34; P80:restarting-nodes",
        detector=boot.stale_pid_file,
    ),
)
"""The gotchas of A.4 that are about starting."""
