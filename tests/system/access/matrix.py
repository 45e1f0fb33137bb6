"""Every operation of the OpenAPI document, as everybody, about own, foreign, removed and missing objects.

`faults` gives what is wrong with one operation, in words; `python -m tests.system.access.matrix` asks for all.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from tests.system.access import behind
from tests.system.access.door import TRAIL, Answer, Door, Rows
from tests.system.access.expected import Chosen, barred, choices, missing, row_of, sees, shown, status
from tests.system.access.recipes import Of, Recipe, recipes
from tests.system.access.words import IDENTITIES, Identity, forbidden

from aosedge.cloud.api.application import document

METHODS: Final = ("get", "put", "post", "delete", "patch")
FORM: Final = "multipart/form-data; boundary=x"
NODE: Final = "main"
OF_BOTH: Final = ("campaign_members", "campaign_configurations")
"""Tables whose rows are of what the asker has and of what is no longer its own: that a Unit takes no part now, what
it runs at the end."""
Slots = dict[Of, Chosen]


class Operation(msgspec.Struct, frozen=True):
    """As the document has it."""

    id: str
    method: str
    path: str
    success: int

    @property
    def asked(self) -> str:
        """The path with what is the same for every Unit: the name of its node."""
        return self.path.replace("{node}", NODE)


@cache
def operations() -> dict[str, Operation]:
    """All of the document."""
    found = {}
    for path, methods in document()["paths"].items():
        for method in METHODS:
            if method in methods:
                id, answers = methods[method]["operationId"], methods[method]["responses"]
                found[id] = Operation(id, method, path, next(int(one) for one in answers if one[0] in "23"))
    return found


class Matrix:
    """The cells of one world; `counted` by operation, identity and standing."""

    def __init__(self, door: Door) -> None:
        self._door, self._operations = door, operations()
        self.counted: Counter[tuple[str, str, str]] = Counter()

    def faults(self, operation: str) -> Iterator[str]:
        """What is not as it should be, for everybody."""
        mine = [recipe for recipe in recipes() if recipe.operation == operation]
        if not mine:
            yield f"{operation} has no row in tests/system/access/recipes.py: add how to ask for it"
        for recipe in mine:
            for identity in IDENTITIES.values():
                if recipe.only and not {identity.name, identity.role} & set(recipe.only):
                    continue
                cells = _Cells(self, self._door, recipe, self._operations[operation], identity)
                yield from (f"{operation} as {identity.name}: {fault}" for fault in cells.faults())


class _Cells:
    """One recipe as one identity."""

    def __init__(self, matrix: Matrix, door: Door, recipe: Recipe, operation: Operation, identity: Identity) -> None:
        self._matrix, self._door, self._recipe = matrix, door, recipe
        self._operation, self._identity = operation, identity
        self._login = door.world.logins[identity.name]
        self._words = forbidden(identity)
        of_body = list(slots_of(recipe.body))
        self._fixed = [*recipe.path.values(), *of_body]
        self._reads = operation.method == "get"

    def faults(self) -> Iterator[str]:
        """Of the path and the body, then of each filter."""
        if self._recipe.stream and barred(self._identity, self._recipe.operation) is None:
            yield from self._heard()
            return
        if barred(self._identity, self._recipe.operation) is not None or row_of(self._recipe.operation) is None:
            yield from self._shut_out()
            return
        options = {
            of: list(choices(self._identity, self._recipe.operation, of, self._door.world)) for of in self._fixed
        }
        base = {of: chosen[0] for of, chosen in options.items()}
        yield from self._cell(base, {})
        for of, chosen in options.items():
            yield from self._alike([(base | {of: one}, {}) for one in chosen[1:]], of)
        for name, of in self._recipe.query.items():
            asked = list(choices(self._identity, self._recipe.operation, of, self._door.world))
            yield from self._alike([(base, {name: one}) for one in asked], of)

    def _heard(self) -> Iterator[str]:
        """Something happens to every Unit, and then again to its own: what the stream tells."""
        units = self._door.world.objects["unit"]
        mine = [placed.id for placed in units if sees(self._identity, self._recipe.operation, placed)]
        answer = self._door.listen(self._login, self._operation.path, [placed.id for placed in units], mine)
        words = [word for word in self._words if word in answer.body.decode()]
        self._matrix.counted[self._recipe.operation, self._identity.name, "unit of everybody"] += 1
        told = [unit for unit in mine if unit in answer.body.decode()]
        if answer.status != self._operation.success or words or told != mine:
            yield f"answered {answer.status}, told {told} of {mine}, and {words} of others"

    def _shut_out(self) -> Iterator[str]:
        """Whoever may not ask at all is told the same of everything."""
        nobody = IDENTITIES["alpha oem"]
        world, operation = self._door.world, self._recipe.operation
        there = {of: _any(of, nobody, world.objects) for of in self._fixed}
        nowhere = {of: Chosen("f" * len(one.name), "missing") for of, one in there.items()}
        cells = [(there, {})] + ([(nowhere, {})] if there and not self._recipe.invited else [])
        answers = []
        for slots, query in cells:
            answer, found = self._asked(slots, query)
            yield from found
            answers.append(answer)
        if len(set(answers)) > 1 and row_of(operation) is not None:
            yield f"what is there and what is not are told apart: {answers[0].body!r} and {answers[1].body!r}"

    def _alike(self, cells: list[tuple[Slots, dict[str, Chosen]]], of: Of) -> Iterator[str]:
        """Each as expected, and the foreign, the removed and the missing alike."""
        answers: dict[str, Answer] = {}
        for slots, query in cells:
            chosen = next(iter(query.values())) if query else slots[of]
            answer, found = self._asked(slots, query)
            yield from found
            if chosen.standing in ("hidden", "gone", "missing"):
                answers[f"{chosen.standing} {chosen.name}"] = answer
        if len(set(answers.values())) > 1:
            words = "; ".join(f"{name}: {answer.status} {answer.body!r}" for name, answer in answers.items())
            yield f"{of.kind}: the foreign and the missing are told apart: {words}"

    def _cell(self, slots: Slots, query: dict[str, Chosen]) -> Iterator[str]:
        yield from self._asked(slots, query)[1]

    def _asked(self, slots: Slots, query: dict[str, Chosen]) -> tuple[Answer, list[str]]:
        """The answer without what was asked for by name, and what is wrong with it."""
        recipe, door = self._recipe, self._door
        asked_of = {recipe.query[name]: chosen for name, chosen in query.items()}
        expected = status(self._identity, recipe, slots | asked_of, self._operation.success)
        given = {chosen.name for chosen in (slots | asked_of).values()}
        path = self._operation.asked
        for name, of in recipe.path.items():
            path = path.replace("{" + name + "}", slots[of].name)
        answer = door.ask(
            self._login,
            self._operation.method,
            path,
            query=urlencode({name: chosen.name for name, chosen in query.items()}),
            body=recipe.form or (None if recipe.body is None else msgspec.json.encode(filled(recipe.body, slots))),
            kind=FORM if recipe.form else "application/json",
            authorization=f"Token {door.world.invitation}" if recipe.invited else "",
        )
        words = ", ".join(f"{of.kind} {one.standing}" for of, one in (slots | asked_of).items()) or "-"
        self._matrix.counted[recipe.operation, self._identity.name, words] += 1
        found = [f"{words}: {fault}" for fault in self._wrong(answer, expected, given, query)]
        return answer.without(given), found

    def _wrong(self, answer: Answer, expected: int, given: set[str], query: dict[str, Chosen]) -> Iterator[str]:
        if answer.status != expected:
            yield f"answered {answer.status}, expected {expected}: {answer.body[:300]!r}"
        told = answer.without(given).body.decode(errors="replace") + repr(answer.headers)
        leaked = sorted(word for word in self._words if word in told and not self._recipe.invited)
        if leaked:
            yield f"the answer has {leaked}: {told[:400]}"
        row, before = row_of(self._recipe.operation), self._door.before
        to_note = row is not None and self._identity.role and (answer.status == 403 or row.effect == "changes")
        if to_note and answer.status not in (400, 401, 409) and not self._door.changed():
            yield f"answered {answer.status} and left no line in the trail"
        if self._door.changed():
            after = self._door.rows()
            self._door.restore()
            yield from self._harmed(before ^ after, answer, given)
            lines = [line for table, line in after - before if table == "audit"]
            if (
                to_note
                and answer.status in (200, 201, 204, 403, 404)
                and not any(f"'{self._recipe.operation}'" in line for line in lines)
            ):
                yield f"answered {answer.status} and the trail says {lines[:2]}"
        if answer.status == 200 and self._recipe.lists and not query:
            total = sum(
                shown(self._identity, self._recipe.operation, of, self._door.world) for of in self._recipe.lists
            )
            listed = msgspec.json.decode(answer.body)
            if (listed["total"], len(listed["items"])) != (total, total):
                yield f"lists {listed['total']} ({len(listed['items'])} shown), expected {total}"

    def _harmed(self, changed: Rows, answer: Answer, given: set[str]) -> Iterator[str]:
        """Whether rows changed that this identity may not touch, or any where nothing was done."""
        beside_trail = {(table, row) for table, row in changed if table not in TRAIL}
        done = answer.status < 300 and not self._reads
        if beside_trail and not done and not self._recipe.form:
            yield f"answered {answer.status} and changed {sorted(beside_trail)[:2]}"
        rows = {(table, _blotted(row, given)) for table, row in (changed if self._identity.role else beside_trail)}
        if row_of(self._recipe.operation) is None:
            return  # the token decides whose it is
        there = [(table, row) for table, row in rows if table not in OF_BOTH]
        foreign = sorted(f"{table} {row}" for table, row in there if any(word in row for word in self._words))
        if foreign:
            yield f"changed what is not its own: {foreign[:2]}"


def _blotted(row: str, given: set[str]) -> str:
    """Without what the asker said: the trail has it."""
    for name in given:
        row = row.replace(name, "<given>")
    return row


def _any(of: Of, identity: Identity, objects: dict[str, list[Any]]) -> Chosen:
    there = sorted(objects[of.kind], key=lambda placed: placed.org != identity.org)
    return Chosen(there[0].id, "own") if there else missing("")


def slots_of(body: Any) -> Iterator[Of]:
    """The objects that a body names."""
    match body:
        case Of():
            yield body
        case dict():
            for value in body.values():
                yield from slots_of(value)
        case list():
            for value in body:
                yield from slots_of(value)


def filled(body: Any, slots: Slots) -> Any:
    """The body with a name for each object."""
    match body:
        case Of():
            return slots[body].name
        case dict():
            return {name: filled(value, slots) for name, value in body.items()}
        case list():
            return [filled(value, slots) for value in body]
    return body


def summary(counted: Counter[tuple[str, str, str]]) -> str:
    """How many of each, for people."""
    parts = [{key[index] for key in counted} for index in range(3)]
    return (
        f"{len(parts[0])} operations x {len(parts[1])} identities x {len(parts[2])} combinations of objects: "
        f"{counted.total()} requests"
    )


def hunted(noun: str) -> str:
    """By what it is seen that something is wrong: what is behind first, for it takes least, then operations with this
    noun, then all; where most is found first."""
    with TemporaryDirectory() as folder, closing(Door(Path(folder))) as door:
        if next(behind.faults(door), None):
            return "(behind)"
        matrix = Matrix(door)
        asked = {recipe.operation for recipe in recipes()} & set(operations())
        order = sorted(
            asked, key=lambda operation: (noun not in operation, not operation.endswith("_list"), operation)
        )
        return next((operation for operation in order if next(matrix.faults(operation), None)), "")


def main(wanted: list[str]) -> int:
    """Some operations or all, in one process."""
    with TemporaryDirectory() as folder:
        door = Door(Path(folder))
        matrix = Matrix(door)
        faults = [fault for operation in wanted or operations() for fault in matrix.faults(operation)]
        door.close()
    print(*faults, summary(matrix.counted), sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
