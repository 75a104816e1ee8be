"""One cloud asked over HTTP through openstacksdk, in threads of its own: `Asks` and `Orders` of `asking`.

Lists are read as they come, as JSON: objects of the SDK cost 3.5 s for 1,000 instances, the JSON a few ms.
The SDK is imported by the first request, in its thread: it takes most of a second.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from systems.consoles.link import Trust
from systems.errors import TimedOut
from systems.openstack.access import OLDEST, Api, CloudAccess, Endpoint, Tried, Way
from systems.openstack.asking import AnyOrder, Question, Reply

THREADS = 6
"""A look asks three things at once, one at its load balancers two, and the operator one more."""
CONNECT_S = 5.0
LATE_S = 2.0
"""What a thread gets beyond the deadline of its request to come home by itself."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Sent:
    """One request as it goes out."""

    api: Api
    method: str
    path: str
    body: object = None
    wanted: tuple[int, int] | None = None
    """The microversion."""


def _sent_for(question: Question) -> _Sent:
    method = "GET" if question.body is None else "POST"
    return _Sent(question.api, method, question.path, question.body, question.microversion)


class CloudSession:
    """See the module. Nothing is sent before the first request."""

    def __init__(self, access: CloudAccess, hide: Callable[[str], None]) -> None:
        """`hide` is told every secret of the way as it becomes known: password, token."""
        self._access, self._hide = access, hide
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"cloud {access.cloud}")
        self._way: Way | None = None
        self._opening = threading.Lock()
        self._hidden = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.cloud!r})"

    @property
    def cloud(self) -> str:
        return self._access.cloud

    async def ask(self, question: Question, *, timeout_s: float = 15.0) -> Reply:
        """Answer with whatever status came, or raise a `SystemsError` when there is no answer."""
        due_s = time.monotonic() + timeout_s
        return await self._in_thread(
            lambda: self._send(_sent_for(question), timeout_s, due_s),
            question.path.partition("?")[0],
            timeout_s,
            question.api,
        )

    async def newest(self, *, timeout_s: float = 15.0) -> tuple[int, int]:
        """The newest microversion that the cloud knows."""
        return await self._in_thread(
            lambda: self._reached(Api.COMPUTE, timeout_s).newest, "its version", timeout_s
        )

    async def trust(self, *, timeout_s: float = 15.0) -> Trust:
        """By what certificates are judged, as clouds.yaml says (`cacert`, `verify`)."""
        way = await self._in_thread(lambda: self._opened(timeout_s), "its way", timeout_s)
        verify = way.session.verify
        return Trust(ca=verify if isinstance(verify, str) else "", is_unverified=verify is False)

    async def order(self, order: AnyOrder, *, timeout_s: float = 15.0) -> Reply:
        """Send it once, and answer with whatever status came. It is never sent after `timeout_s`."""
        sent, due_s = _Sent(order.api, order.method, order.path, order.body), time.monotonic() + timeout_s
        return await self._in_thread(
            lambda: self._send(sent, timeout_s, due_s), order.line, timeout_s, order.api
        )

    async def close(self) -> None:
        """Let go of everything; a request that is under way comes to its own deadline."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(
        self, blocking: Callable[[], T], what: str, timeout_s: float, api: Api = Api.COMPUTE
    ) -> T:
        asked = asyncio.get_running_loop().run_in_executor(self._threads, blocking)
        asked.add_done_callback(_look_at)
        try:
            async with asyncio.timeout(timeout_s + LATE_S):
                return await asyncio.shield(asked)
        except TimeoutError as error:
            raise TimedOut(
                f"{self.cloud}: no answer to {what} came within {timeout_s + LATE_S:g} s: the "
                f"cloud is under load, or a service behind it is down. See whether {api.service}'s API and "
                "the message queue are up."
            ) from error

    def _opened(self, timeout_s: float) -> Way:
        """Run in a thread: log in, once."""
        with self._opening:
            if self._way is None:
                from systems.openstack.opening import open_way

                self._way = open_way(self._access, self._hide, timeout_s)
            return self._way

    def _reached(self, api: Api, timeout_s: float) -> Endpoint:
        """Run in a thread: log in and look the API up, each once."""
        way = self._opened(timeout_s)
        with self._opening:
            from systems.openstack.opening import reach

            return reach(way, api, timeout_s)

    def _send(self, sent: _Sent, timeout_s: float, due_s: float) -> Reply:
        """Run in a thread. Sent once: a connection that breaks in the middle may have delivered it.

        `due_s`: after that nobody waits for it any more, and what waited for a thread or for the login
        until then is not sent: an order that comes minutes late hits what somebody has changed since.
        """
        way, endpoint = self._opened(timeout_s), self._reached(sent.api, timeout_s)
        if time.monotonic() > due_s:
            raise TimedOut(
                f"{self.cloud}: {sent.method} {sent.path.partition('?')[0]} was not sent: the way to "
                f"{sent.api.service} was not open within {timeout_s:g} s. See whether Keystone is well."
            )
        import keystoneauth1.exceptions as errors

        from systems.openstack.failures import is_of_login, named

        version = min(sent.wanted, endpoint.newest) if sent.wanted is not None else OLDEST
        try:
            answer = endpoint.adapter.request(
                sent.path,
                sent.method,
                json=sent.body,
                raise_exc=False,
                microversion=f"{version[0]}.{version[1]}" if version > OLDEST else None,
                timeout=(min(CONNECT_S, timeout_s), timeout_s),
                connect_retries=0,
            )
            self._hide_token()
        except (errors.ClientException, OSError, ValueError) as error:
            service = Tried(self.cloud, sent.api.service, endpoint.where, timeout_s)
            raise named(error, way.keystone if is_of_login(error) else service) from error
        return Reply(
            cloud=self.cloud,
            where=endpoint.where,
            status=answer.status_code,
            body=answer.content,
            at=datetime.now(UTC),
            request=answer.headers.get("X-OpenStack-Request-Id", ""),
            service=sent.api.service,
        )

    def _hide_token(self) -> None:
        """One that was renewed is a secret, too."""
        token = str(self._way.session.get_token() or "") if self._way is not None else ""
        if token != self._hidden:
            self._hidden = token
            self._hide(token)


def _look_at(asked: asyncio.Future[T]) -> None:
    """Take note of how it ended, also where nobody waits for it any more: else the loop complains of it."""
    if not asked.cancelled():
        asked.exception()
