"""What HAProxy's health checks answered, in words. Source: HAProxy's management guide 9.1, field 36."""

from __future__ import annotations

from systems.haproxy.readings import Check

_WORDS = {
    "UNK": "not known",
    "INI": "not asked yet",
    "SOCKERR": "broke off (socket error)",
    "L4OK": "port opens",
    "L4TOUT": "no answer from the port",
    "L4CON": "connection refused",
    "L6OK": "TLS passed",
    "L6TOUT": "TLS had no answer",
    "L6RSP": "TLS failed",
    "L7OK": "passed",
    "L7OKC": "passed, with a condition",
    "L7TOUT": "no answer in time",
    "L7RSP": "answer not understood",
    "L7STS": "refused",
    "PROCERR": "its program failed",
    "PROCTOUT": "its program had no end",
    "PROCOK": "its program passed",
}


def check_words(check: Check) -> str:
    """Say it in a few words, with the HTTP status where there is one; empty: it is not checked."""
    if not check.status:
        return ""
    words = _WORDS.get(check.status, check.status)
    if check.status.startswith("L7") and check.code is not None and check.code >= 100:
        return f"{words} (HTTP {check.code})"
    return words


def asks_state(check: Check) -> bool | None:
    """Whether the check can see more than an open port; None: the answer does not tell.

    An HTTP status comes from something beside the database, such as clustercheck (LB-01).
    """
    if check.status.startswith("L4") or check.status.startswith("L6"):
        return False if check.status in ("L4OK", "L6OK") else None
    return True if check.code is not None and check.code >= 100 else None
