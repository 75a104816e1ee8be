"""Gotchas of donors and state transfers during a recovery (GOTCHAS B.7)."""

from __future__ import annotations

from runbooks.gotchas.detectors import hosts, options, transfer
from runbooks.model import Gotcha, Severity

REC_TRANSFER = (
    Gotcha(
        id="REC-14",
        title="no donor",
        symptom="A joiner asks again every second and is told to try later.",
        cause="Every other member is desynced, donating or joining.",
        fix="Set wsrep_desync=OFF where it was forgotten, or wait for the transfer that runs.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-14; GSRC:gcs/src/gcs_group.cpp",
        detector=transfer.no_donor,
        blocks=True,
    ),
    Gotcha(
        id="REC-15",
        title="wsrep_sst_donor names the wrong node",
        symptom="The joiner aborts with -113 or waits without end.",
        cause="It wants node names, not addresses, and without a trailing comma nobody else may donate.",
        fix="Use wsrep_node_name and end the list with a comma.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-15; P80:wsrep-system-index",
        detector=transfer.wrong_donor,
    ),
    Gotcha(
        id="REC-16",
        title="the donor died during the copy",
        symptom="The joiner hangs or aborts, and the group may say that no node has a complete state.",
        cause="The donor was killed or left while it was copying.",
        fix="End the joiner's transfer processes by pid, mind PXC-11, and try again with another donor.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-16; GSRC:gcs/src/gcs_state_msg.cpp",
        detector=transfer.donor_gone,
    ),
    Gotcha(
        id="REC-17",
        title="a copy ends with 22 or 32",
        symptom="The SST script ends with status 22 or 32.",
        cause="22 is the backup tool or a certificate on the donor, 32 a timeout or a broken transfer.",
        fix="Read the backup tool's log on the donor and the prepare log on the joiner: each must end in OK.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-17; PSST; P80:xtrabackup-sst",
        detector=transfer.copy_failed,
    ),
    Gotcha(
        id="REC-18",
        title="a copy between versions",
        symptom="The joiner ends with code 93, or cannot read what it got.",
        cause="The backup tool does not match the server, or the donor is of a newer major version.",
        fix="The same major version on all nodes, and the backup tool that belongs to it.",
        severity=Severity.WARNING,
        source="GOTCHAS B.7 REC-18; PSST; GDOC upgrading",
        detector=options.mixed_versions,
        blocks=True,
    ),
    Gotcha(
        id="REC-19",
        title="the copy does not fit",
        symptom="The SST dies with no space left.",
        cause="The joiner needs room for all of the donor's data and its redo.",
        fix="Make room before, and watch the bytes arrive.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-19; A.2",
        detector=transfer.no_room,
        blocks=True,
    ),
    Gotcha(
        id="REC-20",
        title="two nodes with one identity",
        symptom="A node leaves as soon as its double joins.",
        cause="A cloned host, or two nodes with the same wsrep_node_name.",
        fix="As HOST-09; give every node a name of its own.",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7 REC-20; A.2 uniqueness",
        detector=hosts.same_identity,
        blocks=True,
    ),
    Gotcha(
        id="REC-37",
        title="a non-blocking schema change refuses the copy",
        symptom="A joiner that needs an SST is refused while NBO runs.",
        cause="During a non-blocking operation only IST is possible.",
        fix="Wait until it has ended.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-37; GSRC:replicator_str.cpp; P80:nbo",
        why_no_detector="NBO is chosen by a session; look for an ALTER in the donor's processlist.",
    ),
    Gotcha(
        id="REC-38",
        title="nodes in different segments",
        symptom="A full copy comes from across the WAN.",
        cause=(
            "Donors of the same gmcast.segment are preferred, and the segments are not what they should be."
        ),
        fix="Give nodes of one site the same segment.",
        severity=Severity.INFO,
        source="GOTCHAS B.7 REC-38; GDOC galera-parameters",
        detector=options.segments,
    ),
)
"""The gotchas of B.7 that are about transfers."""
