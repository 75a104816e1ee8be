"""What a host tells of itself as such: packages, swap, clock, SELinux, firewalls, limits, mounts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.galera import preparation_data as data
from systems.galera import preparation_host as of_host
from systems.galera.preparation import Mount, SwapArea
from systems.shell import Probe

PATHS = ("/etc/mysql/ca.pem", "/etc/mysql/cert.pem", "/etc/mysql/key.pem")


def sections(**parts: str) -> Mapping[str, Sequence[str]]:
    return {name: tuple(text.splitlines()) for name, text in parts.items()}


@pytest.mark.parametrize(
    ("lines", "mode"),
    [
        ("/proc/1\n/sys/fs/selinux/enforce\n1", "Enforcing"),
        ("/proc/1\n/sys/fs/selinux/enforce\n0", "Permissive"),
        ("/proc/1", "Disabled"),
        ("", None),
    ],
)
def test_selinux_is_told_by_the_kernel(lines: str, mode: str | None) -> None:
    assert of_host.selinux_now(sections(selinux=lines)) == mode


def test_selinux_after_the_next_boot() -> None:
    assert of_host.selinux_configured(sections(selinux_file="SELINUX=permissive")) == "permissive"


def test_swap_that_is_gone_after_a_reboot_is_seen() -> None:
    host = sections(
        swaps="Filename Type Size Used Priority\n/swapfile file 2097148 0 -2\n/dev/dm-1 partition 1024 0 -3",
        fstab="# nothing\nUUID=1 / ext4 defaults 0 1\n",
        memory="MemTotal:       4000000 kB",
    )
    areas = of_host.swap_areas(host, {"/swapfile": "644"})
    assert areas == (
        SwapArea("/swapfile", "file", 2097148 * 1024, in_fstab=False, mode="644"),
        SwapArea("/dev/dm-1", "partition", 1024 * 1024, in_fstab=None, mode=""),
    )
    assert of_host.swap_files(host) == ("/swapfile",)
    assert of_host.swap_areas(sections(), {}) is None


def test_packages_of_rpm_and_a_second_family() -> None:
    host = sections(
        managers="/usr/bin/rpm",
        rpm="percona-xtradb-cluster-server\t8.0.35-27.1.el8\nmariadb-server\t10.3.39-1\nmariadb-libs\t5.5\nsocat\t1.7",
    )
    installed = of_host.packages(host)
    assert installed is not None
    assert installed["socat"] == "1.7"
    assert of_host.conflicting(installed) == ("mariadb-server",)
    assert of_host.packages(sections()) is None
    assert of_host.conflicting(None) is None


def test_a_removed_package_is_not_there() -> None:
    host = sections(managers="/usr/bin/dpkg-query", dpkg="mariadb-server\t10.11\trc \nsocat\t1.7\tii ")
    assert of_host.packages(host) == {"socat": "1.7"}


@pytest.mark.parametrize(
    ("clock", "chrony", "answer"),
    [
        ("NTPSynchronized=yes", "", True),
        ("     NTP synchronized: no", "", False),
        ("System clock synchronized: yes", "", True),
        ("", "Leap status     : Normal", True),
        ("", "Leap status     : Not synchronised", False),
        ("", "", None),
    ],
)
def test_a_synchronised_clock(clock: str, chrony: str, answer: bool | None) -> None:
    assert of_host.clock_synchronized(sections(clock=clock, chrony=chrony)) is answer


def test_firewalls_need_an_answer_for_each() -> None:
    assert of_host.firewalls(sections(firewalls="active\ninactive\nactive\nunknown")) == (
        "firewalld",
        "nftables",
    )
    assert of_host.firewalls(sections(firewalls="")) is None


def test_limits_of_the_unit() -> None:
    assert of_host.timeout_start_s({"TimeoutStartUSec": "infinity"}) == math.inf
    assert of_host.open_files({"LimitNOFILE": "infinity"}) == 2**63
    assert of_host.open_files(None) is None
    assert of_host.timeout_start_s(None) is None


def test_a_mount_of_fstab_is_known() -> None:
    there = sections(mount='SOURCE="/dev/vdb" TARGET="/var/lib/my sql" FSTYPE="xfs" UUID="ab"')
    host = sections(fstab="UUID=ab /var/lib/my\\040sql xfs noatime 0 0", memory="MemTotal: 1 kB")
    assert data.mount(there, host) == Mount("/dev/vdb", "/var/lib/my sql", "xfs", "ab", in_fstab=True)
    assert data.mount(sections(), host) is None


@pytest.mark.parametrize("size", ["9" * 5000, "\u00b2", "-1"])
def test_a_swap_area_of_no_size_that_can_be_leaves_all_areas_unknown(size: str) -> None:
    there = sections(swaps=f"Filename Type Size Used Priority\n/swap file {size} 0 -2")
    assert of_host.swap_areas(there, {}) is None


@given(st.text(), st.text())
def test_no_answer_breaks_the_readers(text: str, more: str) -> None:
    names = "exists content readable saved auto label mount ca cert key swap_modes rpm dpkg managers tools"
    names += " socat names selinux selinux_file firewalls swaps fstab memory clock chrony units listen"
    there = {name: tuple((text + more).splitlines()) for name in names.split()}
    data.datadir_state(there, as_root=True)
    data.schemas(there)
    data.wrong_owners(there)
    data.server_uuid(there)
    data.label(there)
    data.mount(there, there)
    data.certificates(there, PATHS)
    of_host.packages(there)
    of_host.swap_areas(there, {})
    of_host.memory_bytes(there)
    of_host.clock_synchronized(there)
    of_host.enabled_units(there)
    of_host.firewalls(there)
    of_host.selinux_now(there)


@pytest.mark.parametrize(
    "line",
    [
        "openssl pkey -in /k.pem",
        "openssl pkey -noout -text -in /k.pem",
        "openssl pkey -noout -text_pub -in /k.pem -out /x",
        "openssl pkey -noout -text_pub -in -text",
    ],
)
def test_of_a_key_no_more_than_its_public_half_can_be_asked_for(line: str) -> None:
    with pytest.raises(ValueError, match="openssl"):
        Probe(line)
