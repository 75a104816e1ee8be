"""Asks for the page that a browser would open for a console, and tells the status of the answer."""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

from systems.consoles.link import Trust, tls_context
from systems.errors import NotUnderstood, Unreachable
from systems.text import visible


async def page_status(url: str, trust: Trust, *, timeout_s: float = 10.0) -> int:
    """The HTTP status of a page; raises a `SystemsError`. Follows no redirect."""
    return await asyncio.to_thread(_status, url, trust, timeout_s)


def _status(url: str, trust: Trust, timeout_s: float) -> int:
    """Blocks; imports late: no start of the console asks for a page."""
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotUnderstood(f"{visible(url)} is no address of a page")
    where = f"{visible(parts.hostname)}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    connection = (
        HTTPSConnection(parts.hostname, parts.port, timeout=timeout_s, context=tls_context(trust))
        if parts.scheme == "https"
        else HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)
    )
    try:
        connection.request("GET", parts.path or "/", headers={"User-Agent": "quarterdeck"})
        return connection.getresponse().status
    except ssl.SSLError as error:
        words = (
            f"{where} speaks no TLS that is trusted ({visible(str(error))[:120]}): see cert, key (SPICE-05)"
        )
        raise Unreachable(words) from error
    except (OSError, HTTPException) as error:
        words = visible(str(error))[:120] or type(error).__name__
        raise Unreachable(f"{where} gives no page: {words} (SPICE-05, SPICE-07)") from error
    finally:
        connection.close()
