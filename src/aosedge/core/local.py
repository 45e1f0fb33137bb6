"""The socket in the state folder by which a person on the Unit asks its agent: one JSON line, one JSON answer.

Mode 0600: whoever may open the state folder's files may ask.
"""

import asyncio
import base64
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from aosedge.core.agent import Agent
from aosedge.core.domain.consent import check_signals, own_hold
from aosedge.core.domain.events import HoldSet, QuarantineCleared, SignalsSaid
from aosedge.core.domain.instances import InstanceKey, InstanceSpec
from aosedge.core.domain.state import State
from aosedge.model.digests import Digest, parse_digest
from aosedge.model.errors import AosError, Conflict, Invalid, NotFound, Unavailable
from aosedge.model.instants import to_rfc3339
from aosedge.model.preconditions import Signal
from aosedge.protocol.messages.from_unit import InstancesStatus, ItemStatus, UpdateStatus

SOCKET = "aoscore.sock"
_LINE_MOST = 64 * 1024
_ANSWER_MOST = 32 * 1024 * 1024
_PATH_MOST = 100  # sun_path has 108 bytes


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Base of the questions."""


class AskStatus(Ask, frozen=True):
    """How does the Unit stand?"""


class AskExecute(Ask, frozen=True):
    """Run a command inside an instance."""

    instance: str
    command: tuple[str, ...]
    timeout_s: float = 30.0


class AskLogs(Ask, frozen=True):
    """The end of what an instance wrote."""

    instance: str
    most_bytes: int = 64 * 1024


class AskClear(Ask, frozen=True):
    """Allow quarantined content again: this digest, or all."""

    digest: str = ""


class AskHold(Ask, frozen=True):
    """Hold updates of this Unit, with a reason, for so long or until they are released."""

    reason: str
    for_s: float | None = None


class AskRelease(Ask, frozen=True):
    """Let updates go on."""


class AskSignals(Ask, frozen=True):
    """Take what is said of things that preconditions ask about; None: it is not known any more."""

    signals: dict[str, Signal | None]


class AskDown(Ask, frozen=True):
    """Stop the agent; with `instances`, stop them all first."""

    instances: bool = True


Question = AskStatus | AskExecute | AskLogs | AskClear | AskHold | AskRelease | AskSignals | AskDown


class InstanceView(msgspec.Struct, frozen=True):
    """One instance as the Unit sees it."""

    instance: str
    name: str
    version: str
    runtime: str
    state: str
    message: str = ""


class QuarantineView(msgspec.Struct, frozen=True):
    """Content that failed and is not tried again; `name` is empty where it is no item of the target."""

    digest: str
    name: str
    version: str
    message: str
    at: str


class HoldView(msgspec.Struct, frozen=True):
    """Why updates are held on the Unit, and until when if the hold ends by itself."""

    reason: str
    until: str | None = None


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """How the Unit stands. `agent` is false when the agent does not run and this is what it wrote down last."""

    system_id: str
    agent: bool
    connected: bool
    node: str
    runtime: str
    update: UpdateStatus
    items: tuple[ItemStatus, ...]
    instances: tuple[InstanceView, ...]
    names: dict[str, str]
    """What people call the items, by their ids."""
    quarantine: tuple[QuarantineView, ...]
    free_bytes: int
    """Room that is left on the disk of the state folder."""
    waiting_reports: int
    dropped_reports: int
    hold: HoldView | None = None
    signals: dict[str, Signal] = {}
    """What preconditions may ask about."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of a question; `error` and its fields are those of an AosError."""

    status: StatusView | None = None
    exit_code: int = 0
    output: str = ""
    """Base64."""
    error: str = ""
    kind: str = ""
    element: str = ""
    cure: str = ""


def instance_views(
    instances: tuple[InstancesStatus, ...], specs: tuple[InstanceSpec, ...]
) -> tuple[InstanceView, ...]:
    """One line an instance."""
    names = {str(spec.key): spec.codename for spec in specs}
    return tuple(
        InstanceView(
            name := f"{group.item.id}/{group.subject.id}/{one.instance}",
            names.get(name, ""),
            group.version,
            one.runtime.codename or "",
            one.state,
            one.error_info.message if one.error_info else "",
        )
        for group in instances
        for one in group.instances
    )


def item_names(state: State) -> dict[str, str]:
    """What people call the items: as the cloud says, else the host name of their instances, where there is one."""
    items = (*state.good.items, *(state.target.set.items if state.target else ()))
    hosts = {content.index_digest: content.config.hostname for content in state.contents}
    found: dict[str, str] = {item.item: host for item in items if (host := hosts.get(item.index_digest))}
    said: dict[str, str] = {item: name for item, name in (state.target.names if state.target else ()) if name}
    return {**found, **said}


def quarantine_views(state: State) -> tuple[QuarantineView, ...]:
    """What is in quarantine, and which item's content it is."""
    names = item_names(state)
    items = {item.index_digest: item for item in (state.target.set.items if state.target else ())}
    views = []
    for one in state.quarantine:
        item = items.get(one.digest)
        name, version = (names.get(item.item, item.item), item.version) if item else ("", "")
        views.append(QuarantineView(one.digest, name, version, one.message, to_rfc3339(one.at)))
    return tuple(views)


def hold_view(state: State) -> HoldView | None:
    """What holds updates on the Unit."""
    hold = state.hold
    return None if hold is None else HoldView(hold.reason, None if hold.until is None else to_rfc3339(hold.until))


