"""Gotchas of choosing and bootstrapping the first node of a recovery (GOTCHAS B.7)."""

from __future__ import annotations

from runbooks.gotchas.detectors import boot, options, saved
from runbooks.model import Gotcha, Severity

REC_BOOTSTRAP = (
    Gotcha(
        id="REC-01",
        title="a bootstrap while a Primary lives",
        symptom="Two clusters take different writes, and one side's are lost in the end.",
        cause="Somebody bootstrapped without having asked every node.",
        fix="Ask all nodes right before; refuse while any is Primary, or may be.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-01; B.3 step 1",
        detector=boot.primary_lives,
        blocks=True,
    ),
    Gotcha(
        id="REC-02",
        title="safe_to_bootstrap alone is trusted",
        symptom="An empty or stale node is bootstrapped, the others copy it, and the data is gone.",
        cause=(
            "A missing grastate.dat counts as safe, and the flag stays 1 on a last member that crashed later."
        ),
        fix="Compare UUIDs and positions of all nodes; the flag only breaks ties.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-02; GSRC:galera/src/saved_state.cpp; MOP #1701, #1816",
        detector=saved.flag_misleads,
    ),
    Gotcha(
        id="REC-03",
        title="grastate.dat was deleted to fix a node",
        symptom="The node may then be bootstrapped without protest, or takes a full copy it did not need.",
        cause="Without the file the node has no history, and Galera takes it for safe.",
        fix=(
            "Never delete it where a source may be needed; move "
            "it aside, with the time, on a node to be copied anew."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-03",
        detector=saved.file_missing,
    ),
    Gotcha(
        id="REC-04",
        title="the highest of the nodes that happened to answer",
        symptom="A node at 7 is bootstrapped while its unreachable peers had 8 and 9.",
        cause="The choice was made before every position was known.",
        fix="Recover every position first; a missing node must be signed off by name.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-04; KBA #2996, #2997",
        detector=saved.positions_missing,
        blocks=True,
    ),
    Gotcha(
        id="REC-05",
        title="bootstrap flags left over",
        symptom="Two nodes bootstrap at once.",
        cause="A flag of an earlier attempt still stands in a unit, an environment file or grastate.dat.",
        fix="Clear the flags on all nodes before one is set.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-05; MOP #1626, #1108",
        detector=boot.several_flags,
    ),
    Gotcha(
        id="REC-08",
        title="pc.bootstrap more than once",
        symptom="A second fragment becomes Primary as well.",
        cause="The option was set on several nodes, or again after it had worked.",
        fix="Set it once, on one node; the others of its fragment follow.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-08",
        detector=boot.primary_lives,
        blocks=True,
    ),
    Gotcha(
        id="REC-12",
        title="a node with a zero UUID as source",
        symptom="The cluster comes up with torn or empty data.",
        cause="A zero UUID means an unfinished copy, a crash inside DDL, or a vote against the node.",
        fix="Leave it out; when no other node is left, a backup is the safer way.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-12; GSRC mark_unsafe, mark_corrupt; GDOC restarting-cluster",
        detector=saved.torn_source,
        blocks=True,
    ),
    Gotcha(
        id="REC-22",
        title="waiting for a cluster that was stopped in order",
        symptom="All nodes are started and none becomes Primary.",
        cause=(
            "An orderly stop removes gvwstate.dat, so nothing comes back by itself, whatever one manual says."
        ),
        fix="Bootstrap the node that left last.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-22; GSRC:gcomm/src/pc.cpp close; P80:crash-recovery",
        detector=saved.clean_stop,
    ),
    Gotcha(
        id="REC-24",
        title="the sole survivor crashed",
        symptom="grastate.dat shows seqno -1 together with safe_to_bootstrap 1.",
        cause="The node was alone in its view when it crashed.",
        fix="It is the right node; recover its position all the same, and show it.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-24",
        detector=saved.sole_survivor,
    ),
    Gotcha(
        id="REC-33",
        title="a vote removed grastate.dat",
        symptom="A node that was voted out looks safe to bootstrap.",
        cause=(
            "repl.force_sst_after_inconsistency drops the file "
            "at shutdown, and a missing file counts as safe."
        ),
        fix="Never take a node without grastate.dat as a source.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-33; P8411",
        detector=saved.dropped_after_vote,
        blocks=True,
    ),
    Gotcha(
        id="REC-42",
        title="the wrong bootstrap command",
        symptom="The command does not exist, or starts a plain node.",
        cause="PXC, MariaDB and Codership's builds have different ones.",
        fix="Find out the build first: mysqld --version and the unit files.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-42; P80:bootstrap; MDOC; GDOC quorum-reset",
        detector=boot.flavours,
        blocks=True,
    ),
    Gotcha(
        id="REC-43",
        title="a restart throws the cache away",
        symptom="After stop and bootstrap every other node takes a full copy.",
        cause="A running node without a Primary still has its gcache; a restarted one may not.",
        fix="Prefer pc.bootstrap on a running node to stopping it.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-43; GDOC quorum-reset",
        detector=saved.cache_at_stake,
    ),
    Gotcha(
        id="REC-41",
        title="those who follow the first node",
        symptom="After a bootstrap the others take full copies, one after another, for hours.",
        cause="The first node's gcache was not recovered, so it can give no IST.",
        fix="Plan the time, start one at a time, and keep the next one down until the first is Synced.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-41; P80:crash-recovery",
        detector=options.small_cache,
    ),
)
"""The gotchas of B.7 that are about the first node."""
