"""Answers over HTTP, bounded in size and time. Imports requests: imported by the first request's thread."""

from __future__ import annotations

import time
from typing import Any

import requests
from keystoneauth1.session import TCPKeepAliveAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from systems.errors import NotUnderstood

MOST_BYTES = 64 << 20
"""Of one answer; 1,000 instances, which is the most that a page has, are some 5 MiB."""
MOST_REDIRECTS = 3
_PIECE = 1 << 16


class BoundedAdapter(TCPKeepAliveAdapter):
    """Takes an answer piece by piece.

    requests alone takes whatever comes, and its timeout is for each piece: one byte a second never ends.
    """

    def __init__(self, cloud: str) -> None:
        super().__init__()
        self._cloud = cloud

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and take the whole answer within the timeout; raises `NotUnderstood` for one without end."""
        begun_s, timeout = time.monotonic(), kwargs.get("timeout")
        response = super().send(request, *args, **(kwargs | {"stream": True}))
        read_s = timeout[1] if isinstance(timeout, tuple) else timeout
        try:
            response._content = self._body(response, None if read_s is None else begun_s + read_s)
        except BaseException:
            response.close()
            raise
        return response

    def _body(self, response: requests.Response, until_s: float | None) -> bytes:
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := response.raw.read1(_PIECE, decode_content=True):
                pieces.append(piece)
                size += len(piece)
                if size > MOST_BYTES:
                    raise NotUnderstood(
                        f"{self._cloud}: the answer of {response.url.partition('?')[0]} does not end: "
                        f"{size >> 20} MiB came. Is that address really the service's own?"
                    )
                if until_s is not None and time.monotonic() > until_s:
                    raise requests.ReadTimeout("its answer comes too slowly")
        except ReadTimeoutError as error:
            raise requests.ReadTimeout(error) from error
        except HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(error) from error
        return b"".join(pieces)
