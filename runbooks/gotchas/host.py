"""Gotchas of preparing a host (GOTCHAS K.3)."""

from __future__ import annotations

from runbooks.gotchas.detectors import hosts, prepared
from runbooks.model import Gotcha, Severity

HOST = (
    Gotcha(
        id="HOST-01",
        title="the swap file has holes",
        symptom='swapon refuses the file with "Invalid argument", and the kernel log says that it has holes.',
        cause="It was made by fallocate, truncate or cp on XFS or btrfs, which leaves blocks unwritten.",
        fix="Write it with dd, then mkswap it again.",
        severity=Severity.WARNING,
        source="GOTCHAS K.3 HOST-01; swapon(8), mkswap(8)",
        why_no_detector=(
            "swapon itself says so; compare the blocks of the file (stat -c '%b %B') with its size."
        ),
    ),
    Gotcha(
        id="HOST-02",
        title="the swap is gone after a reboot",
        symptom="Swap is there today and missing after the next start of the host.",
        cause="No line in fstab names it.",
        fix="Add one line of type swap, and prove it with swapoff -a && swapon -a while memory is free.",
        severity=Severity.WARNING,
        source="GOTCHAS K.3 HOST-02",
        detector=prepared.swap_forgotten,
    ),
    Gotcha(
        id="HOST-03",
        title="anybody can read the swap file",
        symptom="mkswap and swapon warn about insecure permissions.",
        cause="The file was made with mode 0644, and memory with passwords in it ends there.",
        fix="chmod 600 before mkswap.",
        severity=Severity.WARNING,
        source="GOTCHAS K.3 HOST-03",
        detector=prepared.swap_readable,
    ),
    Gotcha(
        id="HOST-04",
        title="no memory left for a state transfer",
        symptom="The kernel kills mysqld in the middle of an SST or IST.",
        cause=(
            "A joiner keeps the write-sets that arrive meanwhile, "
            "and the host has too little memory or no swap."
        ),
        fix="Add swap before the join, and give gcache a size that fits the disk, not the memory.",
        severity=Severity.CRITICAL,
        source="GOTCHAS K.3 HOST-04; MariaDB, getting started with Galera",
        detector=prepared.memory_short,
    ),
    Gotcha(
        id="HOST-05",
        title="SELinux forbids the data directory",
        symptom="mysqld cannot create files (errno 13), and only while SELinux enforces.",
        cause="The new path has not the label mysqld_db_t; mv keeps the label of the old place.",
        fix="semanage fcontext -a -t mysqld_db_t for the path and all below it, then restorecon -Rv.",
        severity=Severity.CRITICAL,
        source="GOTCHAS K.3 HOST-05; P80:selinux",
        detector=prepared.datadir_label,
    ),
    Gotcha(
        id="HOST-06",
        title="the data volume was not mounted",
        symptom="After a reboot the database is empty, or the root file system fills up.",
        cause=(
            "The device got another name, or the mount was optional, and the start made a new data directory."
        ),
        fix=(
            "Mount by UUID, tie the unit to the mount "
            "(RequiresMountsFor), and keep the bare mount point unwritable."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS K.3 HOST-06; PRPM mysql-systemd",
        detector=prepared.volume_at_risk,
        blocks=True,
    ),
    Gotcha(
        id="HOST-07",
        title="lost+found stands in the data directory",
        symptom=(
            "Initialising aborts since the directory is not empty, or a schema #mysql50#lost+found shows up."
        ),
        cause="The root of an ext4 volume is used as data directory.",
        fix="Use a directory below the mount point, or XFS.",
        severity=Severity.WARNING,
        source="GOTCHAS K.3 HOST-07; MY57 data-directory-initialization",
        detector=prepared.lost_and_found,
    ),
    Gotcha(
        id="HOST-08",
        title="mkfs on the wrong disk",
        symptom="The data of another volume is gone.",
        cause="Names such as vdb follow the order in which volumes were attached.",
        fix=(
            "Find the disk by its id, prove that it is empty, have its serial typed in, and never force mkfs."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS K.3 HOST-08",
        why_no_detector=(
            "Nothing here makes a file system; look at lsblk, wipefs -n and /dev/disk/by-id first."
        ),
    ),
    Gotcha(
        id="HOST-09",
        title="a cloned database host",
        symptom=(
            "Two nodes have the same machine id, server UUID or group identity, and push one another out."
        ),
        cause="The image was taken from a host whose database had been set up.",
        fix=(
            "On a clone that never joined, remove auto.cnf, "
            "gvwstate.dat, grastate.dat, galera.cache and the data."
        ),
        severity=Severity.CRITICAL,
        source="GOTCHAS K.3 HOST-09; GSRC:gcomm/src/gmcast_proto.cpp",
        detector=hosts.cloned,
        blocks=True,
    ),
    Gotcha(
        id="HOST-10",
        title="two firewall services",
        symptom="Rules are gone after a reload.",
        cause="firewalld and the iptables services are both there, and each writes its own set.",
        fix="Change the one that is active, make the rule permanent, and disable the other.",
        severity=Severity.WARNING,
        source="GOTCHAS K.3 HOST-10",
        detector=prepared.two_firewalls,
    ),
)
"""HOST-01 to HOST-10, in order."""
