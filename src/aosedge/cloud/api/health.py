"""Liveness, for anybody."""

import msgspec
from litestar import get


class HealthView(msgspec.Struct, frozen=True):
    """The process answers."""

    status: str


@get("/health/", operation_id="health_read", tags=["installation"], security=[])
async def read() -> HealthView:
    """Whether this process answers. It says nothing of tenants."""
    return HealthView("ok")
