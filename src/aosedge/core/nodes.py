"""A main node's view of the Unit's secondary nodes: a process of its own serves them, and tells of each change.

gRPC would cost the resident agent 8 MiB for ever; `identity/nodes_door.py` is that process.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import msgspec

from aosedge.core.domain.events import Event, NodesSeen
from aosedge.core.identity.cabinet import Facts
from aosedge.core.journal import Journal, Level, writes_json
from aosedge.core.settings import Settings
from aosedge.model.ids import NodeName
from aosedge.protocol.messages.from_unit import NodeStatus
from aosedge.protocol.messages.parts import CertificateType

FIRST_DELAY_S, MOST_DELAY_S = 1.0, 60.0
END_S = 5.0
ANSWER_S = 28.0
"""A little longer than the process gives a node."""
LINE_BYTES_MOST = 1024 * 1024
_DOOR = "aosedge.core.identity.nodes_door"

log = Journal("aoscore.nodes")


class Ask(msgspec.Struct, frozen=True):
    """What the process is told."""

    state_folder: str
    host: str
    port: int
    log_level: Level
    log_json: bool


class Dismiss(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """Said to the process: deprovision this node, which knows its password."""

    node: str
    password: str


class CreateKey(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """Said to the process: have this node make a key, and bring the request."""

    node: NodeName
    type: CertificateType
    password: str


class Apply(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """Said to the process: hand this node its certificate."""

    node: NodeName
    type: CertificateType
    chain: str


Question = Dismiss | CreateKey | Apply


class Answered(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """Its answer."""

    why_not: str = ""
    """Empty if it was done."""
    is_there: bool = True
    """Whether the node answered: else it may be asked again."""
    request: str = ""
    """The signing request for the key that was made, PEM."""
    facts: Facts | None = None
    """Of the certificate that was handed on, taken or not."""


class Seen(msgspec.Struct, frozen=True, tag=True, tag_field="what"):
    """What the process tells at every change: all nodes as they are."""

    nodes: tuple[NodeStatus, ...]
    came_with: dict[NodeName, Facts] = {}
    """The `iam` certificates of those on the line."""


class NodesWatch:
    """Keeps the process; `run` until cancelled."""

    def __init__(
        self,
        settings: Settings,
        hear: Callable[[Event], Awaitable[None]],
        came: Callable[[Mapping[NodeName, Facts]], None],
    ) -> None:
        """`came` is told who is on the line, and with which certificate."""
        self._ask = Ask(
            str(settings.state_folder), settings.nodes_host, settings.nodes_port, settings.log_level, writes_json()
        )
        self._hear, self._came = hear, came
        self._door: asyncio.StreamWriter | None = None
        self._answer: asyncio.Future[Answered] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, question: Question) -> Answered:
        """What the node says, or why it could not be asked."""
        async with self._one_at_a_time:
            if self._door is None:
                return Answered("secondary nodes can't be asked", is_there=False)
            self._answer = asyncio.get_running_loop().create_future()
            self._door.write(msgspec.json.encode(question) + b"\n")
            try:
                async with asyncio.timeout(ANSWER_S):
                    return await self._answer
            except TimeoutError:
                return Answered(f"node {question.node} does not answer", is_there=False)
            finally:
                self._answer = None

    async def run(self) -> None:
        """Start it, again after a growing pause when it ends, and hand on what it tells."""
        attempt = 0
        while True:
            attempt = 0 if await self._once() else attempt + 1
            pause_s = min(FIRST_DELAY_S * 2**attempt, MOST_DELAY_S)
            log.warning("secondary nodes can't come for now", again_in_s=pause_s)
            await asyncio.sleep(pause_s)

    async def _once(self) -> bool:
        """Whether it told anything of a node that is there."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _DOOR,
            msgspec.json.encode(self._ask).decode(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES_MOST,
            start_new_session=True,
        )
        well = False
        try:
            assert process.stdout is not None
            self._door = process.stdin
            while line := await process.stdout.readline():
                told: Seen | Answered = msgspec.json.decode(line, type=Seen | Answered)
                match told:
                    case Seen(nodes, came_with):
                        well = well or any(node.is_connected for node in nodes)
                        await self._hear(NodesSeen(nodes))
                        self._came(came_with)
                    case Answered():
                        if self._answer is not None and not self._answer.done():
                            self._answer.set_result(told)
        except (ValueError, msgspec.DecodeError) as error:
            log.error("unreadable words of nodes", error)
        finally:
            self._door = None
            self._came({})
            await _end(process)
        return well


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with suppress(TimeoutError, ProcessLookupError):
        async with asyncio.timeout(END_S):
            await process.wait()
            return
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
