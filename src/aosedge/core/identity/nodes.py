"""The secondary nodes of a Unit, as its main node has them on the line (`RegisterNode`).

Each keeps a stream open: it says who it is, and answers what the main node asks. Before the Unit is provisioned any
may come, if its name is free; after that only those that were provisioned with it, each with its own key (I9).
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, NoReturn, TypeAlias

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from google.protobuf.message import Message
from grpc import aio

from aosedge.core.identity.infos import heard
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.journal import Journal
from aosedge.model.errors import AosError, Conflict, Invalid, NotAllowed, Unavailable, Untrusted
from aosedge.model.ids import NodeName, SystemId
from aosedge.protocol.messages.from_unit import NodeStatus
from aosedge.trust import certificates

Context: TypeAlias = "aio.ServicerContext[Any, Any]"

log = Journal("aoscore.nodes")

NODES_MOST: Final = 16
NAME_LENGTH_MOST: Final = 64
ANSWER_S: Final = 25.0
"""What a node may take for an answer: less than the 30 s that a tool waits."""
FIRST_WORD_S: Final = 10.0
_STATUSES: Final = {
    "conflict": grpc.StatusCode.ALREADY_EXISTS,
    "not_allowed": grpc.StatusCode.PERMISSION_DENIED,
    "untrusted": grpc.StatusCode.PERMISSION_DENIED,
}


def key_of(certificate: x509.Certificate) -> str:
    """What a node's key is recognized by."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def unit_of(certificate: x509.Certificate, system_id: SystemId, element: str) -> None:
    """Raises Untrusted where the certificate is not of this Unit (I9)."""
    names = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [system_id]:
        raise Untrusted("a certificate of another Unit", element=element, expected=system_id, got=str(names))


Admit = Callable[[NodeName, Context], None]
"""Raises AosError for a node that may not come."""


def leaf_of(context: Context) -> x509.Certificate:
    """The certificate that a node came with."""
    (pem,) = context.auth_context()["x509_pem_cert"]
    return certificates.parse_pem(bytes(pem).decode())


class _Line:
    """One node's stream."""

    def __init__(self, info: wire.NodeInfo, context: Context, answer_s: float) -> None:
        self.info = info
        self._context, self._answer_s = context, answer_s
        self._one_at_a_time = asyncio.Lock()
        self._waiting: asyncio.Future[wire.IAMOutgoingMessages] | None = None
        self._hearing: asyncio.Timeout | None = None

    async def ask(self, question: wire.IAMIncomingMessages) -> wire.IAMOutgoingMessages:
        """Raises Unavailable where the node goes or is silent, and then ends the line.

        An answer names no question: one that comes late would be taken for the next one's.
        """
        async with self._one_at_a_time:
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(self._answer_s):
                    await self._context.write(question)
                    return await self._waiting
            except (TimeoutError, aio.UsageError, aio.InternalError, grpc.RpcError) as error:
                if self._hearing is not None:
                    self._hearing.reschedule(0)
                raise Unavailable(f"node {self.info.node_id} does not answer") from error
            finally:
                self._waiting = None

    async def hear(self) -> wire.IAMOutgoingMessages | None:
        """What the node says next; None once it has gone or was silent when asked."""
        try:
            async with asyncio.timeout(None) as self._hearing:
                said = await self._context.read()
        except TimeoutError:
            return None
        finally:
            self._hearing = None
        return said if isinstance(said, wire.IAMOutgoingMessages) else None

    def take(self, answer: wire.IAMOutgoingMessages) -> None:
        """An answer; one that nobody waits for counts for nothing."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def lost(self) -> None:
        """There will be no answer."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Unavailable(f"node {self.info.node_id} went away"))


