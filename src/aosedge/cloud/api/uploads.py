"""One file out of a multipart body, as it comes: nothing of it is kept in memory or on a disk here."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from aosedge.model.errors import Invalid, Unavailable

PARTS_MOST = 16


class FilePart:
    """The part `name` of the request; iterate once. `filename` is known with the first bytes."""

    def __init__(self, request: Request[Any, Any, Any], name: str) -> None:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise Invalid("not a form", element="content-type", expected="multipart/form-data", got=kind[:80])
        self._request, self._name, self._boundary = request, name, options["boundary"]
        self.filename = ""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes of the part; raises Invalid without it, or where the form is broken."""
        found = inside = False
        try:
            with PushMultipartParser(self._boundary, max_segment_count=PARTS_MOST, strict=True) as parser:
                async for chunk in self._chunks():
                    for event in parser.parse(chunk):
                        if isinstance(event, MultipartSegment):
                            inside = event.name == self._name and not found
                            found = found or inside
                            self.filename = (event.filename or "") if inside else self.filename
                        elif event is None:
                            inside = False
                        elif inside:
                            yield bytes(event)
        except MultipartError as error:
            raise Invalid("the form is broken", element=self._name, got=str(error)) from error
        if not found:
            raise Invalid("the field is missing", element=self._name, expected="a file in a multipart field")

    async def begun(self) -> AsyncIterator[bytes]:
        """The same bytes; on return the first of them have come, so that `filename` is known."""
        parts = aiter(self)
        first = await anext(parts, b"")

        async def rest() -> AsyncIterator[bytes]:
            yield first
            async for part in parts:
                yield part

        return rest()

    async def _chunks(self) -> AsyncIterator[bytes]:
        stream = self._request.stream()
        try:
            async for chunk in stream:
                if chunk:
                    yield chunk
        except RuntimeError as error:
            raise Unavailable("the upload broke off") from error
