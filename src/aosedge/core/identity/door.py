"""The provisioning interface of an unprovisioned Unit: gRPC, insecure, and gone once the Unit is provisioned.

One tool at a time: whoever began has the Unit until it is silent for longer than a cloud takes to answer. Two that
took turns could register the Unit one after the other, and the one that finishes would hold revoked certificates.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, TypeAlias

import grpc
from google.protobuf.empty_pb2 import Empty
from grpc import aio

from aosedge.core.identity.protos import common_pb2 as shared
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.identity.protos.methods import Method
from aosedge.core.identity.staging import CERTIFICATE_TYPES, Staging
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.model.errors import AosError, Conflict, Invalid
from aosedge.model.instants import SECOND, Clock, Monotonic
from aosedge.protocol.messages.from_unit import NodeStatus

Context: TypeAlias = "aio.ServicerContext[Any, Any]"

log = Journal("aoscore.provisioning")

MODEL_VERSION: Final = "1.0"
SILENCE_US: Final = 35 * SECOND
"""After so long without a call another tool may begin; tools wait 30 s for the cloud."""
_CALLS_AT_ONCE, _MESSAGE_BYTES_MOST = 16, 256 * 1024
_LAST_ANSWER_S: Final = 2.0
_LOOK_S: Final = 1.0
_CODES: Final = {"failed": 1, "invalid": 2, "conflict": 3, "not_allowed": 4, "not_found": 5, "untrusted": 6}
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", _MESSAGE_BYTES_MOST),
    ("grpc.so_reuseport", 0),  # else a second Unit on this machine would share the port unheard
)


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
        self._versions = versions
        self._staging, self._node, self._model, self._clock = staging, node, model, clock
        self._held_until = clock.monotonic()
        self._one_at_a_time = asyncio.Lock()
        self._closing = asyncio.Event()

    async def serve(self, host: str, port: int) -> None:
        """Answer until closed or the Unit is provisioned, from here or elsewhere. Raises Invalid for a taken port."""
        server = aio.server(options=_OPTIONS, maximum_concurrent_rpcs=_CALLS_AT_ONCE)
        server.add_generic_rpc_handlers(tuple(self._services()))
        at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            server.add_insecure_port(at)
        except RuntimeError as error:
            raise Invalid(
                "cannot listen there", element="provisioning_port", got=at, cure="choose another, or 0 for none"
            ) from error
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
                    served.setdefault(method.service_in(version), {})[method.name] = _handled(method, handler)
        return [grpc.method_handlers_generic_handler(name, handlers) for name, handlers in served.items()]

    def _handlers(self) -> list[tuple[Method[Any, Any], Callable[[Any, Any], Any]]]:
        return [
            (methods.GET_API_VERSION, self._version),
            (methods.GET_SYSTEM_INFO, self._system_info),
            (methods.GET_SUBJECTS, self._subjects),
            (methods.SUBSCRIBE_SUBJECTS, self._subjects_changed),
            (methods.GET_ALL_NODE_IDS, self._node_ids),
            (methods.GET_NODE_INFO, self._node_info),
            (methods.SUBSCRIBE_NODES, self._nodes_changed),
            (methods.GET_CERT_TYPES, self._cert_types),
            (methods.START, self._start),
            (methods.FINISH, self._finish),
            (methods.DEPROVISION, self._deprovision),
            (methods.UPDATE_ROOT_CERTS, self._root_certs),
            (methods.CREATE_KEY, self._create_key),
            (methods.APPLY_CERT, self._apply),
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
        return wire.NodesID(ids=[self._staging.card.node])

    async def _node_info(self, asked: wire.GetNodeInfoRequest, context: Context) -> wire.NodeInfo:
        try:
            self._here(asked.node_id)
        except Invalid as error:
            await context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        return self._info()

    async def _nodes_changed(self, _asked: Empty, _context: object) -> AsyncIterator[wire.NodeInfo]:
        yield self._info()
        await self._closing.wait()

    async def _cert_types(self, asked: wire.GetCertTypesRequest, context: Context) -> wire.CertTypes:
        try:
            self._here(asked.node_id)
        except Invalid as error:
            await context.abort(grpc.StatusCode.NOT_FOUND, str(error))
        return wire.CertTypes(types=CERTIFICATE_TYPES)

    async def _start(self, asked: wire.ProvisioningRequest, _context: object) -> wire.ProvisioningResponse:
        error = await self._do(asked.node_id, lambda: self._begin(asked.password))
        return wire.ProvisioningResponse(error=error)

    async def _finish(self, asked: wire.ProvisioningRequest, _context: object) -> wire.ProvisioningResponse:
        error = await self._do(asked.node_id, lambda: self._staging.finish(asked.password))
        if error is None:
            self._closing.set()
        return wire.ProvisioningResponse(error=error)

    async def _deprovision(self, asked: wire.ProvisioningRequest, _context: object) -> wire.ProvisioningResponse:
        error = await self._do(asked.node_id, lambda: self._staging.forget(asked.password))
        if error is None:
            self._held_until = self._clock.monotonic()
        return wire.ProvisioningResponse(error=error)

    async def _root_certs(self, asked: wire.UpdateRootCertsRequest, _context: object) -> wire.UpdateRootCertsResponse:
        error = await self._do(asked.node_id, lambda: self._staging.take_roots(list(asked.root_certs)))
        return wire.UpdateRootCertsResponse(node_id=asked.node_id, error=error)

    async def _create_key(self, asked: wire.CreateKeyRequest, _context: object) -> wire.CreateKeyResponse:
        answer = wire.CreateKeyResponse(node_id=asked.node_id, type=asked.type)

        def create() -> None:
            answer.csr = self._staging.create_key(asked.type, asked.password, asked.subject)

        _put(answer, await self._do(asked.node_id, create))
        return answer

    async def _apply(self, asked: wire.ApplyCertRequest, _context: object) -> wire.ApplyCertResponse:
        answer = wire.ApplyCertResponse(node_id=asked.node_id)

        def apply() -> None:
            leaf = self._staging.apply(asked.type, asked.cert)
            number = leaf.serial_number
            answer.cert_info.CopyFrom(
                wire.CertInfo(
                    type=asked.type,
                    cert_url=f"file:///{asked.type}.pem",
                    key_url=f"file:///{asked.type}.key",
                    serial=number.to_bytes((number.bit_length() + 7) // 8, "big"),
                    issuer=leaf.issuer.public_bytes(),
                )
            )

        _put(answer, await self._do(asked.node_id, apply))
        return answer

    def _begin(self, password: str) -> None:
        left_us = self._held_until - self._clock.monotonic()
        if left_us > 0 and not self._staging.begun_with(password):
            raise Conflict(
                "another tool is provisioning this Unit",
                element=self._staging.card.system_id,
                cure=f"let it finish, or begin when it has been silent for {-(-left_us // SECOND)} s more",
            )
        self._staging.start(password)

    async def _do(self, node: str, work: Callable[[], object]) -> shared.ErrorInfo | None:
        """One step of the staging; what it refuses becomes the answer's error."""
        try:
            self._here(node)
            async with self._one_at_a_time:
                await in_thread(work)
                self._held_until = Monotonic(self._clock.monotonic() + SILENCE_US)
        except AosError as error:
            log.warning("a tool's request was refused", why=str(error))
            return shared.ErrorInfo(aos_code=_CODES.get(error.kind, 1), exit_code=1, message=str(error))
        except OSError as error:
            log.error("the identity can't be written", error)
            return shared.ErrorInfo(aos_code=1, exit_code=1, message=f"the Unit's disk: {error.strerror}")
        return None

    def _here(self, node: str) -> None:
        """The node that is meant, by its name or, with none, the main one; raises Invalid."""
        if node not in ("", self._staging.card.node):
            raise Invalid(
                "this Unit has no such node", element="node_id", expected=self._staging.card.node, got=node[:64]
            )

    def _info(self) -> wire.NodeInfo:
        node, system = self._node, self._node.os_info
        return wire.NodeInfo(
            node_id=self._staging.card.node,
            node_type=node.node_group_subject.codename,
            title=node.identity.title,
            max_dmips=node.max_dmips,
            total_ram=node.total_ram,
            physical_ram=node.physical_ram,
            os_info=shared.OSInfo(os=system.os, version=system.version or "") if system else None,
            cpus=[
                wire.CPUInfo(
                    model_name=cpu.model_name,
                    num_cores=cpu.total_num_cores,
                    num_threads=cpu.total_num_threads,
                    arch_info=shared.ArchInfo(
                        architecture=cpu.arch_info.architecture, variant=cpu.arch_info.variant or ""
                    )
                    if cpu.arch_info
                    else None,
                    max_dmips=cpu.max_dmips,
                )
                for cpu in node.cpus
            ],
            partitions=[
                wire.PartitionInfo(name=each.name, types=each.types, total_size=each.total_size, path=each.path)
                for each in node.partitions
            ],
            attrs=[wire.NodeAttribute(name=name, value=value) for name, value in node.attrs.items()],
            state="provisioned" if self._staging.card.provisioned else "unprovisioned",
        )


def _put(answer: Any, error: shared.ErrorInfo | None) -> None:
    if error is not None:
        answer.error.CopyFrom(error)


def _handled(method: Method[Any, Any], handler: Callable[[Any, Any], Any]) -> "grpc.RpcMethodHandler[Any, Any]":
    kind = grpc.unary_stream_rpc_method_handler if method.streams else grpc.unary_unary_rpc_method_handler
    return kind(handler, request_deserializer=method.decode_asked, response_serializer=methods.encode)
