"""The cloud's own application without a socket, on a copy of the world, and what its database has."""

import asyncio
import itertools
import logging
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import structlog
from tests.system.access.placing import Login, World
from tests.system.access.world import build

from aosedge.cloud.app import CloudParts, people_application
from aosedge.cloud.blobs import open_blobs
from aosedge.cloud.bus.inprocess import InProcessBus
from aosedge.cloud.domain import events
from aosedge.cloud.domain.events import UnitNews
from aosedge.cloud.settings import Settings
from aosedge.cloud.upkeep import opened
from aosedge.model.ids import UnitId
from aosedge.trust.certificates import Authority

T = TypeVar("T")
Rows = frozenset[tuple[str, str]]
"""Table and row, as text."""
TRAIL: Final = frozenset(("audit", "audit_chains"))
_CALLS: Final = itertools.count()
STREAM_S: Final = 30
_STEADY: Final = frozenset((b"date", b"content-length", b"x-request-id"))


class Answer(msgspec.Struct, frozen=True):
    """What came back, apart from what differs each time."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def without(self, names: set[str]) -> "Answer":
        """The names that were asked for, blotted out."""
        body = self.body
        for name in sorted(names, key=len, reverse=True):
            body = body.replace(name.encode(), b"<given>")
        return Answer(self.status, self.headers, body)


class Door:
    """One world; `ask` from anywhere, `restore` to undo."""

    def __init__(self, folder: Path) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        self._runner = asyncio.Runner()
        self.settings = Settings(data_folder=folder)
        self.world: World = self._runner.run(build(self.settings))
        self._stack = AsyncExitStack()
        self.bus = InProcessBus()
        self._app = self._runner.run(self._open())
        path = folder / "aoscloud.db"
        self._template = sqlite3.connect(":memory:")
        self._live = sqlite3.connect(path, isolation_level=None)
        self._live.execute("PRAGMA synchronous=OFF")
        self._live.backup(self._template)
        self.before = self.rows()
        self._version = self._seen()

    async def _open(self) -> Any:
        settings = self.settings
        self.store = await self._stack.enter_async_context(opened(settings))
        parts = CloudParts(
            settings=settings,
            sockets={},
            store=self.store,
            blobs=open_blobs(settings.blobs_url, settings.data_folder / "scratch"),
            bus=self.bus,
            authority=Authority.load(settings.authority_folder),
            secret=settings.secret_file.read_bytes(),
            certificate=Path(),
            key=Path(),
            stop=asyncio.Event(),
        )
        return people_application(parts, parts.intake())

    def close(self) -> None:
        """Let go of everything."""
        self.run(self._stack.aclose())
        self._runner.close()
        self._live.close()
        self._template.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """On the loop that the store lives on."""
        return self._runner.run(work)

    def rows(self) -> Rows:
        """Everything that the database has."""
        names = [name for (name,) in self._live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return frozenset((name, repr(row)) for name in names for row in self._live.execute(f"SELECT * FROM {name}"))

    def _seen(self) -> int:
        (version,) = self._live.execute("PRAGMA data_version").fetchone()
        return int(version)

    def changed(self) -> bool:
        """Whether anybody has written since the last time."""
        return self._version != self._seen()

    def restore(self) -> None:
        """As it was in the beginning."""
        self._template.backup(self._live)
        self._version = self._seen()

    def ask(
        self,
        login: Login,
        method: str,
        path: str,
        *,
        query: str = "",
        body: bytes | None = None,
        kind: str = "application/json",
        authorization: str = "",
    ) -> Answer:
        """One request to its end."""
        scope = _scope(login, method, path, query, kind if body is not None else "", authorization)
        return self.run(_asked(self._app, scope, body or b""))

    def listen(self, login: Login, path: str, units: list[str], mine: list[str]) -> Answer:
        """A stream of events: all that it tells when there are news of `units`, up to later ones of `mine`."""
        news = [UnitNews(UnitId(unit)) for unit in units] + [UnitNews(UnitId(unit), "later") for unit in mine[-1:]]

        async def work() -> Answer:
            async with asyncio.timeout(STREAM_S), asyncio.TaskGroup() as tasks:
                begun, parts = asyncio.Event(), 0

                def heard(part: bytes) -> bool:
                    nonlocal parts
                    parts += begun.is_set()
                    if b"hello" in part:
                        begun.set()
                    return b'"later"' in part or (
                        not mine and parts == len(units)
                    )  # what is not told is an empty part

                scope = _scope(login, "GET", path, "", "", "")
                listening = tasks.create_task(_asked(self._app, scope, b"", heard))
                await begun.wait()
                for each in news:
                    await self.bus.publish(events.topic(each.unit), events.encode(each))
            return listening.result()

        return self.run(work())


def _scope(login: Login, method: str, path: str, query: str, kind: str, authorization: str) -> dict[str, Any]:
    bearer = authorization or login.authorization
    headers = [(b"host", b"localhost"), (b"x-request-id", b"asked")]
    headers += [(b"authorization", bearer.encode())] if bearer else []
    headers += [(b"cookie", login.cookie.encode())] if login.cookie else []
    headers += [(b"x-csrf-token", login.csrf.encode())] if login.csrf else []
    headers += [(b"content-type", kind.encode())] if kind else []
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": (f"10.{next(_CALLS)}", 1),  # nobody is slowed down for what others tried
        "server": ("localhost", 443),
        "state": {"tls": {"client_cert": login.certificate}},
        "extensions": {},
    }


async def _asked(
    app: Any, scope: dict[str, Any], body: bytes, heard: Callable[[bytes], bool] | None = None
) -> Answer:
    sent: list[dict[str, Any]] = []
    enough = asyncio.Event()
    requests = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        request = next(requests, None)
        if request is None:
            await enough.wait()
            return {"type": "http.disconnect"}
        return request

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last or (heard is not None and heard(message.get("body", b""))):
            enough.set()

    await app(scope, receive, send)
    enough.set()
    head = sent[0]
    headers = tuple(sorted((name, value) for name, value in head["headers"] if name.lower() not in _STEADY))
    return Answer(head["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))
