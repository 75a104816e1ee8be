"""A database server asked with the client program on its own host, by root: `SqlReader` without an account.

The client's XML form is read, for it alone tells NULL from the word, and keeps tabs and newlines apart.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from systems.errors import NotUnderstood, Refused, SystemsError, ToolMissing
from systems.shell import Output, Probe, Reader
from systems.sql import Query, Rows
from systems.sql_errors import named

_ROW = re.compile(r"<row>(.*?)</row>", re.DOTALL)
_FIELD = re.compile(r'<field name="[^"]*"(?: xsi:nil="true" />|>(.*?)</field>)', re.DOTALL)
_ERROR = re.compile(r"^ERROR (\d{1,9}) (?:\([0-9A-Z]+\) ?)?(?:at line \d+)?: ?(.*)", re.MULTILINE)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_CLIENTS = ("mariadb", "mysql")


@dataclass(slots=True)
class ClientReader:
    """Runs `mariadb` or `mysql` as root on the host, which lets root in by its socket or by /root/.my.cnf."""

    reader: Reader
    socket: str | None = None
    """None: as the host's own my.cnf has it."""
    _client: str | None = None

    @property
    def host(self) -> str:
        return self.reader.host

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        """Answer all of them, each by a client of its own, or raise a `SystemsError`."""
        clients = (self._client,) if self._client else _CLIENTS
        for client in clients:
            answers = await self.reader.read_many(
                [self._probe(client, query) for query in queries], timeout_s=timeout_s
            )
            if isinstance(answers[0], ToolMissing) and client != clients[-1]:
                continue
            self._client = client if not isinstance(answers[0], ToolMissing) else None
            break
        return tuple(self._rows(answer) for answer in answers)

    async def close(self) -> None:
        """Nothing is kept."""

    def _probe(self, client: str, query: Query) -> Probe:
        words = [
            client,
            "--init-command=SET SESSION TRANSACTION READ ONLY",
            "--connect-timeout=4",
            "-B",
            "-X",
        ]
        if self.socket:
            words.append(f"--socket={self.socket}")
        line = shlex.join([*words, "-e", query.text])
        return Probe(line, as_root=True, accepts=(0, 1))

    def _rows(self, answer: Output | Exception) -> Rows:
        if isinstance(answer, Exception):
            raise answer
        if answer.status:
            raise self._refusal(answer)
        if "<resultset" not in answer.stdout:
            raise NotUnderstood(f"{self.host}: the client's answer is not in the form that --xml has")
        return Rows(tuple(parse_row(row) for row in _ROW.findall(answer.stdout)), answer.at)

    def _refusal(self, answer: Output) -> SystemsError:
        if found := _ERROR.search(answer.stderr):
            return named(self.host, "root", int(found[1]), found[2])
        return Refused(f"{self.host}: the SQL client failed: {answer.stderr.strip()}", status=answer.status)


def parse_row(text: str) -> tuple[str | None, ...]:
    """Read the fields of one `<row>` of the client's XML form."""
    return tuple(
        None if field[0].endswith('xsi:nil="true" />') else _plain(field[1] or "")
        for field in _FIELD.finditer(text)
    )


def _plain(text: str) -> str:
    for entity, char in _ENTITIES:
        text = text.replace(entity, char)
    return text
