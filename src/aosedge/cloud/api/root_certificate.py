"""The trusted roots, for anybody: a client needs them before it can trust us, and they are no secret."""

from litestar import MediaType, Router, get
from litestar.types import ControllerRouterHandler


def handler(root_pem: str) -> ControllerRouterHandler:
    """The handler that gives these roots."""

    @get("/", operation_id="root_certificate_read", media_type=MediaType.TEXT, tags=["installation"], security=[])
    async def read() -> str:
        """Every trusted root certificate as one PEM text."""
        return root_pem

    return Router("/root-certificate", route_handlers=[read])
