"""Everybody asks for everything: what they get is what the table says, and nothing of others (docs/adding)."""

from collections.abc import Callable

import pytest
from tests.system.access import behind
from tests.system.access.door import Door
from tests.system.access.matrix import Matrix, operations
from tests.system.access.recipes import recipes
from tests.system.access.surplus import Surplus, schemas
from tests.system.access.words import IDENTITIES, forbidden

OPERATIONS = sorted(operations())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_gives_everybody_what_the_table_says_and_nothing_of_others(
    door: Door, operation: str, record_property: Callable[[str, object], None]
) -> None:
    matrix = Matrix(door)
    faults = list(matrix.faults(operation))
    record_property("access", [[*cell, times] for cell, times in matrix.counted.items()])
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("operation", sorted(schemas()))
def test_a_body_sets_nothing_that_is_not_its_own_whatever_it_names(door: Door, operation: str) -> None:
    surplus = Surplus(door)
    assert list(surplus.faults(operation)) == []
    assert surplus.tried


def test_every_row_of_the_recipes_is_of_an_operation_and_every_role_asks() -> None:
    assert {recipe.operation for recipe in recipes()} <= set(OPERATIONS)
    assert {identity.role for identity in IDENTITIES.values()} == {
        "", "admin", "oem", "fleet_owner", "sp", "auditor",
    }  # fmt: skip
    assert all(forbidden(identity) for identity in IDENTITIES.values())


def test_repositories_know_nothing_of_what_is_foreign_whoever_forgot_to_ask(door: Door) -> None:
    assert list(behind.faults(door)) == []
