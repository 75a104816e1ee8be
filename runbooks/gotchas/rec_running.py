"""Gotchas of nodes that run and do not serve, or serve badly (GOTCHAS B.7)."""

from __future__ import annotations

from runbooks.gotchas.detectors import options, running
from runbooks.model import Gotcha, Severity

REC_RUNNING = (
    Gotcha(
        id="REC-25",
        title="an evicted node cannot come back",
        symptom="The network is fine, and a node stays without a Primary or exits.",
        cause="It stands on the evict list of the members.",
        fix="Restart it for a new group UUID, or clear evs.evict on each member.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-25; GDOC auto-eviction",
        detector=options.evicted,
    ),
    Gotcha(
        id="REC-28",
        title="the disk is full",
        symptom="A node crashes at a write, cannot save its state, and fails at every start.",
        cause="No room is left on the data volume.",
        fix=(
            "Free room first; never delete ibdata, redo logs or "
            "binlogs by hand; galera.cache only on a stopped node."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-28; GSRC:saved_state.cpp; LAB.md 3 disk_full",
        detector=running.full_disk,
        blocks=True,
    ),
    Gotcha(
        id="REC-29",
        title="flow control limits are not what they seem",
        symptom="One node stalls the others far sooner than its peers do.",
        cause="Defaults differ by build, limits grow with the number of nodes, or nodes are set differently.",
        fix="Read the effective interval, and set the same limit everywhere.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-29; GSRC:gcs/src/gcs_params.cpp",
        detector=options.flow_limits,
    ),
    Gotcha(
        id="REC-30",
        title="an old stall is taken for one of now",
        symptom="wsrep_flow_control_paused is high although all is well.",
        cause="It is a share of the time since FLUSH STATUS, not of now.",
        fix="Take the growth of wsrep_flow_control_paused_ns between two looks.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-30; P80:wsrep-status-index",
        detector=running.paused_long_ago,
    ),
    Gotcha(
        id="REC-34",
        title="a node without a Primary answers with old data",
        symptom="A probe that does SELECT 1 passes on a node that is cut off.",
        cause="wsrep_dirty_reads is ON.",
        fix="Switch it off, and probe wsrep_ready or clustercheck.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-34",
        detector=options.dirty_reads,
    ),
    Gotcha(
        id="REC-35",
        title="every statement gets 1047 on a healthy node",
        symptom="All statuses are fine and every statement is refused.",
        cause="wsrep_reject_queries is ALL or ALL_KILL.",
        fix="Set it to NONE.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-35; P80:wsrep-system-index",
        detector=options.rejecting,
    ),
    Gotcha(
        id="REC-36",
        title="maintenance mode was left on",
        symptom="Load balancers stay away from a node that is fine.",
        cause="pxc_maint_mode is still SHUTDOWN or MAINTENANCE.",
        fix="Set it to DISABLED.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-36",
        detector=options.maintenance_mode,
    ),
)
"""The gotchas of B.7 that are about running nodes."""
