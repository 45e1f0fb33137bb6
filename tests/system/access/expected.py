"""What the table and the place of each object say of an answer. It shares nothing with `decide.py` but the table."""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec
from tests.system.access.placing import Placed, World, user_id
from tests.system.access.recipes import FINE, Of, Recipe
from tests.system.access.underway import ID_LETTERS
from tests.system.access.words import GRANTS, Identity, tied

from aosedge.cloud.domain.access.operations import ALWAYS, INVITED, OPERATIONS, PERSONAL, PUBLIC, SIGNING_IN, Row

Standing = Literal["own", "elsewhere", "tied", "hidden", "gone", "missing"]
UNKNOWN: Final = 401
NOT_ALLOWED: Final = 403
NOT_HERE: Final = frozenset(("application",))
"""Kinds that the world has none of, so that only missing ones are asked for."""


class Chosen(msgspec.Struct, frozen=True):
    """An object for a slot, by one of its names, and how it stands to the asker."""

    name: str
    standing: Standing


def row_of(operation: str) -> Row | None:
    """None for what asks for no caller."""
    return None if operation in PUBLIC | INVITED | SIGNING_IN else OPERATIONS[operation]


def barred(identity: Identity, operation: str) -> int | None:
    """The status for somebody who may not ask for this at all, whatever it is about."""
    row = row_of(operation)
    if row is None:
        return None
    if not identity.role:
        return UNKNOWN
    if identity.name == "alpha forged session" and row.effect == "changes":
        return NOT_ALLOWED  # another site's page could ask so
    if getattr(row, identity.role) == "none":
        return NOT_ALLOWED
    if identity.permissions is None:
        return None
    always = ALWAYS if identity.name.endswith("token") else ALWAYS | PERSONAL
    return None if operation in identity.permissions | always else NOT_ALLOWED


def sees(identity: Identity, operation: str, placed: Placed) -> bool:
    """Whether it is within the operation's reach for this role."""
    row = row_of(operation)
    match getattr(row, identity.role or "nobody", None):
        case "all":
            return True
        case "tenant":
            return identity.org in (placed.org, placed.also)
        case "fleet":
            return identity.org == placed.org and (not placed.fleet or placed.fleet in identity.fleets)
        case "own":
            return placed.user == user_id(identity)
    return False


def standing(identity: Identity, operation: str, of: Of, placed: Placed) -> Standing:
    """How it stands to the asker."""
    if sees(identity, operation, placed):
        return "own" if identity.org in (placed.org, placed.also) else "elsewhere"
    within = getattr(row_of(operation), identity.role or "nobody", None) in ("tenant", "fleet")
    return "tied" if within and of.tied is not None and _is_tied(identity, of, placed) else "hidden"


def _is_tied(identity: Identity, of: Of, placed: Placed) -> bool:
    """Organizations are tied both ways; what a Service Provider has is there for the OEM."""
    return placed.org in tied(identity.org) if of.kind == "organization" else (identity.org, placed.org) in GRANTS


def shown(identity: Identity, operation: str, of: Of, world: World) -> int:
    """How many of these a list has."""
    stands = [standing(identity, operation, of, placed) for placed in world.objects[of.kind]]
    return len([each for each in stands if each in ("own", "elsewhere") or (each == "tied" and of.tied == FINE)])


def choices(identity: Identity, operation: str, of: Of, world: World) -> Iterator[Chosen]:
    """One object of each place and standing, its own first; then one that was removed and one that never was."""
    seen: set[tuple[Standing, str, str]] = set()
    placed_here = sorted(world.objects[of.kind], key=lambda placed: placed.org != identity.org)
    assert placed_here or of.kind in NOT_HERE, f"the world has no {of.kind}"
    for placed in placed_here:
        stands = standing(identity, operation, of, placed)
        place = (stands, placed.org, placed.fleet)
        if stands == "own":
            place = (stands, "", "")
        if place in seen or (stands in ("hidden", "elsewhere", "tied") and not of.others):
            continue
        seen.add(place)
        yield from (Chosen(name, stands) for name in (placed.id, *placed.names))
    gone = [placed for placed in world.gone[of.kind] if placed.org == identity.org]
    yield from (Chosen(placed.id, "gone") for placed in gone)
    yield missing(placed_here[0].id if placed_here else "")


def missing(like: str) -> Chosen:
    """What never was, and looks like it."""
    return Chosen("0" * len(like) if len(like) not in (0, ID_LETTERS) else "f" * ID_LETTERS, "missing")


def status(identity: Identity, recipe: Recipe, slots: dict[Of, Chosen], success: int) -> int:
    """How this is to be answered."""
    bar = barred(identity, recipe.operation)
    if bar is not None:
        return bar
    for of, chosen in slots.items():
        if chosen.standing in ("hidden", "gone", "missing"):
            return of.missing or success
        if chosen.standing == "tied" and of.tied:
            return of.tied
    for asker in (identity.name, identity.role):
        if asker in recipe.refused:
            return recipe.refused[asker] or success
    if recipe.elsewhere and any(chosen.standing == "elsewhere" for chosen in slots.values()):
        return recipe.elsewhere
    return success
