"""Readers of answers that come in parts of their own: whatever a host says is a reading, or one sentence."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.host import PROBES, parse_host
from systems.shell import Output
from systems.sql_client import parse_row
from systems.ssh.known_hosts import KnownHosts
from tests.examples import examples

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENDLESS = "9" * 5000
"""More digits than Python reads as a number."""
LIKELY = (
    "db1 6.1.0-28-amd64\n", "0.07 0.11 0.09 2/418 3113\n812345.10 3100000.00\n", "MemTotal: 16318480 kB\n",
    "MemAvailable: 9999 kB\n", "Filesystem 1024-blocks Used Available Capacity Mounted on\n", "2\n", "-1",
    "/dev/vda1 41152736 9512345 29517212 25% /\n", "mariadb.service loaded failed failed MariaDB\n", ENDLESS,
    f"MemTotal: {ENDLESS} kB\n", f"/dev/vda1 {ENDLESS} 1 {ENDLESS} 1% /\n", "\0", "\n",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(LIKELY) | st.text(max_size=20), max_size=5).map("".join)


@examples(200)
@given(st.lists(TEXTS, min_size=len(PROBES), max_size=len(PROBES)))
def test_any_words_of_a_host_are_a_reading_or_one_sentence(texts: list[str]) -> None:
    with suppress(NotUnderstood):
        assert parse_host([Output(text, "", 0, AT) for text in texts]).taken_at == AT


def test_a_number_beyond_all_numbers_leaves_the_rest_readable() -> None:
    texts = [
        "db1 6.1",
        "0.1",
        f"MemTotal: {ENDLESS} kB\n",
        f"/dev/a {ENDLESS} 1 {ENDLESS} 1% /\n",
        ENDLESS,
        "",
    ]
    reading = parse_host([Output(text, "", 0, AT) for text in texts])
    assert (reading.hostname, reading.load) == ("db1", 0.1)
    assert (reading.cpus, reading.memory_bytes, reading.root_bytes) == (None, None, None)


XML = (
    "<row>",
    "</row>",
    '<field name="a">',
    "</field>",
    '<field name="b" xsi:nil="true" />',
    "&lt;",
    "&amp;",
    "&",
)


@examples(200)
@given(st.lists(st.sampled_from(XML) | st.text(max_size=8), max_size=12).map("".join))
def test_any_row_of_the_client_is_fields_of_text_or_nothing(text: str) -> None:
    assert all(field is None or isinstance(field, str) for field in parse_row(text))


WORDS = (
    "db1", "db*", "!db2", "|1|", "|1|c2FsdA==|aGFzaA==", "[db1]:22", "ssh-ed25519", "@revoked",
    "@cert-authority", "AAAAC3NzaC1lZDI1NTE5AAAAIA==", "AAAA", "=", "#", ",", "\n", "\x00", "\udcff",
)  # fmt: skip


@examples(200, suppress=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=24).map(" ".join),
    st.sampled_from(["db1", "[a]:1"]),
)
def test_any_known_hosts_file_knows_the_host_or_does_not(tmp_path: Path, text: str, name: str) -> None:
    path = tmp_path / "known_hosts"
    path.write_bytes(text.encode("utf-8", "surrogateescape" if "\udcff" in text else "replace"))
    known = KnownHosts().lookup((str(path),), name)
    assert all(entry.key() for entry, _ in known.hosts)
