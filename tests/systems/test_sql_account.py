"""An account for watching that a new cluster does not have yet: root is asked until it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from systems.errors import LoginRefused, Refused, SystemsError
from systems.sql import Query, Rows
from systems.sql_readers import AccountReader
from systems.sql_server import ServerReader
from tests.builders import NOON

STATUS = Query("SHOW GLOBAL STATUS LIKE 'wsrep_local_state_comment'")


class Scripted:
    """A server that answers each query by a word of it, or is silent."""

    def __init__(self, answers: dict[str, str], error: SystemsError | None = None) -> None:
        self.answers, self.error = answers, error
        self.asked: list[str] = []

    @property
    def host(self) -> str:
        return "db1"

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        self.asked += [query.text for query in queries]
        if self.error:
            raise self.error
        return tuple(
            Rows(((next(text for word, text in self.answers.items() if word in query.text),),), NOON)
            for query in queries
        )


REFUSED = LoginRefused("db1: SQL as monitor was not let in")


def reader(server: Scripted, client: Scripted, user: str = "monitor") -> AccountReader:
    return AccountReader(user, cast("ServerReader", server), client)


async def test_a_server_without_that_account_is_asked_as_root() -> None:
    client = Scripted({"COUNT": "0", "STATUS": "Synced"})
    (answer,) = await reader(Scripted({}, REFUSED), client).ask([STATUS])
    assert answer.rows == (("Synced",),)


async def test_an_account_that_exists_and_is_not_let_in_stays_refused_and_root_is_asked_once() -> None:
    client = Scripted({"COUNT": "1", "STATUS": "Synced"})
    asked = reader(Scripted({}, REFUSED), client)
    for _ in range(2):
        with pytest.raises(LoginRefused, match="monitor was not let in"):
            await asked.ask([STATUS])
    assert sum("COUNT" in text for text in client.asked) == 1


async def test_where_root_cannot_tell_the_login_stays_refused() -> None:
    client = Scripted({}, Refused("db1: sudo is refused"))
    with pytest.raises(LoginRefused, match="monitor was not let in"):
        await reader(Scripted({}, REFUSED), client).ask([STATUS])


async def test_an_account_that_is_let_in_leaves_root_alone() -> None:
    client = Scripted({})
    (answer,) = await reader(Scripted({"STATUS": "Synced"}), client).ask([STATUS])
    assert answer.rows == (("Synced",),)
    assert client.asked == []


async def test_the_name_of_an_account_stays_one_word_of_the_question() -> None:
    client = Scripted({"COUNT": "0", "STATUS": "Synced"})
    await reader(Scripted({}, REFUSED), client, user="o'brien").ask([STATUS])
    assert client.asked[0] == "SELECT COUNT(*) FROM mysql.user WHERE user = 'o''brien'"
