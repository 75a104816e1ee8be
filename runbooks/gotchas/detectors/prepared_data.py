"""Detectors over what prepared hosts hold: data at stake, certificates, tables, accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from runbooks.gotchas.detectors import config, saved
from runbooks.gotchas.detectors.common import differing, merged, of_preparation, version_of
from runbooks.membership import primary_groups
from runbooks.model import Holds, Look, Sighting, no, unknown, yes
from runbooks.words import count, listed, span
from systems.galera.preparation import DatadirState, PreparationReading
from systems.galera.readings import Flavour, HostEvidence, NodeSurvey

_SOON = timedelta(days=30)


def data_at_stake(look: Look) -> Sighting:
    """PXC-10: as the saved states tell; before a first bootstrap, by what lies in the data directories."""
    if primary_groups(look.survey) or not look.preparation:
        return saved.foreign_data(look)

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.datadir_state is DatadirState.UNKNOWN:
            return unknown(f"{node.host}: what lies in {host.datadir} could not be read", node.host)
        if host.datadir_state is not DatadirState.HAS_DATA:
            return ""
        return f"{node.host}: {host.datadir} holds data ({listed(host.schemas or ('no schema named',))})"

    return of_preparation(look, judge, "every data directory is empty, absent, or freshly initialised")


def certificates_differ(look: Look) -> Sighting:
    """PXC-17: CAs differ, a key does not belong to its certificate, or traffic is encrypted on some only."""
    traffic = config.encryption_differs(look)
    if traffic.holds is Holds.YES or not look.preparation:
        return traffic

    def judge(node: NodeSurvey, host: PreparationReading) -> str:
        own = host.certificates
        if own is None:
            return ""
        if own.key_matches is False:
            return f"{node.host}: {own.key_path} does not belong to {own.cert_path}"
        same = own.ca_subject is not None and own.ca_subject == own.cert_subject
        return f"{node.host}: CA and certificate have the same subject {own.ca_subject}" if same else ""

    marks = {
        host: answer.certificates.ca_fingerprint
        for host, answer in look.preparation.items()
        if isinstance(answer, PreparationReading)
        and answer.certificates
        and answer.certificates.ca_fingerprint
    }
    unequal = differing(marks)
    found = [of_preparation(look, judge, "certificates, keys and CAs belong together")]
    if unequal:
        found.append(yes(f"the CA differs: {unequal}", *marks))
    return merged((*found, traffic), found[0].evidence)


def certificates_inside(look: Look) -> Sighting:
    """PXC-18: certificates are configured, or lie, inside the data directory."""
    named = config.certificates_in_datadir(look)
    if named.holds is Holds.YES or not look.preparation:
        return named

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.certificates_in_datadir is None:
            return unknown(f"{node.host}: {host.datadir} could not be listed", node.host)
        inside = host.certificates_in_datadir
        return f"{node.host}: {listed(inside)} in {host.datadir}" if inside else ""

    return of_preparation(look, judge, "no certificate lies in a data directory")


def keyless_tables(look: Look) -> Sighting:
    """PXC-23: tables without a primary key, as any one node tells."""
    return _tables(look, "tables without primary key", lambda host: host.tables_without_primary_key)


def other_engines(look: Look) -> Sighting:
    """PXC-24: tables that are not InnoDB, as any one node tells."""
    return _tables(look, "tables that are not InnoDB", lambda host: host.tables_not_innodb)


def accounts_differ(look: Look) -> Sighting:
    """PXC-25: an account is not the same on all nodes that answer."""
    told = {
        host: answer.accounts
        for host, answer in look.preparation.items()
        if isinstance(answer, PreparationReading) and answer.accounts is not None
    }
    names = sorted({name for accounts in told.values() for name in accounts})
    unequal = [name for name in names if len({accounts.get(name) for accounts in told.values()}) > 1]
    if unequal:
        return yes(
            f"{count(len(unequal), 'account')} not the same on {listed(told)}: {listed(unequal[:5])}", *told
        )
    missing = [node.host for node in look.survey.nodes if node.host not in told]
    if missing:
        return unknown(f"the accounts of {listed(missing)} were not read", *missing)
    return no(f"{count(len(names), 'account')}, the same on all nodes", *told)


def old_logins(look: Look) -> Sighting:
    """PXC-27: accounts with mysql_native_password on a server of 8.4 or later, which has it switched off."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        evidence = node.evidence
        if not isinstance(evidence, HostEvidence):
            return unknown(f"{node.host}: its version could not be read", node.host)
        version = version_of(evidence.server_version)
        if evidence.flavour is Flavour.MARIADB or version is None or version < (8, 4, 0):
            return ""
        if host.accounts is None:
            return unknown(f"{node.host}: its accounts were not read", node.host)
        old = [name for name, how in host.accounts.items() if how.startswith("mysql_native_password")]
        return f"{node.host}: {listed(old[:5])} log in by mysql_native_password" if old else ""

    return of_preparation(look, judge, "no account uses a login that its server has switched off")


def certificates_end(look: Look) -> Sighting:
    """ROLL-10: a certificate of the cluster's traffic ends within 30 days."""

    def judge(node: NodeSurvey, host: PreparationReading) -> str | Sighting:
        if host.certificates is None:
            return ""
        end = _moment(host.certificates.cert_not_after)
        if end is None:
            return unknown(
                f"{node.host}: the end of {host.certificates.cert_path} could not be read", node.host
            )
        left = end - host.taken_at
        if left > _SOON:
            return ""
        when = "has ended" if left < timedelta() else f"ends in {span(left.total_seconds())}"
        return f"{node.host}: {host.certificates.cert_path} {when} ({end:%Y-%m-%d})"

    return of_preparation(look, judge, "no certificate of the cluster's traffic ends soon")


def _moment(text: str | None) -> datetime | None:
    """Read "Nov 22 12:00:00 2027 GMT", as openssl prints it; None: it is not that."""
    try:
        return datetime.strptime(text or "", "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
    except ValueError:
        return None


def _tables(look: Look, what: str, read: Callable[[PreparationReading], tuple[str, ...] | None]) -> Sighting:
    told = {
        host: tables
        for host, answer in look.preparation.items()
        if isinstance(answer, PreparationReading) and (tables := read(answer)) is not None
    }
    if not told:
        return unknown(f"no node was asked for {what}")
    found = {host: tables for host, tables in told.items() if tables}
    if not found:
        return no(f"no {what}, asked on {listed(told)}")
    host, tables = max(found.items(), key=lambda item: len(item[1]))
    return yes(f"{host}: {len(tables)} {what}: {listed(tables[:5])}", *found)
