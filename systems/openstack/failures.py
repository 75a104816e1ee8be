"""What the SDK raises before there is an answer, as sentences. Imports it: imported by a request's thread."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import keystoneauth1.exceptions as errors
import requests

from systems.errors import (
    LinkLost,
    LoginRefused,
    NotUnderstood,
    Refused,
    SystemsError,
    TimedOut,
    Unreachable,
)
from systems.openstack.access import Api, NotInCatalogue, Tried
from systems.text import visible

_MOST_CHARS = 300


def named(error: Exception, tried: Tried) -> SystemsError:
    """Return the error for what was raised."""
    for kind, tell in _TELL:
        if isinstance(error, kind):
            return tell(error, tried)
    return NotUnderstood(
        f"{tried.cloud}: {tried.service} at {tried.where} gave an answer that cannot be read: "
        f"{in_a_line(error)}. Is that address really its own?"
    )


def in_a_line(error: Exception) -> str:
    """What the SDK says, fit for the middle of a sentence."""
    return visible(" ".join(str(error).split())).rstrip(".")[:_MOST_CHARS]


def is_of_login(error: Exception) -> bool:
    """Whether it was the login that failed, where a request to another service needed a new token first.

    The session raises no HTTP status of that service itself, so a 401 that is raised is Keystone's.
    """
    asked = [getattr(one, "request", None) for one in _chain(error)]
    urls = [str(getattr(request, "url", "")) for request in asked]
    return isinstance(error, errors.Unauthorized) or any(url.endswith("/auth/tokens") for url in urls)


def _wrong_login(error: Exception, tried: Tried) -> SystemsError:
    del error
    return LoginRefused(
        f"{tried.cloud}: Keystone at {tried.where} let nobody in (HTTP 401): user, password or domain in "
        "clouds.yaml is wrong, the account may not use the project named there, or a token written there has "
        f"expired; it does not say which. Try `openstack --os-cloud {tried.cloud} token issue`."
    )


def _incomplete(error: Exception, tried: Tried) -> SystemsError:
    return SystemsError(
        f"{tried.cloud}: clouds.yaml is not complete: {in_a_line(error)}. Correct its auth section."
    )


def _bad_tls(error: Exception, tried: Tried) -> SystemsError:
    return Unreachable(
        f"{tried.cloud}: {tried.service} at {tried.where} has a certificate that is not trusted, or speaks "
        f"no TLS: {in_a_line(error)}. Name the authority with cacert in clouds.yaml, or correct http and "
        "https in the address."
    )


def _silent(error: Exception, tried: Tried) -> SystemsError:
    del error
    return TimedOut(
        f"{tried.cloud}: {tried.service} at {tried.where} did not answer within {tried.timeout_s:g} s: it is "
        "under load, what is behind it is down, or a firewall drops what is sent there. See whether it is up."
    )


def _unreachable(error: Exception, tried: Tried) -> SystemsError:
    causes = list(_chain(error))
    if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
        return _silent(error, tried)
    if any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in causes):
        return LinkLost(
            f"{tried.cloud}: the connection to {tried.service} at {tried.where} broke in the middle of a "
            "request: whether it was taken is not known. Is what stands before it restarted? Read again."
        )
    unknown = next((cause for cause in causes if isinstance(cause, socket.gaierror)), None)
    if unknown is not None:
        return Unreachable(
            f"{tried.cloud}: the name in {tried.where} cannot be looked up: {unknown.strerror}. Correct the "
            f"address of {tried.service}, or the name service of this bastion."
        )
    said = next((one.strerror for one in causes if isinstance(one, OSError) and one.strerror), "")
    return Unreachable(
        f"{tried.cloud}: {tried.service} at {tried.where} cannot be reached: "
        f"{(said or in_a_line(error)).lower()}. Is it up, and is the way to it open from this bastion?"
    )


def _undiscovered(error: Exception, tried: Tried) -> SystemsError:
    if any(isinstance(one, errors.ConnectFailure | OSError) for one in _chain(error)):
        return _unreachable(error, tried)
    return NotUnderstood(
        f"{tried.cloud}: at {tried.where} is no {tried.service}: {in_a_line(error)}. Correct the address "
        "(auth_url in clouds.yaml, or the endpoint in the catalogue)."
    )


def _no_catalogue(error: Exception, tried: Tried) -> SystemsError:
    return not_in_catalogue(tried, Api.COMPUTE, in_a_line(error))


def not_in_catalogue(tried: Tried, api: Api, said: str) -> NotInCatalogue:
    """The catalogue names no such API."""
    return NotInCatalogue(
        f"{tried.cloud}: the catalogue of Keystone at {tried.where} names no {_API_WORDS[api]} for this "
        f"account: {said}. {api.service} is not registered there, the region is another, or the account has "
        "no project: see `openstack catalog list`."
    )


_API_WORDS = {
    Api.COMPUTE: "Compute API",
    Api.BALANCERS: "API of load balancers",
    Api.NETWORK: "Network API",
}


def _http(error: Exception, tried: Tried) -> SystemsError:
    status = getattr(error, "http_status", None)
    return Refused(
        f"{tried.cloud}: {tried.service} at {tried.where} refused the login with HTTP {status}: "
        f"{in_a_line(error)}. Is the address right, and is the service behind it well?",
        status=status if isinstance(status, int) else None,
    )


_TELL: tuple[tuple[type[Exception], Callable[[Exception, Tried], SystemsError]], ...] = (
    (errors.Unauthorized, _wrong_login),
    (errors.AuthPluginException, _incomplete),
    (errors.SSLError, _bad_tls),
    (errors.ConnectTimeout, _silent),
    (requests.Timeout, _silent),
    (errors.ConnectionError, _unreachable),
    (errors.DiscoveryFailure, _undiscovered),
    (errors.CatalogException, _no_catalogue),
    (errors.HttpError, _http),
    (OSError, _unreachable),
)
"""The first that fits."""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that caused it, as requests and urllib3 nest them."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None)]
        waiting += [arg for arg in one.args if isinstance(arg, BaseException)]
