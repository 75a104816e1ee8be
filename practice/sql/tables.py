"""The replicated data that statements can see: schemas, small tables, accounts, a table of orders."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field

_SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")
Answer = tuple[tuple[str, ...], tuple[tuple[str | None, ...], ...]]


@dataclass(slots=True)
class Account:
    """One account of the server."""

    user: str
    host: str
    password: str = ""
    rights: tuple[str, ...] = ()


def _schemas() -> dict[str, dict[str, list[str]]]:
    return {**{name: {} for name in _SYSTEM}, "app": {"orders": []}}


def _accounts() -> dict[tuple[str, str], Account]:
    monitor = Account("monitor", "localhost", "practice", ("PROCESS", "BINLOG MONITOR"))
    probe = Account("probe", "%", "practice")
    return {**_fresh_accounts(), (monitor.user, monitor.host): monitor, (probe.user, probe.host): probe}


def _fresh_accounts() -> dict[tuple[str, str], Account]:
    """Those that an installed package makes: who may use them, their system user tells."""
    return {
        (name, "localhost"): Account(name, "localhost", rights=("ALL PRIVILEGES",))
        for name in ("root", "mysql")
    }


@dataclass(slots=True)
class Tables:
    """What one branch of history holds."""

    schemas: dict[str, dict[str, list[str]]] = field(default_factory=_schemas)
    accounts: dict[tuple[str, str], Account] = field(default_factory=_accounts)
    committed: int = 0
    """How far the server that is asked has come: so many rows are in app.orders."""

    @classmethod
    def fresh(cls) -> Tables:
        """What an installed package begins with."""
        return cls({name: {} for name in _SYSTEM}, _fresh_accounts())

    def copy(self) -> Tables:
        """The same for a branch that goes its own way."""
        return copy.deepcopy(self)

    # ---- questions

    def select(self, what: str, rest: str) -> Answer | None:
        """Answer SELECT `what` FROM `rest`; None: there is no such table."""
        rest = rest.strip()
        match = re.match(r"`?(\w+)`?\.`?(\w+)`?", rest)
        if not match:
            return None
        schema, table = match.group(1).lower(), match.group(2).lower()
        if schema == "information_schema":
            return self._catalogue(what, table, rest)
        if schema == "mysql" and table == "user":
            return self._users(what, rest)
        if table not in self.schemas.get(schema, {}):
            return None
        rows = self.schemas[schema][table]
        if re.match(r"COUNT\(", what, re.IGNORECASE):
            count = self.committed if (schema, table) == ("app", "orders") else len(rows)
            return (what,), ((str(count),),)
        return (what,), tuple((row,) for row in rows)

    def _catalogue(self, what: str, table: str, rest: str) -> Answer | None:
        wanted = re.search(r"(?:table_)?schema(?:_name)?\s*=\s*'([^']*)'", rest, re.IGNORECASE)
        is_count = re.match(r"COUNT\(\*\)", what, re.IGNORECASE)
        match table:
            case "schemata":
                names = [name for name in self.schemas if not wanted or name == wanted.group(1)]
                return (
                    ((what,), ((str(len(names)),),))
                    if is_count
                    else ((what,), tuple((name,) for name in sorted(names)))
                )
            case "tables":
                return self._listed(what, rest, wanted.group(1) if wanted else "", counts=bool(is_count))
            case "user_privileges":
                return self._rights(what, rest)
            case _:
                return (what,), ()

    def _listed(self, what: str, rest: str, schema: str, *, counts: bool) -> Answer:
        own = {name: tables for name, tables in self.schemas.items() if name not in _SYSTEM}
        pairs = [
            (name, table) for name, tables in own.items() for table in tables if not schema or name == schema
        ]
        if "constraint_name IS NULL" in rest or "<> 'InnoDB'" in rest:
            return tuple(what.split(",")), ()
        if counts:
            return (what,), ((str(len(pairs)),),)
        if what.upper().startswith("CONCAT"):
            rows = [
                (f"{name}.{table}", str(self.committed if table == "orders" else 0)) for name, table in pairs
            ]
            return ("name", "rows"), tuple(rows)
        return ("table_schema", "table_name"), tuple(pairs)

    def _rights(self, what: str, rest: str) -> Answer:
        grantee = re.search(r"grantee\s*=\s*\"'([^']*)'@'([^']*)'\"", rest)
        account = self.accounts.get((grantee.group(1), grantee.group(2))) if grantee else None
        count = len(account.rights) if account else 0
        return (what, "grantable"), ((str(count), "0" if count else None),)

    def _users(self, what: str, rest: str) -> Answer:
        named = re.search(r"user\s*=\s*'([^']*)'", rest, re.IGNORECASE)
        found = [one for one in self.accounts.values() if not named or one.user == named.group(1)]
        if re.match(r"COUNT\(", what, re.IGNORECASE):
            return (what,), ((str(len(found)),),)
        columns = tuple(part.strip() for part in re.split(r",(?![^(]*\))", what))
        rows = [
            tuple(
                {"user": one.user, "host": one.host, "plugin": "mysql_native_password"}.get(name, "0" * 64)
                for name in columns
            )
            for one in sorted(found, key=lambda one: (one.user, one.host))
        ]
        return columns, tuple(rows)

    # ---- changes

    def change(self, statement: str) -> str:
        """Carry out a change; returns what is wrong with it, empty: nothing."""
        for pattern, act in _CHANGES:
            if match := re.fullmatch(pattern, statement, re.IGNORECASE | re.DOTALL):
                return act(self, match) or ""
        return ""

    def _create_schema(self, match: re.Match[str]) -> None:
        self.schemas.setdefault(match.group(1).lower(), {})

    def _drop_schema(self, match: re.Match[str]) -> None:
        self.schemas.pop(match.group(1).lower(), None)

    def _create_table(self, match: re.Match[str]) -> str | None:
        schema = match.group(1).lower()
        if schema not in self.schemas:
            return f"Unknown database '{schema}'"
        self.schemas[schema].setdefault(match.group(2).lower(), [])
        return None

    def _drop_table(self, match: re.Match[str]) -> None:
        self.schemas.get(match.group(1).lower(), {}).pop(match.group(2).lower(), None)

    def _insert(self, match: re.Match[str]) -> str | None:
        rows = self.schemas.get(match.group(1).lower(), {}).get(match.group(2).lower())
        if rows is None:
            return f"Table '{match.group(1)}.{match.group(2)}' doesn't exist"
        if len(rows) < 10_000:
            rows.append(match.group(3).strip("'\""))
        return None

    def _create_user(self, match: re.Match[str]) -> None:
        user, host, password = match.groups()
        account = self.accounts.setdefault((user, host), Account(user, host))
        if password is not None:
            account.password = password

    def _drop_user(self, match: re.Match[str]) -> None:
        self.accounts.pop((match.group(1), match.group(2)), None)

    def _grant(self, match: re.Match[str]) -> None:
        account = self.accounts.get((match.group(2), match.group(3)))
        if account is not None:
            more = tuple(one.strip().upper() for one in match.group(1).split(","))
            account.rights = tuple(dict.fromkeys((*account.rights, *more)))


_ACCOUNT = r"'?([^'@\s]*)'?@'?([^'\s;]*)'?"
_NAME = r"`?(\w+)`?"
_CHANGES = (
    (rf"CREATE\s+(?:DATABASE|SCHEMA)\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}.*", Tables._create_schema),
    (rf"DROP\s+(?:DATABASE|SCHEMA)\s+(?:IF\s+EXISTS\s+)?{_NAME}.*", Tables._drop_schema),
    (rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\.{_NAME}.*", Tables._create_table),
    (rf"DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?{_NAME}\.{_NAME}.*", Tables._drop_table),
    (
        rf"(?:INSERT|REPLACE)\s+INTO\s+{_NAME}\.{_NAME}\s*(?:\([^)]*\))?\s*VALUES\s*\(([^,)]*)[^)]*\).*",
        Tables._insert,
    ),
    (
        rf"(?:CREATE|ALTER)\s+USER\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?{_ACCOUNT}(?:\s+IDENTIFIED\s+BY\s+'((?:''|[^'])*)')?.*",
        Tables._create_user,
    ),
    (rf"DROP\s+USER\s+(?:IF\s+EXISTS\s+)?{_ACCOUNT}.*", Tables._drop_user),
    (rf"GRANT\s+(.*?)\s+ON\s+\S+\s+TO\s+{_ACCOUNT}.*", Tables._grant),
)
