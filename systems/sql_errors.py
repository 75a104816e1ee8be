"""What the error numbers of MySQL and MariaDB mean to an operator (MySQL 8.0 Error Message Reference)."""

from __future__ import annotations

from systems.errors import LinkLost, LoginRefused, Refused, SystemsError, Unreachable
from systems.text import visible

_LOGIN = {
    1044: "the account may not use that database",
    1045: "the account or its password is wrong, or it is not allowed from there",
    1130: "no account of it is allowed from this address",
    1698: "the account is not allowed in this way: it needs a password, or the login of its own system user",
    1820: "its password has expired",
    1862: "its password has expired",
    3118: "the account is locked",
    4151: "the account is locked",
}
_UNREACHABLE = {
    1040: "it has no connection left (max_connections): see who holds them, or come by its extra_port",
    1053: "it is shutting down",
    1129: "it has shut this address out after too many broken connections: FLUSH HOSTS lets it in again",
    1203: "the account has no connection left (max_user_connections)",
    1226: "the account has used up its limit",
    2002: "nothing listens on its socket: it is down, or still starting",
    2003: "nothing listens on its port: it is down, still starting, or shut off by a firewall",
}
_LOST = frozenset({2006, 2013, 2055})
_REFUSED = {
    1047: "it is in no Primary component, or not yet synced: it answers SHOW only",
    1142: "the account lacks the right to it",
    1143: "the account lacks the right to it",
    1205: "it waited too long for a lock",
    1227: "the account lacks the right to it (PROCESS, REPLICATION CLIENT)",
    1792: "the session is read-only",
    1969: "it ran past its time and was ended by the server",
    3024: "it ran past its time and was ended by the server",
}


def named(host: str, user: str, number: int, text: str) -> SystemsError:
    """Return the error for a server's answer; `Refused.status` holds the server's number."""
    said = f"{visible(text.strip())} (error {number})"
    who = f"{host}: SQL as {user}"
    if number in _LOGIN:
        return LoginRefused(f"{who} was not let in: {_LOGIN[number]}. It said: {said}")
    if number in _UNREACHABLE:
        return Unreachable(f"{who}: {_UNREACHABLE[number]}. It said: {said}")
    if number in _LOST:
        return LinkLost(f"{who}: the connection to the server was lost in the middle of a question: {said}")
    why = f": {_REFUSED[number]}" if number in _REFUSED else ""
    return Refused(f"{who} was refused{why}. It said: {said}", status=number)
