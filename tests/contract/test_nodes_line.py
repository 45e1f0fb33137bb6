"""The line of a secondary node over real gRPC: a node that is silent when asked."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from grpc import aio

from aosedge.core.identity.door import handled
from aosedge.core.identity.nodes import Nodes
from aosedge.core.identity.protos import iamanager_pb2 as wire
from aosedge.core.identity.protos import methods
from aosedge.model.errors import Unavailable
from aosedge.model.ids import NodeName

LEFT = NodeName("left")
NEWEST = methods.VERSIONS[0]
QUESTION = wire.CreateKeyRequest(node_id=LEFT, type="sm")


class Place:
    """A main node that waits a moment for answers, and the line of its secondary one."""

    def __init__(self, nodes: Nodes, port: int) -> None:
        self.nodes, self._port = nodes, port

    def channel(self) -> aio.Channel:
        return aio.insecure_channel(f"127.0.0.1:{self._port}")

    async def register(self, channel: aio.Channel) -> Any:
        method = methods.REGISTER_NODE
        call = channel.stream_stream(method.path(NEWEST), methods.encode, method.decode_answered)()
        await call.write(wire.IAMOutgoingMessages(node_info=wire.NodeInfo(node_id=LEFT)))
        await call.initial_metadata()
        return call


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    nodes = Nodes(NodeName("main"), None, lambda _: None, answer_s=0.3)
    server = aio.server()
    own = {methods.REGISTER_NODE.name: handled(methods.REGISTER_NODE, nodes.register)}
    service = methods.REGISTER_NODE.service_in(NEWEST)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, own),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield Place(nodes, port)
    await server.stop(None)


async def test_a_late_answer_is_not_taken_for_the_next_questions(place: Place) -> None:
    async with place.channel() as channel:
        line = await place.register(channel)
        with pytest.raises(Unavailable, match="does not answer"):
            await place.nodes.relay(LEFT, methods.CREATE_KEY.name, QUESTION)
        assert isinstance(await line.read(), wire.IAMIncomingMessages)
        assert await line.read() is aio.EOF
        assert place.nodes.names() == []


async def test_a_silent_node_comes_back_and_answers(place: Place) -> None:
    async with place.channel() as channel:
        silent = await place.register(channel)
        with pytest.raises(Unavailable, match="does not answer"):
            await place.nodes.relay(LEFT, methods.CREATE_KEY.name, QUESTION)
        while await silent.read() is not aio.EOF:
            pass
        line = await place.register(channel)
        assert place.nodes.names() == [LEFT]
        answer = wire.IAMOutgoingMessages(create_key_response=wire.CreateKeyResponse(type="sm", csr="csr"))

        async def reply() -> None:
            await line.read()
            await line.write(answer)

        _, answered = await asyncio.gather(reply(), place.nodes.relay(LEFT, methods.CREATE_KEY.name, QUESTION))
        assert answered == answer.create_key_response
