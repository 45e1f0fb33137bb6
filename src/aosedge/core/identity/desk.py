"""What a provisioning tool may ask of one node: each request to the node's staging, each refusal an answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from google.protobuf.message import Message

from aosedge.core.identity.infos import told
from aosedge.core.identity.protos import common_pb2 as shared
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.identity.staging import Staging
from aosedge.core.identity.succession import Succession
from aosedge.core.images.threads import in_thread
from aosedge.core.journal import Journal
from aosedge.model.errors import AosError, Conflict, Invalid
from aosedge.model.instants import SECOND, Clock, Monotonic
from aosedge.protocol.messages.from_unit import NodeStatus

log = Journal("aoscore.provisioning")

SILENCE_US: Final = 35 * SECOND
"""After so long without a call another tool may begin; tools wait 30 s for the cloud."""
_CODES: Final = {"failed": 1, "invalid": 2, "conflict": 3, "not_allowed": 4, "not_found": 5, "untrusted": 6}


class Desk:
    """One node's. One tool at a time: whoever began has the node until it is silent for longer than a cloud takes to
    answer. Two that took turns could register the Unit one after the other, and the one that finishes would hold
    revoked certificates.
    """

    def __init__(
        self, staging: Staging, node: NodeStatus, clock: Clock, succession: Succession | None = None
    ) -> None:
        """Keys and certificates that a provisioned node gets are the succession's, where it has one."""
        self._succession = succession
        self.staging, self._node, self._clock = staging, node, clock
        self._held_until = clock.monotonic()
        self._one_at_a_time = asyncio.Lock()

    def answers(self) -> dict[str, Callable[[Any], Awaitable[Message]]]:
        """By the method's name. GetCertTypes raises Invalid where another node is meant; the others answer that."""
        return {
            methods.GET_CERT_TYPES.name: self._cert_types,
            methods.START.name: self._start,
            methods.FINISH.name: self._finish,
            methods.DEPROVISION.name: self._deprovision,
            methods.UPDATE_ROOT_CERTS.name: self._root_certs,
            methods.CREATE_KEY.name: self._create_key,
            methods.APPLY_CERT.name: self._apply,
        }

    def info(self) -> wire.NodeInfo:
        """The node as it is now."""
        return told(self._node, "provisioned" if self.staging.card.provisioned else "unprovisioned")

    def here(self, node: str) -> None:
        """The node that is meant, by its name or with none; raises Invalid."""
        own = self.staging.card.node
        if node not in ("", own):
            raise Invalid("this Unit has no such node", element="node_id", expected=own, got=node[:64])

    async def _cert_types(self, asked: wire.GetCertTypesRequest) -> wire.CertTypes:
        self.here(asked.node_id)
        return wire.CertTypes(types=self.staging.types)

    async def _start(self, asked: wire.ProvisioningRequest) -> wire.ProvisioningResponse:
        return wire.ProvisioningResponse(error=await self._do(asked.node_id, lambda: self._begin(asked.password)))

    async def _finish(self, asked: wire.ProvisioningRequest) -> wire.ProvisioningResponse:
        error = await self._do(asked.node_id, lambda: self.staging.finish(asked.password))
        return wire.ProvisioningResponse(error=error)

    async def _deprovision(self, asked: wire.ProvisioningRequest) -> wire.ProvisioningResponse:
        error = await self._do(asked.node_id, lambda: self.staging.forget(asked.password))
        if error is None:
            self._held_until = self._clock.monotonic()
        return wire.ProvisioningResponse(error=error)

    async def _root_certs(self, asked: wire.UpdateRootCertsRequest) -> wire.UpdateRootCertsResponse:
        error = await self._do(asked.node_id, lambda: self.staging.take_roots(list(asked.root_certs)))
        return wire.UpdateRootCertsResponse(node_id=asked.node_id, error=error)

    async def _create_key(self, asked: wire.CreateKeyRequest) -> wire.CreateKeyResponse:
        answer = wire.CreateKeyResponse(node_id=asked.node_id, type=asked.type)

        def create() -> None:
            if (renewed := self._renewed()) is not None:
                system_id = self.staging.card.system_id
                answer.csr = renewed.create_key(asked.type, asked.password, system_id, asked.subject)
                return
            answer.csr = self.staging.create_key(asked.type, asked.password, asked.subject)

        _put(answer, await self._do(asked.node_id, create))
        return answer

    async def _apply(self, asked: wire.ApplyCertRequest) -> wire.ApplyCertResponse:
        answer = wire.ApplyCertResponse(node_id=asked.node_id)

        def apply() -> None:
            if (renewed := self._renewed()) is not None:
                leaf = renewed.apply(asked.type, asked.cert, self.staging.card.system_id)
            else:
                leaf = self.staging.apply(asked.type, asked.cert)
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

    def _renewed(self) -> Succession | None:
        return self._succession if self.staging.found_provisioned() else None

    def _begin(self, password: str) -> None:
        left_us = self._held_until - self._clock.monotonic()
        if left_us > 0 and not self.staging.begun_with(password):
            raise Conflict(
                "another tool is provisioning this Unit",
                element=self.staging.card.system_id,
                cure=f"let it finish, or begin when it has been silent for {-(-left_us // SECOND)} s more",
            )
        self.staging.start(password)

    async def _do(self, node: str, work: Callable[[], object]) -> shared.ErrorInfo | None:
        """One step of the staging; what it refuses becomes the answer's error."""
        try:
            self.here(node)
            async with self._one_at_a_time:
                await in_thread(work)
                self._held_until = Monotonic(self._clock.monotonic() + SILENCE_US)
        except AosError as error:
            log.warning("a tool's request was refused", why=str(error))
            return error_info(error)
        except OSError as error:
            log.error("the identity can't be written", error)
            return shared.ErrorInfo(aos_code=1, exit_code=1, message=f"the Unit's disk: {error.strerror}")
        return None


def error_info(error: AosError) -> shared.ErrorInfo:
    """The error as an answer carries it."""
    return shared.ErrorInfo(aos_code=_CODES.get(error.kind, 1), exit_code=1, message=str(error))


def _put(answer: Any, error: shared.ErrorInfo | None) -> None:
    if error is not None:
        answer.error.CopyFrom(error)
