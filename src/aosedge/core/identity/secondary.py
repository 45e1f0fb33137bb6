"""A secondary node: it registers with its main node and does there what the main node is asked of it.

What it keeps is its own: keys are born here. Before the Unit is provisioned the line is open to all, as the main
node's door is; then both ends show their `iam` certificates, and each looks whether the other is of this Unit.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from google.protobuf.empty_pb2 import Empty
from grpc import aio

from aosedge.core.identity.cabinet import Pair
from aosedge.core.identity.desk import Desk, error_info
from aosedge.core.identity.nodes import unit_of
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.identity.succession import Succession
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.model.errors import AosError, Invalid, NotAllowed, Unavailable, Untrusted
from aosedge.model.ids import SystemId
from aosedge.trust import csr, tls

log = Journal("aoscore.node")

FIRST_DELAY_S, MOST_DELAY_S = 1.0, 60.0
CALL_S: Final = 10.0
_VERSION: Final = methods.VERSIONS[0]
_REFUSED: Final = (
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.INVALID_ARGUMENT,
)
_OPTIONS: Final = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
)


class Secondary:
    """One node; `run` keeps its stream to the main node until `close`."""

    def __init__(self, desk: Desk, succession: Succession, main: str, chance: Callable[[], float]) -> None:
        """Raises Invalid for a main node's address that is none."""
        self._succession = succession
        self._desk, self._staging, self._chance = desk, desk.staging, chance
        self._host, self._port = address_of(main)
        self._at = f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"
        self._answers = desk.answers()
        self._closing = asyncio.Event()
        self._was_up = False

    def close(self) -> None:
        """Let `run` end."""
        self._closing.set()

    async def run(self) -> None:
        """Register, again and again after a random wait, until closed."""
        attempt = 0
        while not self._closing.is_set():
            try:
                await self._unless_closing(self._register)
            except* AosError as group:
                attempt = 0 if self._was_up else attempt + 1
                log.warning("no main node", why=str(group.exceptions[0]), attempt=attempt)
            pause_s = self._chance() * min(FIRST_DELAY_S * 2 ** max(attempt - 1, 0), MOST_DELAY_S)
            await self._unless_closing(partial(asyncio.sleep, pause_s))

    async def _unless_closing(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        async with asyncio.TaskGroup() as group:
            working = group.create_task(work())
            waiting = group.create_task(self._closing.wait())
            await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
            working.cancel()
            waiting.cancel()

    async def _register(self) -> None:
        """One stream from its opening to its end. Raises AosError: it is never to end."""
        self._was_up = False
        card = self._staging.card
        if card.provisioned:
            try:
                await self._talk(await self._protected(), protected=True)
            except Unavailable:
                # a main node that is not provisioned yet has no TLS, and may be provisioned anew, with this one
                if self._staging.card.settled:
                    raise
        await self._talk(aio.insecure_channel(self._at, options=_OPTIONS), protected=False)

    async def _protected(self) -> aio.Channel:
        """A channel to the main node's own certificate and no other.

        Raises Unavailable where nobody speaks TLS there, Untrusted where it is not our main node.
        """
        own = await in_thread(self._succession.offer)
        pinned = await in_thread(self._main_certificate, own)
        credentials = grpc.ssl_channel_credentials(pinned, own.key.encode(), own.chain.encode())
        named = ("grpc.ssl_target_name_override", csr.LOCAL_NAME)
        return aio.secure_channel(self._at, credentials, options=(*_OPTIONS, named))

    def _main_certificate(self, own: Pair) -> bytes:
        """gRPC would take any Unit's certificate by the same authority: this one is looked at, then trusted alone."""
        context = tls.client_context(own.roots, own.chain, own.key.encode())
        context.set_alpn_protocols(["h2"])
        try:
            with (
                socket.create_connection((self._host, self._port), CALL_S) as line,
                context.wrap_socket(line, server_hostname=csr.LOCAL_NAME) as wrapped,
            ):
                leaf = x509.load_der_x509_certificate(wrapped.getpeercert(binary_form=True) or b"")
        except ssl.SSLCertVerificationError as error:
            raise Untrusted(f"not our main node: {error.verify_message}", element=self._at) from error
        except (OSError, ValueError) as error:
            raise Unavailable(f"{self._at}: {error}") from error
        unit_of(leaf, self._staging.card.system_id, self._at)
        return leaf.public_bytes(Encoding.PEM)

    async def _talk(self, channel: aio.Channel, *, protected: bool) -> None:
        try:
            async with channel:
                if not protected:
                    who = channel.unary_unary(
                        methods.GET_SYSTEM_INFO.path(_VERSION),
                        methods.encode,
                        methods.GET_SYSTEM_INFO.decode_answered,
                    )
                    said = await who(Empty(), timeout=CALL_S)
                    await in_thread(self._staging.belong, SystemId(said.system_id))
                await self._converse(channel, protected)
        except grpc.RpcError as error:
            raise _worded(error, self._at) from error
        except TimeoutError as error:
            raise Unavailable(f"{self._at} does not answer in time") from error

    async def _converse(self, channel: aio.Channel, protected: bool) -> None:
        method = methods.REGISTER_NODE
        call = channel.stream_stream(method.path(_VERSION), methods.encode, method.decode_answered)()
        told = self._desk.info()
        await call.write(wire.IAMOutgoingMessages(node_info=told))
        async with asyncio.timeout(CALL_S):
            await call.initial_metadata()
        if protected:
            await in_thread(self._staging.settle)
            await in_thread(self._succession.opened)
        self._was_up = True
        log.info("registered with the main node", main=self._at, protected=protected)
        while isinstance(asked := await call.read(), wire.IAMIncomingMessages):
            await call.write(await self._answer(asked))
            if protected and self._succession.tries:
                await _end(call)
                raise Unavailable("the line begins anew with the new certificate")
            if (now := self._desk.info()) != told:
                told = now
                await call.write(wire.IAMOutgoingMessages(node_info=told))
        raise Unavailable(f"{self._at} ended the line")

    async def _answer(self, asked: wire.IAMIncomingMessages) -> wire.IAMOutgoingMessages:
        what, answer = asked.WhichOneof("IAMIncomingMessage"), wire.IAMOutgoingMessages()
        for name, (there, back) in methods.RELAYED.items():
            if there == what:
                getattr(answer, back).CopyFrom(await self._answers[name](getattr(asked, there)))
                return answer
        refusal = wire.NodeResponse(error=error_info(Invalid("a secondary node runs no instances")))
        if what == "pause_node_request":
            answer.pause_node_response.CopyFrom(refusal)
        elif what == "resume_node_request":
            answer.resume_node_response.CopyFrom(refusal)
        return answer


async def _end(call: Any) -> None:
    """End the line; what was answered last is heard."""
    await call.done_writing()
    async with asyncio.timeout(CALL_S):
        while isinstance(await call.read(), wire.IAMIncomingMessages):
            pass


def address_of(text: str) -> tuple[str, int]:
    """Host and port of a main node; raises Invalid."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise Invalid("not the address of a main node", element="main_node", expected="host:port", got=text)
    return host, int(port)


def _worded(error: Any, at: str) -> AosError:
    words = f"{at}: {(error.details() or error.code().name.lower())[:300]}"
    if error.code() in _REFUSED:
        return NotAllowed(f"the main node refuses this one: {words}")
    return Unavailable(words)
