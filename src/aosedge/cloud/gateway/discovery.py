"""Service discovery: where a Unit finds its channel, and the token that opens it.

An ASGI application behind mutual TLS. Real Units look only at status 200 and `connectionInfo`; a refusal has no body.
"""

from collections.abc import Awaitable, Callable

import msgspec

from aosedge.cloud.gateway.asgi import AsgiScope, Receive, Send, answer, body_of
from aosedge.cloud.gateway.signatures import Tokens
from aosedge.model.errors import Unauthenticated
from aosedge.model.ids import SystemId
from aosedge.model.instants import Clock
from aosedge.protocol.envelope import PROTOCOL_VERSION
from aosedge.trust.certificates import Peer, peer_of

PATH = "/sd/v7/"
_BODY_BYTES_MOST = 16 * 1024


class DiscoveryRequest(msgspec.Struct, frozen=True, rename="camel"):
    """What a Unit asks; `system_id` may be empty, the certificate says who it is."""

    version: int
    system_id: str = ""
    supported_protocols: tuple[str, ...] = ("wss",)


class DiscoveryResponse(msgspec.Struct, frozen=True, rename="camel"):
    """Where to connect; `next_request_delay` in milliseconds. `error_code` 0: no error."""

    version: int
    system_id: SystemId
    next_request_delay: int
    connection_info: tuple[str, ...]
    auth_token: str
    error_code: int = 0


class Discovery:
    """The application. `known` says whether a certificate may still come in (its serial's state)."""

    def __init__(
        self,
        known: Callable[[Peer], Awaitable[bool]],
        tokens: Tokens,
        channel_urls: tuple[str, ...],
        delay_ms: Callable[[], int],
        clock: Clock,
    ) -> None:
        self._known = known
        self._tokens = tokens
        self._channel_urls = channel_urls
        self._delay_ms = delay_ms
        self._clock = clock
        self._decoder = msgspec.json.Decoder(DiscoveryRequest)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        if scope["path"].rstrip("/") != PATH.rstrip("/"):
            await answer(send, 404)
        elif scope["method"] != "POST":
            await answer(send, 405, {"allow": "POST"})
        else:
            await self._discover(scope, receive, send)

    async def _discover(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        peer = await self._peer(scope)
        if peer is None:
            await answer(send, 401)
            return
        raw = await body_of(receive, _BODY_BYTES_MOST)
        if raw is None:
            await answer(send, 413)
            return
        try:
            request = self._decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            await answer(send, 400)
            return
        if request.version != PROTOCOL_VERSION or "wss" not in request.supported_protocols:
            await answer(send, 400)
        elif request.system_id not in ("", peer.system_id):
            await answer(send, 403)
        else:
            await answer(send, 200, {"content-type": "application/json"}, self._response(peer))

    async def _peer(self, scope: AsgiScope) -> Peer | None:
        der = ((scope.get("state") or {}).get("tls") or {}).get("client_cert")
        if not der:
            return None
        try:
            peer = peer_of(der)
        except Unauthenticated:
            return None
        return peer if peer.unit is not None and await self._known(peer) else None

    def _response(self, peer: Peer) -> bytes:
        return msgspec.json.encode(
            DiscoveryResponse(
                version=PROTOCOL_VERSION,
                system_id=peer.system_id,
                next_request_delay=self._delay_ms(),
                connection_info=self._channel_urls,
                auth_token=self._tokens.issue(peer.serial, self._clock.wall()),
            )
        )
