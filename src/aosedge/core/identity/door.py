"""The provisioning interface of an unprovisioned Unit: gRPC, insecure, and gone once the Unit is provisioned.

It speaks for the whole Unit: what is asked of a secondary node goes on to it, over the stream that it has registered
by. The main node ends last, and takes down with which key each of the others will come from then on.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, TypeAlias

import grpc
from google.protobuf.empty_pb2 import Empty
from grpc import aio

from aosedge.core.identity import FOLDER
from aosedge.core.identity.cabinet import Facts
from aosedge.core.identity.desk import Desk, error_info
from aosedge.core.identity.infos import heard
from aosedge.core.identity.nodes import Nodes, key_of
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.identity.protos.methods import Method
from aosedge.core.identity.roll import Known, write_known
from aosedge.core.identity.staging import Staging
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.core.store.disk import OsDisk
from aosedge.model.errors import AosError, Conflict, Invalid
from aosedge.model.ids import NodeName
from aosedge.model.instants import Clock
from aosedge.protocol.messages.from_unit import NodeStatus
from aosedge.protocol.messages.parts import CertificateType
from aosedge.trust import certificates

Context: TypeAlias = "aio.ServicerContext[Any, Any]"

log = Journal("aoscore.provisioning")

MODEL_VERSION: Final = "1.0"
_CALLS_AT_ONCE, _MESSAGE_BYTES_MOST = 64, 256 * 1024
_LAST_ANSWER_S: Final = 2.0
_LOOK_S: Final = 1.0
_NEWS_MOST: Final = 64
OPTIONS: Final = (
    ("grpc.max_receive_message_length", _MESSAGE_BYTES_MOST),
    ("grpc.so_reuseport", 0),  # else a second Unit on this machine would share the port unheard
    ("grpc.keepalive_time_ms", 10_000),  # a node that lost its power is missed
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
)


class _Begun:
    """What is to be known of a secondary node that is being provisioned."""

    def __init__(self, password: str) -> None:
        self._password, self._key = password, ""
        self._facts: dict[CertificateType, Facts] = {}

    def take(self, type: CertificateType, chain: str) -> None:
        """It has this certificate."""
        leaf = certificates.parse_pems(chain)[0]
        said = certificates.describe(leaf)
        self._facts[type] = Facts(said.serial, said.not_before, said.not_after)
        if type == "iam":
            self._key = key_of(leaf)

    def known(self, status: NodeStatus) -> Known:
        """It is finished."""
        return Known(self._key, status, password=self._password, facts=self._facts)


class Door:
    """Serves one Unit's staging until the Unit is provisioned, in these versions of the interface."""

    def __init__(
        self,
        staging: Staging,
        node: NodeStatus,
        model: str,
        clock: Clock,
        versions: tuple[int, ...] = methods.VERSIONS,
    ) -> None:
        self._versions, self._model = versions, model
        self._staging = staging
        self._desk = Desk(staging, node, clock)
        self._nodes = Nodes(staging.card.node, None, self._node_changed)
        self._begun: dict[NodeName, _Begun] = {}
        self._finished: dict[NodeName, Known] = {}
        self._watchers: set[asyncio.Queue[wire.NodeInfo]] = set()
        self._closing = asyncio.Event()

    async def serve(self, host: str, port: int, nodes_host: str = "", nodes_port: int = 0) -> None:
        """Answer until closed or the Unit is provisioned, from here or elsewhere; on the second port only secondary
        nodes may register, on the first all may be asked. Raises Invalid for a taken port.
        """
        server = aio.server(options=OPTIONS, maximum_concurrent_rpcs=_CALLS_AT_ONCE)
        server.add_generic_rpc_handlers(tuple(self._services()))
        at = listen(server, host, port, "provisioning_port")
        if nodes_port:
            listen(server, nodes_host, nodes_port, "nodes_port")
        await server.start()
        log.info("not provisioned: waiting for a tool", address=at, unit=self._staging.card.system_id)
        try:
            while not self._closing.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_S):
                        await self._closing.wait()
                if await in_thread(self._staging.found_provisioned):
                    self._closing.set()
        finally:
            await server.stop(_LAST_ANSWER_S)
        log.info("this door is closed", provisioned=self._staging.card.provisioned)

    def close(self) -> None:
        """Let `serve` end."""
        self._closing.set()

    def _services(self) -> Iterable[grpc.GenericRpcHandler]:
        served: dict[str, dict[str, Any]] = {}
        for method, handler in self._handlers():
            for version in self._versions if method.since else (0,):
                if version >= method.since:
                    served.setdefault(method.service_in(version), {})[method.name] = handled(method, handler)
        return [grpc.method_handlers_generic_handler(name, handlers) for name, handlers in served.items()]

    def _handlers(self) -> list[tuple[Method[Any, Any], Callable[[Any, Any], Any]]]:
        relayed = (
            methods.GET_CERT_TYPES,
            methods.START,
            methods.FINISH,
            methods.DEPROVISION,
            methods.UPDATE_ROOT_CERTS,
            methods.CREATE_KEY,
            methods.APPLY_CERT,
        )
        return [
            (methods.GET_API_VERSION, self._version),
            (methods.GET_SYSTEM_INFO, self._system_info),
            (methods.GET_SUBJECTS, self._subjects),
            (methods.SUBSCRIBE_SUBJECTS, self._subjects_changed),
            (methods.GET_ALL_NODE_IDS, self._node_ids),
            (methods.GET_NODE_INFO, self._node_info),
            (methods.SUBSCRIBE_NODES, self._nodes_changed),
            (methods.REGISTER_NODE, self._nodes.register),
            *((method, self._answered(method)) for method in relayed),
        ]

    async def _version(self, _asked: Empty, _context: object) -> wire.APIVersion:
        return wire.APIVersion(version=max(self._versions))

    async def _system_info(self, _asked: Empty, _context: object) -> wire.SystemInfo:
        return wire.SystemInfo(system_id=self._staging.card.system_id, unit_model=self._model, version=MODEL_VERSION)

    async def _subjects(self, _asked: Empty, _context: object) -> wire.Subjects:
        return wire.Subjects()

    async def _subjects_changed(self, _asked: Empty, _context: object) -> AsyncIterator[wire.Subjects]:
        yield wire.Subjects()
        await self._closing.wait()

    async def _node_ids(self, _asked: Empty, _context: object) -> wire.NodesID:
        return wire.NodesID(ids=[self._staging.card.node, *self._nodes.names()])

    async def _node_info(self, asked: wire.GetNodeInfoRequest, context: Context) -> wire.NodeInfo:
        if info := self._nodes.info(asked.node_id):
            return info
        try:
            self._desk.here(asked.node_id)
        except Invalid as error:
            await context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        return self._desk.info()

    async def _nodes_changed(self, _asked: Empty, _context: object) -> AsyncIterator[wire.NodeInfo]:
        news: asyncio.Queue[wire.NodeInfo] = asyncio.Queue(_NEWS_MOST)
        self._watchers.add(news)
        try:
            yield self._desk.info()
            for name in self._nodes.names():
                yield self._nodes.info(name) or wire.NodeInfo(node_id=name)
            while True:
                yield await news.get()
        finally:
            self._watchers.discard(news)

    def _node_changed(self, name: NodeName) -> None:
        info = self._nodes.info(name) or gone(name)
        for watcher in self._watchers:
            with suppress(asyncio.QueueFull):
                watcher.put_nowait(info)

    def _answered(self, method: Method[Any, Any]) -> Callable[[Any, Context], Any]:
        """The answer of the node that is meant, this one or another."""
        own = self._desk.answers()[method.name]

        async def answer(asked: Any, context: Context) -> Any:
            try:
                if asked.node_id in self._nodes.names():
                    return await self._relayed(method, asked)
                if method is methods.FINISH:
                    return await self._finish(asked)
                return await own(asked)
            except AosError as error:
                if method is methods.GET_CERT_TYPES:
                    await context.abort(grpc.StatusCode.NOT_FOUND, str(error))
                log.warning("a tool's request was refused", why=str(error))
                refusal = method.answered()
                refusal.error.CopyFrom(error_info(error))
                return refusal

        return answer

    async def _relayed(self, method: Method[Any, Any], asked: Any) -> Any:
        """The answer of a secondary node. It learns the Unit's name by this, and we learn its key."""
        name = NodeName(asked.node_id)
        if method is methods.CREATE_KEY and not asked.subject:
            asked.subject = self._staging.card.system_id
        answer: Any = await self._nodes.relay(name, method.name, asked)
        if method is methods.GET_CERT_TYPES or answer.HasField("error"):
            return answer
        if method is methods.START:
            self._begun[name] = _Begun(asked.password)
            self._finished.pop(name, None)
        elif method is methods.APPLY_CERT and (begun := self._begun.get(name)):
            begun.take(asked.type, asked.cert)
        elif method is methods.FINISH and (begun := self._begun.get(name)) and (info := self._nodes.info(name)):
            self._finished[name] = begun.known(heard(info, "provisioned", connected=False))
        return answer

    async def _finish(self, asked: wire.ProvisioningRequest) -> Any:
        """The main node is last: whoever is not with it then would stay outside for good."""
        late = [name for name in self._nodes.names() if name not in self._finished]
        if late:
            cure = "start over: all nodes that are there, the main one last"
            raise Conflict("a secondary node is not finished", element=", ".join(late), cure=cure)
        await in_thread(write_known, OsDisk(self._staging.state_folder / FOLDER), self._finished)
        answer: Any = await self._desk.answers()[methods.FINISH.name](asked)
        if not answer.HasField("error"):
            self._closing.set()
        return answer


def listen(
    server: aio.Server, host: str, port: int, setting: str, credentials: grpc.ServerCredentials | None = None
) -> str:
    """Have the server listen there, and where that is. Raises Invalid for a taken port, naming the setting."""
    at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        if credentials is None:
            server.add_insecure_port(at)
        else:
            server.add_secure_port(at, credentials)
    except RuntimeError as error:
        raise Invalid("cannot listen there", element=setting, got=at, cure="choose another, or 0 for none") from error
    return at


def gone(name: NodeName) -> wire.NodeInfo:
    """What is told of a node that went."""
    info = wire.NodeInfo(node_id=name)
    info.error.CopyFrom(error_info(AosError("the node is not there")))
    return info


def handled(method: Method[Any, Any], handler: Callable[[Any, Any], Any]) -> "grpc.RpcMethodHandler[Any, Any]":
    """The handler as a server takes it."""
    kind = grpc.unary_stream_rpc_method_handler if method.streams else grpc.unary_unary_rpc_method_handler
    if method.converses:
        kind = grpc.stream_stream_rpc_method_handler
    return kind(handler, request_deserializer=method.decode_asked, response_serializer=methods.encode)
