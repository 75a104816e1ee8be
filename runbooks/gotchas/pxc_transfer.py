"""Gotchas of the first state transfers and of what they overwrite (GOTCHAS A.4)."""

from __future__ import annotations

from runbooks.gotchas.detectors import config, prepared, prepared_data, saved, transfer
from runbooks.model import Gotcha, Severity

PXC_TRANSFER = (
    Gotcha(
        id="PXC-10",
        title="the joiner's own data is wiped",
        symptom="Everything that was in the joiner's data directory is gone after the join.",
        cause="A node with another history gets a full copy, which empties the directory first.",
        fix="Have the node's name typed in, and keep a copy of its data directory before.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-10; PSST; P80:add-node",
        detector=prepared_data.data_at_stake,
        blocks=True,
    ),
    Gotcha(
        id="PXC-11",
        title="a start after a failed copy empties the directory",
        symptom="Certificates, keys and backups in the data directory vanish, and the node comes up as new.",
        cause=(
            "With sst_in_progress there and mysql/ missing, "
            "the start deletes everything and initialises again."
        ),
        fix=(
            "Keep nothing else in the data directory, and find out why the copy failed before starting again."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-11; PRPM mysql-systemd install_db",
        detector=saved.failed_copy,
        blocks=True,
    ),
    Gotcha(
        id="PXC-12",
        title="the joiner's root password never works",
        symptom="The temporary password from the joiner's log is refused.",
        cause="The full copy replaced its accounts with those of the cluster.",
        fix="Use the cluster's root password, and never secure a joiner by itself.",
        severity=Severity.INFO,
        source="GOTCHAS A.4 PXC-12; P80:configure-nodes",
        why_no_detector="No reading tells which password somebody tries; the cluster's is the one.",
    ),
    Gotcha(
        id="PXC-13",
        title="the account of the state transfer",
        symptom="The donor's log says access denied, and the joiner aborts.",
        cause=(
            "wsrep_sst_auth is missing or differs, or its account "
            "does not exist or may too little (before 8.0)."
        ),
        fix="Create it on the first node before any join, with the same value on all nodes.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-13; PSST14; P57:configure-nodes",
        detector=config.sst_account,
    ),
    Gotcha(
        id="PXC-14",
        title="wsrep_sst_auth in an 8.x file",
        symptom="mysqld refuses to start: unknown variable.",
        cause="The option was removed in 8.0, which makes its internal accounts by itself.",
        fix="Delete the line.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-14; P80:upgrade-guide",
        detector=config.removed_option,
        blocks=True,
    ),
    Gotcha(
        id="PXC-16",
        title="socat is missing, or the wrong one",
        symptom="The SST ends at once with exit 2, or cannot encrypt.",
        cause="socat is not installed, or built without OpenSSL; on CentOS 7 the EPEL one conflicts.",
        fix="Install socat from the base repository, and look for OPENSSL in socat -V.",
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-16; PSST",
        detector=prepared.tool_missing,
    ),
    Gotcha(
        id="PXC-21",
        title="systemd ends a long full copy",
        symptom="A long SST ends with a start timeout of the unit.",
        cause="TimeoutStartSec is shorter than the copy takes.",
        fix="Raise or lift TimeoutStartSec by a drop-in.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-21; P57; PRPM",
        detector=transfer.start_limit,
    ),
    Gotcha(
        id="PXC-35",
        title="a typo costs a full copy",
        symptom=(
            "A restart fails at an unknown option; after the repair the node takes an SST instead of an IST."
        ),
        cause="The provider had already invalidated the saved state when the option was refused.",
        fix=(
            "Validate the files before the stop: mysqld --validate-config, or --verbose --help on older ones."
        ),
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-35; P80:restarting-nodes",
        detector=config.unknown_option,
    ),
)
"""The gotchas of A.4 that are about state transfers."""
