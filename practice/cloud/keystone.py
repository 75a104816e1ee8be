"""A simulated Keystone: accounts, tokens that expire or are revoked, the catalogue."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from practice.host.units import random_of

if TYPE_CHECKING:
    from practice.clock import Clock

TOKEN_S = 3600.0
"""`[token] expiration` as Keystone has it when nobody changed it."""
REGION = "north"
DOMAIN = {"id": "default", "name": "Default"}


@dataclass(frozen=True, slots=True)
class Project:
    """One project."""

    id: str
    name: str


@dataclass(slots=True)
class Account:
    """Somebody who may log in, with the roles that it has in its project."""

    id: str
    name: str
    password: str
    project: Project
    roles: tuple[str, ...]

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles


@dataclass(frozen=True, slots=True)
class Token:
    """Who has logged in, and until when that holds (simulated seconds)."""

    account: Account
    until_s: float


@dataclass(slots=True)
class Keystone:
    """See the module."""

    clock: Clock
    seed: int
    accounts: dict[str, Account] = field(default_factory=dict)
    endpoints: dict[str, str] = field(default_factory=dict)
    """Type of the service -> its address, as the catalogue tells it."""
    _tokens: dict[str, Token] = field(default_factory=dict)

    def add(self, name: str, password: str, project: str, *roles: str) -> Account:
        """An account, and its project if there is none of that name."""
        projects = {one.project.name: one.project for one in self.accounts.values()}
        own = projects.get(project) or Project(self._id(f"project {project}"), project)
        account = Account(self._id(f"user {name}"), name, password, own, roles)
        self.accounts[name] = account
        return account

    def _id(self, name: str) -> str:
        return f"{random_of(self.seed, name).getrandbits(128):032x}"

    def login(self, name: str, password: str, project: str) -> str | None:
        """A new token; None: nobody is let in. It does not say whether name, password or project is wrong."""
        account = self.accounts.get(name)
        if account is None or not secrets.compare_digest(account.password.encode(), password.encode()):
            return None
        if project not in (account.project.name, account.project.id):
            return None
        now_s = self.clock.now_s()
        self._tokens = {word: one for word, one in self._tokens.items() if one.until_s > now_s}
        token = f"gAAAA{secrets.token_urlsafe(40)}"
        self._tokens[token] = Token(account, now_s + TOKEN_S)
        return token

    def who(self, token: str) -> Account | None:
        """Whose token that is; None: it has expired, was revoked, or never was one."""
        found = self._tokens.get(token)
        return found.account if found is not None and found.until_s > self.clock.now_s() else None

    def revoke(self, token: str) -> bool:
        """End one; returns whether there was such a token."""
        return self._tokens.pop(token, None) is not None

    def revoke_all(self, account: Account) -> None:
        """End all tokens of an account, as a change of its password does."""
        self._tokens = {word: one for word, one in self._tokens.items() if one.account is not account}

    def told(self, token: str) -> dict[str, object]:
        """The body that comes with a token: whose, for what, until when, and the catalogue."""
        found = self._tokens[token]
        account = found.account
        now = self.clock.wall_s()
        return {
            "methods": ["password"],
            "user": {
                "domain": DOMAIN,
                "id": account.id,
                "name": account.name,
                "password_expires_at": None,
            },
            "audit_ids": [secrets.token_urlsafe(16)],
            "expires_at": _time(now + (found.until_s - self.clock.now_s()) / self.clock.speed),
            "issued_at": _time(now),
            "project": {"domain": DOMAIN, "id": account.project.id, "name": account.project.name},
            "is_domain": False,
            "roles": [{"id": self._id(f"role {name}"), "name": name} for name in account.roles],
            "catalog": [self._service(kind, url) for kind, url in self.endpoints.items()],
        }

    def _service(self, kind: str, url: str) -> dict[str, object]:
        where = {"region_id": REGION, "url": url, "region": REGION}
        return {
            "endpoints": [
                {"id": self._id(f"{kind} {interface}"), "interface": interface, **where}
                for interface in ("admin", "internal", "public")
            ],
            "id": self._id(f"service {kind}"),
            "type": kind,
            "name": NAMES[kind],
        }


NAMES = {"identity": "keystone", "compute": "nova", "load-balancer": "octavia", "image": "glance"}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
