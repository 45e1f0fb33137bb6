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
from aosedge.cloud.usecases.people import SignIn
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

    def __init__(self, around: Around, caller: Caller, operation: str) -> None:
        self._dispatcher, self.caller, self.operation = around.dispatcher, caller, operation
        self.ids, self.bus = around.ids, around.bus

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

    async def allowed(self) -> Scope:
        """The scope, for work with its own transactions."""
        return await self._dispatcher.allowed(self.caller, self.operation)


Asked: TypeAlias = NamedDependency[Ask]
Within: TypeAlias = NamedDependency[Window]
Name: TypeAlias = FromPath[str]


def provide(around: Around) -> Provide:
    """The dependency `ask` of every handler that is not for anybody."""

    async def ask(request: Request[Any, Any, Any]) -> Ask:
        state = request.scope["state"]
        certificate = (state.get("tls") or {}).get("client_cert")
        origin = request.client.host if request.client else ""
        caller = await around.sign_in.caller(certificate, state["request_id"], origin)
        operation = getattr(request.route_handler, "operation_id", None)
        assert isinstance(operation, str), f"{request.route_handler} has no operation_id"
        return Ask(around, caller, operation)

    return Provide(ask)


def window(limit: FromQuery[int] = 100, offset: FromQuery[int] = 0) -> Window:
    """The dependency `window` of lists, from the query."""
    return Window(limit, offset)
