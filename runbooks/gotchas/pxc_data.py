"""Gotchas of tables, accounts and schema changes (GOTCHAS A.4)."""

from __future__ import annotations

from runbooks.gotchas.detectors import config, prepared_data, running
from runbooks.model import Gotcha, Severity

PXC_DATA = (
    Gotcha(
        id="PXC-22",
        title="strict mode is off where nobody expects it",
        symptom="Tables without primary key, or of other engines, get in.",
        cause=(
            "It is off by default on a node that stands alone, and peers do not check again what one let in."
        ),
        fix="Set pxc_strict_mode in the file of every node, to the same value.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-22; P80:strict-mode",
        detector=config.strict_mode,
    ),
    Gotcha(
        id="PXC-23",
        title="tables without a primary key",
        symptom=(
            "Writes are refused in strict mode; otherwise "
            "DELETE is unsupported and nodes differ page by page."
        ),
        cause=(
            "Galera certifies by keys; without one it makes up "
            "a hash, and row order is not the same everywhere."
        ),
        fix="Add a primary key to each.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-23; P80:limitation; section 0.4 E4",
        detector=prepared_data.keyless_tables,
    ),
    Gotcha(
        id="PXC-24",
        title="tables of other engines",
        symptom="A table is everywhere, its rows are on one node only.",
        cause="Only InnoDB is replicated; definitions are, whatever the engine.",
        fix="ALTER TABLE ... ENGINE=InnoDB, in a quiet hour.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-24; P80:limitation",
        detector=prepared_data.other_engines,
    ),
    Gotcha(
        id="PXC-25",
        title="accounts made by INSERT",
        symptom="An account works on one node only.",
        cause="Direct writes to the grant tables were not replicated in 5.x; account statements are.",
        fix="Use CREATE USER, GRANT and DROP USER only; what needs FLUSH PRIVILEGES was not replicated.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-25; P57:limitation; GDOC kb/user-changes",
        detector=prepared_data.accounts_differ,
    ),
    Gotcha(
        id="PXC-28",
        title="options that Galera cannot work with",
        symptom="A start is refused, or rows differ between nodes.",
        cause="binlog_format is not ROW, innodb_autoinc_lock_mode is not 2, or the binlog's name has a dot.",
        fix="Set the values that Galera needs; keep XA, LOCK TABLES and GET_LOCK out of multi-writer use.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-28; P80:limitation; P80:strict-mode",
        detector=config.insane_values,
    ),
    Gotcha(
        id="PXC-30",
        title="a schema change stops all nodes",
        symptom="Every write waits while one ALTER runs.",
        cause="DDL runs in total order on all nodes at once, and a failure is not undone elsewhere.",
        fix="Do it in a quiet hour, or by RSU, NBO or pt-online-schema-change; do not kill it.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-30; P80:toi, nbo, online-schema-upgrade",
        detector=running.ddl_running,
    ),
)
"""The gotchas of A.4 that are about data."""
