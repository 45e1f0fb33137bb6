"""The process behind `core/nodes.py`: where a provisioned Unit's secondary nodes register, over mutual TLS.

Every change is one line of JSON on standard output, all of them as they are now. On standard input it is told what a
node is to do; with its end the process ends.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import grpc
import msgspec
from cryptography import x509
from grpc import aio

from aosedge.core import identity, journal
from aosedge.core.identity.cabinet import Facts
from aosedge.core.identity.door import OPTIONS, handled, listen
from aosedge.core.identity.local import local_pair
from aosedge.core.identity.nodes import NODES_MOST, Context, Nodes, key_of, leaf_of, unit_of
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.identity.roll import Roll
from aosedge.core.nodes import Answered, Apply, Ask, CreateKey, Dismiss, Question, Seen
from aosedge.core.store.disk import OsDisk
from aosedge.model.errors import AosError, Invalid, Unavailable
from aosedge.model.ids import NodeName
from aosedge.trust import certificates


class NodesDoor:
    """Serves one Unit's nodes."""

    def __init__(self, state_folder: Path) -> None:
        """Raises Invalid where the Unit is not provisioned or a file is damaged."""
        card = identity.read_card(state_folder)
        if card is None or not card.provisioned:
            raise Invalid("this Unit is not provisioned", element=str(state_folder))
        self._state_folder = state_folder
        self._system_id = card.system_id
        self._roll = Roll(OsDisk(state_folder / identity.FOLDER))
        self._came_with: dict[NodeName, Facts] = {}
        self._nodes = Nodes(card.node, self._admit, self._changed)

    async def serve(self, host: str, port: int) -> None:
        """Until the one who started us is gone. Raises Invalid for a taken port."""
        self._tell()
        server = aio.server(options=OPTIONS, maximum_concurrent_rpcs=2 * NODES_MOST)
        own = {methods.REGISTER_NODE.name: handled(methods.REGISTER_NODE, self._nodes.register)}
        served = [methods.REGISTER_NODE.service_in(version) for version in methods.VERSIONS]
        server.add_generic_rpc_handlers(tuple(grpc.method_handlers_generic_handler(name, own) for name in served))
        credentials = grpc.dynamic_ssl_server_credentials(self._shown(), self._shown, True)
        listen(server, host, port, "nodes_port", credentials)
        await server.start()
        try:
            await self._obey()
        finally:
            await server.stop(None)

    def _shown(self) -> grpc.ServerCertificateConfiguration:
        """For each new connection anew: the certificate may have been renewed."""
        pair = local_pair(self._state_folder)
        return grpc.ssl_server_certificate_configuration(
            [(pair.key.encode(), pair.chain.encode())], root_certificates=pair.roots.encode()
        )

    def _admit(self, name: NodeName, context: Context) -> None:
        leaf = leaf_of(context)
        unit_of(leaf, self._system_id, name)
        self._roll.admit(name, key_of(leaf))
        self._came_with[name] = _facts(leaf)

    def _changed(self, name: NodeName) -> None:
        status = self._nodes.status(name)
        if status is not None:
            self._roll.heard(name, msgspec.structs.replace(status, is_connected=False))
        self._tell()

    def _tell(self) -> None:
        every = [self._nodes.status(name) or self._roll.status(name) for name in self._roll.names()]
        _say(Seen(tuple(every), {name: self._came_with[name] for name in self._nodes.names()}))

    async def _do(self, asked: Question) -> Answered:
        """Hand it on to the node that is meant. Raises AosError."""
        match asked:
            case Dismiss(node, password):
                request = wire.ProvisioningRequest(node_id=node, password=password)
                answer: Any = await self._nodes.relay(node, methods.DEPROVISION.name, request)
                return Answered(answer.error.message)
            case CreateKey(node, type, password):
                key = wire.CreateKeyRequest(node_id=node, type=type, password=password, subject=self._system_id)
                answer = await self._nodes.relay(node, methods.CREATE_KEY.name, key)
                return Answered(answer.error.message, request=answer.csr)
            case Apply(node, type, chain):
                leaf = certificates.parse_pems(chain, type)[0]
                if type == "iam" and node in self._roll.names():
                    self._roll.expect(node, key_of(leaf))
                given = wire.ApplyCertRequest(node_id=node, type=type, cert=chain)
                answer = await self._nodes.relay(node, methods.APPLY_CERT.name, given)
                return Answered(answer.error.message, facts=_facts(leaf))

    async def _answer(self, asked: Question) -> Answered:
        try:
            return await self._do(asked)
        except (OSError, Unavailable) as error:
            return Answered(str(error), is_there=False)
        except AosError as error:
            return Answered(str(error))

    async def _obey(self) -> None:
        """Do what is said on standard input, until its end."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            _say(await self._answer(msgspec.json.decode(line, type=Question)))


def _facts(leaf: x509.Certificate) -> Facts:
    said = certificates.describe(leaf)
    return Facts(said.serial, said.not_before, said.not_after)


def _say(told: Seen | Answered) -> None:
    os.write(sys.stdout.fileno(), msgspec.json.encode(told) + b"\n")


def main() -> None:
    """Serve as the one argument asks, JSON."""
    ask = msgspec.json.decode(sys.argv[1], type=Ask)
    journal.set_up(ask.log_level, as_json=ask.log_json)
    try:
        asyncio.run(NodesDoor(Path(ask.state_folder)).serve(ask.host, ask.port))
    except AosError as error:
        journal.Journal("aoscore.nodes").error("secondary nodes can't come", why=str(error))
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
