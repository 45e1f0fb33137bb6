"""What the OpenAPI document says beside the handlers: our errors, which an operation has, and the upload's form."""

from typing import Any, Final

import msgspec

from aosedge.cloud.api import bundles
from aosedge.cloud.domain.access.operations import OPERATIONS, PUBLIC
from aosedge.cloud.domain.repeats import HEADER, ONCE

METHODS: Final = ("get", "put", "post", "delete")
_WORDS: Final = {
    "400": "The request is not well-formed, or says what cannot be: `element` names it.",
    "401": "Nobody whom this cloud knows.",
    "403": "Not for this role, or not among the permissions.",
    "404": "Not there, or somebody else's: these are not told apart.",
    "409": "It contradicts what is there.",
    "412": "It is not any more what `if-match` says.",
    "413": "More than is taken.",
    "415": "A content type that is not taken here.",
    "422": "The key was used for another request.",
    "429": "Too often; `retry-after` says when again.",
    "503": "Not now; `retry-after` says when again.",
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names the command, so that it is done once however often it comes: whoever sends it again within "
    "a day hears the same answer, with `idempotent-replayed: true`.",
    "schema": {"type": ["string", "null"], "minLength": 8, "maxLength": 130},
}
_LATER: Final = frozenset(("campaigns_dossier",))
"""What reads a thing that comes to be on the way."""
_VIEW: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorView"}}}


def completed(schema: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with our errors in place of its own, as plain JSON values; paths end with a slash."""
    schema = msgspec.to_builtins(schema)  # defaults of fields may be Structs and durations
    for component in schema["components"]["schemas"].values():
        component.pop("default", None)  # of one of the fields that have this type, whichever was met first
    for methods in schema["paths"].values():
        for operation in (methods[name] for name in METHODS if name in methods):
            if operation["operationId"] in ("deployment_bundles_create", "verification_evidence_create"):
                operation["requestBody"] = bundles.FORM
            if operation["operationId"] in ONCE:
                operation["parameters"] = [*operation.get("parameters", []), _KEY]
            fine = {status: answer for status, answer in operation["responses"].items() if status[0] in "23"}
            refusals = {status: {"$ref": f"#/components/responses/{status}"} for status in _refusals(operation)}
            operation["responses"] = fine | refusals
    responses = {status: {"description": words, "content": _VIEW} for status, words in _WORDS.items()}
    return {
        **schema,
        "components": {**schema["components"], "responses": responses},
        "paths": {path.rstrip("/") + "/": methods for path, methods in schema["paths"].items()},
    }


def _refusals(operation: dict[str, Any]) -> list[str]:
    """The statuses of the errors that the operation has."""
    row = OPERATIONS.get(operation["operationId"])
    parameters, body = operation.get("parameters", []), "requestBody" in operation
    found = {"503"}
    if parameters or body:
        found |= {"400", "404"}
    if body:
        found |= {"413", "415"}
    if operation["operationId"] not in PUBLIC:  # without a row, the body or a header is the credential
        found |= {"401", "403", "429"}
    if body or operation["operationId"] in _LATER or (row is not None and row.effect == "changes"):
        found.add("409")
    names = {parameter["name"].lower() for parameter in parameters}
    found |= {"412"} if "if-match" in names else set()
    found |= {"422"} if HEADER in names else set()
    return sorted(found)
