"""Keystone's API v3 over HTTP, as far as a session asks for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from practice.cloud.http import Refusal, Request, Response
from practice.cloud.keystone import Account, Keystone

_SAID = "The request you have made requires authentication."


class KeystoneApi:
    """Answers requests; `where` tells its own address."""

    def __init__(self, keystone: Keystone, where: Callable[[], str]) -> None:
        self._keystone, self._where = keystone, where

    async def handle(self, request: Request) -> Response:
        """Answer one request; raises `Refusal`."""
        match request.method, request.path.rstrip("/"):
            case "GET", "":
                return self._said(Response(300, {"versions": {"values": [self._version()]}}))
            case "GET", "/v3":
                return self._said(Response(200, {"version": self._version()}))
            case "POST", "/v3/auth/tokens":
                return self._said(self._login(request))
            case "DELETE", "/v3/auth/tokens":
                self._account(request)
                self._keystone.revoke(request.headers.get("x-subject-token", ""))
                return self._said(Response(204))
        self._account(request)
        said = {"code": 404, "message": "The requested resource could not be found.", "title": "Not Found"}
        return self._said(Response(404, {"error": said}))

    def _said(self, response: Response) -> Response:
        headers = {
            "Vary": "X-Auth-Token",
            "X-Openstack-Request-Id": f"req-{uuid.uuid4()}",
            **response.headers,
        }
        return Response(response.status, response.body, headers)

    def _version(self) -> dict[str, object]:
        return {
            "id": "v3.14",
            "status": "stable",
            "updated": "2020-04-07T00:00:00Z",
            "links": [{"rel": "self", "href": f"{self._where()}/v3/"}],
            "media-types": [
                {"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}
            ],
        }

    def _login(self, request: Request) -> Response:
        user = request.part("auth", "identity", "password", "user")
        project = request.part("auth", "scope", "project")
        if not isinstance(user, dict) or not isinstance(project, dict):
            raise self._unauthorized()
        token = self._keystone.login(
            str(user.get("name")),
            str(user.get("password")),
            str(project.get("name") or project.get("id")),
        )
        if token is None:
            raise self._unauthorized()
        return Response(201, {"token": self._keystone.told(token)}, {"X-Subject-Token": token})

    def _account(self, request: Request) -> Account:
        account = self._keystone.who(request.headers.get("x-auth-token", ""))
        if account is None:
            raise self._unauthorized()
        return account

    def _unauthorized(self) -> Refusal:
        body = {"error": {"code": 401, "message": _SAID, "title": "Unauthorized"}}
        return Refusal(401, body, self._said(Response(401, None, challenge(self._where()))).headers)


def challenge(keystone: str) -> dict[str, str]:
    """The header by which a service says whose token it wants."""
    return {"WWW-Authenticate": f'Keystone uri="{keystone}/v3"'}


def whose(keystone: Keystone, where: str, request: Request, headers: dict[str, str]) -> Account:
    """Whose token a request to another service has; raises the `Refusal` of keystonemiddleware."""
    account = keystone.who(request.headers.get("x-auth-token", ""))
    if account is None:
        body = {"error": {"code": 401, "title": "Unauthorized", "message": _SAID}}
        raise Refusal(401, body, headers | challenge(where))
    return account
