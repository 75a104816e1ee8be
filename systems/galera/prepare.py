"""Reads how one host is prepared: two round trips by SSH, and three queries where a server answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from systems.errors import SudoRefused, SystemsError
from systems.galera import preparation_data as data
from systems.galera import preparation_host as of_host
from systems.galera.host_look import SurveyOptions
from systems.galera.host_probes import settings_probe
from systems.galera.host_settings import HostSettings, parse_settings, unread_files
from systems.galera.listeners import listening_ports
from systems.galera.preparation import PreparationReading
from systems.galera.preparation_probes import (
    ACCOUNTS_QUERY,
    NO_PRIMARY_KEY_QUERY,
    NOT_INNODB_QUERY,
    datadir_probe,
    host_probe,
)
from systems.galera.sections import split_sections
from systems.galera.variables import parse_provider_options
from systems.shell import Output, Probe, Reader
from systems.sql import Query, Rows, SqlReader

_READ_S = 20.0
_QUERY_S = 20.0
_DIGEST = 16
"""Characters of the digest that are kept: enough to tell two hashes apart."""


async def read_preparation(
    reader: Reader, sql: SqlReader | None = None, options: SurveyOptions | None = None
) -> PreparationReading:
    """Ask one host. Raises a `SystemsError` when it does not answer; a silent database leaves its parts None.

    Where sudo is refused, it tells what the login may see by itself.
    """
    chosen = options or SurveyOptions()
    try:
        return await _read(reader, sql, chosen, as_root=True)
    except SudoRefused as error:
        return await _read(reader, sql, chosen, as_root=False, problem=str(error))


async def _read(
    reader: Reader, sql: SqlReader | None, options: SurveyOptions, *, as_root: bool, problem: str = ""
) -> PreparationReading:
    probes = (settings_probe(options.defaults_file, as_root=as_root), host_probe(as_root=as_root))
    config, host = [split_sections(output.stdout) for output in await _ask(reader, *probes)]
    settings = parse_settings(
        config.get("defaults", ()), datadir=options.datadir, defaults_file=options.defaults_file
    )
    paths = certificate_paths(settings)
    answer = (
        await _ask(reader, datadir_probe(settings.datadir, paths, of_host.swap_files(host), as_root=as_root))
    )[0]
    tables, problems = await _ask_tables(sql)
    if not of_host.tools(host)["openssl"]:
        problems.append("openssl is missing there, so that no certificate could be read")
    unread = unread_files(config.get("unreadable", ()))
    return _put_together(
        _Answers(
            datadir=answer,
            host=host,
            settings=settings,
            is_configured=bool(config.get("defaults")) and not unread,
            paths=paths,
            tables=tables,
            as_root=as_root,
            problems=tuple(text for text in (problem, unread, *problems) if text),
        )
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    """Everything that one host has said."""

    datadir: Output
    host: of_host.Sections
    settings: HostSettings
    is_configured: bool
    """All of its option files could be read."""
    paths: tuple[str, str, str]
    """Of CA, certificate and key."""
    tables: Mapping[str, Rows]
    as_root: bool
    problems: tuple[str, ...]


def _put_together(told: _Answers) -> PreparationReading:
    there, host, settings = split_sections(told.datadir.stdout), told.host, told.settings
    unit = of_host.server_unit(host)
    installed = of_host.packages(host)
    owner, mode = data.owner_and_mode(there)
    has_lost_found, certificates, gcache_pages = _names_in_datadir(there)
    configured = settings.configured
    return PreparationReading(
        taken_at=told.datadir.at,
        packages=installed,
        conflicting=of_host.conflicting(installed),
        tools=of_host.tools(host),
        socat_has_tls=of_host.socat_has_tls(host),
        datadir=settings.datadir,
        datadir_state=data.datadir_state(there, as_root=told.as_root),
        schemas=data.schemas(there),
        datadir_owner=owner,
        datadir_mode=mode,
        wrong_owners=data.wrong_owners(there),
        has_lost_found=has_lost_found,
        certificates_in_datadir=certificates,
        gcache_pages=gcache_pages,
        configured=configured if told.is_configured else None,
        configured_twice=settings.configured_twice,
        server_id=configured.get("server_id"),
        node_name=configured.get("wsrep_node_name"),
        notify_cmd=configured.get("wsrep_notify_cmd", "") if told.is_configured else None,
        machine_id=of_host.name_of(host, "/etc/machine-id"),
        server_uuid=data.server_uuid(there),
        hostname=of_host.name_of(host, "/etc/hostname") or of_host.name_of(host, "/proc/sys/kernel/hostname"),
        selinux=of_host.selinux_now(host),
        selinux_configured=of_host.selinux_configured(host),
        datadir_label=data.label(there),
        firewalls=of_host.firewalls(host),
        swap=of_host.swap_areas(host, _modes(there)),
        memory_bytes=of_host.memory_bytes(host),
        clock_synchronized=of_host.clock_synchronized(host),
        mount=data.mount(there, host),
        requires_mounts=None if unit is None else tuple(unit.get("RequiresMountsFor", "").split()),
        open_files=of_host.open_files(unit),
        timeout_start_s=of_host.timeout_start_s(unit),
        enabled=of_host.enabled_units(host),
        listens_4567=4567 in listening_ports(host.get("listen", ()), settings.own_address),
        certificates=data.certificates(there, told.paths),
        tables_without_primary_key=_names(told.tables.get("keys")),
        tables_not_innodb=_names(told.tables.get("engines")),
        accounts=_accounts(told.tables.get("accounts")),
        problems=told.problems,
    )


def _names_in_datadir(there: of_host.Sections) -> tuple[bool | None, tuple[str, ...] | None, int | None]:
    """Whether lost+found is there, the certificates, the number of gcache pages; None: not known."""
    if not there.get("readable"):
        return None, None, None
    names = [name for _, _, name in data.entries(there)]
    certificates = tuple(sorted(name for name in names if name.endswith(".pem")))
    return "lost+found" in names, certificates, sum(name.startswith("gcache.page.") for name in names)


def certificate_paths(settings: HostSettings) -> tuple[str, str, str]:
    """(CA, certificate, key) of the cluster's traffic: Galera's own options, the server's, its datadir's."""
    provider = parse_provider_options(settings.configured.get("wsrep_provider_options", ""))
    names = ("ca", "cert", "key")
    usual = ("ca.pem", "server-cert.pem", "server-key.pem")
    chosen = [
        provider.get(f"socket.ssl_{name}") or settings.configured.get(f"ssl_{name}") or file
        for name, file in zip(names, usual, strict=True)
    ]
    full = [path if path.startswith("/") else f"{settings.datadir}/{path}" for path in chosen]
    return full[0], full[1], full[2]


async def _ask(reader: Reader, *probes: Probe) -> list[Output]:
    outputs = []
    for answer in await reader.read_many(probes, timeout_s=_READ_S):
        if isinstance(answer, Exception):
            raise answer
        outputs.append(answer)
    return outputs


async def _ask_tables(sql: SqlReader | None) -> tuple[Mapping[str, Rows], list[str]]:
    """One question at a time: an account may be allowed one and not the other."""
    rows: dict[str, Rows] = {}
    problems: list[str] = []
    questions: tuple[tuple[str, Query], ...] = (
        ("keys", NO_PRIMARY_KEY_QUERY),
        ("engines", NOT_INNODB_QUERY),
        ("accounts", ACCOUNTS_QUERY),
    )
    if sql is None:
        return rows, problems
    for name, query in questions:
        try:
            rows[name] = (await sql.ask((query,), timeout_s=_QUERY_S))[0]
        except SystemsError as error:
            problems.append(str(error))
    return rows, problems


def _names(rows: Rows | None) -> tuple[str, ...] | None:
    """schema.table, with the engine in brackets where there is one."""
    if rows is None:
        return None
    return tuple(
        f"{row[0]}.{row[1]}" + (f" ({row[2]})" if len(row) > 2 else "") for row in rows.rows if len(row) > 1
    )


def _accounts(rows: Rows | None) -> Mapping[str, str] | None:
    if rows is None:
        return None
    return {
        f"'{row[0]}'@'{row[1]}'": f"{row[2]} {(row[3] or '')[:_DIGEST]}".strip()
        for row in rows.rows
        if len(row) > 3
    }


def _modes(there: of_host.Sections) -> Mapping[str, str]:
    """Read `stat -c '%a %n'` of the swap files."""
    pairs = (line.partition(" ") for line in there.get("swap_modes", ()))
    return {path: mode for mode, _, path in pairs}
