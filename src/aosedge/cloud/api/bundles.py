"""Deployment Bundles."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from aosedge.cloud.api.asking import Asked, Name, Within
from aosedge.cloud.api.errors import ErrorView
from aosedge.cloud.api.uploads import FilePart
from aosedge.cloud.domain.catalogue import Bundle, BundleState, Item, ItemVersion
from aosedge.cloud.store import Session
from aosedge.cloud.usecases.bundles import Intake
from aosedge.model.bundle import Rejection
from aosedge.model.ids import BundleId
from aosedge.model.instants import instant_said, to_rfc3339

FIELD: Final = "file"
FORM_BYTES: Final = 64 * 1024
"""What a form may be larger than the file in it."""


class BundleItemView(msgspec.Struct, frozen=True):
    """A version that came in the bundle."""

    item_id: str
    codename: str
    type: str
    version: str


class BundleView(msgspec.Struct, frozen=True):
    """A bundle and what came of it. `name` is the file's without its ending; `digest` and `size_bytes` the file's."""

    id: str
    name: str
    state: BundleState
    filename: str
    digest: str
    size_bytes: int
    owner_id: str
    uploaded_by: str | None
    created_at: str
    items: tuple[BundleItemView, ...]
    rejections: tuple[Rejection, ...]


class BundlesView(msgspec.Struct, frozen=True):
    """A part of the list."""

    total: int
    items: tuple[BundleView, ...]


def view(session: Session, bundle: Bundle) -> BundleView:
    """As the API shows it."""
    return _view(bundle, session.items.of_bundle(bundle.id))


def _view(bundle: Bundle, brought: Iterable[tuple[Item, ItemVersion]]) -> BundleView:
    return BundleView(
        id=bundle.id,
        name=bundle.name,
        state=bundle.state,
        filename=bundle.filename,
        digest=bundle.digest,
        size_bytes=bundle.size_bytes,
        owner_id=bundle.owner,
        uploaded_by=bundle.uploaded_by,
        created_at=to_rfc3339(bundle.created_at),
        items=tuple(BundleItemView(item.id, item.codename, item.type, version.version) for item, version in brought),
        rejections=bundle.rejections,
    )


@get("/deployment-bundles/", operation_id="deployment_bundles_list", tags=["bundles"])
async def list_(
    ask: Asked,
    window: Within,
    in_state: Annotated[BundleState | None, QueryParameter(name="state")] = None,
    since: FromQuery[str | None] = None,
    search: FromQuery[str | None] = None,
    ordering: FromQuery[str] = "-created_at",
) -> BundlesView:
    """Bundles, newest first; `since` is an instant from which on they came, `search` a part of the file's name."""
    begin = None if since is None else instant_said(since, "since")

    def find(session: Session) -> BundlesView:
        page = session.bundles.page(window, state=in_state, since=begin, search=search, order=ordering)
        brought = session.items.of_bundles(bundle.id for bundle in page.items)
        return BundlesView(page.total, tuple(_view(bundle, brought.get(bundle.id, ())) for bundle in page.items))

    return await ask.read(find)


@get("/deployment-bundles/{id:str}/", operation_id="deployment_bundles_read", tags=["bundles"])
async def read(ask: Asked, id: Name) -> BundleView:
    """One bundle."""
    return await ask.read(lambda session: view(session, session.bundles.get(BundleId(id))))


FORM: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FIELD],
                "properties": {FIELD: {"type": "string", "contentMediaType": "application/octet-stream"}},
            }
        }
    },
}
"""The upload's body as OpenAPI tells it: the form is read by hand, since it may be larger than memory."""


def handler(bytes_most: int) -> ControllerRouterHandler:
    """The upload, which takes files of so many bytes."""

    @post(
        "/deployment-bundles/upload/",
        operation_id="deployment_bundles_create",
        tags=["bundles"],
        request_max_body_size=bytes_most + FORM_BYTES,
        responses={
            400: ResponseSpec(
                ErrorView, generate_examples=False, description="The bundle is not taken; `rejections` says why."
            )
        },
    )
    async def create(ask: Asked, intake: NamedDependency[Intake], request: Request[Any, Any, Any]) -> BundleView:
        """Send a signed bundle as the multipart field `file`; it is ready, or refused, when this returns."""
        scope = await ask.allowed()
        part = FilePart(request, FIELD)
        content = await part.begun()
        bundle = await intake.receive(ask.caller, scope, content, part.filename)
        return await ask.read(lambda session: view(session, bundle))

    return create
