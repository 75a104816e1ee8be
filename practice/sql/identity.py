"""Who may log in to a simulated server: accounts with a password, and root by its own system user."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING

from mysql_mimic.auth import (
    AuthInfo,
    AuthPlugin,
    AuthState,
    Forbidden,
    IdentityProvider,
    NativePasswordAuthPlugin,
    Success,
    User,
)

from practice.sql.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from practice.galera.server import Server


def identities(server: Server, login: str) -> IdentityProvider:
    """The accounts of a server, for a connection that `login` makes."""

    class Native(NativePasswordAuthPlugin):
        """A password, or for root the login itself."""

        async def auth(self, auth_info: AuthInfo | None = None) -> AuthState:
            state = super().auth(auth_info)
            decision = await state.__anext__()
            while not isinstance(decision, (Success, Forbidden)):
                info = yield decision
                if info.user.name == "root":
                    yield Success("root") if login == "root" else _denied("root")
                    return
                decision = await state.asend(info)
            yield (
                decision
                if isinstance(decision, Success)
                else _denied(auth_info.user.name if auth_info else "")
            )

    class Provider(IdentityProvider):
        def get_plugins(self) -> Sequence[AuthPlugin]:
            return [Native()]

        async def get_user(self, username: str) -> User | None:
            branch = server.start_position.branch
            tables = server.cluster.tables_of(branch) if branch else Tables()
            account = tables.accounts.get((username, "localhost")) or tables.accounts.get((username, "%"))
            if account is None or (account.user != "root" and not account.password):
                return User(username, "no account has this hash", Native.name)
            inner = sha1(account.password.encode(), usedforsecurity=False).digest()
            digest = sha1(inner, usedforsecurity=False).hexdigest()
            return User(username, digest, Native.name)

    return Provider()


def _denied(user: str) -> Forbidden:
    return Forbidden(f"Access denied for user '{user}'@'localhost' (using password: YES)")
