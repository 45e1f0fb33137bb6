"""What leaves by other ways than answers: the exported trail, and blobs by link."""

from typing import Any

import msgspec
import pytest
from tests.system.access.door import Door
from tests.system.access.expected import barred, choices
from tests.system.access.matrix import filled, operations, slots_of
from tests.system.access.placing import org_id, user_id
from tests.system.access.recipes import recipes
from tests.system.access.underway import made_id
from tests.system.access.words import IDENTITIES, OEMS, Identity, forbidden, word

from aosedge.cloud.domain.access.callers import Caller, Person, Scope, Task
from aosedge.cloud.store import Session
from aosedge.cloud.usecases import audit
from aosedge.model.digests import sha256
from aosedge.model.instants import Instant

CALLER = Caller(Task("test"), "r", Instant(1))
ACTORS = ("admin", "alpha oem", "alpha north owner", "beta oem", "one sp", "two sp")
BESIDES = ("sign_out", "own_sessions_revoke_all", "grants_create")
"""What would end it all, and what names another organization."""


@pytest.mark.parametrize("name", ACTORS)
def test_the_exported_trail_has_no_word_of_others_in_what_somebody_did_to_their_own(door: Door, name: str) -> None:
    identity = IDENTITIES[name]
    try:
        for recipe in recipes():
            if operations()[recipe.operation].method != "get" and not recipe.form and not recipe.invited:
                _ask_for_own(door, recipe, identity)
        lines = door.run(_exported(door))
    finally:
        door.restore()
        assert door.rows() == door.before
    mine = [line for line in lines if line["who"] == f"user:{user_id(identity)}"]
    assert {line["chain"] for line in mine} == {org_id(identity.org)}
    assert any(line["changes"] for line in mine)
    told = {word: line for line in mine for word in forbidden(identity) if word in msgspec.json.encode(line).decode()}
    assert not told


def _ask_for_own(door: Door, recipe: Any, identity: Identity) -> None:
    if barred(identity, recipe.operation) is not None or recipe.operation in BESIDES:
        return
    named = (*recipe.path.values(), *slots_of(recipe.body))
    chosen = {of: next(choices(identity, recipe.operation, of, door.world)) for of in named}
    if any(one.standing != "own" for one in chosen.values()):
        return
    operation, path = operations()[recipe.operation], operations()[recipe.operation].asked
    for name, each in recipe.path.items():
        path = path.replace("{" + name + "}", chosen[each].name)
    body = None if recipe.body is None else msgspec.json.encode(filled(recipe.body, chosen))
    door.ask(door.world.logins[identity.name], operation.method, path, body=body)


async def _exported(door: Door) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) async for line in audit.export(door.store, CALLER, None, None)]


def test_each_organizations_lines_in_the_exported_trail_have_words_of_it_alone(door: Door) -> None:
    chains = {org_id(org): Identity("", "auditor", org) for org in (*OEMS, "one", "two", "three")}
    lines = [line for line in door.run(_exported(door)) if line["chain"] in chains]
    assert len(lines) >= len(chains)
    for line in lines:
        text = msgspec.json.encode(line).decode()
        assert not [each for each in forbidden(chains[line["chain"]]) if each in text], text


def test_a_unit_is_given_links_to_blobs_of_its_own_target_alone(door: Door) -> None:
    blobs = {sp: sha256(made_id("item", word(sp)).encode()) for sp in ("one", "two", "three", "alpha", "beta")}
    given = {}
    for fleet, org in (("north", "alpha"), ("south", "alpha"), ("field", "beta")):
        unit: Any = made_id("unit", word(fleet))
        scope: Any = Scope(reach="own", tenant=org_id(org), unit=unit)  # type: ignore[arg-type]

        def asked(session: Session, unit: Any = unit) -> set[str]:
            return {stored.digest for stored in session.targets.blobs(unit, list(blobs.values()))}

        who = Person(made_id("user", word(org)), "oem", org_id(org))  # type: ignore[arg-type]
        found = door.run(door.store.read(Caller(who, "r", Instant(1)), scope, asked))
        given[fleet] = {sp for sp, digest in blobs.items() if digest in found}
    assert given == {"north": {"one"}, "south": {"one"}, "field": {"two", "three"}}


@pytest.mark.parametrize("name", sorted(IDENTITIES))
def test_no_blob_leaves_without_a_link_whoever_asks(door: Door, name: str) -> None:
    digest = sha256(made_id("item", word("two")).encode())
    answer = door.ask(door.world.logins[name], "GET", f"/blobs/{digest}")
    assert (answer.status, answer.body) == (403, b"")
    forged = door.ask(door.world.logins[name], "GET", f"/blobs/{digest}", query="expires=99999999999&signature=0")
    assert (forged.status, forged.body) == (403, b"")
