"""The process behind `core/nodes.py`: where a provisioned Unit's secondary nodes register, over mutual TLS.

Every change is one line of JSON on standard output, all of them as they are now. On standard input it is asked to
deprovision one; with its end the process ends.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import grpc
import msgspec
from grpc import aio

from aosedge.core import identity, journal
from aosedge.core.identity.door import OPTIONS, handled, listen
from aosedge.core.identity.local import local_pair
from aosedge.core.identity.nodes import NODES_MOST, Nodes, by_key, read_known, write_known
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.core.nodes import Ask, Dismiss, Dismissed, Seen
from aosedge.model.errors import AosError, Invalid
from aosedge.model.ids import NodeName


class NodesDoor:
    """Serves one Unit's nodes."""

    def __init__(self, state_folder: Path) -> None:
        """Raises Invalid where the Unit is not provisioned or a file is damaged."""
        card = identity.read_card(state_folder)
        if card is None or not card.provisioned:
            raise Invalid("this Unit is not provisioned", element=str(state_folder))
        self._state_folder = state_folder
        self._known = read_known(state_folder)
        self._nodes = Nodes(card.node, by_key(card.system_id, self._known), self._changed)

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

    def _changed(self, name: NodeName) -> None:
        status = self._nodes.status(name)
        if status is not None:
            status = msgspec.structs.replace(status, is_connected=False)
            if status != self._known[name].status:
                self._known[name] = msgspec.structs.replace(self._known[name], status=status)
                write_known(self._state_folder, self._known)
        self._tell()

    def _tell(self) -> None:
        every = [self._nodes.status(name) or known.status for name, known in sorted(self._known.items())]
        _say(Seen(tuple(every)))

    async def _dismiss(self, asked: Dismiss) -> None:
        why = ""
        try:
            request = wire.ProvisioningRequest(node_id=asked.node, password=asked.password)
            answer: Any = await self._nodes.relay(asked.node, methods.DEPROVISION.name, request)
            why = answer.error.message
        except AosError as error:
            why = str(error)
        _say(Dismissed(why))

    async def _obey(self) -> None:
        """Do what is said on standard input, until its end."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            await self._dismiss(msgspec.json.decode(line, type=Dismiss))


def _say(told: Seen | Dismissed) -> None:
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
