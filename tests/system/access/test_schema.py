"""schemathesis over the whole API: what the document describes, and what it does not, asked of the application.

The application answers as the document says: no status and no content type that is not written down, bodies by their
schema, and never a server error. Ids of the world are asked for as well as made-up ones; the seed is fixed.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.system.access.door import Answer, Door
from tests.system.access.expected import barred
from tests.system.access.matrix import NODE, Operation, operations
from tests.system.access.recipes import recipes
from tests.system.access.words import IDENTITIES, Identity

from aosedge.cloud.api.application import document

SEED: Final = 20_26
EXAMPLES: Final = 8
"""Of each operation, of what the document describes, and as many of what it does not."""
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STREAMS: Final = {recipe.operation for recipe in recipes() if recipe.stream}
FORMS: Final = {recipe.operation for recipe in recipes() if recipe.form}
"""Read by hand, and sent broken in every way by the tests of bundles."""
OPERATIONS: Final = sorted(set(operations()) - STREAMS - FORMS)


@cache
def described() -> Any:
    """The document as schemathesis has it."""
    return schemathesis.openapi.from_dict(document())


def asker(operation: str) -> Identity:
    """Somebody who may ask for it."""
    names = ("alpha oem", "one sp", "admin")
    return next(
        (IDENTITIES[name] for name in names if barred(IDENTITIES[name], operation) is None), IDENTITIES["admin"]
    )


def places(door: Door, operation: str) -> Iterator[dict[str, str] | None]:
    """What to fix in the path: nothing, and ids that are there."""
    yield None
    for recipe in recipes():
        if recipe.operation == operation and recipe.path:
            org = asker(operation).org
            yield {
                name: next((each.id for each in door.world.objects[of.kind] if each.org == org), "f")
                for name, of in recipe.path.items()
            } | ({"node": NODE} if "{node}" in operations()[operation].path else {})
            return


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as said", "otherwise"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_answers_as_the_document_says(door: Door, operation: str, mode: GenerationMode) -> None:
    asked = operations()[operation]
    of = described()[asked.path][asked.method.upper()]
    for fixed in places(door, operation):
        cases = of.as_strategy(mode, path_parameters=fixed)

        @seed(SEED)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def ask(case: Any) -> None:
            request, answer = sent(door, asked, case)
            response = httpx.Response(
                answer.status, headers=list(answer.headers), content=answer.body, request=request
            )
            response.elapsed = timedelta(0)
            assert b"Traceback" not in answer.body
            case.validate_response(response, checks=CHECKS)

        with suppress(Unsatisfiable):  # nothing can be said otherwise
            ask()


def sent(door: Door, operation: Operation, case: Any) -> tuple[httpx.Request, Answer]:
    """The case as a request, and its answer."""
    said = case.as_transport_kwargs(base_url="https://localhost")
    request = httpx.Request(
        said["method"],
        said["url"],
        params=said.get("params"),
        headers={
            name: value.encode("latin-1", "replace")
            for name, value in (said.get("headers") or {}).items()
            if value is not None
        },
        json=said.get("json"),
        content=said.get("data") if isinstance(said.get("data"), bytes) else None,
    )
    answer = door.ask(
        door.world.logins[asker(operation.id).name],
        request.method,
        request.url.raw_path.partition(b"?")[0].decode(),
        query=request.url.query.decode(),
        body=request.read() or None,
        kind=request.headers.get("content-type", "application/json"),
    )
    if door.changed():
        door.restore()
    return request, answer
