"""SHOW GLOBAL VARIABLES of a recorded node; flavours; provider options; sizes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.galera.readings import Flavour
from systems.galera.sizes import parse_bytes, parse_span_s
from systems.galera.variables import (
    VARIABLES_QUERY,
    flavour_of_variables,
    flavour_of_words,
    option_bytes,
    option_switch,
    parse_provider_options,
    parse_variables,
)
from systems.sql import Rows
from tests.systems.galera.recorded import AT, rows_of, variables_rows


def test_a_mariadb_node_says_how_it_is_configured() -> None:
    variables = parse_variables(variables_rows())
    assert variables.flavour is Flavour.MARIADB
    assert variables.version == "10.11.19-MariaDB-0+deb12u1"
    assert (variables.node_name, variables.node_address) == ("n1", "127.0.31.1")
    assert variables.cluster_address == "gcomm://127.0.31.1,127.0.31.2,127.0.31.3"
    assert variables.wsrep_on
    assert not variables.desync
    assert not variables.dirty_reads
    assert variables.reject_queries == "NONE"
    assert variables.sst_method == "rsync"
    assert variables.pxc_strict_mode is None
    assert variables.server_uuid is None
    assert variables.max_connections == 60
    assert option_bytes(variables.provider_options, "gcache.size") == 8 << 20
    assert option_switch(variables.provider_options, "gcache.recover") is True
    assert variables.provider_options["gmcast.listen_addr"] == "tcp://127.0.31.1:4567"
    assert variables.provider_options["gmcast.mcast_addr"] == ""


def test_the_sst_password_is_never_asked_for() -> None:
    assert "wsrep_sst_auth" not in VARIABLES_QUERY.text


@pytest.mark.parametrize(
    ("text", "flavour"),
    [
        (
            "mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian)",
            Flavour.MARIADB,
        ),
        (
            "mysqld  Ver 8.0.35-27.1 for Linux on x86_64 (Percona XtraDB Cluster (GPL), Release rel27, "
            "Revision 84d9464, WSREP version 26.1.4.3)",
            Flavour.PXC,
        ),
        ("mysqld  Ver 8.0.30 for Linux on x86_64 (MySQL Community Server, wsrep_26.11)", Flavour.CODERSHIP),
        ("mysqld  Ver 8.0.30 for Linux on x86_64 (MySQL Community Server - GPL)", Flavour.UNKNOWN),
    ],
)
def test_a_version_line_tells_the_flavour(text: str, flavour: Flavour) -> None:
    assert flavour_of_words(text) is flavour


def test_strict_mode_tells_pxc_where_the_comment_does_not() -> None:
    values = {"version": "8.0.35-27.1", "version_comment": "custom", "pxc_strict_mode": "ENFORCING"}
    assert flavour_of_variables(values) is Flavour.PXC


def test_options_of_a_file_read_like_those_of_a_server() -> None:
    assert parse_provider_options("gcache.size=8M;pc.weight = 2 ; ;=x;odd") == {
        "gcache.size": "8M",
        "pc.weight": "2",
    }


def test_a_server_without_galera_is_not_understood() -> None:
    with pytest.raises(NotUnderstood):
        parse_variables(rows_of("version\t8.0.30"))


@pytest.mark.parametrize(
    ("text", "size"),
    [("128M", 128 << 20), ("1G", 1 << 30), ("512", 512), ("2 k", 2048), ("1.5G", None), ("", None)],
)
def test_sizes_are_powers_of_1024(text: str, size: int | None) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15min", 900.0),
        ("1min 30s", 90.0),
        ("infinity", None),
        ("500ms", 0.5),
        ("5 apples", None),
        ("", None),
    ],
)
def test_spans_are_read_as_systemd_prints_them(text: str, seconds: float | None) -> None:
    assert parse_span_s(text) == seconds


@given(st.text())
def test_no_text_breaks_the_small_parsers(text: str) -> None:
    parse_bytes(text)
    parse_span_s(text)
    parse_provider_options(text)
    flavour_of_words(text)


@given(st.lists(st.lists(st.one_of(st.none(), st.text()), max_size=3)))
def test_whatever_a_server_answers_is_read_or_not_understood(rows: list[list[str | None]]) -> None:
    address: tuple[str | None, ...] = ("wsrep_cluster_address", "gcomm://")
    parse_variables(Rows((address, *(tuple(row) for row in rows)), AT))
