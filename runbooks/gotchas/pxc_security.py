"""Gotchas of encryption, SELinux and logins (GOTCHAS A.4)."""

from __future__ import annotations

from runbooks.gotchas.detectors import prepared, prepared_data
from runbooks.model import Gotcha, Severity

PXC_SECURITY = (
    Gotcha(
        id="PXC-17",
        title="certificates do not match",
        symptom="The second node cannot join although ports are open; logs speak of an SSL handshake.",
        cause=(
            "Cluster encryption is on by default in 8.x, and each fresh data directory made a CA of its own."
        ),
        fix=(
            "Copy the CA, certificate and key of the first "
            "node to all; on or off must be the same everywhere."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS A.4 PXC-17; P80:encrypt-traffic",
        detector=prepared_data.certificates_differ,
    ),
    Gotcha(
        id="PXC-18",
        title="certificates inside the data directory",
        symptom="After a full copy or a new initialisation the certificates are others.",
        cause="A re-initialisation deletes everything below the data directory, certificates too.",
        fix="Keep them outside of it, owned by mysql and labelled mysqld_etc_t.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-18; P80:selinux; PSST; PRPM",
        detector=prepared_data.certificates_inside,
    ),
    Gotcha(
        id="PXC-19",
        title="SELinux stops the transfer",
        symptom="A node joins in Permissive and not in Enforcing; socat or the backup tool is denied.",
        cause="The policy has gaps: 4567 and 4444 carry the labels of other services.",
        fix="Make mysqld_t alone permissive, test SST and IST, then close the gaps and enforce again.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-19; P80:selinux; PSEL18; section 0.4 E7",
        detector=prepared.selinux_unequal,
    ),
    Gotcha(
        id="PXC-20",
        title="it works because of setenforce 0",
        symptom="The database fails at the first reboot.",
        cause="SELinux was switched to permissive for now, and its file still says enforcing.",
        fix="End every installation with getenforce and /etc/selinux/config saying the same.",
        severity=Severity.WARNING,
        source="GOTCHAS A.4 PXC-20; section 0.4 E7",
        detector=prepared.selinux_for_now,
    ),
    Gotcha(
        id="PXC-26",
        title="GRANT with IDENTIFIED BY",
        symptom="A syntax error in 8.x.",
        cause="Creating an account by GRANT was removed.",
        fix="CREATE USER first, then GRANT.",
        severity=Severity.INFO,
        source="GOTCHAS A.4 PXC-26; MY84",
        why_no_detector="It is a property of a script; the runbooks here use CREATE USER and GRANT.",
    ),
    Gotcha(
        id="PXC-27",
        title="old clients cannot log in",
        symptom="Clients say that the authentication method is unknown.",
        cause="8.x uses caching_sha2_password, and 8.4 switches mysql_native_password off.",
        fix="Newer clients with TLS, or switch the old plugin on in 8.4 on purpose.",
        severity=Severity.INFO,
        source="GOTCHAS A.4 PXC-27; MY84 native-pluggable-authentication",
        detector=prepared_data.old_logins,
    ),
)
"""The gotchas of A.4 that are about security."""
