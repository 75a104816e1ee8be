"""Reads what lies in a data directory before or beside its server: data, owners, certificates, mount."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from systems.errors import NotUnderstood
from systems.galera.grastate import parse_grastate
from systems.galera.preparation import Certificates, DatadirState, Mount
from systems.galera.preparation_host import Sections, fstab_targets

_SYSTEM = frozenset({"mysql", "performance_schema", "sys", "information_schema", "test"})
_MOST_WRONG = 20
_ROOTS_OWN = re.compile(
    r"lost\+found|mysql_upgrade_info|mariadb_upgrade_info|debian-.*\.flag|\.mysql_upgrade_info"
)
_ENCODED = re.compile(r"@([0-9a-f]{4})")


def datadir_state(sections: Sections, *, as_root: bool) -> DatadirState:
    """Absent, empty, fresh, or with data; UNKNOWN where the login may not look."""
    if not sections.get("exists"):
        is_sure = "exists" in sections and (as_root or bool(sections.get("parent")))
        return DatadirState.ABSENT if is_sure else DatadirState.UNKNOWN
    if not sections.get("readable"):
        return DatadirState.UNKNOWN
    names = [name for _, _, name in entries(sections) if name != "lost+found"]
    if not names:
        return DatadirState.EMPTY
    if schemas(sections) or _has_cluster_state(sections) or "mysql" not in names:
        return DatadirState.HAS_DATA
    return DatadirState.FRESH


def schemas(sections: Sections) -> tuple[str, ...] | None:
    """Directories that are schemas and not the system's; None: the directory cannot be looked into."""
    if not sections.get("readable"):
        return None
    names = (name for kind, _, name in entries(sections) if kind == "d")
    plain = (name for name in names if name[0] not in "#." and name != "lost+found")
    return tuple(sorted(_decoded(name) for name in plain if name not in _SYSTEM))


def entries(sections: Sections) -> list[tuple[str, str, str]]:
    """(kind, owner, name) of everything at the top of the directory."""
    parts = (line.split("|", 2) for line in sections.get("content", ()))
    return [(kind, owner, name) for kind, owner, name in (part for part in parts if len(part) == 3) if name]


def owner_and_mode(sections: Sections) -> tuple[str | None, str | None]:
    """Of the directory itself."""
    words = (sections.get("exists") or ("",))[0].split("|")
    return (words[1], words[2]) if len(words) == 3 else (None, None)


def wrong_owners(sections: Sections) -> tuple[str, ...] | None:
    """What at its top is not owned as the directory is, apart from what root makes there by right."""
    owner, _ = owner_and_mode(sections)
    if owner is None or not sections.get("readable"):
        return None
    wrong = [name for _, who, name in entries(sections) if who != owner and not _ROOTS_OWN.fullmatch(name)]
    return tuple(wrong[:_MOST_WRONG])


def server_uuid(sections: Sections) -> str | None:
    """Of auto.cnf."""
    for line in sections.get("auto", ()):
        name, equals, value = line.partition("=")
        if equals and name.strip().replace("_", "-") == "server-uuid":
            return value.strip() or None
    return None


def label(sections: Sections) -> str | None:
    """Read `ls -Zd`; a question mark stands for no label."""
    words = (sections.get("label") or ("",))[0].split()
    found = next((word for word in words if word.count(":") >= 2), None)
    return found if found and not found.startswith("?") else None


def mount(sections: Sections, host: Sections) -> Mount | None:
    """Read `findmnt -P`, and whether fstab has the mount point."""
    lines = sections.get("mount", ())
    pairs = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', lines[0])) if lines else {}
    if not {"SOURCE", "TARGET", "FSTYPE"} <= set(pairs):
        return None
    fstab = fstab_targets(host)
    return Mount(
        source=pairs["SOURCE"],
        target=pairs["TARGET"],
        fstype=pairs["FSTYPE"],
        uuid=pairs.get("UUID", ""),
        in_fstab=None if fstab is None else pairs["TARGET"] in fstab[1],
    )


def certificates(sections: Sections, paths: tuple[str, str, str]) -> Certificates | None:
    """Read the openssl answers; None: there is neither a CA nor a certificate."""
    ca, cert = sections.get("ca", ()), sections.get("cert", ())
    if not ca and not cert:
        return None
    return Certificates(
        *paths,
        ca_fingerprint=_value(ca, r"sha256 Fingerprint"),
        ca_subject=_value(ca, "subject"),
        cert_subject=_value(cert, "subject"),
        cert_not_after=_value(cert, "notAfter"),
        key_matches=_key_matches(cert, sections.get("key", ())),
    )


def _has_cluster_state(sections: Sections) -> bool:
    text = "\n".join(sections.get("saved", ()))
    try:
        return not parse_grastate(text).position.is_zero
    except NotUnderstood:
        return False


def _value(lines: Sequence[str], name: str) -> str | None:
    for line in lines:
        found, equals, value = line.partition("=")
        if equals and found.strip().lower() == name.lower():
            return value.strip()
    return None


def _key_matches(cert: Sequence[str], key: Sequence[str]) -> bool | None:
    """Compare the number of the public key: openssl prints it of a key as hex, of a certificate as PEM."""
    pem = re.search(r"-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", "".join(cert), re.DOTALL)
    numbers = re.findall(r"(?:[0-9a-f]{2}:){15,}[0-9a-f]{0,2}", "".join(line.strip() for line in key))
    if not pem or not numbers:
        return None
    try:
        of_cert = base64.b64decode(pem.group(1), validate=True)
    except (binascii.Error, ValueError):
        return None
    return bytes.fromhex(max(numbers, key=len).replace(":", "")) in of_cert


def _decoded(name: str) -> str:
    """MySQL writes other characters than letters and digits as @ and four hex digits."""
    return _ENCODED.sub(lambda match: chr(int(match.group(1), 16)), name)
