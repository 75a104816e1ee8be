"""Gotchas of lost quorum, forced Primaries and split histories (GOTCHAS B.7)."""

from __future__ import annotations

from runbooks.gotchas.detectors import config, options, running, saved
from runbooks.model import Gotcha, Severity

REC_SPLIT = (
    Gotcha(
        id="REC-06",
        title="the value of pc.bootstrap does not matter",
        symptom="pc.bootstrap=false on a node without a Primary makes one all the same.",
        cause="Galera looks at its state, not at the value.",
        fix="Set it by the guarded step only, and never write it into a file.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-06; GSRC:gcomm/src/pc_proto.cpp set_param",
        detector=config.bootstrap_in_files,
        blocks=True,
    ),
    Gotcha(
        id="REC-07",
        title="pc.bootstrap while the other side lives",
        symptom="Split-brain: both sides take writes.",
        cause="The missing nodes were cut off, not dead; a ping that fails proves nothing.",
        fix="Prove each one down: no process over SSH, or power off at the hypervisor.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-07",
        detector=saved.other_side_alive,
        blocks=True,
    ),
    Gotcha(
        id="REC-09",
        title="the network heals a split-brain its own way",
        symptom="mysqld of one side aborts with conflicting prims when the network is back.",
        cause="Galera keeps the side with the higher view number, whatever its data is worth.",
        fix="Decide first, and stop the losing side before the network is healed.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-09; GSRC:gcomm/src/pc_proto.cpp handle_state",
        detector=running.split_brain,
    ),
    Gotcha(
        id="REC-10",
        title="an IST hides a divergence",
        symptom="After a split-brain a loser rejoins by IST and silently keeps rows that nobody else has.",
        cause="Both sides kept the same UUID, so positions look comparable.",
        fix=(
            "Force a full copy on every loser (move its "
            "grastate.dat aside), and compare checksums afterwards."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-10; GSRC",
        detector=running.split_brain,
        blocks=True,
    ),
    Gotcha(
        id="REC-26",
        title="nodes with different weights",
        symptom="A majority of nodes has no quorum, or a minority has it.",
        cause="pc.weight is not 1 everywhere; the sum of weights decides.",
        fix="Count weights instead of nodes, and change them only while Primary and quiet.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-26; GDOC weighted-quorum",
        detector=options.weights,
    ),
    Gotcha(
        id="REC-27",
        title="quorum is switched off",
        symptom="A partition gives two Primaries at once.",
        cause="pc.ignore_sb or pc.ignore_quorum was left on.",
        fix="Switch both off, in what runs and in the files.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-27",
        detector=options.quorum_ignored,
        blocks=True,
    ),
    Gotcha(
        id="REC-31",
        title="a vote that ties",
        symptom="The node that could apply wins over the one that could not, or the other way round.",
        cause="The number of voters is even, gcs.vote_policy is not 0, or versions are mixed.",
        fix="Keep an odd number of members, and leave the policy at 0.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-31; GDOC inconsistency-voting; GSRC:gcs/src/gcs.cpp",
        detector=options.votes,
    ),
    Gotcha(
        id="REC-32",
        title="errors are ignored while applying",
        symptom="Nodes diverge and nobody notices.",
        cause="wsrep_ignore_apply_errors is not what its flavour ships, or differs between nodes.",
        fix="Set it to the same value everywhere; 0 hides nothing.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-32",
        detector=options.apply_errors,
    ),
)
"""The gotchas of B.7 that are about quorum and splits."""
