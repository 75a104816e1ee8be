"""Where a gotcha is known from, in words that an operator can look up."""

from __future__ import annotations

import re
from collections.abc import Mapping

WORKS: Mapping[str, str] = {
    "P57": "Percona XtraDB Cluster 5.7 manual",
    "P80": "Percona XtraDB Cluster 8.0 manual",
    "P8411": "release notes of Percona XtraDB Cluster 8.4.11",
    "PRPM": "Percona XtraDB Cluster's packages",
    "PSST": "Percona XtraDB Cluster's state transfer scripts",
    "PSST14": "Percona's blog, diagnosing SST errors (2014)",
    "PSEL18": "Percona's blog, enforcing SELinux (2018)",
    "GSRC": "source of Galera 26.4.18",
    "GDOC": "Galera Cluster documentation",
    "MDOC": "MariaDB documentation, Galera Cluster",
    "MOP": "issues of mariadb-operator",
    "KBA": "issues of kubeblocks-addons",
    "NOVA15": "source of Nova 2015.1 (Kilo)",
    "NOVAM": "Nova's source and release notes",
    "HZN15": "source of Horizon 2015.1 (Kilo)",
    "MY57": "MySQL 5.7 manual",
    "MY84": "MySQL 8.4 manual",
}
"""What a source begins with -> the work; what follows it is the page, the file or the number in it."""
OWN = re.compile(r"(GOTCHAS|SEED|LAB\.md|section|[A-Z]\.\d)(?!\w)")
"""Notes of the catalogue's own, which nobody can look up elsewhere."""
NOTES = "field notes"


def spelled(source: str) -> str:
    """The source with its works by their names: "P80:bootstrap" -> "Percona ... manual: bootstrap"."""
    parts = [part.strip() for part in source.split(";")]
    known = [_work(part) for part in parts if not OWN.match(part)]
    return "; ".join(known) or NOTES


def _work(part: str) -> str:
    key = re.split(r"[: ]", part, maxsplit=1)[0]
    place = part[len(key) + 1 :].strip()
    if key not in WORKS:
        return part
    return f"{WORKS[key]}: {place}" if place else WORKS[key]