def free_bytes(folder: Path) -> int:
    """What an ordinary program may still write there."""
    figures = os.statvfs(folder)
    return figures.f_bavail * figures.f_frsize


class LocalDoor:
    """Serves the socket for one agent. `status` tells how it stands, `down` ends the program."""

    def __init__(
        self, folder: Path, agent: Agent, status: Callable[[], StatusView], down: Callable[[bool], Awaitable[None]]
    ) -> None:
        self._folder, self._agent, self._status, self._down = folder, agent, status, down
        self._asking = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def finish(self) -> None:
        """Wait until whoever asks has the answer, not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self._quiet.wait()

    async def serve(self) -> None:
        """Answer until cancelled."""
        path = self._folder / SOCKET
        path.unlink(missing_ok=True)
        with _short(self._folder) as short:
            before = os.umask(0o177)
            try:
                server = await asyncio.start_unix_server(self._client, short / SOCKET, limit=_LINE_MOST)
            finally:
                os.umask(before)
        try:
            async with server:
                await server.serve_forever()
        finally:
            path.unlink(missing_ok=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._asking += 1
        self._quiet.clear()
        try:
            await self._talk(reader, writer)
        finally:
            self._asking -= 1
            if not self._asking:
                self._quiet.set()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(10):
                question = msgspec.json.decode(await reader.readuntil(b"\n"), type=Question)
            answer = await self._answer(question)
        except AosError as error:
            answer = Answer(error=error.message, kind=error.kind, element=error.element, cure=error.cure)
        except (
            msgspec.DecodeError,
            UnicodeDecodeError,
            asyncio.IncompleteReadError,
            ValueError,
            TimeoutError,
        ) as error:
            answer = Answer(error=f"not a question: {error}", kind="invalid")
        except OSError as error:
            answer = Answer(error=str(error), kind="failed")
        try:
            writer.write(msgspec.json.encode(answer) + b"\n")
            await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _answer(self, question: Question) -> Answer:
        runtime = self._agent.runtime
        match question:
            case AskStatus():
                return Answer(status=self._status())
            case AskExecute(instance, command, timeout_s):
                code, output = await runtime.execute(self._key(instance), command, min(timeout_s, 600.0))
                return Answer(exit_code=code, output=base64.b64encode(output).decode())
            case AskLogs(instance, most_bytes):
                text = await runtime.logs(self._key(instance), min(most_bytes, _ANSWER_MOST // 2))
                return Answer(output=base64.b64encode(text).decode())
            case AskClear(digest):
                await self._agent.hear(QuarantineCleared(self._failed(digest) if digest else None))
                return Answer()
            case AskHold(reason, for_s):
                await self._agent.hear(HoldSet(own_hold(reason, for_s, self._agent.now().wall)))
                return Answer()
            case AskRelease():
                await self._agent.hear(HoldSet(None))
                return Answer()
            case AskSignals(signals):
                check_signals({**self._agent.engine.signals, **signals})
                await self._agent.hear(SignalsSaid(signals))
                return Answer()
            case AskDown(instances):
                await self._down(instances)
                return Answer()

    def _failed(self, name: str) -> Digest:
        """The one content in quarantine of this name: an item's, or the beginning of a digest."""
        views = quarantine_views(self._agent.engine.state)
        found = [one.digest for one in views if name == one.name or one.digest.startswith(name)]
        if not found:
            raise NotFound("content in quarantine", name)
        if len(found) > 1:
            raise Conflict("several contents have this name", element=name, cure=f"name one: {', '.join(found)}")
        return parse_digest(found[0])

    def _key(self, name: str) -> InstanceKey:
        """The one instance of this name: in full, host name, host name/number, or the beginning of the item's id."""
        keys = {spec.key: spec.codename for spec in self._agent.engine.specs()}
        exact = [key for key, host in keys.items() if name in (str(key), host, f"{host}/{key.number}")]
        found = exact or [key for key in keys if str(key).startswith(name)]
        if not found:
            raise NotFound("instance", name)
        if len(found) > 1:
            listed = ", ".join(str(key) for key in sorted(found))
            raise Conflict("several instances have this name", element=name, cure=f"name one: {listed}")
        return found[0]


def ask(folder: Path, question: Question, timeout_s: float = 60.0) -> Answer:
    """Ask the agent of this state folder. Raises Unavailable when none runs, and what the agent refused."""
    try:
        with _short(folder) as short, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(timeout_s)
            line.connect(str(short / SOCKET))
            line.sendall(msgspec.json.encode(question) + b"\n")
            came = bytearray()
            while part := line.recv(64 * 1024):
                came += part
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise Unavailable("the agent does not run", cure=f"aoscore run --state {folder}") from error
    except OSError as error:
        raise Unavailable(f"the agent does not answer: {error}") from error
    try:
        answer = msgspec.json.decode(bytes(came), type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unavailable(f"the agent's answer can't be read: {error}") from error
    if answer.error:
        raise _error(answer)
    return answer


def _error(answer: Answer) -> AosError:
    if answer.kind == "not_found":
        missing = NotFound(answer.element)
        missing.cure = f"list what there is with: aoscore {'instances' if answer.element == 'instance' else 'status'}"
        return missing
    kinds: dict[str, type[AosError]] = {"conflict": Conflict, "invalid": Invalid}
    return kinds.get(answer.kind, AosError)(answer.error, element=answer.element, cure=answer.cure)


@contextmanager
def _short(folder: Path) -> Iterator[Path]:
    """A path to the folder that is short enough for a socket's address."""
    if len(str(folder / SOCKET)) <= _PATH_MOST:
        yield folder
        return
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
