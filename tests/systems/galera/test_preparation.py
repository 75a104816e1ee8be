"""How a host is prepared: a real Debian host with and without root, and the pieces that others would show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from systems.errors import SudoRefused, Unreachable
from systems.galera import preparation_data as data
from systems.galera.host_settings import parse_settings
from systems.galera.preparation import DatadirState, Mount
from systems.galera.prepare import certificate_paths, read_preparation
from systems.galera.sections import split_sections
from systems.shell import Output, Probe
from systems.sql import Query, Rows
from tests.systems.galera.recorded import DATA

PATHS = ("/etc/mysql/ca.pem", "/etc/mysql/cert.pem", "/etc/mysql/key.pem")
EMPTY = "@@exists\ndirectory|mysql|750\n@@content\nd|root|lost+found\n@@readable\n/srv/db\n"
FRESH = EMPTY + "@@saved\n"


def recorded(name: str) -> str:
    return (DATA / "preparation" / f"{name}.txt").read_text()


@dataclass
class RecordedHost:
    """A host that was asked once; without sudo it is the one that was asked without."""

    host: str = "db1"
    sudo: bool = True

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        raise NotImplementedError

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        return tuple(self._answer(probe) for probe in probes)

    async def stream(self, probe: Probe, sink: Any, *, timeout_s: float | None = None) -> int:
        raise NotImplementedError

    def _answer(self, probe: Probe) -> Output | Exception:
        if probe.as_root and not self.sudo:
            return SudoRefused("db1: sudo wants a password")
        parts = {"defaults": "config", "rpm": "host", "exists": "datadir"}
        part = parts[probe.line.partition(";")[0].rpartition("@")[2]]
        text = recorded(f"{'running' if self.sudo else 'nosudo'}.{part}")
        return Output(text, "", 0, datetime.now(UTC))


@dataclass
class Tables:
    """A database that answers about its tables."""

    host: str = "db1"
    error: Exception | None = None

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        if self.error:
            raise self.error
        rows: dict[str, tuple[tuple[str | None, ...], ...]] = {
            "t.table_schema, t.table_name FROM": (("shop", "nokey"),),
            "t.engine FROM": (("shop", "old", "MyISAM"),),
            "mysql.user": (("app", "%", "caching_sha2_password", "ab" * 32), ("root", "localhost", "", None)),
        }
        found = next(answer for words, answer in rows.items() if words in queries[0].text)
        return (Rows(found, datetime.now(UTC)),)


async def test_a_prepared_host_is_told_in_full() -> None:
    reading = await read_preparation(RecordedHost(), Tables())
    assert reading.packages is not None
    assert reading.packages["mariadb-server"] == "1:10.11.19-0+deb12u1"
    assert reading.conflicting == ()
    assert reading.tools["socat"]
    assert not reading.tools["xtrabackup"]
    assert reading.socat_has_tls is True
    assert reading.datadir_state is DatadirState.HAS_DATA
    assert reading.schemas == ("app",)
    assert (reading.datadir_owner, reading.datadir_mode) == ("mysql", "700")
    assert reading.wrong_owners == ()
    assert reading.has_lost_found is False
    assert reading.configured is not None
    assert reading.notify_cmd == ""
    assert (reading.node_name, reading.server_id) == ("db1", None)
    assert reading.machine_id == "12b71a9f5508483eaf3eff20b55f9bed"
    assert reading.hostname == "db1"
    assert (reading.selinux, reading.selinux_configured) == ("Disabled", None)
    assert reading.firewalls == ()
    assert (reading.swap, reading.swap_bytes) == ((), 0)
    assert reading.clock_synchronized is False
    assert reading.mount == Mount("lab-db1", "/", "overlay", "", in_fstab=False)
    assert (reading.open_files, reading.timeout_start_s) == (32768, 900.0)
    assert reading.enabled == {"mariadb": "enabled", "mysql@bootstrap": "disabled"}
    assert reading.listens_4567 is True
    assert reading.certificates is None
    assert any("openssl is missing" in problem for problem in reading.problems)


async def test_the_database_tells_of_tables_and_accounts() -> None:
    reading = await read_preparation(RecordedHost(), Tables())
    assert reading.tables_without_primary_key == ("shop.nokey",)
    assert reading.tables_not_innodb == ("shop.old (MyISAM)",)
    assert reading.accounts == {
        "'app'@'%'": "caching_sha2_password abababababababab",
        "'root'@'localhost'": "",
    }


async def test_a_silent_database_leaves_its_parts_untold_and_says_why() -> None:
    reading = await read_preparation(RecordedHost(), Tables(error=Unreachable("db1: refused")))
    assert reading.tables_without_primary_key is None
    assert reading.accounts is None
    assert "db1: refused" in reading.problems
    assert (await read_preparation(RecordedHost())).tables_not_innodb is None


async def test_without_sudo_what_cannot_be_told_is_none() -> None:
    reading = await read_preparation(RecordedHost(sudo=False))
    assert reading.datadir_state is DatadirState.UNKNOWN
    assert reading.schemas is None
    assert reading.wrong_owners is None
    assert reading.has_lost_found is None
    assert reading.configured is None
    assert reading.notify_cmd is None
    assert reading.machine_id is not None
    assert any("sudo wants a password" in problem for problem in reading.problems)
    assert any("80-galera-lab.cnf" in problem for problem in reading.problems)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", DatadirState.UNKNOWN),
        ("@@exists\n", DatadirState.ABSENT),
        (EMPTY, DatadirState.EMPTY),
        (EMPTY.replace("lost+found", "mysql"), DatadirState.FRESH),
        (EMPTY.replace("lost+found", "mysql\nd|mysql|shop"), DatadirState.HAS_DATA),
        (EMPTY.replace("lost+found", "mysql\nd|mysql|#innodb_temp\nd|mysql|.sst"), DatadirState.FRESH),
        (EMPTY.replace("d|root|lost+found", "f|root|ibdata1"), DatadirState.HAS_DATA),
        (EMPTY.replace("@@readable\n/srv/db\n", "@@readable\n"), DatadirState.UNKNOWN),
    ],
)
def test_what_lies_in_a_data_directory(text: str, state: DatadirState) -> None:
    assert data.datadir_state(split_sections(text), as_root=True) is state


def test_a_directory_that_is_not_seen_is_absent_only_when_that_is_sure() -> None:
    assert data.datadir_state(split_sections("@@exists\n"), as_root=False) is DatadirState.UNKNOWN
    seen = split_sections("@@exists\n@@parent\n/var/lib\n")
    assert data.datadir_state(seen, as_root=False) is DatadirState.ABSENT


def test_the_state_of_a_cluster_is_data() -> None:
    fresh = EMPTY.replace("lost+found", "mysql")
    zero = "@@saved\nuuid: 00000000-0000-0000-0000-000000000000\nseqno: -1\n"
    member = "@@saved\nuuid: e783b38b-e665-11f1-9166-1f40c74dc750\nseqno: 12\n"
    assert data.datadir_state(split_sections(fresh + zero), as_root=True) is DatadirState.FRESH
    assert data.datadir_state(split_sections(fresh + member), as_root=True) is DatadirState.HAS_DATA


def test_schemas_have_their_own_names_back() -> None:
    text = EMPTY.replace("lost+found", "my@002dshop\nd|mysql|test\nd|mysql|#mysql50#x")
    assert data.schemas(split_sections(text)) == ("my-shop",)


def test_a_file_of_somebody_else_is_named() -> None:
    text = EMPTY.replace(
        "d|root|lost+found", "d|root|lost+found\nf|root|ib_logfile0\nf|root|mysql_upgrade_info"
    )
    assert data.wrong_owners(split_sections(text)) == ("ib_logfile0",)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_key_belongs_to_its_certificate_or_not(kind: str) -> None:
    other = "ec" if kind == "rsa" else "rsa"
    sections = dict(split_sections(recorded(f"openssl-{kind}")))
    found = data.certificates(sections, PATHS)
    assert found is not None
    assert found.key_matches is True
    assert found.ca_subject == f"CN = lab {kind}"
    assert found.ca_fingerprint is not None
    assert len(found.ca_fingerprint) == 95
    assert found.cert_not_after == "Dec 22 11:47:32 2026 GMT"
    sections["key"] = split_sections(recorded(f"openssl-{other}"))["key"]
    swapped = data.certificates(sections, PATHS)
    assert swapped is not None
    assert swapped.key_matches is False
    sections["key"] = ()
    unread = data.certificates(sections, PATHS)
    assert unread is not None
    assert unread.key_matches is None


def test_the_clusters_certificates_come_from_its_own_options_first() -> None:
    of_galera = [
        "--wsrep_provider_options=socket.ssl_ca=/g/ca;socket.ssl_cert=/g/c;socket.ssl_key=/g/k",
        "--ssl-ca=/x",
    ]
    assert certificate_paths(parse_settings(of_galera)) == ("/g/ca", "/g/c", "/g/k")
    assert certificate_paths(parse_settings(["--ssl-ca=/s/ca", "--ssl-cert=c.pem"])) == (
        "/s/ca",
        "/var/lib/mysql/c.pem",
        "/var/lib/mysql/server-key.pem",
    )
