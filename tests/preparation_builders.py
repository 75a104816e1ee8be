"""A host's preparation made by hand for tests: a good one, every field overridable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from systems.galera.preparation import Certificates, DatadirState, Mount, PreparationReading, SwapArea
from tests.reading_builders import DATADIR, NOON, address_of

GIB = 1 << 30


def some_swap(path: str = "/swapfile", **changes: Any) -> SwapArea:
    """Two GiB in a file that fstab names; `changes` are fields of `SwapArea`."""
    return replace(SwapArea(path, kind="file", size_bytes=2 * GIB, in_fstab=True, mode="600"), **changes)


def a_mount(**changes: Any) -> Mount:
    """The data volume; `changes` are fields of `Mount`."""
    mount = Mount(source="/dev/vdb", target=DATADIR, fstype="xfs", uuid="0d0c-77", in_fstab=True)
    return replace(mount, **changes)


def some_certificates(**changes: Any) -> Certificates:
    """Certificates of the cluster's traffic that hold for a year; `changes` are fields of `Certificates`."""
    certificates = Certificates(
        ca_path="/etc/mysql/certs/ca.pem",
        cert_path="/etc/mysql/certs/server-cert.pem",
        key_path="/etc/mysql/certs/server-key.pem",
        ca_fingerprint="AA:BB:CC",
        ca_subject="CN = orders CA",
        cert_subject="CN = orders",
        cert_not_after=f"{NOON + timedelta(days=365):%b %d %H:%M:%S %Y} GMT",
        key_matches=True,
    )
    return replace(certificates, **changes)


def a_preparation(host: str = "db1", **changes: Any) -> PreparationReading:
    """A MariaDB host that is ready in every respect; `changes` are fields of `PreparationReading`."""
    reading = PreparationReading(
        taken_at=NOON,
        packages={"mariadb-server": "1:10.11.19-0+deb12u1", "galera-4": "26.4.23-0+deb12u1"},
        conflicting=(),
        tools={"socat": True, "mariabackup": True, "rsync": True, "pv": False, "ip": True, "ss": True},
        socat_has_tls=True,
        datadir=DATADIR,
        datadir_state=DatadirState.FRESH,
        schemas=(),
        datadir_owner="mysql",
        datadir_mode="700",
        wrong_owners=(),
        has_lost_found=False,
        certificates_in_datadir=(),
        gcache_pages=0,
        configured={
            "wsrep_cluster_address": "gcomm://10.77.0.11,10.77.0.12,10.77.0.13",
            "wsrep_node_address": address_of(host),
            "wsrep_node_name": host,
            "wsrep_sst_method": "mariabackup",
        },
        configured_twice=(),
        server_id="1",
        node_name=host,
        notify_cmd="",
        machine_id=None,
        server_uuid=None,
        hostname=host,
        selinux="Disabled",
        selinux_configured=None,
        datadir_label=None,
        firewalls=("nftables",),
        swap=(some_swap(),),
        memory_bytes=8 * GIB,
        clock_synchronized=True,
        mount=a_mount(),
        requires_mounts=(DATADIR,),
        open_files=16384,
        timeout_start_s=float("inf"),
        enabled={"mariadb": "enabled"},
        listens_4567=False,
        certificates=None,
        tables_without_primary_key=(),
        tables_not_innodb=(),
        accounts={"'app'@'10.77.0.%'": "caching_sha2_password 7f"},
    )
    return replace(reading, **changes)
