"""Properties that a body does not have: those of other bodies, and the names of columns, put into each all the same.

They are refused, or nothing comes of them: what is written is what would have been without.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import msgspec
from tests.system.access.door import TRAIL, Door
from tests.system.access.expected import barred, choices
from tests.system.access.matrix import Operation, filled, operations, slots_of
from tests.system.access.placing import org_id
from tests.system.access.recipes import Recipe, recipes
from tests.system.access.underway import made_id
from tests.system.access.words import IDENTITIES, Identity, word

from aosedge.cloud.api.application import document
from aosedge.cloud.store.tables import metadata

Left = frozenset[tuple[str, str, bool]]
"""Rows, by table, that are there since or no more."""
PLANTED: Final = "xqplantedqx"
_MADE_ANEW: Final = re.compile(
    r"[0-9A-Fa-f-]{32,}|[0-9A-Za-z+/]{32,}=*|-----BEGIN.*?-----END [A-Z ]*-----|[0-9]{9,}|aos[a-z]*_\w+"
)
_FIRST: Final = ("alpha oem", "one sp", "admin", "alpha session", "anonymous")
"""Who asks: the first whom the operation is for."""

TELLING: Final[Mapping[str, Any]] = {
    "id": made_id("unit", word("field")),
    "tenant": org_id("beta"),
    "org": org_id("beta"),
    "owner": org_id("beta"),
    "organization_id": org_id("beta"),
    "user": PLANTED,
    "created_by": PLANTED,
    "role": "admin",
    "active": False,
    "permissions": ["users_create"],
    "lifecycle": "deprovisioned",
    "state": "running",
    "verification": True,
    "token_hash": PLANTED,
    "expires_at": 9_999_999_999_999_999,
}
"""Names whose values would tell, each tried alone with one that could be taken."""


@cache
def schemas() -> dict[str, Any]:
    """The bodies' schemas by operation, as the document has them; those of forms have none."""
    found = {}
    for methods in _document()["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            if "application/json" in content:
                found[operation["operationId"]] = content["application/json"]["schema"]
    return found


@cache
def every_name() -> frozenset[str]:
    """Of all properties of all schemas, and of all columns."""
    of_bodies = {
        name for schema in _document()["components"]["schemas"].values() for name in schema.get("properties", ())
    }
    return frozenset(of_bodies | {column.name for table in metadata.tables.values() for column in table.columns})


class Surplus:
    """The bodies of one world; `tried` counts."""

    def __init__(self, door: Door) -> None:
        self._door, self._operations, self._names = door, operations(), every_name()
        self.tried = 0

    def faults(self, operation: str) -> Iterator[str]:
        """Names that made a difference."""
        for recipe in recipes():
            if recipe.operation == operation and isinstance(recipe.body, dict):
                yield from self._of(recipe, next(i for i in _askers(recipe) if barred(i, operation) is None))
                return

    def _of(self, recipe: Recipe, identity: Identity) -> Iterator[str]:
        door, operation = self._door, self._operations[recipe.operation]
        chosen = {
            of: next(choices(identity, recipe.operation, of, door.world))
            for of in (*recipe.path.values(), *slots_of(recipe.body))
        }
        body = filled(recipe.body, chosen)
        path = operation.asked
        for name, of in recipe.path.items():
            path = path.replace("{" + name + "}", chosen[of].name)
        asked = (recipe, identity, operation, path)
        plain = self._ask(asked, body)
        for place, own in _objects(schemas()[recipe.operation], body):
            telling = {name: value for name, value in TELLING.items() if name not in own}
            if self._refused(self._ask(asked, _with(body, place, dict.fromkeys(self._names - own, PLANTED)))):
                tries = [{name: value} for name, value in telling.items()]
            else:  # names that it does not know are left alone here: all of them, then
                tries = [dict.fromkeys(self._names - own, PLANTED), telling]
            for planted in tries:
                given = self._ask(asked, _with(body, place, planted))
                if not self._refused(given) and given != plain:
                    where, new = "/".join(map(str, place)) or "the body", sorted(given[1] - plain[1])[:3]
                    yield f"{recipe.operation}: {list(planted)[:3]} in {where}: {given[0]}, {new}"

    def _refused(self, given: tuple[int, Left]) -> bool:
        return given[0] in (400, 401) and not given[1]

    def _ask(self, asked: tuple[Recipe, Identity, Operation, str], body: Any) -> tuple[int, Left]:
        """The status, and what is in the database, or not, since: without what is made anew each time."""
        recipe, identity, operation, path = asked
        door = self._door
        answer = door.ask(
            door.world.logins[identity.name],
            operation.method,
            path,
            body=msgspec.json.encode(body),
            authorization=f"Token {door.world.invitation}" if recipe.invited else "",
        )
        self.tried += 1
        if not door.changed():
            return answer.status, frozenset()
        after = door.rows()
        door.restore()
        changed = after ^ door.before
        rows = (
            (table, _MADE_ANEW.sub("#", row), (table, row) in after) for table, row in changed if table not in TRAIL
        )
        return answer.status, frozenset(rows)


def _askers(recipe: Recipe) -> Iterator[Identity]:
    for name in _FIRST:
        identity = IDENTITIES[name]
        if not recipe.only or {identity.name, identity.role} & set(recipe.only):
            yield identity


@cache
def _document() -> Any:
    return document()


def _resolved(schema: Any) -> Any:
    if "$ref" in schema:
        return _resolved(_document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for one in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        if one.get("type") != "null":
            return _resolved(one)
    return schema


def _objects(schema: Any, body: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], frozenset[str]]]:
    """Where in the body objects of named properties are, with their names; those that it leaves out, too."""
    schema = _resolved(schema)
    if "properties" in schema:
        yield place, frozenset(schema["properties"])
        for name, inner in schema["properties"].items():
            value = body.get(name) if isinstance(body, dict) else None
            yield from _objects(inner, value, (*place, name))
    elif schema.get("type") == "array" and isinstance(body, list) and body:
        yield from _objects(schema["items"], body[0], (*place, 0))


def _with(body: Any, place: tuple[Any, ...], planted: dict[str, Any]) -> Any:
    if not place:
        return {**(body or {}), **planted}
    first, rest = place[0], place[1:]
    if isinstance(body, list):
        return [_with(each, rest, planted) if index == first else each for index, each in enumerate(body)]
    return {**(body or {}), first: _with((body or {}).get(first), rest, planted)}