class Nodes:
    """Who is on the line. `changed` is called with the name of each node that comes, changes or goes."""

    def __init__(
        self, main: NodeName, admit: Admit | None, changed: Callable[[NodeName], None], answer_s: float = ANSWER_S
    ) -> None:
        self._main, self._admit, self._changed, self._answer_s = main, admit, changed, answer_s
        self._lines: dict[NodeName, _Line] = {}

    def names(self) -> list[NodeName]:
        """Sorted."""
        return sorted(self._lines)

    def info(self, name: str) -> wire.NodeInfo | None:
        """What the node says of itself; None for one that is not there."""
        line = self._lines.get(NodeName(name))
        return line.info if line else None

    def status(self, name: NodeName) -> NodeStatus | None:
        """The same for the Unit's status."""
        line = self._lines.get(name)
        return heard(line.info, "provisioned", connected=True) if line else None

    async def relay(self, name: str, method: str, asked: Message) -> Message:
        """The node's own answer. Raises Unavailable where it is not there, goes, or answers something else."""
        line = self._lines.get(NodeName(name))
        if line is None:
            raise Unavailable(f"node {name[:NAME_LENGTH_MOST]} is not there")
        there, back = methods.RELAYED[method]
        question = wire.IAMIncomingMessages()
        getattr(question, there).CopyFrom(asked)
        answer = await line.ask(question)
        if answer.WhichOneof("IAMOutgoingMessage") != back:
            raise Unavailable(f"node {name} answers something else")
        found: Message = getattr(answer, back)
        return found

    async def register(self, _asked: AsyncIterator[wire.IAMOutgoingMessages], context: Context) -> None:
        """Serves `RegisterNode` for one node until it goes."""
        line = await self._greeted(context)
        name = NodeName(line.info.node_id)
        try:
            while (said := await line.hear()) is not None:
                if not said.HasField("node_info"):
                    line.take(said)
                elif said.node_info.node_id != name:
                    await _refuse(context, Conflict("a node keeps its name", element=name))
                else:
                    line.info = said.node_info
                    self._changed(name)
        finally:
            line.lost()
            if self._lines.get(name) is line:
                del self._lines[name]
                log.info("a node went", node=name)
                self._changed(name)

    async def _greeted(self, context: Context) -> _Line:
        try:
            async with asyncio.timeout(FIRST_WORD_S):
                said = await context.read()
        except TimeoutError:
            await _refuse(context, Invalid("a node says who it is first of all", element="node_info"))
        if not isinstance(said, wire.IAMOutgoingMessages) or not said.HasField("node_info"):
            await _refuse(context, Invalid("a node says who it is first of all", element="node_info"))
        info = said.node_info
        try:
            name = self._free(info)
            if self._admit is not None:
                self._admit(name, context)
        except AosError as error:
            log.warning("a node is not taken", why=str(error))
            await _refuse(context, error)
        line = self._lines[name] = _Line(info, context, self._answer_s)
        await context.send_initial_metadata(())
        log.info("a node came", node=name)
        self._changed(name)
        return line

    def _free(self, info: wire.NodeInfo) -> NodeName:
        name = info.node_id
        if not 1 <= len(name) <= NAME_LENGTH_MOST or not name.isprintable() or "/" in name or name != name.strip():
            raise Invalid("not a node's name", element="node_id", got=repr(name[:NAME_LENGTH_MOST]))
        if name == self._main:
            cure = "give the node a name of its own: setting node"
            raise Conflict("the main node has this name", element="node_id", got=name, cure=cure)
        if any(attribute.name.lower() == "mainnode" for attribute in info.attrs):
            raise Conflict("a Unit has one main node", element="attrs.MainNode", got=name)
        # with a certificate it is the same node again, whose old line has not been missed yet
        if name in self._lines and self._admit is None:
            raise Conflict("another node with this name is there", element="node_id", got=name, cure="setting node")
        if len(self._lines) + 1 >= NODES_MOST and name not in self._lines:
            raise NotAllowed("the Unit has its most nodes", element="node_id", expected=f"at most {NODES_MOST}")
        return NodeName(name)


async def _refuse(context: Context, error: AosError) -> NoReturn:
    await context.abort(_STATUSES.get(error.kind, grpc.StatusCode.INVALID_ARGUMENT), str(error))
