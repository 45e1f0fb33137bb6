"""What every request passes first: a request id, and the way to the API, to blobs or to the console."""

import re
from typing import Any, Final

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from aosedge.cloud.api.console import ConsoleFiles
from aosedge.model.ids import Ids

_log = structlog.get_logger("aoscloud.api")
_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Front:
    """The outermost application. A client may name its own request id; the answer carries it in `x-request-id`."""

    def __init__(self, api: ASGIApp, blobs: Any, console: ConsoleFiles, ids: Ids) -> None:
        self._api, self._blobs, self._console, self._ids = api, blobs, console, ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != ScopeType.HTTP:
            await self._api(scope, receive, send)
            return
        if scope["path"].startswith("/blobs/"):
            await self._blobs(scope, receive, send)
            return
        if self._console.takes(scope):
            await self._console.serve(scope, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given.decode() if _ID.fullmatch(given) else self._ids.new()
        scope["state"]["request_id"] = request_id
        asked = {"method": scope["method"], "path": scope["path"]}  # the framework changes the path

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                _log.debug("request", **asked, status=message["status"])
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._api(scope, receive, send_with_id)
