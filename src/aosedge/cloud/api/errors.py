"""The one table from errors to HTTP: always JSON with a `message`, never HTML, never a stack trace."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from aosedge.cloud.usecases.dispatch import Repeated
from aosedge.model.bundle import Rejection
from aosedge.model.errors import AosError, Invalid, NotFound, Unavailable

STATUS: Final[dict[str, int]] = {
    "invalid": 400,
    "untrusted": 400,
    "too_large": 413,
    "unauthenticated": 401,
    "not_allowed": 403,
    "not_found": 404,
    "conflict": 409,
    "stale": 412,
    "reused": 422,
    "too_many": 429,
    "unavailable": 503,
    "failed": 500,
}

LISTED: Final = frozenset(
    (
        "bundle",
        "enrolment",
        "fleet",
        "grant",
        "item",
        "organization",
        "passkey",
        "session",
        "set",
        "subject",
        "target-system",
        "token",
        "unit",
        "user",
    )
)
"""Nouns that `aos NOUN list` lists: what the cure of a NotFound says is there."""

_log = structlog.get_logger("aoscloud.api")


class ErrorView(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong. `message` stands alone, as a whole sentence; the other fields are its parts for programs."""

    message: str
    request_id: str
    kind: str = ""
    operation: str = ""
    element: str = ""
    expected: str = ""
    got: str = ""
    cure: str = ""
    rejections: tuple[Rejection, ...] = ()
    """Of a bundle: item, field and reason, each."""


def to_response(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorView]:
    """Any error as its answer. What we did not foresee is logged with its trace and answered with none."""
    request_id = str(request.scope["state"].get("request_id", ""))
    headers: dict[str, str] = {}
    if isinstance(error, RecursionError):
        error = Invalid("the body is nested too deeply", element="body")
    if isinstance(error, NotFound) and error.element not in LISTED:
        error.cure = ""
    if isinstance(error, AosError):
        status = STATUS[error.kind]
        if isinstance(error, Unavailable):
            headers["retry-after"] = str(error.retry_after_s)
        view = _from_ours(error, request_id, _operation(request))
    elif isinstance(error, HTTPException) and error.status_code < 500:
        status, headers = error.status_code, dict(error.headers or {})
        view = _from_framework(error, request_id, _operation(request))
    else:
        status = 500
        view = ErrorView(message="internal error: the log has it under the request id", request_id=request_id)
        _log.error("unforeseen error", request_id=request_id, operation=_operation(request), exc_info=error)
    return Response(view, status_code=status, headers=headers, media_type="application/json")


def to_repeated(request: Request[Any, Any, Any], repeated: Repeated) -> Response[bytes | None]:
    """The answer that the command had when it was done."""
    status = request.scope["route_handler"].status_code  # type: ignore[union-attr]
    body = repeated.body.encode() or None
    return Response(body, status_code=status, media_type="application/json", headers={"idempotent-replayed": "true"})


EXCEPTION_HANDLERS: ExceptionHandlersMap = {Repeated: to_repeated, Exception: to_response}


def _operation(request: Request[Any, Any, Any]) -> str:
    handler = request.scope.get("route_handler")
    operation = getattr(handler, "operation_id", None)
    return operation if isinstance(operation, str) else ""


def _from_ours(error: AosError, request_id: str, operation: str) -> ErrorView:
    return ErrorView(
        message=str(error),
        request_id=request_id,
        kind=error.kind,
        operation=operation,
        element=error.element,
        expected=error.expected,
        got=error.got,
        cure=error.cure,
        rejections=getattr(error, "rejections", ()),
    )


_WORDS: Final[dict[int, tuple[str, str]]] = {
    404: ("no such path", "not_found"),
    405: ("the path does not take this method", "invalid"),
    413: ("the request is too large", "too_large"),
    415: ("the content type is not taken here", "invalid"),
}


_PLAIN: Final = {
    "Invalid ISO8601 duration": "no span of time; expected one in ISO 8601, such as PT30M or P1D",
    "Invalid RFC3339 encoded datetime": "no instant; expected one with its zone, such as 2026-01-31T02:00:00Z",
}
"""What the decoder says of what people type most, in words that show how it is written."""


def _plain(fault: Mapping[str, Any]) -> str:
    message = str(fault.get("message", ""))
    return _PLAIN.get(message, message)


def _from_framework(error: HTTPException, request_id: str, operation: str) -> ErrorView:
    words, kind = _WORDS.get(error.status_code, (error.detail, "invalid"))
    element = ""
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        faults = [fault for fault in error.extra if isinstance(fault, dict)]
        element = str(faults[0].get("key", "")) if faults else ""
        words = "; ".join(f"{fault.get('key', '')}: {_plain(fault)}".lstrip(": ") for fault in faults)
    return ErrorView(
        message=words or "the request is not well-formed",
        request_id=request_id,
        kind=kind,
        operation=operation,
        element=element,
    )
