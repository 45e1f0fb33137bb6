"""One request: who asks, for which operation, and the way to the dispatcher; handlers get nothing else."""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import msgspec
from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery

from aosedge.cloud.domain.access.callers import Caller, Person, Scope
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.ports import Bus
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.dispatch import Dispatcher
from aosedge.cloud.usecases.people import Credential, SignIn
from aosedge.model.errors import NotAllowed, Unauthenticated
from aosedge.model.ids import Ids, OrgId

T = TypeVar("T")


class Around(msgspec.Struct, frozen=True):
    """What is the same for every request."""

    dispatcher: Dispatcher
    sign_in: SignIn
    ids: Ids
    bus: Bus


class Ask:
    """A signed-in person asking for the operation of the handler; the handler's operationId is the permission."""

    def __init__(self, around: Around, credential: Credential, caller: Caller, operation: str) -> None:
        self._dispatcher, self.caller, self.operation = around.dispatcher, caller, operation
        self.ids, self.bus = around.ids, around.bus
        self._sign_in, self._credential = around.sign_in, credential

    @property
    def person(self) -> Person:
        """Who is asking."""
        assert isinstance(self.caller.who, Person)
        return self.caller.who

    @property
    def tenant(self) -> OrgId:
        """The asker's organization."""
        return self.person.tenant

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work`, which changes nothing."""
        return await self._dispatcher.read(self.caller, self.operation, work)

    async def change(self, work: Callable[[Session], T], target: Callable[[T], str]) -> T:
        """Run `work` in one transaction with its audit line; `target` names what was changed."""
        return await self._dispatcher.change(self.caller, self.operation, work, target)

    async def still_allowed(self) -> bool:
        """Sign the asker in anew, as what lasts must: whether they may still ask for this."""
        peer = self.caller.origin.partition(" ")[0]
        try:
            self.caller = await self._sign_in.caller(self._credential, self.caller.request_id, peer)
            await self.allowed()
        except (Unauthenticated, NotAllowed):
            return False
        return True

    async def allowed(self) -> Scope:
        """The scope, for work with its own transactions."""
        return await self._dispatcher.allowed(self.caller, self.operation)


Asked: TypeAlias = NamedDependency[Ask]
Within: TypeAlias = NamedDependency[Window]
Name: TypeAlias = FromPath[str]


def origin_of(request: Request[Any, Any, Any]) -> str:
    """The peer's address."""
    return request.client.host if request.client else ""


def credential_of(request: Request[Any, Any, Any]) -> Credential:
    """The TLS layer's certificate, and the token of `Authorization: Bearer`; raises Unauthenticated for others."""
    state = request.scope["state"]
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind and kind.lower() != "bearer":
        raise Unauthenticated(
            "not taken here", element="Authorization", expected="Bearer and an API token", got=kind[:20]
        )
    return Credential((state.get("tls") or {}).get("client_cert"), secret.strip() if kind else None)


def provide(around: Around) -> Provide:
    """The dependency `ask` of every handler that is not for anybody."""

    async def ask(request: Request[Any, Any, Any]) -> Ask:
        credential = credential_of(request)
        caller = await around.sign_in.caller(credential, request.scope["state"]["request_id"], origin_of(request))
        operation = getattr(request.route_handler, "operation_id", None)
        assert isinstance(operation, str), f"{request.route_handler} has no operation_id"
        return Ask(around, credential, caller, operation)

    return Provide(ask)


def window(limit: FromQuery[int] = 100, offset: FromQuery[int] = 0) -> Window:
    """The dependency `window` of lists, from the query."""
    return Window(limit, offset)
