"""One request: who asks, for which operation, and the way to the dispatcher; handlers get nothing else."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, HeaderParameter

from aosedge.cloud.api.cookies import SESSION
from aosedge.cloud.domain.access.callers import Caller, Person, Scope
from aosedge.cloud.domain.marks import mark_of
from aosedge.cloud.domain.pages import Window
from aosedge.cloud.domain.repeats import HEADER, Command, checked_key, command
from aosedge.cloud.domain.sessions import Provenance, check_csrf, check_from_here
from aosedge.cloud.ports import Bus
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.attempts import Attempts
from aosedge.cloud.usecases.dispatch import Dispatcher
from aosedge.cloud.usecases.people import Credential, SignIn
from aosedge.model.errors import NotAllowed, Unauthenticated
from aosedge.model.ids import Ids, OrgId
from aosedge.trust.secrets import csrf_token_of

T = TypeVar("T")
IDLE = frozenset(("events_read",))
"""Operations that a page keeps asking for with nobody before it: they do not keep a session from falling idle."""
UNATTENDED = "x-unattended"
"""The header with which a page says that it asks by itself: such a request is no use of the session either."""


class Around(msgspec.Struct, frozen=True):
    """What is the same for every request."""

    dispatcher: Dispatcher
    sign_in: SignIn
    ids: Ids
    bus: Bus
    attempts: Attempts
    origins: frozenset[str]
    """Where pages come from that may act for whoever uses the browser."""


class Ask:
    """A signed-in person asking for the operation of the handler; the handler's operationId is the permission."""

    def __init__(
        self,
        around: Around,
        credential: Credential,
        caller: Caller,
        operation: str,
        command: Command | None = None,
    ) -> None:
        self._dispatcher, self.caller, self.operation = around.dispatcher, caller, operation
        self._command = command
        self.ids, self.bus = around.ids, around.bus
        self._sign_in, self.credential = around.sign_in, credential

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
        return await self._dispatcher.change(self.caller, self.operation, work, target, self._command)

    async def taken(self, target: str) -> None:
        """Write down that the asker took away what they have read."""
        await self._dispatcher.taken(self.caller, self.operation, target)

    async def still_allowed(self) -> bool:
        """Sign the asker in anew, as what lasts must: whether they may still ask for this."""
        peer = self.caller.origin.partition(" ")[0]
        try:
            self.caller = await self._sign_in.caller(self.credential, self.caller.request_id, peer, uses=False)
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
Unchanged: TypeAlias = Annotated[str | None, HeaderParameter(name="if-match")]
"""The `etag` with which the asker read what they change; without it their change is made whatever was before."""


def marked(view: T, thing: msgspec.Struct) -> Response[T]:
    """The view under the thing's entity tag."""
    return Response(view, headers={"etag": mark_of(thing)})


def origin_of(request: Request[Any, Any, Any]) -> str:
    """The peer's address."""
    return request.client.host if request.client else ""


def certificate_of(request: Request[Any, Any, Any]) -> bytes | None:
    """The one that the TLS layer verified, DER."""
    certificate: bytes | None = (request.scope["state"].get("tls") or {}).get("client_cert")
    return certificate


def provenance_of(request: Request[Any, Any, Any]) -> Provenance:
    """Where a browser says that the request comes from."""
    headers = request.headers
    return Provenance(
        request.method, headers.get("origin"), headers.get("sec-fetch-site"), headers.get("x-csrf-token")
    )


def credential_of(request: Request[Any, Any, Any]) -> Credential:
    """The certificate, the session's cookie, and the token of `Authorization: Bearer`; raises Unauthenticated for
    other schemes."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind and kind.lower() != "bearer":
        raise Unauthenticated(
            "not taken here", element="Authorization", expected="Bearer and an API token", got=kind[:20]
        )
    return Credential(certificate_of(request), secret.strip() if kind else None, request.cookies.get(SESSION))


def _check_provenance(request: Request[Any, Any, Any], credential: Credential, origins: frozenset[str]) -> None:
    """Raise NotAllowed for a change that a browser would be made to ask for by somebody else's page."""
    if credential.bearer is not None:
        return
    said = provenance_of(request)
    check_from_here(said, origins)
    if credential.session is not None:
        check_csrf(said, csrf_token_of(credential.session))


async def _command_of(request: Request[Any, Any, Any], operation: str) -> Command | None:
    """What the request is known by if it comes again; raises Invalid for a key that is none, or not taken here."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    key = checked_key(operation, key)
    asked = request.url.path, request.url.query, request.headers.get("if-match", "")
    return command(operation, key, *(part.encode() for part in asked), await request.body())


def provide(around: Around) -> Provide:
    """The dependency `ask` of every handler that is not for anybody."""

    async def ask(request: Request[Any, Any, Any]) -> Ask:
        operation = getattr(request.route_handler, "operation_id", None)
        assert isinstance(operation, str), f"{request.route_handler} has no operation_id"
        request_id, address = request.scope["state"]["request_id"], origin_of(request)
        try:
            credential = credential_of(request)
            uses = operation not in IDLE and UNATTENDED not in request.headers
            caller = await around.sign_in.caller(credential, request_id, address, uses=uses)
        except Unauthenticated as error:
            if provenance_of(request).changes:
                await around.attempts.note_unknown(request_id, address, operation, error)
            raise
        try:
            _check_provenance(request, credential, around.origins)
        except NotAllowed as error:
            await around.dispatcher.refused(caller, operation, error)
            raise
        return Ask(around, credential, caller, operation, await _command_of(request, operation))

    return Provide(ask)


def window(limit: FromQuery[int] = 100, offset: FromQuery[int] = 0) -> Window:
    """The dependency `window` of lists, from the query."""
    return Window(limit, offset)
